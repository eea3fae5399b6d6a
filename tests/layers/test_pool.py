import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cs231n import layers
from tests.layers.ruler import assert_close, assert_gradients
from tests.strategies import DTYPES, LAYOUTS, SEEDS, laid_out, pool_cases

#: x and (height, width, stride), larger than one vector.
LARGE = {
    "tiles": ((2, 3, 32, 32), (2, 2, 2)),
    "odd tiles": ((3, 2, 13, 21), (2, 2, 2)),
    "overlap": ((2, 5, 31, 31), (3, 3, 2)),
    "uneven": ((2, 3, 17, 40), (3, 2, (1, 3))),
    "everything": ((2, 3, 9, 7), (9, 7, 1)),
    "too many for a byte": ((1, 2, 20, 19), (17, 18, 1)),
    "stride one": ((1, 2, 20, 40), (3, 3, 1)),
    "gaps": ((2, 2, 23, 70), (2, 3, (3, 5))),
    "wide and low": ((1, 2, 4, 90), (1, 40, 2)),
    "pairs of many": ((2, 2, 19, 75), (5, 6, 2)),
    "short rows": ((4, 3, 30, 23), (3, 3, 2)),
    "very short rows": ((2, 3, 16, 8), (2, 2, 2)),
}


def max_pool(x, param):
    return layers.max_pool_forward(x, param)[0]


def slow_pool(x, param, reduce):
    """Pool as the definition reads: a loop over every window."""
    kh, kw = param["pool_height"], param["pool_width"]
    stride = param["stride"]
    sy, sx = stride if isinstance(stride, tuple) else (stride, stride)
    n, c, h, w = x.shape
    out = np.empty((n, c, (h - kh) // sy + 1, (w - kw) // sx + 1))
    for i, j in np.ndindex(out.shape[2:]):
        patch = x[:, :, i * sy : i * sy + kh, j * sx : j * sx + kw]
        out[:, :, i, j] = reduce(patch.astype(np.float64), axis=(2, 3))
    return out


def slow_max_backward(dout, x, param):
    """Give each gradient to the first maximum, in row-major order, of its window."""
    kh, kw = param["pool_height"], param["pool_width"]
    stride = param["stride"]
    sy, sx = stride if isinstance(stride, tuple) else (stride, stride)
    dx = np.zeros(x.shape)
    for n, c, i, j in np.ndindex(dout.shape):
        patch = x[n, c, i * sy : i * sy + kh, j * sx : j * sx + kw]
        row, column = divmod(int(np.argmax(patch)), kw)
        dx[n, c, i * sy + row, j * sx + column] += dout[n, c, i, j]
    return dx


@given(case=pool_cases(), dtype=DTYPES, layout=LAYOUTS)
def test_max_pool_matches_the_definition(case, dtype, layout):
    x, param = laid_out(case[0].astype(dtype), layout), case[1]
    rng = np.random.default_rng(231)

    out, cache = layers.max_pool_forward(x, param)
    dout = rng.integers(-9, 10, out.shape).astype(dtype)
    dx = layers.max_pool_backward(laid_out(dout, layout), cache)

    assert out.dtype == dx.dtype == dtype
    assert np.array_equal(out, slow_pool(x, param, np.max))
    assert np.array_equal(dx, slow_max_backward(dout, x, param))


@given(case=pool_cases(), dtype=DTYPES, layout=LAYOUTS)
def test_avg_pool_matches_the_definition(case, dtype, layout):
    x, param = laid_out(case[0].astype(dtype), layout), case[1]

    out, _ = layers.avg_pool_forward(x, param)

    assert out.dtype == dtype
    assert_close(out, slow_pool(x, param, np.mean))


@given(case=pool_cases())
def test_avg_pool_backward_matches_finite_differences(case):
    x, param = case
    rng = np.random.default_rng(231)
    out, cache = layers.avg_pool_forward(x, param)
    dout = rng.standard_normal(out.shape)

    dx = layers.avg_pool_backward(dout, cache)

    forward = lambda a: layers.avg_pool_forward(a, param)[0]
    assert_gradients(forward, [x], [dx], dout, rng=rng)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("name", LARGE)
def test_large_windows_and_images(name, dtype, rng):
    shape, (kh, kw, stride) = LARGE[name]
    param = {"pool_height": kh, "pool_width": kw, "stride": stride}
    x = rng.integers(-3, 4, shape).astype(dtype)  # many ties

    out, cache = layers.max_pool_forward(x, param)
    dout = rng.integers(-9, 10, out.shape).astype(dtype)

    assert np.array_equal(out, slow_pool(x, param, np.max))
    dx = layers.max_pool_backward(dout, cache)
    assert np.array_equal(dx, slow_max_backward(dout, x, param))


def slow_avg_backward(dout, x, param):
    """Share each gradient among the pixels of its window."""
    kh, kw = param["pool_height"], param["pool_width"]
    stride = param["stride"]
    sy, sx = stride if isinstance(stride, tuple) else (stride, stride)
    dx = np.zeros(x.shape)
    for i, j in np.ndindex(dout.shape[2:]):
        share = dout[:, :, i, j].astype(np.float64) / (kh * kw)
        rows, columns = slice(i * sy, i * sy + kh), slice(j * sx, j * sx + kw)
        dx[:, :, rows, columns] += share[:, :, None, None]
    return dx


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("name", LARGE)
def test_averages_of_large_windows_and_images(name, dtype, rng):
    shape, (kh, kw, stride) = LARGE[name]
    param = {"pool_height": kh, "pool_width": kw, "stride": stride}
    x = rng.standard_normal(shape).astype(dtype)

    out, cache = layers.avg_pool_forward(x, param)
    dout = rng.standard_normal(out.shape).astype(dtype)
    dx = layers.avg_pool_backward(dout, cache)

    assert_close(out, slow_pool(x, param, np.mean))
    assert_close(dx, slow_avg_backward(dout, x, param), terms=kh * kw)


@pytest.mark.parametrize("name", LARGE)
def test_max_pool_backward_matches_finite_differences(name, rng):
    shape, (kh, kw, stride) = LARGE[name]
    param = {"pool_height": kh, "pool_width": kw, "stride": stride}
    x = rng.permutation(np.linspace(0, 1, np.prod(shape)))
    x = x.reshape(shape)  # no two pixels near each other
    out, cache = layers.max_pool_forward(x, param)
    dout = rng.standard_normal(out.shape)

    dx = layers.max_pool_backward(dout, cache)

    assert_gradients(lambda a: max_pool(a, param), [x], [dx], dout, rng=rng)


@pytest.mark.parametrize("name", LARGE)
def test_matches_torch(name, rng):
    torch = pytest.importorskip("torch")
    shape, (kh, kw, stride) = LARGE[name]
    param = {"pool_height": kh, "pool_width": kw, "stride": stride}
    x = rng.integers(-3, 4, shape).astype(float)
    for kind, theirs in (("max", "max_pool2d"), ("avg", "avg_pool2d")):
        xt = torch.from_numpy(x).requires_grad_()
        yt = getattr(torch.nn.functional, theirs)(xt, (kh, kw), stride)
        dout = rng.standard_normal(yt.shape)
        yt.backward(torch.from_numpy(dout))

        out, cache = getattr(layers, f"{kind}_pool_forward")(x, param)
        dx = getattr(layers, f"{kind}_pool_backward")(dout, cache)

        np.testing.assert_allclose(out, yt.detach().numpy(), rtol=0, atol=1e-12)
        np.testing.assert_allclose(dx, xt.grad.numpy(), rtol=0, atol=1e-12)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("window", [(2, 2, 2), (3, 3, 2)])
def test_nan_wins_its_window(window, dtype, rng):
    kh, kw, stride = window
    param = {"pool_height": kh, "pool_width": kw, "stride": stride}
    x = rng.standard_normal((2, 2, 21, 41)).astype(dtype)
    x[rng.random(x.shape) < 0.05] = np.nan

    out, cache = layers.max_pool_forward(x, param)
    dx = layers.max_pool_backward(np.ones_like(out), cache)

    np.testing.assert_array_equal(out, slow_pool(x, param, np.max))
    assert np.array_equal(dx, slow_max_backward(np.ones(out.shape), x, param))


def test_minus_infinity_is_a_maximum_too():
    x = np.full((1, 1, 4, 40), -np.inf)
    param = {"pool_height": 2, "pool_width": 2, "stride": 2}

    out, cache = layers.max_pool_forward(x, param)
    dx = layers.max_pool_backward(np.ones_like(out), cache)

    assert np.isneginf(out).all()
    assert dx.sum() == out.size
    assert dx[0, 0, 0, 0] == 1


def test_one_byte_of_state_for_each_output():
    x = np.ones((2, 3, 8, 8))
    param = {"pool_height": 2, "pool_width": 2, "stride": 2}

    out, cache = layers.max_pool_forward(x, param)

    assert sum(a.nbytes for a in cache if isinstance(a, np.ndarray)) == out.size


def test_course_reference_values():
    x = np.linspace(-0.3, 0.4, 96).reshape(2, 3, 4, 4)

    out = max_pool(x, {"pool_height": 2, "pool_width": 2, "stride": 2})

    assert abs(out.flat[0] - -0.26315789) < 1e-8
    assert abs(out.flat[-1] - 0.4) < 1e-8


def test_global_average(rng):
    x = rng.standard_normal((3, 4, 5, 2))
    out, cache = layers.global_avg_pool_forward(x)
    dout = rng.standard_normal(out.shape)

    dx = layers.global_avg_pool_backward(dout, cache)

    assert_close(out, x.mean((2, 3)))
    forward = lambda a: layers.global_avg_pool_forward(a)[0]
    assert_gradients(forward, [x], [dx], dout, rng=rng)


@pytest.mark.parametrize("factor", [1, 3, (2, 3)])
def test_upsampling_repeats_pixels(factor, rng):
    x = rng.standard_normal((2, 3, 4, 5))
    fy, fx = factor if isinstance(factor, tuple) else (factor, factor)
    out, cache = layers.upsample_nearest_forward(x, factor)
    dout = rng.standard_normal(out.shape)

    dx = layers.upsample_nearest_backward(dout, cache)

    assert np.array_equal(out, x.repeat(fy, axis=2).repeat(fx, axis=3))
    forward = lambda a: layers.upsample_nearest_forward(a, factor)[0]
    assert_gradients(forward, [x], [dx], dout, rng=rng)


def test_empty_batches_pass():
    param = {"pool_height": 2, "pool_width": 2, "stride": 2}

    out, cache = layers.max_pool_forward(np.ones((0, 3, 4, 4)), param)

    assert out.shape == (0, 3, 2, 2)
    assert layers.max_pool_backward(out, cache).shape == (0, 3, 4, 4)
    assert layers.global_avg_pool_forward(np.ones((0, 3, 4, 4)))[0].shape == (0, 3)
    assert layers.upsample_nearest_forward(np.ones((0, 3, 4, 4)), 2)[0].size == 0


def test_wrong_input_is_refused():
    x, param = np.ones((1, 1, 4, 4)), {"pool_height": 2, "pool_width": 2, "stride": 2}
    with pytest.raises(ValueError, match=r"window of height 5 .* image of height 4"):
        max_pool(x, {**param, "pool_height": 5})
    with pytest.raises(ValueError, match="stride must be a whole number of at least 1"):
        max_pool(x, {**param, "stride": 0})
    with pytest.raises(ValueError, match=r"pool_width must be .* at least 1; got 0"):
        max_pool(x, {**param, "pool_width": 0})
    with pytest.raises(ValueError, match="pool_param lacks 'stride'"):
        max_pool(x, {"pool_height": 2, "pool_width": 2})
    with pytest.raises(ValueError, match=r"x must have shape \(N, C, H, W\)"):
        max_pool(x[0], param)
    with pytest.raises(TypeError, match="got int64"):
        max_pool(x.astype(int), param)
    with pytest.raises(ValueError, match="at least one pixel"):
        layers.global_avg_pool_forward(np.ones((2, 3, 0, 4)))
    with pytest.raises(ValueError, match="factor must be a whole number"):
        layers.upsample_nearest_forward(x, 0)


@given(
    shape=st.tuples(*[st.integers(0, 3)] * 2, *[st.integers(1, 5)] * 2),
    seed=SEEDS,
    dtype=DTYPES,
)
def test_bilinear_upsampling_matches_its_definition(shape, seed, dtype):
    x = np.random.default_rng(seed).standard_normal(shape).astype(dtype)

    out, _ = layers.upsample_bilinear_forward(x)

    wide = np.pad(x.astype(float), ((0, 0), (0, 0), (1, 1), (1, 1)), "edge")
    for i in range(2 * shape[2]):
        for j in range(2 * shape[3]):
            y, z = i // 2 + i % 2, j // 2 + j % 2  # the upper left of four pixels
            v = (0.75, 0.25) if i % 2 else (0.25, 0.75)
            w = (0.75, 0.25) if j % 2 else (0.25, 0.75)
            four = wide[:, :, y : y + 2, z : z + 2]
            assert_close(out[:, :, i, j], np.einsum("ncyz,y,z->nc", four, v, w))


def test_bilinear_backward_matches_finite_differences(rng):
    x = rng.standard_normal((2, 3, 4, 5))
    out, cache = layers.upsample_bilinear_forward(x)
    dout = rng.standard_normal(out.shape)

    dx = layers.upsample_bilinear_backward(dout, cache)

    forward = lambda a: layers.upsample_bilinear_forward(a)[0]
    assert_gradients(forward, [x], [dx], dout, rng=rng)
