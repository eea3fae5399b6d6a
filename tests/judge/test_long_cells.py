"""An answer's cell that takes long outside of functions: what it defines counts."""

import textwrap
from dataclasses import replace

import pytest

from grading.judge import pace
from grading.judge.judge import judge
from tests.judge.small import DOUBLE, LIMITS, MOVE, TESTS, by_name, exam, sit

pytestmark = pytest.mark.isolation

_COUNTS = " s outside of functions. What it defines counts."
#: Right answers, with something that never ends beside them.
EXPERIMENTS = {
    "a loop below": """
        def double(x): return 2 * x
        while True: pass
    """,
    "a sleep above": """
        import time
        time.sleep(1e6)
        def double(x): return 2 * x
    """,
    "values above and below": """
        import math
        two = math.isqrt(4)
        for _ in iter(int, 1): best = two
        ONE: int = 1
        identity = lambda x: ONE * x
        def double(x): return two * identity(x)
    """,
    "what no signal ends": """
        TWO = 2
        sum(range(10**12))
        def double(x): return TWO * x
    """,
    "a loop that catches everything": """
        while True:
            try:
                while True: pass
            except BaseException:
                pass
        def double(x): return 2 * x
    """,
    "a handler of its own": """
        import signal, time
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        while True: time.sleep(1)
        def double(x): return 2 * x
    """,
    "in a function": """
        def double(x): return 2 * x
        def experiment():
            while True: double(1)
        best = experiment()
    """,
    "threads that spin": """
        import threading
        def spin():
            while True: pass
        while True:
            if threading.active_count() < 4:
                threading.Thread(target=spin, daemon=True).start()
        def double(x): return 2 * x
    """,
    "an await": """
        import asyncio
        await asyncio.sleep(1e6)
        def double(x): return 2 * x
    """,
}


@pytest.fixture
def short(monkeypatch):
    """Wait for a fraction of what anybody has by default."""
    monkeypatch.setattr(pace, "LOADING", 0.3)
    monkeypatch.setattr(pace, "LEAST_LOADING", 0.3)
    monkeypatch.setattr(pace, "MOST_LOADING", 60.0)  # however busy the machine is


@pytest.mark.parametrize("name", EXPERIMENTS)
def test_what_is_defined_beside_an_experiment_counts(fork_server, short, name):
    verdict = sit(fork_server, EXPERIMENTS[name])
    assert verdict.score == len(TESTS) + 1
    assert list(verdict.answers) == ["double"]
    assert _COUNTS in verdict.answers["double"]


def test_what_takes_long_counts_where_a_function_needs_it(fork_server, short):
    answer = """
        import time
        def learned():
            time.sleep(1.0)
            return 2
        two = learned()
        def double(x): return two * x
    """
    verdict = sit(fork_server, answer)
    assert verdict.score == len(TESTS) + 1
    assert verdict.answers == {}


def test_an_import_that_takes_long_is_waited_for(fork_server, short):
    answer = """
        import sys, time
        class Slow:
            def find_spec(self, name, path=None, target=None):
                time.sleep(1.0 if name == "turtle" else 0.0)
        sys.meta_path.insert(0, Slow())
        try:
            import turtle
        except ImportError:
            pass
        def double(x): return 2 * x
    """
    verdict = sit(fork_server, answer)
    assert verdict.score == len(TESTS) + 1
    assert verdict.answers == {}


def test_what_a_function_needs_ends_with_the_time_of_a_cell(fork_server, short):
    answer = "for two in iter(int, 1): pass\ndef double(x): return two * x"
    verdict = sit(fork_server, answer, cell_seconds=2.0)
    assert verdict.score == by_name(verdict)["other"].score == 1.0
    assert verdict.answers == {"double": "The answer took longer than 2 s."}


def test_a_definition_that_takes_too_long_itself_is_lost(fork_server, short):
    loop = "def loop():\n    while True: pass\n"
    verdict = sit(fork_server, f"{loop}def double(x=loop()): return 2 * x")
    assert verdict.score == by_name(verdict)["other"].score == 1.0
    assert _COUNTS in verdict.answers["double"]


def test_two_classes_that_take_long_are_not_tried_for_ever(fork_server, short):
    source = "class Last:\n    while True: pass\nclass Next:\n    while True: pass\n"
    verdict = sit(fork_server, source + DOUBLE)
    assert verdict.score == by_name(verdict)["other"].score == 1.0
    assert "counts" not in verdict.answers["double"]


def test_who_interrupts_a_cell_by_hand_reads_that(fork_server):
    stop = "import os, signal\nos.kill(os.getpid(), signal.SIGINT)\n"
    verdict = sit(fork_server, stop + DOUBLE)
    assert verdict.score == len(TESTS) + 1
    why = verdict.answers["double"]
    assert why == "The answer interrupted itself. What it defines counts."


def test_a_cell_has_longer_where_the_solution_takes_long(fork_server, monkeypatch):
    monkeypatch.setattr(pace, "LOADING", 0.2)
    monkeypatch.setattr(pace, "LEAST_LOADING", 0.2)
    slow = f"import time\ntime.sleep(0.3)\n{DOUBLE}"
    whole = exam()
    cells = [replace(c, source=slow) if c.name == "double" else c for c in whole.cells]
    answers = {"double": slow, "move": MOVE}
    changed = replace(whole, cells=tuple(cells))
    verdict, _ = judge(changed, answers, LIMITS, fork_server)
    assert verdict.score == len(TESTS) + 1
    assert verdict.answers == {}


def test_an_experiment_in_every_cell_costs_no_point(fork_server, short):
    experiment = "\nwhile True: pass"
    verdict = sit(fork_server, DOUBLE + experiment, textwrap.dedent(MOVE) + experiment)
    assert verdict.score == len(TESTS) + 1
    assert set(verdict.answers) == {"double", "move"}
