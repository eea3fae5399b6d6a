"""Pooling without a compiler: one whole-array step for each place in the window."""

import numpy as np

from cs231n.kernels._numpy.columns import windows


def max_pool_forward(x, out, where, geometry, window):
    """Keep the largest pixel of each window and its place (in place).

    x : (N, C, H, W); out : (N, C, OH, OW); where : integers shaped like ``out``,
    the row-major place of the first maximum. NaN counts as the largest value.
    """
    where[...] = 0
    for place, seen in enumerate(_taps(x, out.shape[2:], geometry, window)):
        if place == 0:
            out[...] = seen
            continue
        where[seen > out] = place
        np.maximum(out, seen, out=out)
    if np.isnan(out).any():
        flat = windows(x, window, out.shape[2:], geometry)
        flat = flat.transpose(0, 1, 4, 5, 2, 3).reshape(*out.shape, -1)
        where[...] = flat.argmax(axis=-1)


def max_pool_backward(dout, where, dx, geometry, window):
    """Give each upstream gradient to the pixel that won (``dx`` in place)."""
    dx[...] = 0
    share = np.empty_like(dout)
    for place, seen in enumerate(_taps(dx, dout.shape[2:], geometry, window)):
        np.multiply(dout, where == place, out=share)
        seen += share


def avg_pool_forward(x, out, geometry, window):
    """Average the pixels of each window (``out`` written in place)."""
    out[...] = 0
    for seen in _taps(x, out.shape[2:], geometry, window):
        out += seen
    out /= window[0] * window[1]


def avg_pool_backward(dout, dx, geometry, window):
    """Share each upstream gradient among the pixels of its window (in place)."""
    dx[...] = 0
    share = dout / (window[0] * window[1])
    for seen in _taps(dx, dout.shape[2:], geometry, window):
        seen += share


def _taps(x, size, geometry, window):
    """Yield, for each place in the window, the pixels that all windows see there."""
    (dy, dx), (oh, ow) = geometry.stride, size
    for i in range(window[0]):
        for j in range(window[1]):
            yield x[
                :, :, i : i + (oh - 1) * dy + 1 : dy, j : j + (ow - 1) * dx + 1 : dx
            ]
