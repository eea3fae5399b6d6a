"""How the patience with a notebook shrinks, by a clock that stands still."""

import pytest

from grading.judge import pace
from grading.judge.exam import Cell, Exam, Verdict
from grading.judge.pace import Pace, Stopwatch

EXAM = Exam(
    "small",
    (
        Cell("setup", "setup", ""),
        Cell("answer", "one", ""),
        *(Cell("test", f"one-{n}", "", 1.0) for n in range(3)),
        Cell("answer", "two", ""),
        *(Cell("test", f"two-{n}", "", 1.0) for n in range(2)),
    ),
)
CELLS = {cell.name: cell for cell in EXAM.cells}


class _Time:
    def __init__(self):
        self.now, self.in_line = 0.0, 0.0
        self.solution = 0.0, 0.0  # its own time, and by the clock on the wall


@pytest.fixture
def clock(monkeypatch):
    """Stand still until a test says otherwise."""
    clock = _Time()

    class Own:
        def __init__(self, numbers):
            self._began = clock.now, clock.in_line

        @property
        def seconds(self):
            return clock.now - self._began[0] - (clock.in_line - self._began[1])

    monkeypatch.setattr(pace, "OwnTime", Own)
    monkeypatch.setattr(pace.time, "monotonic", lambda: clock.now)
    monkeypatch.setattr(pace, "_seconds", {})
    return clock


@pytest.fixture
def watch(clock):
    """Watch over a notebook whose solution takes what the clock says."""

    def judge(exam, answers):
        names = [cell.name for cell in exam.cells]
        outcomes = [_Passed() for cell in exam.of_kind("test") if cell.points]
        verdict = Verdict("", tuple(outcomes))
        return verdict, dict.fromkeys(names, clock.solution)

    return Pace(EXAM, judge)


class _Passed:
    score = 1.0


def _spent(watch, clock, name):
    """Let an answer loop; return the seconds until it is stopped, and why."""
    watch.start(CELLS[name], [])
    began = clock.now
    while True:
        clock.now = watch.until
        why = watch.exceeded()
        if why:
            assert watch.until is None
            return clock.now - began, why


def test_every_delay_halves_the_patience_and_one_of_the_exercise_again(watch, clock):
    names = ["one-0", "one-1", "one-2", "two-0", "two-1"]
    spent = [_spent(watch, clock, name)[0] for name in names]
    assert spent == [2.0, 0.5, 0.125, 0.25, 0.125]


def test_a_slow_solution_gives_as_much_time_as_before(watch, clock):
    clock.solution = 0.5, 0.5
    spent = [_spent(watch, clock, name)[0] for name in ("one-0", "one-1", "two-0")]
    assert spent == [10.0, 10.0, 10.0]


def test_time_in_line_for_a_core_is_not_the_answers(watch, clock):
    _spent(watch, clock, "one-0")
    watch.start(CELLS["two-0"], [])  # has a second
    clock.now, clock.in_line = clock.now + 1.0, 0.6
    assert watch.exceeded() == ""
    assert watch.until == pytest.approx(clock.now + 0.6)
    clock.now += 0.6
    assert watch.exceeded()


def test_no_line_gives_more_time_than_the_patience_that_all_have(watch, clock):
    _spent(watch, clock, "one-0")
    watch.start(CELLS["two-0"], [])
    clock.now, clock.in_line = clock.now + 2.0, 1.9
    assert watch.exceeded()


def test_a_busy_machine_is_no_answers_fault(watch, clock):
    """The solution stood in line for nine tenths of the time; so may an answer."""
    clock.solution = 0.5, 5.0
    watch.start(CELLS["one-0"], [])
    clock.now, clock.in_line = 90.0, 81.0
    assert watch.exceeded() == ""
    clock.now, clock.in_line = 100.0, 90.0
    assert "longer than 10 s" in watch.exceeded()


def test_a_stopwatch_measures_what_was_started_last(clock):
    watch = Stopwatch()
    watch.stop()
    watch.start(CELLS["one"], [])
    clock.now, clock.in_line = 5.0, 2.0
    watch.stop()
    clock.now = 9.0
    watch.stop()
    assert watch.seconds == {"one": (3.0, 5.0)}


def test_a_cell_is_loaded_again_with_as_much_time(watch, clock):
    spent, why = _spent(watch, clock, "one")
    assert why == "This cell took longer than 2 s outside of functions."
    assert spent == 2.0
    assert _spent(watch, clock, "one")[0] == 2.0
    assert _spent(watch, clock, "two")[0] == 1.0
    assert _spent(watch, clock, "two-0")[0] == 2.0  # which no experiment shortens


def test_a_cell_has_20_times_as_long_as_the_solutions(watch, clock):
    clock.solution = 1.0, 1.0
    spent, why = _spent(watch, clock, "one")
    assert (spent, why.split(" outside")[0]) == (
        20.0,
        "This cell took longer than 20 s",
    )
