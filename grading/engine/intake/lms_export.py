"""An export: the archives of a learning platform, sorted by student."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from grading.engine.intake import lms_names
from grading.engine.intake.archive import (
    MAX_BYTES,
    MAX_INNER_BYTES,
    BadArchive,
    inner_members,
    members,
)
from grading.engine.intake.folder import MAX_FILES
from grading.engine.intake.left_out import LeftOut
from grading.engine.intake.plain_names import PlainNames
from grading.engine.storage.names import RefusedName, checked_name, printable, stem

if TYPE_CHECKING:
    from pathlib import Path

    from grading.engine.intake.roster import Roster
    from grading.engine.storage.store import Store


#: Names that a problem has; files that platforms add.
NAMED = 5
OWN = {lms_names.METADATA, "index.html", "timestamp.txt"}


class IntakeError(Exception):
    """A collection that cannot begin; the message says what is missing."""


@dataclass
class Bundle:
    """What an export has of one student."""

    files: dict = field(default_factory=dict)  #: {name: digest}
    origins: dict = field(default_factory=dict)  #: {name: path in the export}
    flags: list = field(default_factory=list)
    time: str = ""  #: as the platform writes it
    source: str = ""  #: which platform
    left_out: LeftOut = field(default_factory=LeftOut)
    room: int = MAX_INNER_BYTES  #: bytes that its notebooks may still have
    attempts: dict = field(default_factory=dict)  #: {notebook: (attempt, file)}
    who: set = field(default_factory=set)  #: the platform's names for the student


class Export:
    """Everybody's files in the archives read so far.

    Parameters
    ----------
    store : Store
        Keeps every notebook; in memory are only digests.
    likely : iterable of str, optional
        Names of the assignment's notebooks, which are taken before others.
    assignment : str, optional
        For example ``"assignment1"``.
    """

    def __init__(
        self, store: "Store", likely: Iterable[str] = (), assignment: str = ""
    ) -> None:
        self._store, self._likely = store, tuple(likely)
        self._assignment = assignment
        self.bundles = defaultdict(Bundle)  #: by student
        self.problems = []  #: sentences about what was refused

    def read(
        self, path: "Path", kind: str = "auto", roster: "Roster | None" = None
    ) -> None:
        """Read one archive; of files with one name, the last one read counts.

        Parameters
        ----------
        path : pathlib.Path
            A zip.
        kind : str, optional
            One of :data:`grading.engine.intake.lms_names.KINDS`, or "auto".
        roster : Roster, optional
            Needed unless the archive is plain.

        Raises
        ------
        BadArchive
            If it cannot be read at all.
        IntakeError
            If a roster is needed.
        """
        paths = ["/".join(member.parts) for member in members(path)]
        kind = lms_names.kind_of(paths) if kind == "auto" else kind
        if roster is None and kind in lms_names.STRANGE:
            raise IntakeError(
                f"{path} looks like an export of {kind.title()}, which does not name "
                f"students by their ids. Say who is who with:  --roster roster.csv"
            )
        read_name = self._reader(kind, path, paths, roster)
        strangers, unnamed = set(), []
        for member in members(path):
            place = read_name("/".join(member.parts))
            if place is None:
                self._check(member, unnamed)
                continue
            for names in (place.names, *place.partners):
                if student := _student(names, roster, place.alone):
                    who = place.who if names is place.names else str(names)
                    self._add(self.bundles[student], member, place, kind, who)
                else:
                    strangers.add(" ".join(dict.fromkeys(value for _, value in names)))
        self._report(path, strangers, unnamed)

    def _reader(self, kind, path, paths, roster):
        """Choose what reads the names of files."""
        if kind == "plain":
            return PlainNames(paths, self._assignment, self._likely, roster).place
        metadata = _metadata(path) if kind == "gradescope" else {}
        return lambda name: lms_names.place(kind, name, metadata)

    def _report(self, path, strangers, unnamed):
        """Say what was taken from nobody, and who is two people."""
        if unnamed:
            shown = ", ".join(repr(printable(name, 100)) for name in unnamed[:NAMED])
            more = f" and {len(unnamed) - NAMED} more" if len(unnamed) > NAMED else ""
            self.problems.append(
                f"Nobody's name is in {shown}{more}; not taken. Call such files "
                f"STUDENT_NOTEBOOK.ipynb, or put them into a folder STUDENT."
            )
        self.problems += [
            f"Nobody in the roster is {printable(name)!r}."
            for name in sorted(strangers)
        ]
        for student in [one for one, b in self.bundles.items() if len(b.who) > 1]:
            both = " and ".join(
                repr(printable(one)) for one in sorted(self.bundles.pop(student).who)
            )
            self.problems.append(
                f"{both} would both be {printable(student)!r}; nothing of theirs was "
                f"taken. Tell them apart in the roster, or in the names of the files."
            )

    def _add(self, bundle, member, place, kind, who):
        bundle.source, bundle.time = kind, place.time or bundle.time
        bundle.flags += [flag for flag in place.flags if flag not in bundle.flags]
        bundle.who.add(who)
        name = place.file
        if name.lower().endswith(".zip"):
            self._open(bundle, member, place)
        elif name.lower().endswith(".ipynb"):
            taken = self._take(bundle, member, name, place.attempt, replace=True)
            self._note_origin(bundle, taken, member)
        elif name and name != "timestamp.txt":
            bundle.left_out.add(name, "no notebook.")

    def _note_origin(self, bundle, file, member):
        """Remember what the platform calls a notebook, or the archive it came in."""
        if file:
            bundle.origins[file] = "/".join(member.parts)

    def _open(self, bundle, member, place):
        """Take the notebooks out of a student's own archive."""
        data, reason = member.read()
        if reason:
            path = "/".join(member.parts)
            bundle.flags.append(reason.replace(path, place.file))
            return
        try:
            for inner in inner_members(data, place.file, self._likely):
                file = inner.parts[-1]
                if file.lower().endswith(".ipynb") and not file.startswith("._"):
                    taken = self._take(bundle, inner, file, place.attempt)
                    self._note_origin(bundle, taken, member)
                else:
                    bundle.left_out.add(file, "no notebook.")
        except BadArchive as error:
            bundle.flags.append(str(error))

    def _take(self, bundle, member, name, attempt, replace=False):
        """Keep a notebook, and return its name; its size counts, whole or not."""
        file = _file_name(name)
        if self._is_older(bundle, file, attempt):
            return ""
        if file in bundle.files and not replace:
            bundle.left_out.add(name, "a second file of that name.")
        elif member.size > bundle.room or len(bundle.files) >= MAX_FILES:
            bundle.left_out.add(name, "the submission expands too far.")
        else:
            data, reason = member.read()
            if member.size <= MAX_BYTES:
                bundle.room -= member.size
            if reason:
                # As the student called it; the platform's name says who it is.
                bundle.flags.append(reason.replace("/".join(member.parts), name))
            else:
                bundle.files[file] = self._store.put(data)
                return file
        return ""

    def _is_older(self, bundle, file, attempt):
        """Leave out whichever of two attempts at one notebook is the older."""
        notebook = stem(file)
        if not attempt or notebook not in self._likely:
            return False
        latest, other = bundle.attempts.setdefault(notebook, (attempt, file))
        if attempt < latest:
            bundle.left_out.add(file, f"an older attempt than {printable(other)!r}.")
            return True
        if attempt > latest:
            bundle.attempts[notebook] = attempt, file
            bundle.files.pop(other, None)
            bundle.left_out.add(other, f"an older attempt than {printable(file)!r}.")
        return False

    def _check(self, member, unnamed):
        """Report a member in the wrong place, and one without a name."""
        path = "/".join(member.parts)
        if ".." in member.parts or path.startswith("/"):
            self.problems.append(f"Refused {printable(path)!r}: it leaves the archive.")
        elif member.parts[-1] not in OWN:
            unnamed.append(path)


def _student(names, roster, alone):
    """Return the student's id, or "" for a stranger."""
    if roster is not None:
        return roster.find(names)
    try:
        return checked_name(alone or names[0][1])
    except RefusedName:
        return ""


def _metadata(path):
    for member in members(path):
        if member.parts[-1] == lms_names.METADATA:
            return lms_names.gradescope_metadata(member.read()[0] or b"")
    return {}


def _file_name(name):
    try:
        return checked_name(name)
    except RefusedName:
        letters = "".join(c for c in name if c.isalnum() or c in " ._-()")
        return letters.lstrip(". ")[-100:] or "notebook.ipynb"
