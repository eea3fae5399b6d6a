"""The overview: what every student handed in, answered and earned."""

import contextlib
import json
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from grading.engine.intake.intake import Intake
from grading.engine.notebooks.released import templates
from grading.engine.results.journal import Journal, journal_path
from grading.engine.storage.store import Store
from grading.judge.exam import Exam, Verdict

if TYPE_CHECKING:
    from grading.course import Course


@dataclass(frozen=True)
class Row:
    """One student's notebook."""

    student: str
    notebook: str
    verdict: Verdict | None  #: None if it is not graded
    seconds: dict  #: of each test
    flags: tuple[str, ...]
    files: tuple[tuple[str, str], ...]  #: names and digests of what was handed in
    prints: str | None = None  #: packed; None if an older version has read it
    recorded: bool = True  #: whether the gradebook has these files and their time


class Overview:
    """What is known of an assignment.

    Parameters
    ----------
    course : Course
        Has released the assignment.
    assignment : str
        For example ``"assignment1"``.

    Raises
    ------
    LookupError
        If there is no such assignment.
    """

    def __init__(self, course: "Course", assignment: str) -> None:
        self.course, self.assignment = course, assignment
        self.templates = templates(course, assignment)
        self.store = Store(course.ledger / "objects")

    @cached_property
    def rows(self) -> "list[Row]":
        """One for every student and notebook, in order."""
        exams = {
            name: Exam.from_dict(template.exam).digest
            for name, template in self.templates.items()
        }
        with contextlib.ExitStack() as stack:
            # Somebody may be grading at this moment.
            intake = Intake(self.course, self.assignment, self.store, writable=False)
            stack.enter_context(contextlib.closing(intake))
            path = journal_path(self.course, self.assignment)
            journal = stack.enter_context(
                contextlib.closing(Journal(path, writable=False))
            )
            return [
                _row(journal, submission, name, exams[name])
                for submission in intake.from_tree().submissions
                for name in self.templates
            ]

    @property
    def waiting(self) -> "list[Row]":
        """What the next run takes into the gradebook."""
        return [row for row in self.rows if not (row.verdict and row.recorded)]

    def answers(self, row: "Row") -> dict[str, str]:
        """Read the graded notebook of a student.

        Parameters
        ----------
        row : Row
            Which.

        Returns
        -------
        written : dict of {str: str}
            The answers by grade_id; empty if it is not graded.
        """
        folder = self.course.autograded / row.student / self.assignment
        try:
            text = (folder / f"{row.notebook}.ipynb").read_text(encoding="utf-8")
        except OSError:
            return {}
        found = {}
        for cell in json.loads(text)["cells"]:
            graded = cell["metadata"].get("nbgrader", {})
            if graded.get("solution"):
                found[graded["grade_id"]] = cell["source"]
        return found

    def means(self) -> dict[str, tuple]:
        """Average what is graded.

        Returns
        -------
        means : dict of {str: tuple}
            For each notebook, the mean score by tests and the points.
        """
        means = {}
        for name, template in self.templates.items():
            scores = [
                r.verdict.score for r in self.rows if r.notebook == name and r.verdict
            ]
            points = sum(slot.points for slot in template.of_role("test"))
            means[name] = (sum(scores) / max(1, len(scores)), points)
        return means


def _row(journal, submission, name, exam):
    record = journal.record(submission.student, name)
    reading = journal.reading(record.get("reading", "")) or {}
    key = record.get("key", "")
    current = record.get("files") == submission.digest
    recorded = current and record.get("time", "") == submission.time
    verdict = journal.verdict(key) if current else None
    if verdict is not None and verdict.exam != exam:
        verdict = None  # the tests have changed since
    _, read_flags, *prints = reading.get(name, ["", []])
    flags = (*submission.flags, *read_flags)
    flags += verdict.flags if verdict else ()
    return Row(
        submission.student,
        name,
        verdict,
        journal.seconds(key),
        tuple(dict.fromkeys(flags)),
        submission.files,
        prints[0] if prints else None,
        recorded,
    )
