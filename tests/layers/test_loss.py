import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cs231n.layers import bce_with_logits_loss, mse_loss, softmax_loss, svm_loss
from tests.layers.ruler import assert_close, assert_gradients
from tests.strategies import DTYPES, LAYOUTS, SEEDS, laid_out


def slow_softmax_loss(x, y):
    """Mean cross entropy, one logarithm of a sum for each row."""
    total = 0.0
    for row, right in zip(x.tolist(), y.tolist(), strict=True):
        top = max(row)
        total += top + math.log(math.fsum(math.exp(v - top) for v in row)) - row[right]
    return total / max(1, len(x))


def slow_svm_loss(x, y):
    """Mean hinge loss, one margin at a time."""
    total = 0.0
    for row, right in zip(x.tolist(), y.tolist(), strict=True):
        total += sum(
            max(0.0, v - row[right] + 1) for j, v in enumerate(row) if j != right
        )
    return total / max(1, len(x))


@pytest.mark.parametrize(
    ("loss", "slow"), [(softmax_loss, slow_softmax_loss), (svm_loss, slow_svm_loss)]
)
@given(
    n=st.integers(0, 6),
    c=st.integers(1, 40),
    seed=SEEDS,
    dtype=DTYPES,
    layout=LAYOUTS,
    kind=st.sampled_from([np.int32, np.int64, np.uint8]),
)
def test_matches_the_definition(loss, slow, n, c, seed, dtype, layout, kind):
    rng = np.random.default_rng(seed)
    x = (3 * rng.standard_normal((n, c))).astype(dtype)
    y = rng.integers(0, c, n).astype(kind)

    value, dx = loss(laid_out(x, layout), y)

    expected = slow(x.astype(float), y)
    assert isinstance(value, float)
    tolerance = 64 * float(np.finfo(dtype).eps)
    assert math.isclose(value, expected, rel_tol=tolerance, abs_tol=tolerance)
    assert (dx.dtype, dx.shape) == (dtype, x.shape)


@pytest.mark.parametrize("loss", [softmax_loss, svm_loss])
@pytest.mark.parametrize("shape", [(7, 10), (3, 33), (2, 1)])
def test_gradient_matches_finite_differences(loss, shape, rng):
    x = 3 * rng.standard_normal(shape)
    y = rng.integers(0, shape[1], shape[0])

    _, dx = loss(x, y)

    assert_gradients(lambda a: loss(a, y)[0], [x], [dx], 1.0, rng=rng)


@pytest.mark.parametrize("loss", [softmax_loss, svm_loss])
def test_gradients_of_a_row_cancel(loss, rng):
    x = rng.standard_normal((5, 9))

    _, dx = loss(x, rng.integers(0, 9, 5))

    assert_close(dx.sum(axis=1), np.zeros(5))


@given(seed=SEEDS, shift=st.floats(-1000, 1000))
def test_softmax_does_not_see_a_shift(seed, shift):
    rng = np.random.default_rng(seed)
    x, y = rng.standard_normal((4, 6)), rng.integers(0, 6, 4)

    near, far = softmax_loss(x, y), softmax_loss(x + shift, y)

    assert math.isclose(near[0], far[0], rel_tol=1e-10)
    np.testing.assert_allclose(near[1], far[1], atol=1e-12)


def test_equal_scores_cost_the_logarithm_of_the_classes():
    loss, _ = softmax_loss(np.zeros((4, 10)), np.arange(4))

    assert math.isclose(loss, math.log(10))


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_large_scores_do_not_overflow(dtype):
    x = np.array([[1e4, 0, -1e4], [-1e4, 0, 1e4]], dtype)

    loss, dx = softmax_loss(x, np.array([0, 0]))

    assert loss == 1e4
    assert np.array_equal(dx, [[0, 0, 0], [-0.5, 0, 0.5]])


@pytest.mark.parametrize("loss", [softmax_loss, svm_loss])
def test_nan_comes_out_as_nan(loss):
    x = np.zeros((3, 20))
    x[1, 4] = np.nan

    assert math.isnan(loss(x, np.zeros(3, int))[0])


@pytest.mark.parametrize("loss", [softmax_loss, svm_loss])
def test_matches_torch(loss, rng):
    torch = pytest.importorskip("torch")
    x, y = 3 * rng.standard_normal((9, 13)), rng.integers(0, 13, 9)
    xt = torch.from_numpy(x).requires_grad_()
    if loss is softmax_loss:
        lt = torch.nn.functional.cross_entropy(xt, torch.from_numpy(y))
    else:
        lt = torch.nn.functional.multi_margin_loss(xt, torch.from_numpy(y)) * 13
    lt.backward()

    value, dx = loss(x, y)

    assert math.isclose(value, lt.item(), rel_tol=1e-12)
    np.testing.assert_allclose(dx, xt.grad.numpy(), rtol=0, atol=1e-14)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_bce_and_mse_match_torch(dtype, rng):
    torch = pytest.importorskip("torch")
    x = (4 * rng.standard_normal((5, 3))).astype(dtype)
    y = rng.random((5, 3)).astype(dtype)
    f = torch.nn.functional
    for ours, theirs in (
        (bce_with_logits_loss, f.binary_cross_entropy_with_logits),
        (mse_loss, f.mse_loss),
    ):
        xt = torch.from_numpy(x).requires_grad_()
        lt = theirs(xt, torch.from_numpy(y))
        lt.backward()

        value, dx = ours(x, y)

        assert dx.dtype == dtype
        assert math.isclose(value, lt.item(), rel_tol=32 * np.finfo(dtype).eps)
        assert_close(dx, xt.grad.numpy())


@pytest.mark.parametrize("loss", [bce_with_logits_loss, mse_loss])
def test_bce_and_mse_gradients_match_finite_differences(loss, rng):
    x, y = rng.standard_normal((4, 5)), rng.random((4, 5))

    _, dx = loss(x, y)

    assert_gradients(lambda a: loss(a, y)[0], [x], [dx], 1.0, rng=rng)


def test_bce_of_large_logits_does_not_overflow():
    loss, dx = bce_with_logits_loss(np.array([1e4, -1e4]), np.array([1.0, 0.0]))

    assert loss == 0
    assert np.array_equal(dx, [0, 0])


def test_empty_batches_cost_nothing():
    assert softmax_loss(np.zeros((0, 3)), np.zeros(0, int))[0] == 0.0
    assert svm_loss(np.zeros((0, 3)), np.zeros(0, int))[0] == 0.0
    assert mse_loss(np.zeros((0, 3)), np.zeros((0, 3)))[0] == 0.0
    assert bce_with_logits_loss(np.zeros((0, 3)), np.zeros((0, 3)))[0] == 0.0


@pytest.mark.parametrize("loss", [softmax_loss, svm_loss])
def test_wrong_labels_are_refused(loss):
    x = np.zeros((2, 3))
    with pytest.raises(ValueError, match="y must lie between 0 and 2; it holds 3"):
        loss(x, np.array([0, 3]))
    with pytest.raises(ValueError, match="it holds -1"):
        loss(x, np.array([0, -1]))
    with pytest.raises(ValueError, match=r"y must have shape \(2,\); got \(3,\)"):
        loss(x, np.zeros(3, int))
    with pytest.raises(TypeError, match="array of whole numbers; got float64"):
        loss(x, np.zeros(2))
    with pytest.raises(TypeError, match="got list"):
        loss(x, [0, 1])
    with pytest.raises(ValueError, match=r"x must have shape \(N, C\)"):
        loss(np.zeros(3), np.zeros(3, int))
