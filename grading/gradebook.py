"""Read scores out of nbgrader's gradebook, and write them as CSV."""

import csv
import sys
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import IO

from nbgrader.api import MissingEntry

from grading.course import Course
from grading.due_dates import CourseFileError, Lateness
from grading.engine.intake.roster import RosterError
from grading.engine.storage.gradebook_file import GradebookError, opened
from grading.engine.storage.names import cell_text
from grading.late_work import late_work

HEADER = (
    *("student", "score", "max_score"),
    *("late_days", "to_mark_by_hand", "late_penalty"),
)


@dataclass(frozen=True)
class Score:
    """What one student has for one assignment."""

    student: str
    score: float  #: after the penalty for being late
    max_score: float
    by_tests: float  #: the part that tests gave
    max_by_tests: float
    late_days: float
    to_mark: int  #: answers a person must still mark
    penalty: float = 0.0  #: points that being late took


def scores(
    database: str | PathLike,
    assignment: str,
    late: dict[str, Lateness | None] | None = None,
) -> "list[Score]":
    """Read the scores of all submissions of an assignment.

    Parameters
    ----------
    database : path-like
        nbgrader's SQLite file.
    assignment : str
        For example ``"assignment1"``.
    late : dict, optional
        From :func:`late_work`: what being late takes, in place of what the gradebook
        says of it.

    Returns
    -------
    found : list of Score
        By student.

    Raises
    ------
    LookupError
        If there is no such assignment in it.
    GradebookError
        If there is no such file, or it cannot be used.
    """
    with opened(Path(database)) as file:
        found = file.patiently(lambda: _scores(file.book, assignment, late, database))
    return sorted(found, key=lambda score: score.student)


def _scores(book, assignment, late, database):
    try:
        book.find_assignment(assignment)
    except MissingEntry:
        known = ", ".join(sorted(a.name for a in book.assignments)) or "none"
        raise LookupError(
            f"No assignment {assignment!r} in {database}; it has: {known}."
        ) from None
    submissions = book.assignment_submissions(assignment)
    return [_score(submission, late) for submission in submissions]


def _score(submission, late):
    grades = [grade for notebook in submission.notebooks for grade in notebook.grades]
    tested = [grade for grade in grades if grade.cell.cell_type == "code"]
    seconds, penalty = _lateness(submission, late)
    return Score(
        student=submission.student.id,
        score=submission.score - penalty,
        max_score=submission.max_score,
        by_tests=sum(grade.score for grade in tested),
        max_by_tests=sum(grade.max_score for grade in tested),
        late_days=seconds / 86400,
        to_mark=sum(grade.needs_manual_grade for grade in grades),
        penalty=penalty,
    )


def _lateness(submission, late):
    """Give the seconds, and the points that they take."""
    if late is not None:
        found = late.get(submission.student.id)
        if found is None:
            return 0.0, 0.0
        return found.seconds, round(found.rate * submission.score, 6)
    # Each notebook's penalty stays within its score: nobody ends below 0.
    penalty = sum(
        min(notebook.late_submission_penalty or 0.0, notebook.score)
        for notebook in submission.notebooks
    )
    return submission.total_seconds_late, penalty


def write_csv(found: "list[Score]", file: IO[str]) -> None:
    """Write one row per submission.

    Parameters
    ----------
    found : list of Score
        From :func:`scores`.
    file : text file
        Opened with ``newline=""``.
    """
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(HEADER)
    for score in found:
        late = round(score.late_days, 2)
        row = [score.score, score.max_score, late, score.to_mark, score.penalty]
        writer.writerow([cell_text(score.student), *row])


def export(course: Course, assignment: str, out: Path | None = None) -> int:
    """Print the scores as CSV.

    Parameters
    ----------
    course : Course
        Has graded the assignment.
    assignment : str
        For example ``"assignment1"``.
    out : pathlib.Path, optional
        The CSV file; by default the standard output.

    Returns
    -------
    status : int
        1 while marks are missing, 2 without a table.
    """
    try:
        late = late_work(course, assignment)
        found = scores(course.database, assignment, late)
    except (LookupError, CourseFileError, GradebookError, RosterError) as error:
        print(error, file=sys.stderr)
        return 2
    if not found:
        print(f"Nobody is graded in {assignment} yet.", file=sys.stderr)
        return 2
    if out:
        try:
            with out.open("w", newline="", encoding="utf-8") as file:
                write_csv(found, file)
        except OSError as error:
            print(f"{out} cannot be written: {error.strerror}.", file=sys.stderr)
            return 2
    else:
        write_csv(found, sys.stdout)
    unmarked = [score.student for score in found if score.to_mark]
    if unmarked:
        names = ", ".join(unmarked)
        print(f"Still to mark by hand, and 0 so far: {names}.", file=sys.stderr)
    return 1 if unmarked else 0
