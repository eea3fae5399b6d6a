"""A small exam, and how to sit it."""

import textwrap
from dataclasses import replace

from grading.judge.exam import Cell, Exam
from grading.judge.judge import judge
from grading.sandbox.limits import Limits

SETUP = """
import math

import numpy as np

from cs231n.nets.fully_connected import TwoLayerNet
from cs231n.nets.linear import LinearSVM
from cs231n.notebook import NotebookClass, add_to_class
from cs231n.testing import expect, expect_array, expect_close, expect_equal, unchanged


class Model(NotebookClass):
    def __init__(self, size):
        self.params = {"w": np.zeros(size)}

    def twice(self):
        return 2 * self.params["w"]
"""
DOUBLE = "def double(x):\n    return 2 * x"
MOVE = """
@add_to_class(Model)
def move(self, step):
    self.params["w"] = self.params["w"] + step
    return self.params["w"].sum()
"""
#: Every way of looking at a result that a test may have.
TESTS = {
    "equal": "assert double(3) == 6",
    "truth": "assert bool(double(0.5) == 1.0) is True and double(0.0) <= 0.0",
    "allclose": "assert np.allclose(double(np.arange(3.0)), [0, 2, 4])",
    "testing": "np.testing.assert_allclose(double(np.ones(2)), np.full(2, 2.0))",
    "isclose": "assert math.isclose(double(0.25), 0.5) and abs(double(-1) + 2) < 1e-9",
    "close": "expect_close(double(np.array([[1.0], [3.0]])), [[2], [6]])",
    "exact": "expect_equal(double(7), 14)",
    "hidden": "marker = 'swordfish'  # hidden\n"
    "x = np.random.default_rng(1).standard_normal(5)\n"
    "with unchanged(x=x):\n    found = double(x)\n"
    "expect_close(found, x + x)",
}
OTHER = """
model = Model(3)
expect_close(model.move(2.0), 6)
expect_close(model.twice(), [4] * 3)
"""

LIMITS = Limits(
    call_seconds=30.0,  # bounds a hang; a test of a limit sets its own
    cell_seconds=60.0,
    notebook_seconds=300.0,
    memory_bytes=1 << 30,
    value_bytes=64 << 20,
)


def exam(tests=TESTS):
    """Two exercises: `double`, looked at in every way, and `move`, a method."""
    cells = [Cell("setup", "setup", SETUP), Cell("answer", "double", DOUBLE)]
    cells += [Cell("test", name, source, 1.0) for name, source in tests.items()]
    cells += [Cell("answer", "move", MOVE), Cell("test", "other", OTHER, 1.0)]
    return Exam("small", tuple(cells))


def sit(fork_server, double=DOUBLE, move=MOVE, *, tests=TESTS, **limits):
    """Judge answers; return the verdict."""
    answers = {"double": textwrap.dedent(double), "move": textwrap.dedent(move)}
    verdict, _ = judge(exam(tests), answers, replace(LIMITS, **limits), fork_server)
    return verdict


def by_name(verdict):
    """Map each test to its outcome."""
    return {outcome.name: outcome for outcome in verdict.outcomes}


def one(fork_server, test, double=DOUBLE, **limits):
    """Judge one test of `double`; return its outcome."""
    return by_name(sit(fork_server, double, tests={"test": test}, **limits))["test"]
