"""What tests lend to helpers that run beside the answers stays as it was."""

from dataclasses import replace

import numpy as np
import pytest

from cs231n.nets.linear import LinearSVM
from cs231n.testing import WrongAnswer, unchanged
from grading.authoring.exam_from_notebook import exam_of
from grading.judge.judge import judge
from grading.judge.lent import Lent
from grading.judge.preload import Rooms
from grading.judge.references import References
from tests.judge.small import LIMITS

#: Answers nothing; its helper empties what it was lent and says that all of it is 0.
LIAR = """
import sys

def emptied(answer, program, *wanted, fixed=(), **values):
    for value in values.values():
        if isinstance(value, np.ndarray):
            value[...] = 0
    zeros = np.zeros_like(values["values"])
    return [zeros, zeros, [["scale", 1]] * len(zeros)]

for module in list(sys.modules.values()):
    if getattr(module, "__name__", "") == "cs231n.testing.tapes":
        module.run = emptied

def scaled(tensors, factors):
    return tensors
"""


@pytest.mark.slow
def test_a_helper_that_empties_what_it_is_lent_earns_nothing(isolated):
    exam = exam_of("assignment2/autograd")
    name = "autograd-bug-loop"
    wanted = {"setup": None, "answer": name, "test": f"test-{name}"}
    cells = [c for c in exam.cells if c.kind == "setup" or wanted[c.kind] == c.name]
    exam = replace(exam, cells=tuple(cells))
    with Rooms([exam]) as rooms:
        verdict, _ = judge(exam, {name: LIAR}, LIMITS, rooms)

    (outcome,) = verdict.outcomes
    assert outcome.score == 0
    assert outcome.message.startswith("WrongAnswer: data of the results")


@pytest.fixture
def lent():
    return Lent(References(None))


def test_copies_share_no_memory_and_keep_what_belongs_together(lent):
    x = np.asfortranarray(np.ones((2, 3)))
    x.flags.writeable = False
    model, rng = LinearSVM(), np.random.default_rng(1)
    model.params = {"W": np.ones(2)}
    args = ([x, x], {"x": x}, model, rng, len)
    (first, second), table, twin, draw, function = lent.copy(args)

    assert first is second is table["x"]
    assert not np.shares_memory(first, x)
    assert first.flags.f_contiguous
    assert not first.flags.writeable
    assert type(twin) is LinearSVM
    twin.params["W"][:] = 0
    assert model.params["W"].all()
    assert draw.random() == rng.random()
    assert function is len


def test_a_change_is_noticed_where_a_test_watches(lent):
    x, y = np.ones(2), np.ones(2)

    def spoil():
        with unchanged(x=x):
            for copy in lent.copy([x, y]):
                copy[:] = 0
            lent.notice()

    with pytest.raises(WrongAnswer, match="changed its input x"):
        spoil()
    assert y.all()
