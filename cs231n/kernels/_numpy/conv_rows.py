"""Convolution with few channels and large filters without a compiler.

Windows are opened along rows only: the KW shifted copies of every padded row lie below
each other, ``[row][C * KW][image * OW]``. The column matrix of an output row is then
the view of KH rows that follow each other, so memory grows KW-fold instead of
KH * KW-fold, and copying with it.
"""

import numpy as np

from cs231n.kernels._numpy.columns import pad

#: Size of the opened rows, in bytes.
BUFFER = 2 << 20
#: Channels at most and taps at least for which this is the faster way (measured).
CHANNELS, TAPS = 8, 100


def pays(w, geometry):
    """Say whether this layout is the faster one; the taps of a column must touch."""
    steps = geometry.stride[0], geometry.stride[1], geometry.dilation[0]
    return w.shape[1] <= CHANNELS and w[0].size >= TAPS and steps == (1, 1, 1)


def conv_forward(x, w, out, geometry):
    """Cross-correlate ``x`` with ``w`` (``out`` written in place).

    x : (N, C, H, W); w : (F, C, KH, KW); out : (N, F, OH, OW).
    """
    flat, ow = _by_row(w), out.shape[3]
    for images, columns in _chunks(x, w, out, geometry):
        for r, cols in columns:
            product = (flat @ cols).reshape(len(w), -1, ow)  # (F, images, OW)
            out[images, :, r] = product.transpose(1, 0, 2)


def conv_dw(x, dout, dw, geometry):
    """Sum the gradient of the weights over the batch (``dw`` written in place)."""
    f, c, kh, kw = dw.shape
    total = np.zeros((f, kh * c * kw), dw.dtype)
    for images, columns in _chunks(x, dw, dout, geometry):
        for r, cols in columns:
            total += _row(dout[images], r) @ cols.T
    dw[...] = total.reshape(f, kh, c, kw).transpose(0, 2, 1, 3)


def conv_dx(dout, w, dx, geometry):
    """Carry ``dout`` back to the images (``dx`` written in place)."""
    (py, px), tx = geometry.pad, geometry.dilation[1]
    (_, c, kh, kw), (h, wd), (oh, ow) = w.shape, dx.shape[2:], dout.shape[2:]
    flat, step = _by_row(w).T, _images(dx, w, dout, geometry)
    for first in range(0, len(dx), step):
        part = dout[first : first + step]
        n = len(part)
        rows = np.zeros((h + 2 * py, c, kw, n, ow), dx.dtype)
        for r in range(oh):
            cols = flat @ _row(part, r)
            rows[r : r + kh] += cols.reshape(kh, c, kw, n, ow)
        padded = np.zeros((n, c, h + 2 * py, wd + 2 * px), dx.dtype)
        for j in range(kw):
            seen = padded[..., j * tx : j * tx + ow]
            seen += rows[:, :, j].transpose(2, 1, 0, 3)
        dx[first : first + step] = padded[:, :, py : py + h, px : px + wd]


def _by_row(w):
    """Return filters as (F, KH * C * KW)."""
    return np.ascontiguousarray(w.transpose(0, 2, 1, 3)).reshape(len(w), -1)


def _row(dout, r):
    """Return row r of all gradients as (F, images * OW)."""
    return dout[:, :, r].transpose(1, 0, 2).reshape(dout.shape[1], -1)


def _images(x, w, out, geometry):
    """Return how many images' opened rows fit the buffer."""
    height = x.shape[2] + 2 * geometry.pad[0]
    one = height * w.shape[1] * w.shape[3] * out.shape[3] * x.itemsize
    return max(1, BUFFER // max(1, one))


def _chunks(x, w, out, geometry):
    """Yield slices of images, and for each the columns of every output row."""
    (_, c, kh, kw), ow, step = w.shape, out.shape[3], _images(x, w, out, geometry)
    tx = geometry.dilation[1]
    for first in range(0, len(x), step):
        images = slice(first, min(len(x), first + step))
        padded = pad(x[images], geometry.pad)
        n, height = len(padded), padded.shape[2]
        rows = np.empty((height, c, kw, n, ow), x.dtype)
        for j in range(kw):
            seen = padded[..., j * tx : j * tx + ow]
            rows[:, :, j] = seen.transpose(2, 1, 0, 3)
        yield images, _columns(rows, kh)


def _columns(rows, kh):
    """Yield each output row's number and its columns (KH * C * KW, images * OW)."""
    height, c, kw, n, ow = rows.shape
    for r in range(height - kh + 1):
        yield r, rows[r : r + kh].reshape(kh * c * kw, n * ow)
