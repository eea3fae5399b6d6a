"""The roster: who is who, by the names that learning platforms use."""

import csv
import re
import unicodedata
from collections.abc import Iterable
from typing import TYPE_CHECKING

from grading.engine.storage.names import RefusedName, checked_name

if TYPE_CHECKING:
    from pathlib import Path

#: Columns a roster may have beside `student`, the id that the gradebook uses.
COLUMNS = ("name", "email", "sid", "canvas_id", "moodle_id")


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
        self._index = {}
        for row in rows:
            student = (row.get("student") or "").strip()
            if student:
                self.students.append(student)
                self._learn(student, row)

    def _learn(self, student, row):
        known = {("student", folded(student))}
        for column in COLUMNS:
            value = row.get(column) or ""
            if value.strip():
                known.add((column, folded(value)))
        known |= {("letters", letters) for letters in _orders(row.get("name") or "")}
        for key in known:
            self._index.setdefault(key, set()).add(student)

    @classmethod
    def read(cls, path: "Path") -> "Roster":
        """Read a CSV file with a header.

        Parameters
        ----------
        path : pathlib.Path
            UTF-8, with or without a byte order mark.

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
            with open(path, newline="", encoding="utf-8-sig") as file:
                rows = list(csv.DictReader(file))
        except (OSError, UnicodeDecodeError, csv.Error) as error:
            raise RosterError(f"The roster {path} cannot be read: {error}.") from None
        if not rows or "student" not in rows[0]:
            raise RosterError(
                f"The roster {path} needs a header with the column 'student' and at "
                f"least one of: {', '.join(COLUMNS)}."
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
