"""Due dates: what being late takes, by the rules in a course's ``course.toml``."""

import math
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from numbers import Real
from pathlib import Path

DAY = timedelta(days=1)
#: Keys of an assignment's table.
KEYS = ("due", "grace_minutes", "penalty_percent", "sections", "extensions")


class CourseFileError(ValueError):
    """A ``course.toml`` that cannot be used; the message says what to change."""


@dataclass(frozen=True)
class Rule:
    """When an assignment is due, and what a day too late takes."""

    due: datetime | None = None  #: None: nothing is ever late
    grace: timedelta = timedelta(0)
    percent: float = 0.0  #: of the points earned, for each day begun
    sections: dict = field(default_factory=dict)  #: {section: its own due date}
    extensions: dict = field(default_factory=dict)  #: {student: days, or a due date}

    def due_for(self, student: str, section: str) -> datetime | None:
        """Say when a student is due.

        Parameters
        ----------
        student, section : str
            Who, and in which section.

        Returns
        -------
        due : datetime.datetime or None
            With the section's date and the student's extension.
        """
        due = self.sections.get(section, self.due)
        more = self.extensions.get(student)
        if isinstance(more, datetime):
            return more
        return due + more * DAY if due and more else due


@dataclass(frozen=True)
class Lateness:
    """How late a student is with an assignment, and why that costs what it does."""

    due: datetime
    seconds: float = 0.0  #: after the due date; 0 if in time
    days: int = 0  #: begun after the grace
    free: int = 0  #: of them, taken from the budget of late days
    left: int = 0  #: of the budget, afterwards
    percent: float = 0.0  #: for each day that is not free
    extended: bool = False

    @property
    def rate(self) -> float:
        """The share of the points earned that is taken off."""
        return min(1.0, self.percent * (self.days - self.free) / 100)

    @property
    def reason(self) -> str:
        """What a student reads; empty if there is nothing to say."""
        if not self.seconds:
            return ""
        extended = ", with your extension" if self.extended else ""
        words = [f"Due {self.due.astimezone(UTC):%Y-%m-%d %H:%M} UTC{extended}."]
        if not self.days:
            return f"{words[0]} Handed in within the grace after it: nothing is taken."
        words.append(f"Handed in late: {_days(self.days)} begun.")
        if self.free:
            words.append(f"{_days(self.free)} free, {self.left} left for the term.")
        if self.rate:
            words.append(
                f"{_days(self.days - self.free)} at {self.percent:g} %: "
                f"{100 * self.rate:g} % of the points earned."
            )
        return " ".join(words)


def _days(count):
    return "1 day" if count == 1 else f"{count} days"


@dataclass(frozen=True)
class DueDates:
    """The rules of a term."""

    late_days: int  #: free days of each student, for the term
    rules: dict[str, Rule]  #: by assignment

    @classmethod
    def read(cls, path: Path) -> "DueDates | None":
        """Read a ``course.toml``.

        Parameters
        ----------
        path : pathlib.Path
            It need not be there.

        Returns
        -------
        dates : DueDates or None
            None if there is no such file.

        Raises
        ------
        CourseFileError
            If something in it is not understood.
        """
        try:
            return cls.parse(path.read_text(encoding="utf-8"), path)
        except FileNotFoundError:
            return None
        except (OSError, UnicodeDecodeError) as error:
            raise CourseFileError(f"{path} cannot be read: {error}.") from None

    @classmethod
    def parse(cls, text: str, path: Path) -> "DueDates":
        """Read the text of a ``course.toml``.

        Parameters
        ----------
        text : str
            What stands in it, or is going to.
        path : pathlib.Path
            For messages.

        Returns
        -------
        dates : DueDates
            What it says.

        Raises
        ------
        CourseFileError
            If something in it is not understood.
        """
        try:
            return _term(tomllib.loads(text))
        except CourseFileError as reason:
            raise CourseFileError(f"{path}: {reason}") from None
        except ValueError as error:
            raise CourseFileError(f"{path} cannot be read: {error}.") from None

    def check(self, assignment: str, path: Path) -> None:
        """Refuse an assignment that has no rule.

        Parameters
        ----------
        assignment : str
            For example ``"assignment1"``.
        path : pathlib.Path
            For the message.

        Raises
        ------
        CourseFileError
            If it has none.
        """
        if assignment not in self.rules:
            raise CourseFileError(
                f"{path} has no [assignments.{assignment}]; it has: "
                f"{', '.join(self.rules) or 'none'}. Add it; without a due date in it "
                f"nothing is late."
            )

    def lateness(
        self,
        assignment: str,
        student: str,
        section: str,
        handed_in: Mapping[str, datetime | None],
    ) -> Lateness | None:
        """Say how late a student is.

        Free days go to the assignments in the order in which they are due.

        Parameters
        ----------
        assignment : str
            One that has a rule.
        student, section : str
            Who, and in which section.
        handed_in : mapping of {str: datetime.datetime}
            When, by assignment, in UTC; None where nobody knows.

        Returns
        -------
        lateness : Lateness or None
            None if the assignment has no due date or was not handed in.
        """
        left, found = self.late_days, None
        due = {
            name: date
            for name, rule in self.rules.items()
            if name in handed_in and (date := rule.due_for(student, section))
        }
        for name in sorted(due, key=lambda name: (due[name], name)):
            rule = self.rules[name]
            seconds = _seconds_late(due[name], handed_in[name])
            over = seconds - rule.grace.total_seconds()
            days = max(0, math.ceil(over / DAY.total_seconds()))
            free = min(left, days)
            left -= free
            if name == assignment:
                extended = student in rule.extensions
                found = Lateness(
                    due[name], seconds, days, free, left, rule.percent, extended
                )
        return found


def _seconds_late(due, time):
    """Count from the due date; a time that nobody knows is in time."""
    if time is None:
        return 0.0
    return max(0.0, (time.replace(tzinfo=UTC) - due).total_seconds())


def _term(table):
    _refuse_others(table, ("late_days", "assignments"), "the file")
    late_days = _number(table, "late_days", "the file")
    if late_days != int(late_days):
        raise CourseFileError(f"late_days: expected whole days; got {late_days}.")
    assignments = _table(table, "assignments", "the file")
    return DueDates(
        int(late_days),
        {
            name: _rule(name, _table(assignments, name, "[assignments]"))
            for name in assignments
        },
    )


def _rule(name, table):
    place = f"[assignments.{name}]"
    _refuse_others(table, KEYS, place)
    due = _date(table["due"], f"{place} due") if "due" in table else None
    percent = _number(table, "penalty_percent", place)
    if percent > 100:
        raise CourseFileError(f"{place} penalty_percent: {percent} is above 100.")
    sections = _table(table, "sections", place)
    extensions = _table(table, "extensions", place)
    return Rule(
        due,
        timedelta(minutes=_number(table, "grace_minutes", place)),
        percent,
        {key: _date(value, f"{place} {key}") for key, value in sections.items()},
        {key: _extension(extensions, key, place) for key in extensions},
    )


def _refuse_others(table, known, place):
    for key in table:
        if key not in known:
            raise CourseFileError(
                f"{place} has {key!r}, which means nothing there; "
                f"expected some of: {', '.join(known)}."
            )


def _table(table, key, place):
    found = table.get(key, {})
    if not isinstance(found, dict):
        raise CourseFileError(f"{place}: expected {key} to be a table; got {found!r}.")
    return found


def _number(table, key, place):
    found = table.get(key, 0)
    real = isinstance(found, Real) and not isinstance(found, bool)
    if not real or not 0 <= found < 1e6:
        raise CourseFileError(
            f"{place} {key}: expected a number from 0 on; got {found!r}."
        )
    return found


def _extension(table, key, place):
    if isinstance(table[key], datetime):
        return _date(table[key], f"{place} {key}")
    return _number(table, key, f"{place} extensions,")


def _date(value, place):
    if not isinstance(value, datetime) or value.tzinfo is None:
        raise CourseFileError(
            f"{place}: expected a time with its zone, such as "
            f"2026-10-01T23:59:00+02:00; got {value}."
        )
    return value
