"""Images made smaller, larger, and given borders."""

import builtins

import numpy as np

from cs231n import layers
from cs231n.autograd.history import record
from cs231n.autograd.nn.fused import fused
from cs231n.autograd.tensor import need, wrap


def _pool(step, forward, backward, input, kernel_size, stride, padding, fill):
    height, width = _two(kernel_size)
    stride = (height, width) if stride is None else _two(stride)
    if _two(padding) != (0, 0):
        ph, pw = _two(padding)
        input = pad(input, (pw, pw, ph, ph), value=fill)
    param = {"pool_height": height, "pool_width": width, "stride": stride}
    return fused(step, lambda x: forward(x, param), backward, (input,), ())


def _two(value):
    return (value, value) if isinstance(value, int) else tuple(value)


def max_pool2d(input, kernel_size, stride=None, padding=0):
    """Keep the largest pixel of every window; the step is the window unless given."""
    return _pool(
        "max_pool2d",
        layers.max_pool_forward,
        layers.max_pool_backward,
        input,
        kernel_size,
        stride,
        padding,
        -np.inf,
    )


def avg_pool2d(input, kernel_size, stride=None, padding=0):
    """Replace every window by its mean."""
    return _pool(
        "avg_pool2d",
        layers.avg_pool_forward,
        layers.avg_pool_backward,
        input,
        kernel_size,
        stride,
        padding,
        0.0,
    )


def adaptive_avg_pool2d(input, output_size):
    """Replace images by means over a grid that divides them evenly."""
    h, w = input._a.shape[2:]
    rows, columns = _two(output_size)
    if h % rows or w % columns:
        raise NotImplementedError(
            f"adaptive_avg_pool2d: {h} x {w} pixels do not divide evenly into {rows} x "
            f"{columns} cells on this tape."
        )
    return avg_pool2d(input, (h // rows, w // columns))


def interpolate(
    input, size=None, scale_factor=None, mode="nearest", align_corners=None
):
    """Enlarge images: ``nearest`` by a whole factor, ``bilinear`` by two."""
    h, w = need(input, "interpolate")._a.shape[-2:]
    factor = scale_factor
    if size is not None:
        rows, columns = _two(size)
        factor = (rows / h, columns / w)
    factor = factor if isinstance(factor, tuple | list) else (factor, factor)
    if any(float(f) != int(f) or f < 1 for f in factor):
        raise NotImplementedError(f"interpolate: whole factors only; got {factor}.")
    factor = tuple(int(f) for f in factor)
    if mode == "nearest":
        forward = lambda x: layers.upsample_nearest_forward(x, factor)
        back = layers.upsample_nearest_backward
        return fused("upsample_nearest", forward, back, (input,), ())
    if mode != "bilinear" or factor != (2, 2) or align_corners:
        raise NotImplementedError(
            f"interpolate: this tape has mode='nearest', and mode='bilinear' with "
            f"scale_factor=2 and without aligned corners; got {mode!r} by {factor}."
        )
    return fused(
        "upsample_bilinear",
        layers.upsample_bilinear_forward,
        layers.upsample_bilinear_backward,
        (input,),
        (),
    )


def pad(input, pad, mode="constant", value=0.0):
    """Add a border; ``pad`` counts from the last axis: (left, right, top, bottom)."""
    x = need(input, "pad")._a
    value = 0.0 if value is None else value
    if len(pad) % 2 or len(pad) > 2 * x.ndim:
        raise RuntimeError(
            f"pad: expected two numbers for each of at most {x.ndim} axes; got "
            f"{tuple(pad)}."
        )
    sides = [(0, 0)] * x.ndim
    for i in range(len(pad) // 2):
        sides[x.ndim - 1 - i] = (pad[2 * i], pad[2 * i + 1])
    if mode != "constant":
        kind = {"reflect": "reflect", "replicate": "edge", "circular": "wrap"}[mode]
        for i, side in enumerate(sides):
            if side != (0, 0):
                places = wrap(np.pad(np.arange(x.shape[i]), side, kind))
                input = input.index_select(i, places)
        return input
    grown = [(builtins.max(a, 0), builtins.max(b, 0)) for a, b in sides]
    cut = tuple(
        slice(builtins.max(-a, 0), n - builtins.max(-b, 0))
        for (a, b), n in zip(sides, x.shape, strict=True)
    )
    inner = tuple(
        slice(a, a + len(range(*c.indices(n))))
        for (a, _), c, n in zip(grown, cut, x.shape, strict=True)
    )
    shape, dtype = x.shape, x.dtype

    def back(g):
        dx = np.zeros(shape, dtype)
        dx[cut] = g[inner]
        return dx

    out = np.pad(x[cut], grown, constant_values=np.asarray(value, dtype))
    return record("pad", out, back, (input,))


def pixel_shuffle(input, upscale_factor):
    """Turn channels into pixels: (N, C * r * r, H, W) to (N, C, H * r, W * r)."""
    n, c, h, w = input.shape
    r = upscale_factor
    x = input.reshape(n, c // (r * r), r, r, h, w).permute(0, 1, 4, 2, 5, 3)
    return x.reshape(n, c // (r * r), h * r, w * r)


def pixel_unshuffle(input, downscale_factor):
    """Turn pixels into channels, the inverse of :func:`pixel_shuffle`."""
    n, c, h, w = input.shape
    r = downscale_factor
    x = input.reshape(n, c, h // r, r, w // r, r).permute(0, 1, 3, 5, 2, 4)
    return x.reshape(n, c * r * r, h // r, w // r)
