"""The loss of a linear classifier, which reads its examples once."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cs231n import layers
from cs231n.kernels._numpy import linear as numpy_linear
from tests.layers.ruler import assert_close, assert_gradients
from tests.strategies import DTYPES, LAYOUTS, SEEDS, laid_out

LOSSES = pytest.mark.parametrize("name", ["linear_softmax_loss", "linear_svm_loss"])


def problem(shape, rng):
    n, d, c = shape
    return (
        rng.standard_normal((n, d)),
        rng.standard_normal((d, c)),
        rng.integers(0, c, n),
    )


def exact_problem(shape, rng, dtype):
    """Draw short fractions, so that scores are exact and margins on the right side."""
    x, w, y = problem(shape, rng)
    return (np.rint(8 * x) / 8).astype(dtype), (np.rint(8 * w) / 64).astype(dtype), y


def slow(name, x, w, y):
    """Mean loss and its gradient, one example and one class at a time, in float64."""
    x, w = x.astype(float), w.astype(float)
    total, dw = 0.0, np.zeros(w.shape)
    for row, right in zip(x, y, strict=True):
        scores = [math.fsum(row * column) for column in w.T]
        top = max(scores)
        likely = [math.exp(s - top) for s in scores]
        if name == "linear_softmax_loss":
            total += top + math.log(math.fsum(likely)) - scores[right]
        for k, score in enumerate(scores):
            margin = score - scores[right] + 1
            if name == "linear_softmax_loss":
                dw[:, k] += (likely[k] / math.fsum(likely) - (k == right)) * row
            elif k != right and margin > 0:
                total += margin
                dw[:, k] += row
                dw[:, right] -= row
    return total / max(1, len(x)), dw / max(1, len(x))


@LOSSES
@given(
    n=st.integers(0, 20),
    d=st.integers(0, 70),
    c=st.integers(1, 17),
    seed=SEEDS,
    dtype=DTYPES,
    layout=LAYOUTS,
    kind=st.sampled_from([np.int32, np.int64, np.uint8]),
)
def test_matches_the_definition(name, n, d, c, seed, dtype, layout, kind):
    x, w, y = exact_problem((n, d, c), np.random.default_rng(seed), dtype)
    x, w = laid_out(x, layout), laid_out(w, layout)
    before = x.copy(), w.copy()

    loss, dw = getattr(layers, name)(x, w, y.astype(kind))

    expected, slope = slow(name, x, w, y)
    assert isinstance(loss, float)
    assert dw.dtype == dtype
    assert math.isclose(
        loss, expected, rel_tol=64 * np.finfo(dtype).eps * max(1, d), abs_tol=1e-6
    )
    assert_close(dw, slope, terms=max(n, d))
    assert np.array_equal(x, before[0])
    assert np.array_equal(w, before[1])


@LOSSES
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("shape", [(1500, 33, 3), (9, 1100, 10), (60, 5000, 7)])
def test_many_blocks_of_rows_and_long_rows(name, shape, dtype, rng):
    x, w, y = exact_problem(shape, rng, dtype)

    loss, dw = getattr(layers, name)(x, w, y)

    scores = x.astype(float) @ w.astype(float)
    plain = getattr(layers, name.removeprefix("linear_"))
    expected, dscores = plain(scores, y)
    assert math.isclose(loss, expected, rel_tol=50 * np.finfo(dtype).eps)
    assert_close(dw, x.T.astype(float) @ dscores, terms=shape[0])


@LOSSES
@pytest.mark.parametrize("shape", [(12, 7, 10), (3, 70, 33), (2, 1, 1)])
def test_gradient_matches_finite_differences(name, shape, rng):
    x, w, y = problem(shape, rng)
    loss = getattr(layers, name)

    _, dw = loss(x, w, y)

    assert_gradients(lambda a: loss(x, a, y)[0], [w], [dw], 1.0, rng=rng)


@LOSSES
def test_gradients_of_an_example_cancel(name, rng):
    x, w, y = problem((9, 20, 6), rng)

    _, dw = getattr(layers, name)(x, w, y)

    assert_close(dw.sum(axis=1), np.zeros(20), terms=9)


@LOSSES
def test_matches_torch(name, rng):
    torch = pytest.importorskip("torch")
    x, w, y = problem((30, 40, 10), rng)
    wt = torch.from_numpy(w).requires_grad_()
    scores, right = torch.from_numpy(x) @ wt, torch.from_numpy(y)
    if name == "linear_softmax_loss":
        lt = torch.nn.functional.cross_entropy(scores, right)
    else:
        lt = torch.nn.functional.multi_margin_loss(scores, right) * 10
    lt.backward()

    loss, dw = getattr(layers, name)(x, w, y)

    assert math.isclose(loss, lt.item(), rel_tol=1e-12)
    np.testing.assert_allclose(dw, wt.grad.numpy(), rtol=0, atol=1e-13)


@LOSSES
@pytest.mark.parametrize("d", [1, 31, 64, 75])
def test_what_lies_between_rows_is_not_read(name, d, rng):
    wide = np.full((6, d + 40), np.nan)
    wide[:, 1 : d + 1], w, y = problem((6, d, 5), rng)
    x = wide[:, 1 : d + 1]
    before = wide.copy()

    for rows, right in ((x, y), (x[::-1], y[::-1]), (x[::2], y[::2])):
        loss, dw = getattr(layers, name)(rows, w, right)

        expected, slope = getattr(layers, name)(rows.copy(), w, right)
        assert math.isclose(loss, expected, rel_tol=1e-14)
        assert_close(dw, slope)
    assert np.array_equal(wide, before, equal_nan=True)


@LOSSES
@pytest.mark.parametrize("argument", ["x", "w"])
def test_nan_comes_out_as_nan(name, argument, rng):
    x, w, y = problem((9, 20, 6), rng)
    (x if argument == "x" else w)[3, 4] = np.nan

    loss, dw = getattr(layers, name)(x, w, y)

    assert math.isnan(loss)
    if argument == "x":
        assert np.isnan(dw[4]).any()


@LOSSES
def test_sizes_of_nothing(name):
    loss, dw = getattr(layers, name)(
        np.zeros((0, 3)), np.ones((3, 2)), np.zeros(0, int)
    )
    assert loss == 0.0
    assert np.array_equal(dw, np.zeros((3, 2)))

    loss, dw = getattr(layers, name)(
        np.zeros((2, 0)), np.ones((0, 1)), np.zeros(2, int)
    )
    assert (loss, dw.shape) == (0.0, (0, 1))


@LOSSES
def test_chunks_of_the_twin_add_up(name, rng, monkeypatch):
    x, w, y = problem((50, 8, 4), rng)
    whole, dw = getattr(layers, name)(x, w, y)
    monkeypatch.setattr(numpy_linear, "CHUNK_BYTES", 1)

    slope = np.empty_like(w)
    loss = getattr(numpy_linear, name)(x, w, y, 1 / 50, slope)

    assert math.isclose(loss / 50, whole, rel_tol=1e-13)
    assert_close(slope, dw)


@LOSSES
@pytest.mark.parametrize(
    ("x", "w", "y", "error", "words"),
    [
        (np.zeros((2, 3)), np.zeros((4, 5)), [0, 1], ValueError, "with D = 3 as in x"),
        (np.zeros(3), np.zeros((3, 5)), [0], ValueError, r"x must have shape \(N, D\)"),
        (np.zeros((2, 3)), np.zeros(3), [0, 1], ValueError, r"w must have shape \(D"),
        (np.zeros((2, 3)), np.zeros((3, 5)), [0], ValueError, r"shape \(2,\); got"),
        (np.zeros((2, 3)), np.zeros((3, 5)), [0, 5], ValueError, "it holds 5"),
        (np.zeros((2, 3)), np.zeros((3, 5)), [0.0, 1], TypeError, "whole numbers"),
        (np.zeros((2, 3), int), np.zeros((3, 5)), [0, 1], TypeError, "got int64"),
        (
            np.zeros((2, 3), "f"),
            np.zeros((3, 5)),
            [0, 1],
            TypeError,
            "w must be float32",
        ),
        (
            [[0.0]],
            np.zeros((1, 5)),
            [0],
            TypeError,
            "x must be a NumPy array; got list",
        ),
    ],
)
def test_bad_input_is_refused(name, x, w, y, error, words):
    with pytest.raises(error, match=words):
        getattr(layers, name)(x, w, np.array(y))
