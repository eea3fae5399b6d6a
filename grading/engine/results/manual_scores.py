"""Scores by hand: what a person, and the calendar, added to what the tests gave."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from grading.course import Course


@dataclass(frozen=True)
class ManualScores:
    """One student's notebook in the gradebook."""

    score: float = 0.0  #: everything, without the penalty
    points: float = 0.0
    penalty: float = 0.0
    scores: dict = field(default_factory=dict)  #: {cell: points given}
    to_mark: frozenset = frozenset()  #: cells that a person must look at
    comments: dict = field(default_factory=dict)  #: {cell: a person's words}

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
    from nbgrader.api import Gradebook

    with Gradebook(f"sqlite:///{course.database}") as gradebook:
        for submission in gradebook.assignment_submissions(assignment):
            for notebook in submission.notebooks:
                yield submission.student.id, notebook.name, _marks(notebook)
            gradebook.db.expire_all()


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
