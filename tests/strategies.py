"""Hypothesis strategies that draw valid cases by construction: shapes and a seed."""

import numpy as np
from hypothesis import strategies as st

DTYPES = st.sampled_from([np.float32, np.float64])
SEEDS = st.integers(0, 2**32 - 1)
LAYOUTS = st.sampled_from(["C", "Fortran", "strided", "read-only"])


def laid_out(array, layout):
    """Return the same values in another memory layout."""
    if layout == "Fortran":
        return np.asfortranarray(array)
    if layout == "strided":
        wide = np.zeros((*array.shape[:-1], 2 * array.shape[-1]), array.dtype)
        wide[..., ::2] = array
        return wide[..., ::2]
    array = array.copy()
    array.flags.writeable = layout != "read-only"
    return array


@st.composite
def windows(draw, *, least_batch=0, pads=True):
    """Draw (N, C, H, W), kernel, stride, pad and dilation of windows that fit."""
    n, c = draw(st.integers(least_batch, 3)), draw(st.integers(1, 3))
    axes = []
    for _ in range(2):
        taps, stride = draw(st.integers(1, 4)), draw(st.integers(1, 3))
        dilation = draw(st.integers(1, 2)) if pads else 1
        pad = draw(st.integers(0, 3)) if pads else 0
        span = dilation * (taps - 1) + 1
        steps, slack = draw(st.integers(0, 5)), draw(st.integers(0, stride - 1))
        size = max(1, span + steps * stride + slack - 2 * pad)
        axes.append((size, taps, stride, pad, dilation))
    size, kernel, stride, pad, dilation = zip(*axes, strict=True)
    return (n, c, *size), kernel, stride, pad, dilation


@st.composite
def conv_cases(draw):
    """Draw arrays x, w, b and a conv_param, with groups, that fit."""
    (n, c, h, w), kernel, stride, pad, dilation = draw(windows())
    groups, each = draw(st.integers(1, 2)), draw(st.integers(1, 3))
    rng = np.random.default_rng(draw(SEEDS))
    shapes = (n, c * groups, h, w), (each * groups, c, *kernel), (each * groups,)
    param = {"stride": stride, "pad": pad, "dilation": dilation, "groups": groups}
    return [rng.standard_normal(shape) for shape in shapes], param


@st.composite
def pool_cases(draw):
    """Draw images and a pool_param that fit; values repeat, so windows have ties."""
    shape, (kh, kw), stride, _, _ = draw(windows(pads=False))
    rng = np.random.default_rng(draw(SEEDS))
    x = rng.integers(-3, 4, shape).astype(np.float64)
    return x, {"pool_height": kh, "pool_width": kw, "stride": stride}
