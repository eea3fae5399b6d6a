"""Marks that graders give: their tables, checked and written into the gradebook."""

import csv
import math
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from grading.engine.intake.roster_file import read_table, unread
from grading.engine.storage.gradebook_file import opened
from grading.engine.storage.names import from_cell

if TYPE_CHECKING:
    from pathlib import Path

    from grading.course import Course

#: The file of comments that graders use again, in the course's folder.
COMMENTS = "comments.toml"
#: Without these a line says of nobody's answer what it is worth.
NEEDED = ("student", "notebook", "question", "answer", "points")


class MarksError(ValueError):
    """A table or the comments cannot be used; the message says what to change."""


@dataclass(frozen=True)
class Mark:
    """What a grader gives for an answer."""

    student: str
    notebook: str
    question: str
    answer: str  #: which text was read, see :func:`.answer_digest`
    points: float
    comment: str
    line: int  #: of the table


@dataclass
class Recorded:
    """What became of a table."""

    written: int = 0
    same: int = 0  #: the gradebook had these already
    refused: list[str] = field(default_factory=list)  #: why, with their lines


def read_comments(course: "Course") -> dict[str, dict[str, str]]:
    """Read the comments that graders use again.

    Parameters
    ----------
    course : Course
        ``comments.toml`` in its folder has a table for each question.

    Returns
    -------
    comments : dict
        ``{question: {name: text}}``; empty if there is no such file.

    Raises
    ------
    MarksError
        If the file cannot be read.
    """
    path = course.root / COMMENTS
    try:
        found = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise MarksError(f"{path} cannot be read: {error}.") from None
    for question, texts in found.items():
        if not isinstance(texts, dict) or set(map(type, texts.values())) - {str}:
            raise MarksError(
                f'{path}, [{question}]: expected lines of the form name = "text".'
            )
    return found


def read_marks(path: "Path", comments: Mapping[str, Mapping[str, str]]) -> "list[Mark]":
    """Read what a grader filled in.

    Parameters
    ----------
    path : pathlib.Path
        The table that ``python -m grading marking`` wrote, saved by any spreadsheet.
    comments : mapping
        From :func:`read_comments`; ``@name`` in a comment stands for one.

    Returns
    -------
    marks : list of Mark
        Lines without points are not among them.

    Raises
    ------
    MarksError
        If it cannot be read, or a line has no number of points.
    """
    try:
        rows = read_table(path)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise MarksError(f"{path} cannot be read: {unread(error)}.") from None
    missing = [name for name in NEEDED if not rows or name not in rows[0]]
    if missing:
        raise MarksError(f"{path} needs a header with: {', '.join(NEEDED)}.")
    return [
        _mark(row, line, path, comments)
        for line, row in enumerate(rows, start=2)
        if row["points"].strip()
    ]


def _mark(row, line, path, comments):
    points = _points(row["points"])
    if points is None:
        raise MarksError(
            f"{path}, line {line}: expected a number of points; got {row['points']!r}."
        )
    question = row["question"].strip()
    comment = _spelled_out(
        row.get("comment", ""), comments.get(question, {}), f"{path}, line {line}"
    )
    who, notebook = from_cell(row["student"]), row["notebook"].strip()
    return Mark(who, notebook, question, row["answer"].strip(), points, comment, line)


def _points(text):
    """Read a number, with a comma too; None for anything else."""
    try:
        points = float(text.strip().replace(",", "."))
    except ValueError:
        return None
    return points if math.isfinite(points) else None


def _spelled_out(comment, known, place):
    """Put the course's comments in the place of their names."""

    def text(match):
        if match[1] not in known:
            raise MarksError(
                f"{place}: no comment is called @{match[1]}; {COMMENTS} has for this "
                f"question: {', '.join(known) or 'none'}."
            )
        return known[match[1]]

    return re.sub(r"(?<!\S)@([\w-]+)", text, comment).strip()


def unrecorded(
    path: "Path", known: Mapping[tuple[str, str, str], tuple[float | None, str]]
) -> int:
    """Count the lines of a table that say more than the gradebook does.

    Parameters
    ----------
    path : pathlib.Path
        A table for a grader; it need not be there.
    known : mapping
        ``{(student, notebook, question): (points or None, comment)}``.

    Returns
    -------
    count : int
        Lines with points or a comment of their own.
    """
    rows = read_table(path) if path.is_file() else []
    return sum(_says_more(row, known) for row in rows)


def _says_more(row, known):
    names = ("notebook", "question", "points", "comment")
    notebook, question, points, comment = (row.get(name, "").strip() for name in names)
    if not points and not comment:
        return False
    place = from_cell(row.get("student", "")), notebook, question
    given, said = known.get(place, (None, ""))
    return (_points(points), comment) != (given, said.strip())


def record_marks(
    course: "Course",
    assignment: str,
    marks: "list[Mark]",
    answers: Mapping[tuple[str, str, str], str],
    replace: bool = False,
) -> Recorded:
    """Write marks into the gradebook, where formgrader has them too.

    Parameters
    ----------
    course : Course
        Has graded the assignment.
    assignment : str
        For example ``"assignment1"``.
    marks : list of Mark
        From :func:`read_marks`.
    answers : mapping
        ``{(student, notebook, question): digest}`` of what is graded today.
    replace : bool, optional
        Whether a mark that somebody gave before makes way.

    Returns
    -------
    recorded : Recorded
        All that can be written is, whatever is refused beside it.
    """

    def record() -> Recorded:
        recorded = Recorded()
        for mark in marks:
            reason = _record(file.book, assignment, mark, answers, replace, recorded)
            if reason:
                recorded.refused.append(f"line {mark.line}: {reason}")
        file.book.db.commit()
        return recorded

    with opened(course.database) as file:
        return file.patiently(record)


def _record(gradebook, assignment, mark, answers, replace, recorded):
    """Write one mark; return why not, or nothing."""
    who = f"{mark.student}, {mark.notebook}, {mark.question}"
    today = answers.get((mark.student, mark.notebook, mark.question))
    if today is None:
        return f"nobody's answer is called so: {who}."
    if today != mark.answer:
        return f"the answer has changed since it was read: {who}."
    place = (mark.question, mark.notebook, assignment, mark.student)
    grade = gradebook.find_grade(*place)
    if not 0 <= mark.points <= grade.max_score:
        return f"expected 0 to {grade.max_score:g} points; got {mark.points:g}: {who}."
    comment = gradebook.find_comment(*place)
    marked = not grade.needs_manual_grade and grade.manual_score is not None
    same = (grade.score, comment.comment or "") == (mark.points, mark.comment)
    if marked and same:
        recorded.same += 1
        return None
    if marked and not replace:
        return (
            f"somebody gave {grade.score:g} already; --replace puts yours there: {who}."
        )
    grade.manual_score, grade.needs_manual_grade = mark.points, False
    comment.manual_comment = mark.comment or None
    recorded.written += 1
    return None
