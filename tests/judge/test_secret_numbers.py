"""Tests draw numbers that no answer can have known, the same ones every time."""

import numpy as np

from grading.judge.exam import Cell, Exam
from grading.judge.judge import judge
from tests.judge.small import LIMITS

SETUP = """
import numpy as np

from cs231n.testing import expect_close

rng = np.random.default_rng(231)
"""
DOUBLE = "def double(x):\n    return 2 * x"
#: One that draws before it fails, and one that draws and tells.
TESTS = {
    "test-double": "x = rng.normal(size=3)\nprint(x)\nexpect_close(double(x), 2 * x)",
    "test-double-more": "x = rng.normal(size=2)\nprint(x)\n"
    "expect_close(double(x), 2 * x)",
}
OPEN = np.random.default_rng(231).normal(size=3)


def exam(tests=TESTS, setup=SETUP):
    cells = [Cell("setup", "setup", setup), Cell("answer", "double", DOUBLE)]
    cells += [Cell("test", name, source, 1.0) for name, source in tests.items()]
    return Exam("numbers", tuple(cells))


def sit(fork_server, answer=DOUBLE, secret="", **more):
    return judge(exam(**more), {"double": answer}, LIMITS, fork_server, secret)[0]


def printed(verdict):
    return [outcome.output for outcome in verdict.outcomes]


def test_right_answers_are_right_under_every_secret(fork_server):
    for secret in ("", "a", "b"):
        assert sit(fork_server, secret=secret).score == len(TESTS)


def test_the_same_secret_gives_the_same_verdict_to_the_byte(fork_server):
    wrong = "def double(x):\n    print(np.random.rand())\n    return x"
    first, again, other = (
        sit(fork_server, wrong, s).to_json() for s in ("a", "a", "b")
    )
    assert first == again
    assert first != other


def test_every_secret_and_every_test_has_numbers_of_its_own(fork_server):
    texts = [
        text for s in ("", "a", "b") for text in printed(sit(fork_server, secret=s))
    ]
    assert len(set(texts)) == len(texts)
    assert str(OPEN) not in "".join(texts)


def test_what_a_test_draws_does_not_depend_on_tests_before_it(fork_server):
    last = {"test-double-more": TESTS["test-double-more"]}
    hungry = {"test-double": "rng.normal(size=999)\ndouble(1)", **last}
    alone, after = (sit(fork_server, secret="a", tests=t) for t in (last, hungry))
    assert printed(alone)[-1] == printed(after)[-1]


def test_a_process_that_ends_changes_no_numbers(fork_server):
    """The tester that goes on draws what the first one would have drawn."""
    deadly = (
        "import os\n\ndef double(x):\n    return os._exit(1) if len(x) == 3 else 2 * x"
    )
    calm, hurt = (sit(fork_server, a, "a") for a in (DOUBLE, deadly))
    assert [o.status for o in hurt.outcomes] == ["died", "passed"]
    assert printed(calm)[1] == printed(hurt)[1]


def test_an_answer_that_knows_the_open_numbers_earns_nothing(fork_server):
    table = f"def double(x):\n    return 2 * np.array({OPEN.tolist()})[: len(x)]"
    assert sit(fork_server, table, "a").score == 0


def test_an_answer_finds_the_open_generator_only(fork_server):
    """The set-up runs beside the answers too; what it seeds is for all to see."""
    spy = "def double(x):\n    return 2 * rng.normal(size=len(x))"
    assert sit(fork_server, spy, "a").score == 0
    verdict = sit(fork_server, "print(rng.normal(size=3))\n" + DOUBLE, "a")
    assert verdict.score == len(TESTS)


def test_a_notebook_without_a_generator_is_left_alone(fork_server):
    setup = SETUP.replace("np.random.default_rng(231)", "'mine'")
    tests = {"test-double": "assert rng == 'mine' and double(1) == 2"}
    assert sit(fork_server, secret="a", tests=tests, setup=setup).score == 1
    setup = SETUP.replace("rng = np.random.default_rng(231)", "")
    tests = {"test-double": "assert double(1) == 2 and 'rng' not in globals()"}
    assert sit(fork_server, secret="a", tests=tests, setup=setup).score == 1
