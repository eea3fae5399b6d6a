import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cs231n.layers import affine_backward, affine_forward
from tests.layers.ruler import assert_close, assert_gradients
from tests.strategies import DTYPES, LAYOUTS, SEEDS, laid_out


@given(
    n=st.integers(0, 5),
    shape=st.lists(st.integers(1, 4), max_size=3),
    m=st.integers(1, 5),
    seed=SEEDS,
    dtype=DTYPES,
    layout=LAYOUTS,
)
def test_matches_the_definition(n, shape, m, seed, dtype, layout):
    rng = np.random.default_rng(seed)
    d = int(np.prod(shape))
    x = laid_out(rng.standard_normal((n, *shape)).astype(dtype), layout)
    w, b = (rng.standard_normal(s).astype(dtype) for s in ((d, m), (m,)))
    dout = rng.standard_normal((n, m)).astype(dtype)

    out, cache = affine_forward(x, laid_out(w, layout), b)
    dx, dw, db = affine_backward(laid_out(dout, layout), cache)

    flat, w64, d64 = x.reshape(n, d).astype(float), w.astype(float), dout.astype(float)
    assert out.dtype == dx.dtype == dw.dtype == db.dtype == dtype
    assert_close(out, flat @ w64 + b, terms=d)
    assert_close(dx, (d64 @ w64.T).reshape(x.shape), terms=m)
    assert_close(dw, flat.T @ d64, terms=n)
    assert_close(db, d64.sum(0), terms=n)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("sizes", [(130, 257, 100), (7, 1000, 3), (65, 33, 515)])
def test_matches_the_definition_beyond_one_tile(rng, sizes, dtype):
    n, d, m = sizes
    x, w, b, dout = (
        rng.standard_normal(s).astype(dtype) for s in ((n, d), (d, m), (m,), (n, m))
    )

    out, cache = affine_forward(x, w, b)
    dx, dw, db = affine_backward(dout, cache)

    x, w, dout = (a.astype(float) for a in (x, w, dout))
    assert_close(out, x @ w + b, terms=d)
    assert_close(dx, dout @ w.T, terms=m)
    assert_close(dw, x.T @ dout, terms=n)
    assert_close(db, dout.sum(0), terms=n)


def test_backward_matches_finite_differences(rng):
    inputs = [rng.standard_normal(s) for s in ((4, 3, 2), (6, 5), (5,))]
    out, cache = affine_forward(*inputs)
    dout = rng.standard_normal(out.shape)

    gradients = affine_backward(dout, cache)

    forward = lambda *a: affine_forward(*a)[0]
    assert_gradients(forward, inputs, gradients, dout, rng=rng)


def test_a_first_layer_can_leave_out_dx(rng):
    _, cache = affine_forward(np.ones((2, 3)), np.ones((3, 4)), np.ones(4))

    dx, dw, _ = affine_backward(np.ones((2, 4)), cache, need_dx=False)

    assert dx is None
    assert np.array_equal(dw, np.full((3, 4), 2.0))


def test_cache_is_the_courses():
    x, w, b = np.ones((2, 3)), np.ones((3, 4)), np.ones(4)

    _, cache = affine_forward(x, w, b)

    assert all(a is b for a, b in zip(cache, (x, w, b), strict=True))


def test_nan_comes_out_as_nan():
    x = np.ones((2, 3))
    x[0, 1] = np.nan

    out, _ = affine_forward(x, np.ones((3, 2)), np.ones(2))

    assert np.isnan(out[0]).all()
    assert np.isfinite(out[1]).all()


@pytest.mark.parametrize(
    ("arguments", "error", "words"),
    [
        (((2, 3), (4, 5), (5,)), ValueError, r"w must have shape \(D, M\) with D = 3"),
        (((2, 3), (3, 5), (4,)), ValueError, r"b must have shape \(M,\) with M = 5"),
        (((), (3, 5), (5,)), ValueError, r"x must have shape \(N, d1"),
    ],
)
def test_sizes_that_do_not_fit_are_refused(arguments, error, words):
    with pytest.raises(error, match=words):
        affine_forward(*(np.ones(shape) for shape in arguments))


def test_kinds_that_do_not_fit_are_refused():
    x, w, b = np.ones((2, 3)), np.ones((3, 4)), np.ones(4)
    with pytest.raises(TypeError, match="w must be float32 like x; got float64"):
        affine_forward(x.astype(np.float32), w, b)
    with pytest.raises(TypeError, match="b must be float32 or float64; got int64"):
        affine_forward(
            x.astype(np.float32), np.ones((3, 3), np.float32), np.full(3, 2**24 + 1)
        )
    with pytest.raises(TypeError, match="x must be float32 or float64; got int64"):
        affine_forward(x.astype(int), w, b)
    with pytest.raises(TypeError, match="x must be float32 or float64; got object"):
        affine_forward(x.astype(object), w, b)
    with pytest.raises(TypeError, match="b must be a NumPy array; got list"):
        affine_forward(x, w, [1.0])
    _, cache = affine_forward(x, w, b)
    with pytest.raises(ValueError, match=r"output's shape \(2, 4\); got \(4, 2\)"):
        affine_backward(np.ones((4, 2)), cache)
    with pytest.raises(TypeError, match="float64 array like the output; got float32"):
        affine_backward(np.ones((2, 4), np.float32), cache)
