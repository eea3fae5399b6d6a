"""What being late takes, counted by hand."""

from datetime import datetime, timedelta

import pytest

from grading.due_dates import CourseFileError, DueDates

TERM = """
late_days = 2
[assignments.first]
due = 2026-10-01T14:00:00+02:00
grace_minutes = 30
penalty_percent = 40
[assignments.first.sections]
B = 2026-10-03T12:00:00Z
[assignments.first.extensions]
ada = 1
ben = 2026-10-10T12:00:00Z
[assignments.second]
due = 2026-11-01T12:00:00Z
penalty_percent = 10
[assignments.third]
"""
DUE = datetime(2026, 10, 1, 12)  # in UTC, as the gradebook has times


def read(tmp_path, text=TERM):
    path = tmp_path / "course.toml"
    path.write_text(text)
    return DueDates.read(path)


def first(tmp_path, student="cyd", section="A", text=TERM, **later):
    times = {"first": DUE + timedelta(**later)}
    return read(tmp_path, text).lateness("first", student, section, times)


def test_without_a_file_there_are_no_rules(tmp_path):
    assert DueDates.read(tmp_path / "course.toml") is None


@pytest.mark.parametrize(
    ("later", "days"),
    [
        ({"seconds": 0}, 0),
        ({"minutes": 30}, 0),
        ({"minutes": 31}, 1),
        ({"days": 1, "minutes": 30}, 1),
        ({"days": 1, "minutes": 31}, 2),
        ({"days": -3}, 0),
    ],
)
def test_days_begin_when_the_grace_ends(tmp_path, later, days):
    assert first(tmp_path, **later).days == days


@pytest.mark.parametrize(
    ("days", "free", "left", "rate"),
    [(0, 0, 2, 0), (1, 1, 1, 0), (2, 2, 0, 0), (3, 2, 0, 0.4), (9, 2, 0, 1)],
)
def test_free_days_come_first_and_then_the_penalty(tmp_path, days, free, left, rate):
    late = first(tmp_path, days=days)
    assert (late.free, late.left, late.rate) == (free, left, rate)


def test_what_the_first_assignment_spent_the_second_lacks(tmp_path):
    dates = read(tmp_path)
    times = {
        "second": datetime(2026, 11, 4, 12),  # three days late
        "first": DUE + timedelta(days=1),
        "unknown": None,
    }
    late = dates.lateness("second", "cyd", "A", times)
    alone = dates.lateness("second", "cyd", "A", {"second": times["second"]})

    assert (late.days, late.free, late.rate) == (3, 1, 0.2)
    assert (alone.free, alone.rate) == (2, 0.1)


@pytest.mark.parametrize(
    ("student", "section", "due"),
    [
        ("cyd", "A", "2026-10-01 12:00"),
        ("cyd", "B", "2026-10-03 12:00"),
        ("ada", "A", "2026-10-02 12:00"),
        ("ada", "B", "2026-10-04 12:00"),
        ("ben", "B", "2026-10-10 12:00"),
    ],
)
def test_sections_and_extensions_move_the_date(tmp_path, student, section, due):
    late = first(tmp_path, student, section, days=30)
    assert late.reason.startswith(f"Due {due} UTC")
    assert late.extended == (student != "cyd")


def test_an_unknown_time_is_in_time(tmp_path):
    late = read(tmp_path).lateness("first", "cyd", "", {"first": None})
    assert (late.seconds, late.rate, late.reason) == (0, 0, "")


def test_no_due_date_is_never_late(tmp_path):
    times = {"third": datetime(2030, 1, 1)}
    assert read(tmp_path).lateness("third", "cyd", "", times) is None


def test_the_reason_says_each_step(tmp_path):
    assert first(tmp_path, "ada", days=4).reason == (
        "Due 2026-10-02 12:00 UTC, with your extension. "
        "Handed in late: 3 days begun. 2 days free, 0 left for the term. "
        "1 day at 40 %: 40 % of the points earned."
    )
    assert "within the grace" in first(tmp_path, minutes=3).reason


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("late_days", "latedays", "'latedays', which means nothing there"),
        ("= 2\n", "= 2.5\n", "whole days; got 2.5"),
        ("= 2\n", "= -1\n", "a number from 0 on; got -1"),
        ("+02:00", "", "a time with its zone"),
        ("percent = 40", "percent = 140", "140 is above 100"),
        ("penalty_percent = 40", "penalty = 40", "grace_minutes"),
        ("ada = 1", "ada = true", "first.* ada: expected a number"),
        ("[assignments.third]", "[assignments]\nthird = 1", "third to be a table"),
        ("[assignments.third]", "[", "cannot be read"),
    ],
)
def test_what_is_not_understood_is_refused_by_name(tmp_path, old, new, words):
    with pytest.raises(CourseFileError, match=words) as refusal:
        read(tmp_path, TERM.replace(old, new, 1))
    assert "course.toml" in str(refusal.value)
