"""The roster: who is who, by the names that learning platforms use."""

import csv
import io
import re
import unicodedata
from collections.abc import Iterable
from typing import TYPE_CHECKING

from cs231n.files import write_whole
from grading.engine.intake.roster_file import read_table, unread
from grading.engine.storage.names import RefusedName, checked_name

if TYPE_CHECKING:
    from pathlib import Path

    from grading.course import Course

#: Columns a roster may have beside `student`, the id that the gradebook uses.
COLUMNS = (
    *("name", "email", "sid", "login", "github"),
    *("canvas_id", "anonymous_id", "moodle_id"),
)


#: Column of a key: the id that the gradebook uses in place of `student`.
PSEUDONYM = "pseudonym"


class RosterError(ValueError):
    """A roster that cannot be used; the message says what to change."""


class Roster:
    """Students by their names elsewhere.

    Parameters
    ----------
    rows : iterable of dict
        Each has ``student`` and some of :data:`COLUMNS`.
    """

    def __init__(self, rows: Iterable[dict]) -> None:
        self.students = []
        self.rows = {}  #: what the roster says of each student, by column
        self.has_pseudonyms = False  #: the gradebook knows other ids than `student`
        self._index = {}
        for row in rows:
            self.has_pseudonyms |= PSEUDONYM in row
            student = row.get(PSEUDONYM) or row.get("student") or ""
            student = unicodedata.normalize("NFC", student).strip()
            if student:
                self.students.append(student)
                self.rows[student] = row
                self._learn(student, row)

    def _learn(self, student, row):
        known = {("student", folded(student))}
        known |= {("student", folded(row["student"]))} if row.get("student") else set()
        for column in COLUMNS:
            value = row.get(column) or ""
            if value.strip():
                known.add((column, folded(value)))
        known |= {("letters", letters) for letters in _orders(row.get("name") or "")}
        for key in known:
            self._index.setdefault(key, set()).add(student)

    @property
    def sections(self) -> dict[str, str]:
        """In which section each student is; empty for one in none."""
        return {
            student: (row.get("section") or "").strip()
            for student, row in self.rows.items()
        }

    @classmethod
    def read(cls, path: "Path") -> "Roster":
        """Read a file with a header.

        Parameters
        ----------
        path : pathlib.Path
            A table that :func:`read_table` understands, Canvas's gradebook among them.

        Returns
        -------
        roster : Roster
            What the file says.

        Raises
        ------
        RosterError
            If it cannot be read or has no column ``student``.
        """
        try:
            rows = read_table(path)
        except (OSError, UnicodeDecodeError, csv.Error) as error:
            raise RosterError(
                f"The roster {path} cannot be read: {unread(error)}."
            ) from None
        if not rows or "student" not in rows[0]:
            raise RosterError(
                f"The roster {path} needs a header with the column 'student' and at "
                f"least one of: {', '.join(COLUMNS)}."
            )
        nameless = [row["student"] for row in rows if row.get(PSEUDONYM, "x") == ""]
        if nameless:
            raise RosterError(
                f"{path} has no pseudonym of {', '.join(nameless)}. Give them one "
                f"with:  python -m grading pseudonyms ROSTER --key {path}"
            )
        return cls(rows)

    def find(self, names: list[tuple[str, str]]) -> str:
        """Look a student up.

        Parameters
        ----------
        names : list of (str, str)
            Columns and values, the surest first.

        Returns
        -------
        student : str
            The id; empty if nobody, or more than one, has these names.
        """
        for column, value in names:
            found = self._index.get((column, folded(value)), set())
            if len(found) == 1:
                return next(iter(found))
        return ""


def folded(text: str) -> str:
    """Reduce a name to what two spellings of it share.

    Parameters
    ----------
    text : str
        A name, number or address.

    Returns
    -------
    text : str
        Without case, blanks at the ends and double blanks.
    """
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def _orders(name):
    """Give the letters of a name as Canvas writes them: last name first, or not."""
    words = re.findall(r"\w+", folded(name))
    turns = [words[i:] + words[:i] for i in range(len(words))]
    return {"".join(turn) for turn in turns}


def known_roster(course: "Course", path: "Path | None") -> "Roster | None":
    """Read the roster given now, which is kept, or else the one given before.

    Parameters
    ----------
    course : Course
        Keeps it beside its ledger.
    path : pathlib.Path or None
        The one given now.

    Returns
    -------
    roster : Roster or None
        None if there was never one.

    Raises
    ------
    RosterError
        If it cannot be used.
    """
    kept = course.ledger / "roster.csv"
    roster = read_roster(path)
    if path is not None and roster is not None:
        data = _sections_alone(roster) if roster.has_pseudonyms else path.read_bytes()
        write_whole(kept, data)
    return roster or (read_roster(kept) if kept.is_file() else None)


def _sections_alone(roster: Roster) -> bytes:
    """Write what a course may know of people behind pseudonyms."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(("student", "section"))
    writer.writerows(roster.sections.items())
    return text.getvalue().encode()


def read_roster(path: "Path | None") -> "Roster | None":
    """Read a roster, if there is one.

    Parameters
    ----------
    path : pathlib.Path or None
        CSV file.

    Returns
    -------
    roster : Roster or None
        What it says.

    Raises
    ------
    RosterError
        If a student's id cannot be used.
    """
    if path is None:
        return None
    roster = Roster.read(path)
    for student in roster.students:
        try:
            checked_name(student)
        except RefusedName as reason:
            raise RosterError(f"{path}: {reason}") from None
    return roster
