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
        (lambda: ((a, a) == 3).sum(), "one True or False where an array was meant"),
        (lambda: (lambda shape: 0)(2, 3), "A shape has brackets of its own"),
    ],
)
def test_an_error_of_a_beginner_is_explained(call, words):
    assert words in _of(call)


class Net:
    def __init__(self):
        self.first = 1

    def forward(self):
        return first + 1  # noqa: F821

    def other(self):
        return second + 1  # noqa: F821


def test_a_name_that_the_object_has_is_said_to_be_its():
    assert _of(Net().forward) == "The object has it: write self.first."
    assert _of(Net().other) == ""


def test_errors_of_pytorch_are_explained():
    torch = pytest.importorskip("torch")
    nn, F = torch.nn, torch.nn.functional
    x, w = torch.ones(2, 3), torch.ones(3, requires_grad=True)
    image, walked = torch.ones(1, 3, 4, 4), (x @ w).sum()
    walked.backward()

    class Bare(nn.Module):
        def __init__(self):
            self.layer = nn.ReLU()

    layer = nn.Linear(3, 2)
    for call, words in (
        (x.sum().backward, "No tensor that asks for a gradient led"),
        (walked.backward, "walked once"),
        (
            lambda: F.binary_cross_entropy_with_logits(x, torch.ones(1)),
            "torch.ones_like",
        ),
        (lambda: w.add_(1), "inside `with torch.no_grad():`"),
        (lambda: x.T @ x.T, "has 2 columns, and the weights have 3 rows"),
        (lambda: F.nll_loss(x, torch.ones(2)), "whole numbers of 64 bits"),
        (lambda: layer(x.double()), "the same dtype"),
        (lambda: nn.Conv2d(3, 1, 3)(image.double()), "the same dtype"),
        (lambda: nn.Conv2d(3, 1, 5)(image), "Is the padding missing?"),
        (lambda: nn.Conv2d(2, 1, 3)(image), "read 2 channels each"),
        (lambda: x + torch.ones(2), "matched from the last axis"),
        (Bare, "super().__init__() has to be the first"),
        (lambda: nn.Sequential(F.relu), "nn.ReLU()"),
        (lambda: setattr(layer, "weight", x), "nn.Parameter"),
        (lambda: w.detach().grad.zero_(), "None until the first backward()"),
        (lambda: x.reshape(4, 2), "4 x 2 = 8 are asked for, and there are 6"),
    ):
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
