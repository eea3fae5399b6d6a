"""Layers as single steps against the same made of many."""

import numpy as np
import pytest

from cs231n import autograd, layers
from cs231n.autograd import steps
from tests.autograd import answers
from tests.autograd.engines import assert_same, leaves, plain, run

RNG = np.random.default_rng(4)


def test_a_recurrent_layer_is_one_step():
    shapes = (2, 5, 3), (2, 4), (3, 4), (4, 4), (4,)
    arrays = [RNG.standard_normal(s) for s in shapes]
    many = lambda t, *a: answers.rnn_2025(t).rnn_stacked(*a)

    one = run(autograd, lambda t, *a: steps.rnn(*a), arrays)

    assert_same(list(one), list(run(autograd, many, arrays)))


@pytest.mark.parametrize(("name", "gates"), [("lstm", 4), ("gru", 3)])
def test_gated_layers_are_one_step(name, gates):
    shapes = (2, 5, 3), (2, 4), (3, 4 * gates), (4, 4 * gates), (4 * gates,)
    inputs = leaves(autograd, [RNG.standard_normal(s) for s in shapes])
    out = getattr(steps, name)(*inputs)
    dout = RNG.standard_normal(tuple(out.shape))
    out.backward(autograd.from_numpy(dout))

    h, cache = getattr(layers, f"{name}_forward")(*(plain(x) for x in inputs))
    grads = getattr(layers, f"{name}_backward")(dout, cache)

    np.testing.assert_array_equal(plain(out), h)
    for x, g in zip(inputs, grads, strict=True):
        np.testing.assert_array_equal(plain(x.grad), g)
    assert out.grad_fn.name().lower().startswith(name)


def test_attention_shows_its_weights():
    arrays = [RNG.standard_normal((2, 3, 5, 4)) for _ in range(3)]
    mask = autograd.tril(autograd.ones(5, 5)).bool()

    def many(t, q, k, v):
        scores = q @ k.transpose(-2, -1) / 2
        weights = t.softmax(scores.masked_fill(~mask, float("-inf")), dim=-1)
        return [weights @ v, weights.detach()]

    def one(t, q, k, v):
        return list(steps.attention(q, k, v, mask))

    assert_same(list(run(autograd, one, arrays)), list(run(autograd, many, arrays)))


def test_space_and_depth_are_pixel_shuffles():
    x = RNG.standard_normal((2, 3, 4, 6))
    f = autograd.nn.functional
    ours = run(autograd, lambda t, a: steps.space_to_depth(a), [x])

    assert_same(
        list(ours), list(run(autograd, lambda t, a: f.pixel_unshuffle(a, 2), [x]))
    )
    (t,) = leaves(autograd, [x])
    assert autograd.equal(steps.depth_to_space(steps.space_to_depth(t)), t)
