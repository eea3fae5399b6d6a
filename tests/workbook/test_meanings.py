"""What errors that beginners meet are said to mean."""

import numpy as np
import pytest

from cs231n.testing import WrongAnswer
from cs231n.workbook.meanings import meaning_of

a = np.ones((2, 3))


def _of(call):
    with pytest.raises(Exception) as caught:  # noqa: PT011  which one is NumPy's choice
        call()
    return meaning_of(caught.value)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: max(0, a), "np.maximum"),
        (lambda: np.max(0, a), "one whole number"),
        (lambda: a - a.max(axis=1), "keepdims=True"),
        (lambda: a @ np.ones((7, 5)), "a has 3 there, and b has 7"),
        (lambda: a.dot(np.ones((7, 5))), "here 3 long"),
        (lambda: a @ 2, "single number takes *"),
        (lambda: a[2], "an axis of length 2 has no index 2"),
        (lambda: a[0, 0, 0], "has 2 axes"),
        (lambda: a.sum(axis=2), "an array of 2 axes has no axis 2"),
        (lambda: a.reshape(4, 5), "4 x 5 = 20 are asked for, and there are 6"),
        (lambda: a.reshape(4, -1), "6 numbers cannot be shared out evenly over 4"),
        (lambda: a(1), "square brackets"),
        (lambda: range(a.sum()), "write // in place of /"),
        (lambda: np.zeros(2 / 1), "write // in place of /"),
        (lambda: a[a], "An index is a whole number"),
        (lambda: [[1, 2]].shape, "Python list"),
        (lambda: {"rate": 1} * a, "Take one out first"),
        (lambda: 2.0 * None, "is None here"),
        (lambda: a.__setitem__((0, 0), a), "One entry of an array takes one number"),
        (lambda: (a > 0).__itruediv__(2), "here bool"),
        (lambda: np.pad(a, [(1, 1)] * 3), "one pair"),
        (lambda: np.concatenate([a, a[0]]), "agree in every axis"),
        (lambda: a.__setitem__(0, np.ones(4)), "has shape (4,), and its place has"),
        (lambda: np.histogram(a).sum(), "a, b = f(x)"),
        (lambda: np.random.randn((2, 3)), "take lengths one by one"),  # noqa: NPY002
        (
            lambda: np.random.default_rng(0).standard_normal(2, 3),
            "one shape in brackets",
        ),
        (lambda: [1, 2][2], "n - 1"),
        (lambda: 0.9 ^ 2, "A power is written **"),
        (lambda: {"learning_rate": 1}["lr"], "has nothing under 'lr'"),
    ],
)
def test_an_error_of_a_beginner_is_explained(call, words):
    assert words in _of(call)


def test_a_value_that_a_branch_left_out_is_named():
    def answer(flag):
        if flag:
            out = 1
        return out

    assert "out gets its value" in _of(lambda: answer(False))


def test_other_errors_are_left_as_they_are():
    assert meaning_of(None) == ""
    assert meaning_of(ValueError("reg should be positive.")) == ""
    # A test's own words, whatever they mention.
    assert meaning_of(WrongAnswer("dx is a NoneType")) == ""
