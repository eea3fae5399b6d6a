"""Forgetting: a person removed everywhere, and what newer submissions replaced."""

import csv
import io
import json
import shutil
from typing import TYPE_CHECKING

from cs231n.files import write_whole
from grading.engine.intake.roster_file import read_table
from grading.engine.storage.append_log import AppendLog, rewrite
from grading.engine.storage.gradebook_file import opened
from grading.engine.storage.lock import only_one
from grading.engine.storage.names import checked_name, from_cell

if TYPE_CHECKING:
    from pathlib import Path

    from grading.course import Course


def forget(course: "Course", student: str) -> list[str]:
    """Remove a person from everything that a course keeps.

    Parameters
    ----------
    course : Course
        Whose.
    student : str
        The id in the gradebook.

    Returns
    -------
    places : list of str
        Where something was; empty if nowhere.

    Raises
    ------
    RefusedName
        If it is no student's id.
    Busy
        If somebody grades the course at the moment.
    """
    student, places = checked_name(student), []
    with only_one(course.ledger / "lock"):
        for folder in (
            *(course.submitted, course.autograded),
            *(course.feedback, course.replies),
        ):
            if _remove(folder / student):
                places.append(f"{folder.name}/")
        if _without_lines(course, student):
            places.append("ledger/")
        if _remove_from_gradebook(course, student):
            places.append("gradebook.db")
        if _remove_from_table(course.ledger / "roster.csv", student):
            places.append("ledger/roster.csv")
        # It names students and shows their answers; it is written anew in seconds.
        if places and _remove(course.report):
            places.append("report/")
        if _remove_from_marking(course.marking, student):
            places.append("marking/")
        _sweep(course)
    return places


def prune(course: "Course") -> tuple[int, int]:
    """Remove what newer submissions and verdicts have replaced.

    Parameters
    ----------
    course : Course
        Whose.

    Returns
    -------
    lines, files : int
        Lines of the logs and files handed in that are gone.

    Raises
    ------
    Busy
        If somebody grades the course at the moment.
    """
    with only_one(course.ledger / "lock"):
        lines = 0
        for folder in _assignments(course):
            lines += _keep_last(folder / "collected.jsonl", lambda raw: raw["student"])
            lines += _keep_records(folder / "journal.jsonl", None, newest=True)
        return lines, _sweep(course)


def _assignments(course):
    return sorted(path.parent for path in course.ledger.glob("*/collected.jsonl"))


def _remove(path: "Path") -> bool:
    if path.is_symlink() or path.is_file():
        path.unlink()
        return True
    if not path.is_dir():
        return False
    try:
        shutil.rmtree(path)
    except OSError as error:
        error.filename = str(path)  # it knows the last part alone
        raise
    return True


def _remove_from_marking(marking: "Path", student: str) -> bool:
    """Take a student's lines out of the graders' tables, and the pages away."""
    changed = [
        path
        for path in sorted(marking.glob("*/*.csv"))
        if _remove_from_table(path, student)
    ]
    for path in changed:
        # What else the grader filled in stays; the page is written anew in seconds.
        _remove(path.with_suffix(".html"))
    return bool(changed)


def _without_lines(course, student):
    removed = 0
    for folder in _assignments(course):
        collected, journal = folder / "collected.jsonl", folder / "journal.jsonl"
        if not (_speaks_of(collected, student) or _speaks_of(journal, student)):
            continue
        removed += rewrite(collected, lambda raw: raw["student"] != student)
        removed += _keep_records(journal, student, newest=False)
    return removed


def _speaks_of(path, student):
    with AppendLog(path, writable=False) as log:
        return any(raw.get("student") == student for _, raw in log.lines())


def _keep_last(path, key):
    """Leave the last line of each key."""
    with AppendLog(path, writable=False) as log:
        last = {key(raw): raw for _, raw in log.lines()}
    return rewrite(path, lambda raw: last[key(raw)] == raw)


def _keep_records(path, student, *, newest):
    """Leave the records of others, and the readings and verdicts they speak of."""
    if not path.exists():
        return 0
    with AppendLog(path, writable=False) as log:
        lines = [raw for _, raw in log.lines()]
    records = [
        raw for raw in lines if raw["kind"] == "record" and raw["student"] != student
    ]
    if newest:
        last = {(raw["student"], raw["notebook"]): raw for raw in records}
        records = list(last.values())
    kept = set(map(_text, records))
    readings = {raw["reading"] for raw in records}
    verdicts = {raw["key"] for raw in records}

    def keep(raw):
        if raw["kind"] == "record":
            return _text(raw) in kept
        if raw["kind"] == "reading":
            return raw["of"] in readings
        return raw["key"] in verdicts

    return rewrite(path, keep)


def _text(raw):
    return json.dumps(raw, sort_keys=True)


def _sweep(course):
    """Remove the files handed in that no submission has any more."""
    known = set()
    for folder in _assignments(course):
        with AppendLog(folder / "collected.jsonl", writable=False) as log:
            for _, raw in log.lines():
                known |= {digest for _, digest in raw["files"]}
    unknown = [
        path
        for path in (course.ledger / "objects").glob("*/*")
        if path.name not in known
    ]
    for path in unknown:
        path.unlink()
    return len(unknown)


def _remove_from_gradebook(course, student):
    if not course.database.is_file():
        return False
    from nbgrader.api import MissingEntry

    with opened(course.database) as file:
        try:
            file.patiently(lambda: file.book.remove_student(student))
            known = True
        except MissingEntry:
            known = False
        # SQLite leaves what was deleted on its pages until they are written anew.
        file.patiently(lambda: _write_anew(file.book.engine))
    return known


def _write_anew(engine):
    from sqlalchemy import text

    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM"))


def _remove_from_table(path: "Path", student: str) -> bool:
    """Take a student's lines out of a table with the column `student`."""
    rows = read_table(path) if path.is_file() else []
    kept = [row for row in rows if from_cell(row.get("student", "")) != student]
    if len(kept) == len(rows):
        return False
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(kept)
    write_whole(path, text.getvalue().encode())
    return True
