"""Intake: from what a collector has to submissions that never change."""

import stat
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from cs231n.files import write_whole
from grading.engine.intake.exchange import inbound
from grading.engine.intake.folder import RefusedFile, read_folder
from grading.engine.intake.lms_export import Export
from grading.engine.intake.roster import folded
from grading.engine.intake.submission import Submission
from grading.engine.intake.times import timestamp, utc
from grading.engine.storage.append_log import AppendLog
from grading.engine.storage.names import RefusedName, checked_name, printable

if TYPE_CHECKING:
    from pathlib import Path

    from grading.course import Course
    from grading.engine.intake.roster import Roster
    from grading.engine.storage.store import Store

#: Folders that are read at a time.
THREADS = 4


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

    def __init__(
        self,
        course: "Course",
        assignment: str,
        store: "Store",
        *,
        writable: bool = True,
    ) -> None:
        self.course, self.assignment, self.store = course, assignment, store
        self._writable = writable
        released = (course.source / assignment).glob("*.ipynb")
        self._likely = sorted(path.stem.casefold() for path in released)
        path = course.ledger / assignment / "collected.jsonl"
        self._log = AppendLog(path, writable=writable)
        self._known = {}
        for _, raw in self._log.lines():
            self._known[raw["student"]] = Submission.from_dict(raw)

    def close(self) -> None:
        """Close the log."""
        self._log.close()

    def known(self) -> "list[Submission]":
        """List what was collected last, by student.

        Returns
        -------
        submissions : list of Submission
            Without a look at any folder.
        """
        return [self._known[student] for student in sorted(self._known)]

    def from_tree(self, *, trust_timestamps: bool = False) -> "Collected":
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
        collected, seen = Collected(), set()

        def read(folder):
            try:
                return self._of_folder(folder, trust_timestamps)
            except (RefusedFile, RefusedName) as reason:
                return str(reason)

        # Reading and hashing let other threads run.
        with ThreadPoolExecutor(THREADS) as pool:
            for found in pool.map(read, self._folders()):
                if isinstance(found, str):
                    collected.problems.append(found)
                elif found.student in seen:  # one name, composed and not
                    problem = f"Two folders are called {found.student!r}."
                    collected.problems.append(problem)
                else:
                    seen.add(found.student)
                    collected.submissions.append(self._remember(found))
        return collected

    def from_exchange(self, root: "Path") -> "Collected":
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
                files, flags = self._read(one.folder)
            except RefusedFile as reason:
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
        return [
            student / self.assignment
            for student in students
            if _may_be_folder(student / self.assignment)
        ]

    def _of_folder(self, folder, trust_timestamps):
        student = checked_name(folder.parent.name)
        if folder.parent.is_symlink():
            raise RefusedFile(f"{printable(str(folder.parent))!r} is a link.")
        files, flags = self._read(folder)
        time = timestamp(folder) if trust_timestamps else ""
        return self._submission(student, files, flags, time=time, source="folder")

    def _read(self, folder):
        return read_folder(folder, self.store.put_file, self._likely)

    def _submission(self, student, files, flags, **known):
        digests = tuple(sorted(files.items()))
        return Submission(
            student, self.assignment, digests, flags=tuple(flags), **known
        )

    def _remember(self, submission):
        """Write down what is new; bytes collected before keep their time and flags."""
        known = self._known.get(submission.student)
        same = known and known.files == submission.files
        if same and submission.source == "folder" and not submission.time:
            flags = dict.fromkeys(known.flags + submission.flags)
            submission = replace(known, flags=tuple(flags))
        if submission != known and self._writable:
            self._log.append(submission.to_dict())
            self._known[submission.student] = submission
        return submission

    def from_archives(
        self,
        paths: "list[Path]",
        *,
        kind: str = "auto",
        roster: "Roster | None" = None,
        times: dict[str, str] | None = None,
    ) -> "Collected":
        """Take the exports of a learning platform.

        Parameters
        ----------
        paths : list of pathlib.Path
            Zips; of a student's files with one name, the last archive's counts.
        kind : str, optional
            One of :data:`grading.engine.intake.lms_names.KINDS`, or "auto".
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
        export = Export(self.store, self._likely, self.assignment)
        for path in paths:
            export.read(path, kind, roster)
        collected = Collected(problems=export.problems)
        unknown = set(times or {}) - {folded(student) for student in export.bundles}
        collected.problems += [
            f"{printable(student)!r} has a time and handed nothing in; --times names "
            f"students by their ids."
            for student in sorted(unknown)
        ]
        for student, bundle in sorted(export.bundles.items()):
            time = (times or {}).get(folded(student), bundle.time)
            submission = Submission(
                student,
                self.assignment,
                tuple(sorted(bundle.files.items())),
                utc(time),
                bundle.source,
                tuple(bundle.flags + bundle.left_out.flags()),
                _origins(bundle, roster),
            )
            collected.submissions.append(self._remember(submission))
            self._place(submission)
        return collected

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


def _may_be_folder(path):
    """Tell what is to be read, or refused with a sentence, from what is not there."""
    try:
        mode = path.lstat().st_mode
    except (FileNotFoundError, NotADirectoryError):
        return False
    except OSError:  # nobody may look there, or it is a link to itself
        return True
    return stat.S_ISDIR(mode) or stat.S_ISLNK(mode)


def _origins(bundle, roster):
    """Give the platform's names of the notebooks, unless they would tell who it is."""
    if roster is not None and roster.has_pseudonyms:
        return ()
    return tuple(sorted((n, p) for n, p in bundle.origins.items() if n in bundle.files))
