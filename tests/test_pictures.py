"""Answers in NumPy or in PyTorch's words are told apart, and called alike."""

import numpy as np

from cs231n.engine import torch
from cs231n.pytorch import either
from cs231n.pytorch.pictures import speaks_tensors

X = np.arange(6.0).reshape(2, 3)


def plain(x):
    return x * 2


def recorded(x):
    y = x.clone().requires_grad_()
    (y**2).sum().backward()
    return y.grad


def in_place(x):
    (x**2).sum().backward()
    x.data += x.grad


def nothing(x):
    return None


def test_words_tell_tensors_from_arrays():
    assert not speaks_tensors(plain)
    assert speaks_tensors(recorded)
    assert not speaks_tensors(len)


def test_both_give_arrays():
    np.testing.assert_array_equal(either(plain, X), 2 * X)
    np.testing.assert_array_equal(either(recorded, X), 2 * X)
    assert torch.from_numpy(X).requires_grad is False


def test_what_is_changed_in_place_comes_back_and_the_argument_stays():
    kept = X.copy()
    np.testing.assert_array_equal(either(in_place, X, leaf=True), 3 * X)
    np.testing.assert_array_equal(X, kept)
    assert either(nothing, X, leaf=True) is None
