"""nbgrader's exchange: a folder that every student may write to."""

import re
import stat
import sys
from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from grading.engine.storage.names import RefusedName, checked_name, printable

if sys.platform != "win32":
    import pwd

#: STUDENT+ASSIGNMENT+2026-11-21 18:30:00 UTC+RANDOM
NAME = re.compile(
    r"(?P<student>.+)\+(?P<assignment>[^+]+)\+(?P<time>[\d-]+ [\d:.]+ UTC)(\+\w+)?"
)
#: How far the named time and the file system's may be apart.
PATIENCE = timedelta(minutes=5)


@dataclass(frozen=True)
class Inbound:
    """A folder in the exchange."""

    student: str
    folder: Path
    time: str  #: the file system's, which a student cannot set back
    flags: tuple[str, ...]


def inbound(root: Path, assignment: str) -> "tuple[list[Inbound], list[str]]":
    """List the newest submission of every student.

    Parameters
    ----------
    root : pathlib.Path
        ``inbound`` folder of a course.
    assignment : str
        For example ``"assignment1"``.

    Returns
    -------
    found : list of Inbound
        By student. A folder that its student owns goes before one that merely bears
        the name.
    problems : list of str
        What was refused.
    """
    by_student, problems = defaultdict(list), []
    for folder in sorted(Path(root).iterdir()):
        match = NAME.fullmatch(folder.name)
        if match is None or match["assignment"] != assignment:
            continue
        try:
            student = checked_name(match["student"])
        except RefusedName as reason:
            problems.append(str(reason))
            continue
        found = _folder_status(folder)
        if found is None:
            problems.append(f"{printable(folder.name)!r} is a link or no folder.")
            continue
        by_student[student].append(_rated(student, folder, found, match["time"]))
    found = [max(choices, key=lambda c: c[0])[1] for choices in by_student.values()]
    return sorted(found, key=lambda one: one.student), problems


def _folder_status(path):
    """Look at a folder once; its student may be taking it away."""
    try:
        found = path.lstat()
    except OSError:
        return None
    return found if stat.S_ISDIR(found.st_mode) else None


def _rated(student, folder, status, named):
    seen = datetime.fromtimestamp(status.st_ctime, UTC)
    flags = []
    owner = _user(status.st_uid)
    owned = owner == student
    if not owned:
        flags.append(f"The folder belongs to the user {owner!r}.")
    try:
        claimed = datetime.fromisoformat(named.removesuffix(" UTC")).replace(tzinfo=UTC)
    except ValueError:
        claimed = datetime.min.replace(tzinfo=UTC)
    if abs(seen - claimed) > PATIENCE:
        flags.append(
            f"It claims to be of {printable(named)}; the file system has seen it at "
            f"{seen:%Y-%m-%d %H:%M:%S} UTC, which counts."
        )
    rank = (owned, seen, folder.name)
    return rank, Inbound(student, folder, seen.isoformat(), tuple(flags))


def _user(number):
    try:
        return pwd.getpwuid(number).pw_name
    except KeyError:
        return "unknown"
