"""Intake: from what a collector has to submissions that never change."""

import csv
from collections import defaultdict
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

from grading.engine import lms
from grading.engine.archive import members, notebooks_inside
from grading.engine.exchange import inbound
from grading.engine.folder import Refused, read_folder
from grading.engine.ledger import Ledger
from grading.engine.roster import Roster, RosterError, folded
from grading.engine.store import write_whole
from grading.engine.submission import (
    RefusedName,
    Submission,
    checked_name,
    printable,
)


class IntakeError(Exception):
    """A collection that cannot begin; the message says what is missing."""


@dataclass
class Collected:
    """What a collection found."""

    submissions: list = field(default_factory=list)  #: of Submission, by student
    problems: list = field(default_factory=list)  #: sentences about what was refused


class Intake:
    """The submissions of one assignment of a course.

    Parameters
    ----------
    course : Course
        Its ``submitted`` folder is read and, from archives, written.
    assignment : str
        For example ``"assignment1"``.
    store : Store
        Keeps every file.
    writable : bool, optional
        False for a look that writes nothing down.
    """

    def __init__(self, course, assignment, store, *, writable=True):
        self.course, self.assignment, self.store = course, assignment, store
        self._writable = writable
        path = course.ledger / assignment / "collected.jsonl"
        self._ledger = Ledger(path, writable=writable)
        self._known = {}
        for _, raw in self._ledger.lines():
            self._known[raw["student"]] = Submission.from_dict(raw)

    def close(self):
        """Close the ledger."""
        self._ledger.close()

    def from_tree(self, *, trust_timestamps=False):
        """Take what lies in the course's ``submitted`` folder.

        Parameters
        ----------
        trust_timestamps : bool, optional
            ``timestamp.txt`` was written by ``nbgrader collect``, not by students.

        Returns
        -------
        collected : Collected
            Every student's submission; the ones that did not change keep the time that
            an earlier collection knew.
        """
        collected = Collected()
        for folder in self._folders():
            try:
                submission = self._of_folder(folder, trust_timestamps)
            except (Refused, RefusedName) as reason:
                collected.problems.append(str(reason))
            else:
                collected.submissions.append(self._remember(submission))
        return collected

    def from_exchange(self, root):
        """Take what students handed in through nbgrader's exchange.

        Parameters
        ----------
        root : pathlib.Path
            ``inbound`` folder of the course in the exchange.

        Returns
        -------
        collected : Collected
            Every student's newest submission, also written into ``submitted``.
        """
        found, problems = inbound(root, self.assignment)
        collected = Collected(problems=problems)
        for one in found:
            try:
                files, flags = read_folder(one.folder)
            except Refused as reason:
                collected.problems.append(str(reason))
                continue
            submission = self._submission(
                one.student,
                files,
                [*one.flags, *flags],
                time=one.time,
                source="exchange",
            )
            collected.submissions.append(self._remember(submission))
            self._place(submission)
        return collected

    def _folders(self):
        students = sorted(self.course.submitted.glob("*"))
        folders = [student / self.assignment for student in students]
        return [folder for folder in folders if folder.is_dir() or folder.is_symlink()]

    def _of_folder(self, folder, trust_timestamps):
        student = checked_name(folder.parent.name)
        if folder.parent.is_symlink():
            raise Refused(f"{printable(str(folder.parent))!r} is a link.")
        files, flags = read_folder(folder)
        time = _timestamp(folder) if trust_timestamps else ""
        return self._submission(student, files, flags, time=time, source="folder")

    def _submission(self, student, files, flags, **known):
        digests = sorted((name, self.store.put(data)) for name, data in files.items())
        return Submission(
            student, self.assignment, tuple(digests), flags=tuple(flags), **known
        )

    def _remember(self, submission):
        """Write down what is new; bytes collected before keep their time and flags."""
        known = self._known.get(submission.student)
        same = known and known.files == submission.files
        if same and submission.source == "folder" and not submission.time:
            flags = dict.fromkeys(known.flags + submission.flags)
            submission = replace(known, flags=tuple(flags))
        if submission != known and self._writable:
            self._ledger.append(submission.to_dict())
            self._known[submission.student] = submission
        return submission

    def from_archives(self, paths, *, kind="auto", roster=None, times=None):
        """Take the exports of a learning platform.

        Parameters
        ----------
        paths : list of pathlib.Path
            Zips; of a student's files with one name, the last archive's counts.
        kind : str, optional
            One of :data:`grading.engine.lms.KINDS`, or "auto".
        roster : Roster, optional
            Needed unless the archive is plain.
        times : dict of {str: str}, optional
            When each student handed in, from :func:`read_times`.

        Returns
        -------
        collected : Collected
            Every student's submission, also written into ``submitted``.

        Raises
        ------
        BadArchive
            If an archive cannot be read at all.
        IntakeError
            If a roster is needed.
        """
        collected, found = Collected(), defaultdict(_Bundle)
        for path in paths:
            self._read_archive(path, kind, roster, found, collected)
        for student, bundle in sorted(found.items()):
            time = (times or {}).get(folded(student), bundle.time)
            submission = Submission(
                student,
                self.assignment,
                tuple(sorted(bundle.files.items())),
                _utc(time),
                bundle.source,
                tuple(dict.fromkeys(bundle.flags)),
            )
            collected.submissions.append(self._remember(submission))
            self._place(submission)
        return collected

    def _read_archive(self, path, kind, roster, found, collected):
        paths = ["/".join(member.parts) for member in members(path)]
        kind = lms.kind_of(paths) if kind == "auto" else kind
        if roster is None and kind != "plain":
            raise IntakeError(
                f"{path} looks like an export of {kind.title()}, which does not name "
                f"students by their ids. Say who is who with:  --roster roster.csv"
            )
        metadata, strangers = _metadata(path) if kind == "gradescope" else {}, set()
        for member in members(path):
            place = lms.place(kind, "/".join(member.parts), metadata)
            if place is None:
                _check(member, collected)
                continue
            student = _student(place, roster)
            if not student:
                strangers.add(" ".join(value for _, value in place.names))
                continue
            self._add(found[student], member, place, kind)
        collected.problems += [
            f"Nobody in the roster is {printable(name)!r}."
            for name in sorted(strangers)
        ]

    def _add(self, bundle, member, place, kind):
        bundle.source, bundle.time = kind, place.time or bundle.time
        bundle.flags += place.flags
        data, reason = member.read()
        if reason:
            bundle.flags.append(reason)
        elif place.file.lower().endswith(".zip"):
            files, flags = notebooks_inside(data)
            bundle.flags += flags
            for name, inner in files.items():
                bundle.files[_file_name(name)] = self.store.put(inner)
        elif place.file.lower().endswith(".ipynb"):
            bundle.files[_file_name(place.file)] = self.store.put(data)
        elif place.file != "timestamp.txt":
            bundle.flags.append(f"Left out {printable(place.file)!r}: no notebook.")

    def _place(self, submission):
        """Write a submission where nbgrader looks for it."""
        folder = self.course.submitted / submission.student / self.assignment
        for part in (folder.parent, folder):
            if part.is_symlink() or part.is_file():
                part.unlink()
        folder.mkdir(parents=True, exist_ok=True)
        names = {name for name, _ in submission.files}
        for stale in folder.iterdir():
            if stale.name not in names and not stale.is_dir():
                stale.unlink()
        for name, digest in submission.files:
            write_whole(folder / name, self.store.get(digest))
        if submission.time:
            write_whole(folder / "timestamp.txt", submission.time.encode())


@dataclass
class _Bundle:
    files: dict = field(default_factory=dict)
    flags: list = field(default_factory=list)
    time: str = ""
    source: str = ""


def _student(place, roster):
    """Return the student's id, or "" for a stranger."""
    if roster is not None:
        return roster.find(place.names)
    try:
        return checked_name(place.names[0][1])
    except RefusedName:
        return ""


def _check(member, collected):
    """Report a member in the wrong place if it is an attack."""
    path = "/".join(member.parts)
    if ".." in member.parts or path.startswith("/"):
        collected.problems.append(
            f"Refused {printable(path)!r}: it leaves the archive."
        )


def _metadata(path):
    for member in members(path):
        if member.parts[-1] == lms.METADATA:
            return lms.gradescope_metadata(member.read()[0] or b"")
    return {}


def _file_name(name):
    try:
        return checked_name(name)
    except RefusedName:
        letters = "".join(c for c in name if c.isalnum() or c in " ._-()")
        return letters.lstrip(". ")[-100:] or "notebook.ipynb"


def _timestamp(folder):
    """Return the time nbgrader wrote, or "" if it is none."""
    try:
        with open(folder / "timestamp.txt", encoding="utf-8") as file:
            return _utc(file.read(100))
    except (OSError, UnicodeDecodeError):
        return ""


def _utc(text):
    """Return a time as ISO 8601 in UTC, or "" if it is none."""
    text = str(text).strip().removesuffix(" UTC")
    try:
        time = datetime.fromisoformat(text)
        return time.replace(tzinfo=time.tzinfo or UTC).astimezone(UTC).isoformat()
    except (ValueError, OverflowError):
        return ""


def read_times(path):
    """Read when students handed in.

    Parameters
    ----------
    path : pathlib.Path
        CSV with the columns ``student`` and ``time`` (ISO 8601; UTC unless it says).

    Returns
    -------
    times : dict of {str: str}
        By student, folded.

    Raises
    ------
    RosterError
        If a line is not understood.
    """
    with open(path, newline="", encoding="utf-8-sig") as file:
        rows = list(csv.DictReader(file))
    times = {}
    for number, row in enumerate(rows, start=2):
        time = _utc(row.get("time") or "")
        if not time or not row.get("student"):
            raise RosterError(
                f"{path}, line {number}: expected a student and a time such as "
                f"2026-11-21T18:30:00+01:00."
            )
        times[folded(row["student"])] = time
    return times


def read_roster(path):
    """Read a roster, if there is one.

    Parameters
    ----------
    path : pathlib.Path or None
        CSV file.

    Returns
    -------
    roster : Roster or None
        What it says.

    Raises
    ------
    RosterError
        If a student's id cannot be used.
    """
    if path is None:
        return None
    roster = Roster.read(Path(path))
    for student in roster.students:
        try:
            checked_name(student)
        except RefusedName as reason:
            raise RosterError(f"{path}: {reason}") from None
    return roster
