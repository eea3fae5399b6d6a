"""The judge gives every test its outcome, whatever the answers do."""

import numpy as np
import pytest

from grading.judge import pace
from grading.judge.exam import Cell, Exam, Verdict
from grading.judge.judge import ExamError, judge
from tests.judge.small import DOUBLE, LIMITS, SETUP, TESTS, by_name, exam, one, sit
from tests.judge.test_parts import NASTY


def test_right_answers_get_every_point(fork_server):
    verdict = sit(fork_server)
    assert verdict.score == len(TESTS) + 1
    assert {outcome.status for outcome in verdict.outcomes} == {"passed"}
    assert (verdict.answers, verdict.flags) == ({}, ())
    assert verdict.isolation == fork_server.level


def test_the_same_arguments_give_the_same_verdict(fork_server):
    answer = """
        def double(x):
            print(set("abcdef"), np.random.default_rng().random(), np.random.rand())
            raise ValueError(hash("x"), np.random.default_rng().random())
    """
    first, second = (sit(fork_server, answer).to_json() for _ in range(2))
    assert first == second
    assert "0." in first


def test_a_number_at_the_end_is_the_score(fork_server):
    assert one(fork_server, "double(0.25)").score == 0.5
    assert one(fork_server, "double(0.25)").status == "partial"
    assert one(fork_server, "double(0.5)").status == "passed"
    assert one(fork_server, "x = double(9)\nNone").score == 1.0
    assert one(fork_server, "double(5)").score == 0.0
    assert one(fork_server, "double(-1)").status == "failed"
    assert one(fork_server, "double(float('nan'))").score == 0.0


def test_an_answer_that_does_not_load_is_told(fork_server):
    verdict = sit(fork_server, "def double(x)\n    return 2 * x")
    found = by_name(verdict)
    assert verdict.answers["double"].startswith("SyntaxError: ")
    assert found["equal"].message == (
        f"double belongs to double, which did not run: {verdict.answers['double']}"
    )
    assert found["other"].score == 1.0


def test_an_error_of_numpy_is_told_with_what_it_means(fork_server):
    found = one(fork_server, "double(3)", "def double(x): return max(0, np.ones(3))")
    assert found.message.startswith("ValueError: The truth value of an array")
    assert "is neither true nor false, so `if`, `and`, `or`" in found.message


def test_a_missing_answer_is_missing(fork_server):
    verdict, _ = judge(exam(), {}, LIMITS, fork_server)
    assert verdict.score == 0
    assert "Model has no 'move' yet" in by_name(verdict)["other"].message


@pytest.mark.parametrize(
    ("double", "why"),
    [
        ("import os\nos._exit(3)", "The answer ended Python (exit status 3)."),
        ("while True: pass", "The answer took longer than 1 s."),
        ("import ctypes\nctypes.string_at(0)", "crashed Python (signal 11, SIGSEGV)"),
        ("exit()", "SystemExit: "),
        ("raise KeyboardInterrupt", "KeyboardInterrupt: "),
    ],
)
def test_an_answer_that_ends_the_process_as_it_loads(fork_server, double, why):
    verdict = sit(fork_server, f"{DOUBLE}\n{double}", cell_seconds=1.0)
    assert why in verdict.answers["double"]
    assert by_name(verdict)["other"].score == 1.0


@pytest.mark.parametrize(
    ("body", "status", "message"),
    [
        ("while True: pass", "timeout", "took longer than 1 s for one call"),
        (
            "while True:\n  try:\n   while True: pass\n  except BaseException: pass",
            "timeout",
            "took longer than 1 s for one call",
        ),
        ("sum(range(10**12))", "timeout", "for one call"),
        ("os._exit(0)", "died", "ended Python (exit status 0)"),
        ("__import__('ctypes').string_at(0)", "died", "SIGSEGV"),
        ("x = b'x' * (3 << 30)", "memory", "MemoryError"),
        ("np.ones(1 << 28) + np.ones(1 << 28)", "memory", "Unable to allocate"),
        ("return open", "refused", ""),
        ("raise MemoryError('no')", "memory", "MemoryError: no"),
    ],
)
def test_only_the_test_at_hand_is_lost(fork_server, body, status, message):
    lines = "\n".join(f"        {line}" for line in body.split("\n"))
    answer = (
        f"import os\ndef double(x):\n    if type(x) is int:\n{lines}\n    return 2 * x"
    )
    tests = {
        "before": "assert double(0.5) == 1",
        "at hand": "assert double(1) == 2",
        "after": "assert double(1.5) == 3",
    }
    found = by_name(sit(fork_server, answer, tests=tests, call_seconds=1.0))
    scores = [found[name].score for name in ("before", "at hand", "after", "other")]
    assert scores == [1, 0, 1, 1]
    if status != "refused":  # a function is data as far as handing it back goes
        assert found["at hand"].status == status
    assert message in found["at hand"].message


def test_a_test_that_computes_too_long_is_stopped(fork_server):
    tests = {
        "long": "for _ in range(double(10**9)): pass",
        "next": "assert double(1) == 2",
    }
    found = by_name(sit(fork_server, tests=tests, cell_seconds=1.0))
    assert found["long"].status == "timeout"
    assert "longer than 1 s" in found["long"].message
    assert found["next"].score == found["other"].score == 1.0


def test_a_test_that_fills_the_memory_is_stopped(fork_server):
    tests = {"huge": "x = bytes(double(5 << 30))", "next": "assert double(1) == 2"}
    found = by_name(sit(fork_server, tests=tests))
    assert found["huge"].status in ("memory", "failed")
    assert found["next"].score == 1.0


def test_the_time_of_the_notebook_is_shared(fork_server):
    # The first test comes through at once; the others together take too long.
    answer = (
        "import time\ncalls = []\ndef double(x):\n    calls.append(x)\n"
        "    time.sleep(0.9 * (len(calls) > 1))\n    return 2 * x"
    )
    verdict = sit(fork_server, answer, notebook_seconds=3.0)
    statuses = [outcome.status for outcome in verdict.outcomes]
    assert statuses[0] == "passed"
    assert statuses[-1] == "timeout"
    assert "whole notebook" in verdict.outcomes[-1].message


def test_output_is_kept_and_capped(fork_server):
    answer = "def double(x):\n    print('é' * x)\n    return 2 * x"
    assert one(fork_server, "double(3) and None", answer).output == "ééé\n"
    flood = one(fork_server, "double(10**6) and None", answer, output_bytes=1000)
    assert len(flood.output.encode()) < 1100
    assert flood.score == 1.0
    assert one(fork_server, "print('seen')\nassert double(1) == 2").output == "seen\n"


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("raise ValueError('no')", "ValueError: no"),
        ("raise KeyError('no')", "KeyError: 'no'"),
        (
            "raise NotImplementedError('double: write me')",
            "NotImplementedError: double",
        ),
        ("return undefined", "NameError: name 'undefined' is not defined"),
        ("return x[0]", "TypeError: 'int' object is not subscriptable"),
        ("return np.ones(2) @ np.ones(3)", "ValueError: matmul: Input operand 1"),
        ("return np.linalg.inv(np.zeros((2, 2)))", "LinAlgError: Singular matrix"),
        ("return np.ones(2)[:, :, 0]", "IndexError: too many indices for array"),
        ("return np.ones(2).sum(axis=3)", "AxisError: axis 3 is out of bounds"),
        ("open('nowhere')", "FileNotFoundError: [Errno 2] No such file"),
        ("'é'.encode('ascii')", "UnicodeEncodeError: 'ascii' codec can't encode"),
        ("raise type('Own', (KeyError,), {})('no')", "Own: 'no'"),
        ("assert x == 4, 'not four'", "AssertionError: not four"),
        ("return double(x)", "RecursionError: maximum recursion depth exceeded"),
    ],
)
def test_errors_say_what_they_say_in_one_interpreter(fork_server, body, message):
    answer = f"def double(x):\n    {body}"
    assert one(fork_server, "double(3)", answer).message.startswith(message)


def test_a_test_can_catch_an_answers_error(fork_server):
    test = """
try:
    double(1)
except LookupError as error:
    assert type(error) is KeyError and error.args == (1,)
else:
    raise AssertionError
"""
    assert one(fork_server, test, "def double(x): raise KeyError(x)").score == 1.0
    assert one(fork_server, test).score == 0.0


def test_a_setup_that_fails_is_the_exams_fault(fork_server):
    cells = (
        Cell("setup", "s", SETUP + "\nimport nowhere"),
        Cell("test", "t", "1", 1.0),
    )
    with pytest.raises(ExamError, match="set-up cell s fails: ModuleNotFound"):
        judge(Exam("broken", cells), {}, LIMITS, fork_server)


def test_times_are_told_apart_from_the_verdict(fork_server):
    verdict, seconds = judge(exam(), {"double": DOUBLE}, LIMITS, fork_server)
    assert set(seconds) == {outcome.name for outcome in verdict.outcomes}
    assert all(0 < took < LIMITS.cell_seconds for took in seconds.values())
    assert np.isfinite(sum(seconds.values()))


def test_cells_that_a_parser_stumbles_over_hurt_nobody(fork_server):
    for source in NASTY:
        verdict = sit(fork_server, source)
        assert verdict.score == by_name(verdict)["other"].score == 1.0
        assert verdict.answers["double"]
        assert Verdict.from_json(verdict.to_json()) == verdict


def test_texts_come_out_printable(fork_server):
    answer = "def double(x): print('\\ud800'); raise ValueError('\\udfff')"
    found = one(fork_server, "double(1)", answer)
    assert (found.message, found.output) == ("ValueError: ?", "?\n")


def test_a_loop_without_end_gets_the_solutions_time(fork_server, monkeypatch):
    monkeypatch.setattr(pace, "PATIENCE", 0.3)
    tests = {"loop": "assert double(3) == 6", "again": "assert double(3) == 6"}
    answer = "def double(x):\n    while True:\n        pass"
    verdict = sit(fork_server, answer, tests=tests)
    for name in tests:
        found = by_name(verdict)[name]
        assert (found.score, found.status) == (0.0, "timeout")
        assert "times what a right one needs" in found.message


def test_an_answer_has_longer_where_the_solution_takes_long(fork_server, monkeypatch):
    monkeypatch.setattr(pace, "PATIENCE", 0.1)
    slow = "import time\ntime.sleep(0.3)\nassert double(3) == 6"
    found = by_name(sit(fork_server, tests={"slow": slow}))["slow"]
    assert found.score == 1.0
    # A test that the solution fails says nothing of its time.
    strict = "import time\ntime.sleep(0.3)\nassert double(3) == 7"
    answer = "def double(x):\n    return 7"
    found = by_name(sit(fork_server, answer, tests={"strict": strict}))["strict"]
    assert found.score == 1.0


def test_a_test_that_its_answer_keeps_busy_is_ended_too(fork_server, monkeypatch):
    monkeypatch.setattr(pace, "PATIENCE", 0.3)
    tests = {"busy": "found = double(3)\nwhile found != 6:\n    pass"}
    verdict = sit(fork_server, "def double(x):\n    return 7", tests=tests)
    found = by_name(verdict)
    assert (found["busy"].score, found["busy"].status) == (0.0, "timeout")
    assert "times what a right one needs" in found["busy"].message
    assert found["other"].score == 1.0
