import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cs231n import layers
from cs231n.layers import (
    conv_backward,
    conv_forward,
    conv_transpose_backward,
    conv_transpose_forward,
)
from tests.layers.ruler import assert_close, assert_gradients
from tests.strategies import DTYPES, LAYOUTS, conv_cases, laid_out

#: Cases larger than one tile of the compiled kernels: x, w, stride, pad, dilation,
#: groups.
LARGE = {
    "three layers": ((3, 3, 32, 32), (32, 3, 7, 7), 1, 3, 1, 1),
    "notebook": ((5, 3, 31, 31), (25, 3, 3, 3), 2, 1, 1, 1),
    "same": ((2, 20, 13, 17), (33, 20, 3, 3), 1, 1, 1, 1),
    "stride": ((2, 33, 16, 15), (40, 33, 3, 3), 2, 1, 1, 1),
    "one by one": ((3, 70, 9, 7), (19, 70, 1, 1), 1, 0, 1, 1),
    "one by one, stride": ((3, 70, 9, 7), (19, 70, 1, 1), 2, 0, 1, 1),
    "large image": ((1, 3, 90, 121), (5, 3, 11, 11), 4, 2, 1, 1),
    "dilated groups": ((2, 12, 14, 11), (18, 4, 3, 2), 1, 2, 2, 3),
    "depthwise": ((2, 9, 12, 13), (9, 1, 3, 3), 1, 1, 1, 9),
    "whole image": ((2, 5, 8, 6), (7, 5, 8, 6), 1, 0, 1, 1),
    "uneven": ((2, 4, 10, 21), (6, 4, 2, 5), (1, 3), (0, 2), 1, 1),
    "wide stride": ((2, 4, 23, 21), (6, 4, 2, 3), 5, 1, 1, 1),
    "deep": ((1, 300, 5, 5), (17, 300, 3, 3), 1, 1, 1, 1),
    "phases of many filters": ((2, 15, 33, 33), (64, 15, 3, 3), 2, 1, 1, 1),
    "many small images": ((9, 70, 5, 5), (30, 70, 3, 3), 1, 1, 1, 1),
    "rows of many images": ((40, 3, 20, 24), (6, 3, 6, 7), 1, (2, 3), (1, 2), 1),
    "shrinking": ((3, 10, 12, 12), (20, 10, 5, 5), 1, 0, 1, 1),
    "shrinking groups": ((2, 24, 21, 20), (18, 8, 6, 6), 2, 0, 1, 3),
    "shrinking, dilated": ((2, 8, 20, 22), (5, 8, 4, 4), 1, (0, 1), (2, 3), 1),
}


def pair(value):
    return value if isinstance(value, tuple) else (value, value)


def slow_conv(x, w, b, param):
    """Convolve as the definition reads: a loop over every output, in float64."""
    x, w, b = (a.astype(np.float64) for a in (x, w, b))
    (sy, sx), (py, px), (ty, tx) = (
        pair(param.get(key, 1)) for key in ("stride", "pad", "dilation")
    )
    groups = param.get("groups", 1)
    x = np.pad(x, ((0, 0), (0, 0), (py, py), (px, px)))
    (n, _, h, wd), (f, c, kh, kw) = x.shape, w.shape
    oh, ow = (h - ty * (kh - 1) - 1) // sy + 1, (wd - tx * (kw - 1) - 1) // sx + 1
    out = np.empty((n, f, oh, ow))
    for k, i, j in np.ndindex(f, oh, ow):
        first = k // (f // groups) * c
        rows = slice(i * sy, i * sy + ty * (kh - 1) + 1, ty)
        columns = slice(j * sx, j * sx + tx * (kw - 1) + 1, tx)
        patch = x[:, first : first + c, rows, columns]
        out[:, k, i, j] = (patch * w[k]).sum(axis=(1, 2, 3)) + b[k]
    return out


@given(case=conv_cases(), dtype=DTYPES, layout=LAYOUTS)
def test_forward_matches_the_definition(case, dtype, layout):
    arrays, param = [laid_out(a.astype(dtype), layout) for a in case[0]], case[1]

    out, cache = conv_forward(*arrays, param)

    assert out.dtype == dtype
    assert cache[0] is arrays[0]
    assert_close(out, slow_conv(*arrays, param), terms=arrays[1][0].size)


@given(case=conv_cases(), layout=LAYOUTS)
def test_backward_matches_finite_differences(case, layout):
    inputs, param = case
    rng = np.random.default_rng(231)
    out, cache = conv_forward(*(laid_out(a, layout) for a in inputs), param)
    dout = rng.standard_normal(out.shape)

    gradients = conv_backward(laid_out(dout, layout), cache)

    forward = lambda *a: conv_forward(*a, param)[0]
    assert_gradients(forward, inputs, gradients, dout, rng=rng)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("name", LARGE)
def test_matches_torch(name, dtype, rng):
    torch = pytest.importorskip("torch")
    x, w, stride, pad, dilation, groups = LARGE[name]
    x, w, b = (rng.standard_normal(s).astype(dtype) for s in (x, w, w[:1]))
    xt, wt, bt = (torch.from_numpy(a).double().requires_grad_() for a in (x, w, b))
    yt = torch.nn.functional.conv2d(xt, wt, bt, stride, pad, dilation, groups)
    dout = rng.standard_normal(yt.shape).astype(dtype)
    yt.backward(torch.from_numpy(dout).double())
    param = {"stride": stride, "pad": pad, "dilation": dilation, "groups": groups}

    out, cache = conv_forward(x, w, b, param)
    dx, dw, db = conv_backward(dout, cache)

    terms = {"out": w[0].size, "dx": w.size, "dw": dout.size, "db": dout.size}
    pairs = {"out": (out, yt), "dx": (dx, xt), "dw": (dw, wt), "db": (db, bt)}
    for key, (ours, theirs) in pairs.items():
        truth = (theirs.detach() if key == "out" else theirs.grad).numpy()
        assert ours.dtype == dtype
        assert_close(ours, truth, terms=terms[key])


@pytest.mark.parametrize("name", LARGE)
def test_backward_is_the_transpose_of_forward(name, rng):
    x, w, stride, pad, dilation, groups = LARGE[name]
    param = {"stride": stride, "pad": pad, "dilation": dilation, "groups": groups}
    # Small whole numbers keep every sum exact, so the identity holds to the last bit.
    x, w, b = (rng.integers(-4, 5, s).astype(float) for s in (x, w, w[:1]))
    out, cache = conv_forward(x, w, b * 0, param)
    dout = rng.integers(-4, 5, out.shape).astype(float)

    dx, dw, db = conv_backward(dout, cache)

    assert np.vdot(out, dout) == np.vdot(x, dx) == np.vdot(w, dw)
    assert np.array_equal(db, dout.sum(axis=(0, 2, 3)))


@given(case=conv_cases(), extra=st.integers(0, 1), dtype=DTYPES)
def test_transposed_conv_is_the_transpose_of_conv(case, extra, dtype):
    (x, w, _), param = case
    rng = np.random.default_rng(231)
    x = rng.integers(-3, 4, x.shape).astype(dtype)
    w = rng.integers(-3, 4, w.shape).astype(dtype)
    y, _ = conv_forward(x, w, np.zeros(len(w), dtype), param)
    z = rng.integers(-3, 4, y.shape).astype(dtype)
    # What the stride left over at the far edge must be given back.
    size = [
        (y.shape[2 + i] - 1) * param["stride"][i]
        - 2 * param["pad"][i]
        + param["dilation"][i] * (w.shape[2 + i] - 1)
        + 1
        for i in (0, 1)
    ]
    left = tuple(x.shape[2 + i] - size[i] for i in (0, 1))

    back, cache = conv_transpose_forward(
        z, w, np.zeros(x.shape[1], dtype), {**param, "output_pad": left}
    )

    assert back.shape == x.shape
    assert np.vdot(back, x) == np.vdot(z, y)
    dz, dw, db = conv_transpose_backward(x, cache)
    assert np.array_equal(dz, y)
    assert np.vdot(dw, w) == np.vdot(z, y)
    assert_close(db, x.sum(axis=(0, 2, 3)))


@pytest.mark.parametrize(
    ("stride", "pad", "output_pad", "groups"),
    [(1, 0, 0, 1), (2, 1, 1, 1), (3, 2, 0, 2), (2, 0, 0, 2)],
)
def test_transposed_conv_matches_torch(stride, pad, output_pad, groups, rng):
    torch = pytest.importorskip("torch")
    x, w, b = (rng.standard_normal(s) for s in ((2, 4, 5, 6), (4, 3, 4, 3), 3 * groups))
    xt, wt, bt = (torch.from_numpy(a).requires_grad_() for a in (x, w, b))
    yt = torch.nn.functional.conv_transpose2d(
        xt, wt, bt, stride, pad, output_pad, groups
    )
    dout = rng.standard_normal(yt.shape)
    yt.backward(torch.from_numpy(dout))
    param = {"stride": stride, "pad": pad, "output_pad": output_pad, "groups": groups}

    out, cache = conv_transpose_forward(x, w, b, param)
    gradients = conv_transpose_backward(dout, cache)

    np.testing.assert_allclose(out, yt.detach().numpy(), rtol=1e-10, atol=1e-10)
    for ours, theirs in zip(gradients, (xt, wt, bt), strict=True):
        np.testing.assert_allclose(ours, theirs.grad.numpy(), rtol=1e-10, atol=1e-10)


def test_course_reference_values():
    x = np.linspace(-0.1, 0.5, 96).reshape(2, 3, 4, 4)
    w = np.linspace(-0.2, 0.3, 144).reshape(3, 3, 4, 4)
    b = np.linspace(-0.1, 0.2, 3)

    out, _ = conv_forward(x, w, b, {"stride": 2, "pad": 1})

    assert out.shape == (2, 3, 2, 2)
    assert abs(out.flat[0] - -0.08759809) < 1e-8
    assert abs(out.flat[-1] - 2.38247847) < 1e-8


def test_a_first_layer_can_leave_out_dx():
    x, w, b = np.ones((2, 3, 5, 5)), np.ones((4, 3, 3, 3)), np.ones(4)
    out, cache = conv_forward(x, w, b, {"stride": 1, "pad": 1})

    dx, dw, _ = conv_backward(np.ones_like(out), cache, need_dx=False)

    assert dx is None
    assert dw[0, 0, 1, 1] == 50


@pytest.mark.parametrize("shape", [(0, 3, 5, 5), (1, 3, 1, 1)])
def test_empty_batches_and_single_pixels_pass(shape):
    x, w, b = np.ones(shape), np.ones((4, 3, 3, 3)), np.ones(4)

    out, cache = conv_forward(x, w, b, {"stride": 1, "pad": 1})
    dx, dw, db = conv_backward(np.ones_like(out), cache)

    assert out.shape == (shape[0], 4, *shape[2:])
    assert dx.shape == shape
    assert dw[0, 0, 1, 1] == db[0] == shape[0] * shape[2] * shape[3]


def test_nan_reaches_the_windows_that_see_it():
    x = np.zeros((1, 1, 6, 6))
    x[0, 0, 0, 0] = np.nan

    out, _ = conv_forward(
        x, np.ones((2, 1, 3, 3)), np.zeros(2), {"stride": 1, "pad": 1}
    )

    seen = np.zeros((6, 6), bool)
    seen[:2, :2] = True
    assert np.array_equal(np.isnan(out), np.broadcast_to(seen, out.shape))


@pytest.mark.parametrize(
    ("param", "words"),
    [
        ({"stride": 0, "pad": 0}, "stride must be a whole number of at least 1; got 0"),
        ({"stride": 1.5, "pad": 0}, "stride must be a whole number .* got 1.5"),
        ({"stride": 1, "pad": -1}, "pad must be a whole number of at least 0; got -1"),
        ({"stride": (1, 2, 3), "pad": 0}, "stride must be one number or two"),
        ({"stride": 1}, "conv_param lacks 'pad'; its keys are stride, pad"),
        ({"stride": 1, "pad": 0, "padd": 1}, "conv_param has no key 'padd'"),
        (
            {"stride": 1, "pad": 0, "dilation": 3},
            "window of height 7",
        ),
        ({"stride": 1, "pad": 0, "groups": 3}, "x must have 9 channels, 3 group"),
    ],
)
def test_wrong_parameters_are_refused(param, words):
    with pytest.raises(ValueError, match=words):
        conv_forward(np.ones((1, 3, 5, 5)), np.ones((4, 3, 3, 3)), np.ones(4), param)


def test_wrong_arrays_are_refused():
    x, w, b, param = (
        np.ones((1, 3, 5, 5)),
        np.ones((4, 3, 3, 3)),
        np.ones(4),
        {"stride": 1, "pad": 0},
    )
    with pytest.raises(ValueError, match=r"x must have shape \(N, C, H, W\)"):
        conv_forward(x[0], w, b, param)
    with pytest.raises(ValueError, match=r"x must have 3 channels.*got x of shape"):
        conv_forward(np.ones((1, 2, 5, 5)), w, b, param)
    with pytest.raises(ValueError, match=r"b must have shape \(F,\) with F = 4"):
        conv_forward(x, w, np.ones(3), param)
    with pytest.raises(ValueError, match=r"window of height 3 .* image of height 2"):
        conv_forward(np.ones((1, 3, 2, 5)), w, b, param)
    with pytest.raises(ValueError, match="window of width 0"):
        conv_forward(x, np.ones((4, 3, 3, 0)), b, param)
    with pytest.raises(TypeError, match="w must be float32 like x; got float64"):
        conv_forward(x.astype(np.float32), w, b, param)
    _, cache = conv_forward(x, w, b, param)
    with pytest.raises(ValueError, match=r"output's shape \(1, 4, 3, 3\)"):
        conv_backward(np.ones((1, 4, 5, 5)), cache)
    with pytest.raises(ValueError, match="output of -1 x -1 pixels"):
        conv_transpose_forward(
            np.ones((1, 4, 1, 1)), w, np.ones(3), {"stride": 1, "pad": 2}
        )
    with pytest.raises(ValueError, match="output_pad must be smaller than stride"):
        conv_transpose_forward(
            np.ones((1, 4, 2, 2)), w, np.ones(3), {**param, "output_pad": 1}
        )
    with pytest.raises(ValueError, match="b must have 3 channels"):
        conv_transpose_forward(np.ones((1, 4, 2, 2)), w, np.ones(4), param)


def test_nothing_given_is_modified(rng):
    arrays = [rng.standard_normal(s) for s in ((2, 3, 6, 6), (4, 3, 3, 3), (4,))]
    before = [a.copy() for a in arrays]
    param = {"stride": 1, "pad": 1}

    out, cache = conv_forward(*arrays, param)
    dout = rng.standard_normal(out.shape)
    kept = dout.copy()
    conv_backward(dout, cache)

    assert param == {"stride": 1, "pad": 1}
    assert all(np.array_equal(a, c) for a, c in zip(arrays, before, strict=True))
    assert np.array_equal(dout, kept)


@pytest.mark.parametrize("how", ["conv", "conv_transpose"])
def test_no_filters_give_no_channels_and_no_gradient(how):
    rng = np.random.default_rng(3)
    param = {"stride": 1, "pad": 1}
    first = how == "conv"
    x = rng.standard_normal((2, 3 if first else 0, 5, 5))
    w, b = np.empty((0, 3, 3, 3)), np.ones(0 if first else 3)
    out, cache = getattr(layers, f"{how}_forward")(x, w, b, param)
    assert np.array_equal(out, np.ones((2, len(b), 5, 5)))
    dx, dw, db = getattr(layers, f"{how}_backward")(out, cache)
    assert np.array_equal(dx, np.zeros(x.shape))
    assert dw.shape == w.shape
    assert np.array_equal(db, np.full(len(b), 50.0))
