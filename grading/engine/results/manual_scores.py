"""Scores by hand: what a person, and the calendar, added to what the tests gave."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from grading.engine.storage.gradebook_file import opened
from grading.late_work import late_work

if TYPE_CHECKING:
    from grading.course import Course
    from grading.due_dates import Lateness


@dataclass(frozen=True)
class ManualScores:
    """One student's notebook in the gradebook."""

    score: float = 0.0  #: everything, without the penalty
    points: float = 0.0
    penalty: float = 0.0
    scores: dict = field(default_factory=dict)  #: {cell: points given}
    to_mark: frozenset = frozenset()  #: cells that a person must look at
    comments: dict = field(default_factory=dict)  #: {cell: a person's words}
    late: str = ""  #: why being late takes what it does

    @property
    def final(self) -> float:
        """What counts: never below 0."""
        return max(0.0, self.score - self.penalty)


def read_manual_scores(
    course: "Course", assignment: str
) -> "Iterator[tuple[str, str, ManualScores]]":
    """Read an assignment's marks.

    Parameters
    ----------
    course : Course
        Has a gradebook.
    assignment : str
        For example ``"assignment1"``.

    Yields
    ------
    student, notebook : str
        Whose, and which.
    marks : ManualScores
        What the gradebook has.
    """
    late = late_work(course, assignment)
    with opened(course.database) as file:
        found = file.patiently(lambda: list(_all_marks(file.book, assignment)))
    for student, name, marks in found:
        if late is not None:
            marks = _with(marks, late.get(student))
        yield student, name, marks


def _all_marks(book, assignment):
    for submission in book.assignment_submissions(assignment):
        for notebook in submission.notebooks:
            yield submission.student.id, notebook.name, _marks(notebook)
        book.db.expire_all()


def manual_scores(
    course: "Course", assignment: str
) -> "dict[tuple[str, str], ManualScores]":
    """Look an assignment's marks up by student and notebook.

    Parameters
    ----------
    course : Course
        Need not have a gradebook.
    assignment : str
        For example ``"assignment1"``.

    Returns
    -------
    marks : dict
        ``{(student, notebook): marks}``; empty without a gradebook.
    """
    if not course.database.is_file():
        return {}
    return {
        (student, notebook): marks
        for student, notebook, marks in read_manual_scores(course, assignment)
    }


def _with(marks: ManualScores, late: "Lateness | None") -> ManualScores:
    """Put what ``course.toml`` says of late work in place of the gradebook's."""
    rate, reason = (late.rate, late.reason) if late else (0.0, "")
    return replace(marks, penalty=round(rate * marks.score, 6), late=reason)


def _marks(notebook):
    grades = {grade.name: grade for grade in notebook.grades}
    comments = {comment.name: comment.comment for comment in notebook.comments}
    return ManualScores(
        score=notebook.score,
        points=notebook.max_score,
        penalty=notebook.late_submission_penalty or 0.0,
        scores={name: grade.score for name, grade in grades.items()},
        to_mark=frozenset(n for n, grade in grades.items() if grade.needs_manual_grade),
        comments={name: comment for name, comment in comments.items() if comment},
    )
