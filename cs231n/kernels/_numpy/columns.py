"""Sliding windows without a compiler: views, column matrices and their transposes."""

import numpy as np


def windows(x, kernel, size, geometry):
    """Return every window of padded images as a view ``(N, C, KH, KW, OH, OW)``."""
    n, c = x.shape[:2]
    sn, sc, sy, sx = x.strides
    (dy, dx), (ty, tx) = geometry.stride, geometry.dilation
    return np.lib.stride_tricks.as_strided(
        x,
        (n, c, *kernel, *size),
        (sn, sc, ty * sy, tx * sx, dy * sy, dx * sx),
        writeable=x.flags.writeable,
    )


def im2col(x, cols, geometry):
    """Copy every window of ``x`` into ``cols`` (written in place).

    x : (N, C, H, W), padded here; cols : (N, C, KH, KW, OH, OW).
    """
    padded = pad(x, geometry.pad)
    cols[...] = windows(padded, cols.shape[2:4], cols.shape[4:], geometry)


def col2im(cols, x, geometry):
    """Add every window in ``cols`` to where it came from (``x`` written in place).

    cols : (N, C, KH, KW, OH, OW); x : (N, C, H, W), without padding.
    """
    (py, px), (h, w) = geometry.pad, x.shape[2:]
    padded = np.zeros((*x.shape[:2], h + 2 * py, w + 2 * px), x.dtype)
    add_windows(cols, padded, geometry)
    x[...] = padded[:, :, py : py + h, px : px + w]


def add_windows(cols, padded, geometry):
    """Add ``cols`` to the windows of ``padded``, one tap at a time (in place)."""
    (dy, dx), (ty, tx) = geometry.stride, geometry.dilation
    kh, kw, oh, ow = cols.shape[2:]
    for i in range(kh):
        rows = slice(i * ty, i * ty + (oh - 1) * dy + 1, dy)
        for j in range(kw):
            columns = slice(j * tx, j * tx + (ow - 1) * dx + 1, dx)
            padded[:, :, rows, columns] += cols[:, :, i, j]


def pad(x, width):
    """Return images with a border of zeros, or the images themselves if it is 0."""
    (py, px), (n, c, h, w) = width, x.shape
    if py == px == 0:
        return x
    padded = np.zeros((n, c, h + 2 * py, w + 2 * px), x.dtype)
    padded[:, :, py : py + h, px : px + w] = x
    return padded
