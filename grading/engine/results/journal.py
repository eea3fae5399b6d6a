"""The journal: every verdict ever given, found again by what it depends on."""

from os import PathLike
from typing import TYPE_CHECKING

from grading.engine.storage.append_log import AppendLog
from grading.judge.exam import Verdict

if TYPE_CHECKING:
    from pathlib import Path

    from grading.course import Course


def journal_path(course: "Course", assignment: str) -> "Path":
    """Say where the journal of an assignment lies.

    Parameters
    ----------
    course : Course
        Whose ledger it is in.
    assignment : str
        For example ``"assignment1"``.

    Returns
    -------
    path : pathlib.Path
        For :class:`Journal`; it need not be there yet.
    """
    return course.ledger / assignment / "journal.jsonl"


class Journal:
    """The verdicts of a course, kept on disk; in memory is only where they stand.

    Parameters
    ----------
    path : path-like
        File of the log.
    writable : bool, optional
        False for a look at what somebody else may be writing; such a journal is all
        in memory, for whoever wants most of it.
    """

    def __init__(self, path: str | PathLike, *, writable: bool = True) -> None:
        self._log = AppendLog(path, writable=writable)
        self._verdicts, self._readings, self._records = {}, {}, {}
        for offset, line in self._log.lines():
            self._learn(offset if writable else line, line)

    def _learn(self, place, line):
        if line["kind"] == "verdict":
            self._verdicts[line["key"]] = place
        elif line["kind"] == "reading":
            self._readings[line["of"]] = place
        elif line["kind"] == "record":
            self._records[line["student"], line["notebook"]] = place

    @property
    def damaged(self) -> int:
        """Number of lines that were skipped because their checksum is wrong."""
        return self._log.damaged

    def close(self) -> None:
        """Close the file."""
        self._log.close()

    def add(self, key: str, verdict: Verdict, seconds: dict[str, float]) -> None:
        """Write a verdict down.

        Parameters
        ----------
        key : str
            Of the task.
        verdict : Verdict
            What the judge said.
        seconds : dict of {str: float}
            How long each test took; not part of the verdict.
        """
        line = {"kind": "verdict", "key": key, "verdict": verdict.to_json()}
        self._learn(self._log.append(line | {"seconds": seconds}), line)

    def verdict(self, key: str) -> Verdict | None:
        """Look a verdict up.

        Parameters
        ----------
        key : str
            Of a task.

        Returns
        -------
        verdict : Verdict or None
            None if nobody has judged this.
        """
        line = self._line(self._verdicts, key)
        return line and Verdict.from_json(line["verdict"])

    def seconds(self, key: str) -> dict[str, float]:
        """Look up how long the tests of a verdict took.

        Parameters
        ----------
        key : str
            Of a task.

        Returns
        -------
        seconds : dict of {str: float}
            By test; empty if nobody has judged this.
        """
        line = self._line(self._verdicts, key)
        return line["seconds"] if line else {}

    def add_reading(self, of: str, notebooks: dict[str, list]) -> None:
        """Write down how a submission was read.

        Parameters
        ----------
        of : str
            Digest of the submission and the templates.
        notebooks : dict of {str: list}
            For each notebook, the task's key, the flags and the fingerprints, packed.
        """
        line = {"kind": "reading", "of": of, "notebooks": notebooks}
        self._learn(self._log.append(line), line)

    def reading(self, of: str) -> dict | None:
        """Look up how a submission was read.

        Parameters
        ----------
        of : str
            Digest of the submission and the templates.

        Returns
        -------
        notebooks : dict or None
            As in :meth:`add_reading`.
        """
        line = self._line(self._readings, of)
        return line and line["notebooks"]

    def add_record(self, student: str, notebook: str, **details: object) -> None:
        """Write down that a verdict is in the gradebook.

        Parameters
        ----------
        student, notebook : str
            Whose, and which.
        **details : object
            What was recorded.
        """
        line = {"kind": "record", "student": student, "notebook": notebook}
        self._learn(self._log.append(line | details), line)

    def record(self, student: str, notebook: str) -> dict:
        """Look up what was recorded last.

        Parameters
        ----------
        student, notebook : str
            Whose, and which.

        Returns
        -------
        details : dict
            As in :meth:`add_record`; empty if nothing was.
        """
        return self._line(self._records, (student, notebook)) or {}

    def _line(self, index, key):
        place = index.get(key)
        return self._log.at(place) if isinstance(place, int) else place
