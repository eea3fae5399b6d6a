"""Late work: everybody's lateness, from the gradebook's times and ``course.toml``."""

from typing import TYPE_CHECKING

from grading.due_dates import CourseFileError, DueDates, Lateness
from grading.engine.intake.roster import known_roster
from grading.engine.storage.gradebook_file import opened

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from grading.course import Course
    from grading.due_dates import Rule
    from grading.engine.intake.roster import Roster


def late_work(
    course: "Course",
    assignment: str,
    database: "Path | None" = None,
    dates: DueDates | None = None,
) -> dict[str, Lateness | None] | None:
    """Say how late everybody is with an assignment. Nothing is written.

    Parameters
    ----------
    course : Course
        Its ``course.toml`` has the rules, its roster the sections.
    assignment : str
        For example ``"assignment1"``.
    database : pathlib.Path, optional
        Another gradebook than the course's.
    dates : DueDates, optional
        Rules in place of those of ``course.toml``, to try them.

    Returns
    -------
    late : dict or None
        By student who handed in; None if there is no ``course.toml``, and what the
        gradebook says of late work counts.

    Raises
    ------
    CourseFileError
        If the file does not name the assignment, or names a student or a section
        that nobody knows.
    """
    path = course.root / "course.toml"
    dates = dates or DueDates.read(path)
    if dates is None:
        return None
    dates.check(assignment, path)
    database = database or course.database
    times = _times(database) if database.is_file() else {}
    roster = known_roster(course, None)
    try:
        _check_names(dates.rules[assignment], roster, set(times))
    except CourseFileError as reason:
        raise CourseFileError(f"{path}, [assignments.{assignment}]: {reason}") from None
    sections = roster.sections if roster else {}
    return {
        student: dates.lateness(assignment, student, sections.get(student, ""), found)
        for student, found in times.items()
    }


def _times(database: "Path") -> "dict[str, dict[str, datetime | None]]":
    """Read when everybody handed what in."""
    from nbgrader import api

    with opened(database) as file:
        rows = file.book.db.query(
            api.SubmittedAssignment.student_id,
            api.Assignment.name,
            api.SubmittedAssignment.timestamp,
        ).join(
            api.Assignment, api.Assignment.id == api.SubmittedAssignment.assignment_id
        )
        times: dict[str, dict[str, datetime | None]] = {}
        for student, name, time in file.patiently(rows.all):
            times.setdefault(student, {})[name] = time
    return times


def _check_names(rule: "Rule", roster: "Roster | None", graded: set[str]) -> None:
    if roster is None:
        if rule.sections:
            raise CourseFileError(
                "sections need a roster with the column 'section':  "
                "python -m grading collect ... --roster roster.csv"
            )
        return
    sections = set(roster.sections.values())
    for what, names, known in (
        ("section", rule.sections, sections),
        ("student", rule.extensions, graded | set(roster.rows)),
    ):
        for name in names:
            if name not in known:
                raise CourseFileError(f"no {what} is called {name!r} in the roster.")
