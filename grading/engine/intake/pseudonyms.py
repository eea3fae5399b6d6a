"""Pseudonyms: ids that tell nobody who a student is, and the key to them."""

import csv
import io
import secrets
from typing import TYPE_CHECKING

from cs231n.files import write_whole
from grading.engine.intake.roster import PSEUDONYM, Roster, RosterError
from grading.engine.intake.roster_file import read_table

if TYPE_CHECKING:
    from pathlib import Path

    from grading.course import Course

#: Neither words nor numbers can be spelled with these.
LETTERS, LENGTH = "bcdfghjkmnpqrstvwxz", 8


def write_key(course: "Course", roster: "Path", key: "Path") -> tuple[int, int]:
    """Give everybody of a roster a pseudonym, and write the key.

    Parameters
    ----------
    course : Course
        The key must lie outside of its folder.
    roster : pathlib.Path
        Who is who, with their real ids.
    key : pathlib.Path
        Becomes the roster with the column ``pseudonym``. Whoever is in it already keeps
        theirs, in the roster or not.

    Returns
    -------
    students, new : int
        How many are in the key, and how many are new in it.

    Raises
    ------
    RosterError
        If a file cannot be used, or the key would lie in the course.
    """
    if key.resolve().is_relative_to(course.root):
        raise RosterError(
            f"{key} would lie in the course's folder {course.root}, beside what it is "
            f"the key to. Name a file in another place, best on another disk."
        )
    Roster.read(roster)  # refuses what is none
    given = _rows(roster)
    known = {row["student"]: row for row in _known(key)}
    taken = {row[PSEUDONYM] for row in known.values()}
    new = [row["student"] for row in given if row["student"] not in known]
    rows = dict(known)
    for row in given:
        before = known.get(row["student"])
        pseudonym = before[PSEUDONYM] if before else _fresh(taken)
        rows[row["student"]] = row | {PSEUDONYM: pseudonym}
    write_whole(key, _table(rows.values()), mode=0o600)
    return len(rows), len(set(new))


def _rows(path):
    return [row for row in read_table(path) if row["student"].strip()]


def _known(key):
    """Read who has a pseudonym already."""
    rows = read_table(key) if key.exists() else []
    if rows and not {"student", PSEUDONYM} <= set(rows[0]):
        raise RosterError(
            f"{key} is a table without the column {PSEUDONYM!r}, so no key. Name "
            f"another file, which is made."
        )
    return [row for row in rows if row["student"].strip() and row[PSEUDONYM].strip()]


def _fresh(taken):
    while True:
        word = "".join(secrets.choice(LETTERS) for _ in range(LENGTH))
        if word not in taken:
            taken.add(word)
            return word


def _table(rows):
    columns = dict.fromkeys([PSEUDONYM, *(name for row in rows for name in row)])
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, list(columns), restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()
