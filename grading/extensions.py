"""Extensions: one student's later due date, written into ``course.toml``."""

from datetime import datetime
from typing import TYPE_CHECKING

import tomlkit
from tomlkit.exceptions import TOMLKitError

from cs231n.files import write_whole
from grading.due_dates import CourseFileError, DueDates
from grading.late_work import late_work

if TYPE_CHECKING:
    from grading.course import Course


def extend(course: "Course", assignment: str, student: str, until: str) -> None:
    """Give a student an extension, another one, or none.

    Parameters
    ----------
    course : Course
        Its ``course.toml`` has the rules. Comments in it stay.
    assignment : str
        Which the file names.
    student : str
        In the roster or the gradebook.
    until : str
        Days after the section's date, or a time with its zone, or "none".

    Raises
    ------
    CourseFileError
        If there is no such file, or it would not be understood; it stays as it was.
    """
    path = course.root / "course.toml"
    try:
        text = path.read_text(encoding="utf-8")
        document = tomlkit.parse(text)
    except FileNotFoundError:
        raise CourseFileError(
            f"There is no {path}. Write one with the due date first: "
            f"docs/instructors.md shows how."
        ) from None
    except (OSError, ValueError, TOMLKitError) as error:
        raise CourseFileError(f"{path} cannot be read: {error}.") from None
    DueDates.parse(text, path).check(assignment, path)
    _set(document["assignments"][assignment], student, until)
    text = tomlkit.dumps(document)
    late_work(course, assignment, dates=DueDates.parse(text, path))
    write_whole(path, text.encode(), mode=path.stat().st_mode & 0o777)


def _set(rule, student, until):
    extensions = rule.setdefault("extensions", tomlkit.table())
    if until != "none":
        extensions[student] = _value(until)
    elif student in extensions:
        del extensions[student]
    else:
        raise CourseFileError(f"{student} has no extension.")


def _value(text):
    for kind in (int, float, datetime.fromisoformat):
        try:
            return kind(text)
        except ValueError:
            continue
    raise CourseFileError(
        f"Expected days, such as 3, a time with its zone, such as "
        f"2026-10-20T12:00:00+02:00, or none; got {text!r}."
    )
