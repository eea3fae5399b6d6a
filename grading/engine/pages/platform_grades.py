"""Grades in the files that learning platforms take in.

Canvas matches students by its own id and assignments by "Title (id)"; Moodle's grading
worksheet by "Participant id"; Blackboard by user name and "Title |id".
"""

import csv
from collections.abc import Callable
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING

from grading.engine.pages.exercises import exercises
from grading.engine.results.manual_scores import read_manual_scores
from grading.engine.storage.names import cell_text
from grading.gradebook import Score, scores
from grading.late_work import late_work

if TYPE_CHECKING:
    from grading.course import Course
    from grading.engine.intake.roster import Roster
    from grading.engine.notebooks.template import Template


class NoRoster(LookupError):
    """A platform tells students apart by what only a roster says."""


@dataclass(frozen=True)
class Grades:
    """One student's points."""

    total: Score
    exercises: dict  #: {(notebook, exercise): points}, before any penalty
    names: dict  #: columns of the roster


def read_grades(
    course: "Course",
    assignment: str,
    templates: "dict[str, Template]",
    roster: "Roster | None",
) -> "list[Grades]":
    """Read everybody's points.

    Parameters
    ----------
    course : Course
        Has graded the assignment.
    assignment : str
        For example ``"assignment1"``.
    templates : dict of {str: Template}
        Its notebooks.
    roster : Roster or None
        Who is who.

    Returns
    -------
    grades : list of Grades
        By student.

    Raises
    ------
    LookupError
        If there is no gradebook, or no such assignment in it.
    """
    totals = scores(course.database, assignment, late_work(course, assignment))
    by_student = {score.student: {} for score in totals}
    for student, notebook, marks in read_manual_scores(course, assignment):
        for exercise in exercises(templates[notebook]):
            cells = [slot.name for slot in exercise.tests] or [exercise.name]
            earned = sum(marks.scores.get(cell, 0.0) for cell in cells)
            by_student[student][notebook, exercise.name] = earned
    rows = roster.rows if roster else {}
    return [
        Grades(score, by_student[score.student], rows.get(score.student, {}))
        for score in totals
    ]


def write_grades(
    platform: str,
    grades: "list[Grades]",
    templates: "dict[str, Template]",
    file: IO[str],
    *,
    column: str,
    each: bool = False,
) -> list[str]:
    """Write a platform's table.

    Parameters
    ----------
    platform : str
        One of :data:`PLATFORMS`.
    grades : list of Grades
        From :func:`read_grades`.
    templates : dict of {str: Template}
        The assignment's notebooks.
    file : text file
        Opened with ``newline=""``.
    column : str
        What the platform calls the total, with its id if it is to find it.
    each : bool, optional
        Add a column for every exercise.

    Returns
    -------
    strangers : list of str
        Students left out because the roster does not say who they are there.

    Raises
    ------
    NoRoster
        If nobody is known.
    """
    form = PLATFORMS[platform]
    known = [one for one in grades if form.who(one)]
    strangers = [one.total.student for one in grades if one not in known]
    if grades and not known:
        raise NoRoster(
            f"The roster says nothing of what {platform.title()} calls students: give "
            f"one with the column {form.needs!r} to:  collect --roster roster.csv"
        )
    parts = _parts(templates) if each else []
    most = next((one.total.max_score for one in known), 0.0)
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(
        [*form.header, form.title(column, most), *(name for _, name in parts)]
    )
    if form.points:
        blank = [""] * (len(form.header) - 1)
        points = [_points(templates, key) for key, _ in parts]
        writer.writerow(["    Points Possible", *blank, most, *points])
    for one in known:
        earned = [one.exercises.get(key, 0.0) for key, _ in parts]
        row = [*form.who(one), one.total.score, *earned]
        writer.writerow(map(_plain, row))
    return strangers


def _parts(templates):
    return [
        ((name, part.name), f"{name}: {part.name}")
        for name, template in templates.items()
        for part in exercises(template)
        if part.points
    ]


def _points(templates, key):
    notebook, exercise = key
    parts = exercises(templates[notebook])
    return next(part.points for part in parts if part.name == exercise)


def _plain(value):
    """Keep spreadsheets from running a text."""
    if isinstance(value, str) and value != "-":
        return cell_text(value)
    return round(value, 4) if isinstance(value, float) else value


@dataclass(frozen=True)
class Form:
    """How a platform's table looks."""

    header: tuple[str, ...]
    who: Callable  #: from Grades to the first columns; empty for a stranger
    needs: str  #: column of the roster
    title: Callable = lambda column, most: column
    points: bool = False  #: a second line with the points


def _of(*columns, key):
    """Take columns of the roster; the key must not be empty."""

    def who(one):
        known = {"student": one.total.student} | {
            name: value for name, value in one.names.items() if value
        }
        return tuple(known.get(name, "") for name in columns) if known.get(key) else ()

    return who


def _moodle(one):
    number = one.names.get("moodle_id")
    who = (one.names.get("name", ""), one.names.get("email", ""))
    return (f"Participant {number}", *who, "-") if number else ()


def _blackboard(one):
    login = one.names.get("login") or _who(one)
    last, comma, first = one.names.get("name", "").partition(",")
    if not comma:
        *firsts, last = last.split() or [""]
        first = " ".join(firsts)
    return (last.strip(), first.strip(), login)


def _csv(one):
    return (_who(one), one.total.max_score, one.total.penalty)


def _who(one):
    """Give the id of the roster; the gradebook's may be a pseudonym."""
    return one.names.get("student") or one.total.student


PLATFORMS = {
    "csv": Form(("student", "max_score", "late_penalty"), _csv, "student"),
    "canvas": Form(
        ("Student", "ID", "SIS User ID", "SIS Login ID", "Section"),
        _of("name", "canvas_id", "sid", "login", "section", key="canvas_id"),
        "canvas_id",
        points=True,
    ),
    "moodle": Form(
        ("Identifier", "Full name", "Email address", "Last modified (grade)"),
        _moodle,
        "moodle_id",
        title=lambda column, most: "Grade",
    ),
    "gradescope": Form(
        ("Name", "SID", "Email"),
        _of("name", "sid", "email", key="email"),
        "email",
        title=lambda column, most: "Total Score",
    ),
    "blackboard": Form(
        ("Last Name", "First Name", "Username"),
        _blackboard,
        "login",
        title=lambda column, most: (
            column if "|" in column else f"{column} [Total Pts: {most:g}]"
        ),
    ),
}
