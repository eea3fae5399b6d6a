"""Convolution without a compiler: column matrices of a few images, and BLAS.

A column buffer of about two MiB is filled and used while it is in the cache; the
full column matrix is never made. Its layout ``[image][C * KH * KW][pixel]`` lets the
product go straight into an NCHW output. Gradients follow from the same columns. Few
channels go another way, by rows.
"""

import numpy as np

from cs231n.kernels._numpy import conv_rows as by_rows
from cs231n.kernels._numpy.columns import add_windows, windows

#: Size of the column buffer, in bytes.
BUFFER = 2 << 20
#: Up to so many pixels, products of several images at once are faster (measured).
NARROW = 128


def conv_forward(x, w, b, out, geometry):
    """Cross-correlate ``x`` with ``w`` and add ``b`` (``out`` written in place).

    x : (N, C, H, W); w : (F, C / groups, KH, KW); b : (F,) or None;
    out : (N, F, OH, OW).
    """
    for xg, wg, og in _by_group(geometry.groups, x, w, out):
        if by_rows.pays(wg, geometry):
            by_rows.conv_forward(xg, wg, og, geometry)
            continue
        flat = wg.reshape(len(wg), -1)
        for images, rows, cols in _columns(xg, wg, og, geometry):
            np.matmul(flat, cols, out=_pixels(og[images, :, rows]))
    if b is not None:
        out += b[:, None, None]


def conv_dw(x, dout, dw, db, geometry):
    """Sum the gradient of the weights over the batch (``dw``, ``db`` in place)."""
    dw[...] = 0
    for xg, dwg, dog in _by_group(geometry.groups, x, dw, dout):
        if by_rows.pays(dwg, geometry):
            by_rows.conv_dw(xg, dog, dwg, geometry)
            continue
        flat = dwg.reshape(len(dwg), -1)
        for images, rows, cols in _columns(xg, dwg, dog, geometry):
            upstream = _pixels(dog[images, :, rows])
            if cols.shape[2] <= NARROW:
                flat += _side_by_side(upstream) @ _side_by_side(cols).T
                continue
            for one, column in zip(upstream, cols, strict=True):
                flat += one @ column.T
    if db is not None:
        np.sum(dout, axis=(0, 2, 3), out=db)


def conv_dx(dout, w, dx, geometry):
    """Carry ``dout`` back to the images (``dx`` written in place)."""
    (py, px), (h, wd) = geometry.pad, dx.shape[2:]
    dy, kernel, last = geometry.stride[0], w.shape[2:], dout.shape[2]
    for dxg, wg, dog in _by_group(geometry.groups, dx, w, dout):
        if by_rows.pays(wg, geometry):
            by_rows.conv_dx(dog, wg, dxg, geometry)
            continue
        flat = wg.reshape(len(wg), -1)
        if _is_product(wg, geometry):
            np.matmul(flat.T, _pixels(dog), out=_pixels(dxg))
            continue
        for images, rows in _blocks(dog, flat.shape[1]):
            if rows.start == 0:
                k, c = dxg[images].shape[:2]
                padded = np.zeros((k, c, h + 2 * py, wd + 2 * px), dx.dtype)
            upstream = dog[images, :, rows]
            cols = _spread(flat, _pixels(upstream))
            cols = cols.reshape(k, c, *kernel, *upstream.shape[2:])
            add_windows(cols, padded[:, :, rows.start * dy :], geometry)
            if rows.stop == last:
                dxg[images] = padded[:, :, py : py + h, px : px + wd]


def _by_group(groups, x, w, out):
    """Yield the images, filters and outputs of each group, as views."""
    c, f = x.shape[1] // groups, w.shape[0] // groups
    for g in range(groups):
        yield (
            x[:, g * c : (g + 1) * c],
            w[g * f : (g + 1) * f],
            out[:, g * f : (g + 1) * f],
        )


def _pixels(images):
    """View a block of NCHW rows as ``(N, C, pixels)``; it can be written to."""
    n, c, h, w = images.shape
    strides = (*images.strides[:2], images.itemsize)
    return np.lib.stride_tricks.as_strided(
        images, (n, c, h * w), strides, writeable=images.flags.writeable
    )


def _side_by_side(images):
    """Return (N, C, pixels) as one matrix (C, N * pixels)."""
    return images.transpose(1, 0, 2).reshape(images.shape[1], -1)


def _spread(flat, upstream):
    """Carry (N, F, pixels) back to columns (N, depth, pixels)."""
    if upstream.shape[2] > NARROW:
        return np.matmul(flat.T, upstream)
    cols = flat.T @ _side_by_side(upstream)
    return cols.reshape(len(cols), *upstream.shape[::2]).transpose(1, 0, 2)


def _is_product(w, geometry):
    """Say whether every window is one pixel, so that x is its own column matrix."""
    return (
        w.shape[2:] == (1, 1) and geometry.stride == (1, 1) and geometry.pad == (0, 0)
    )


def _blocks(out, depth):
    """Yield slices of images and of output rows whose columns fit the buffer."""
    n, _, oh, ow = out.shape
    row = max(1, depth * ow * out.itemsize)
    images, rows = max(1, BUFFER // (row * max(1, oh))), max(1, BUFFER // row)
    for start in range(0, n, images):
        for top in range(0, oh, rows):
            yield (
                slice(start, min(n, start + images)),
                slice(top, min(oh, top + rows)),
            )


def _columns(x, w, out, geometry):
    """Yield ``(images, rows, cols)``, the columns in one buffer used again."""
    if _is_product(w, geometry):
        yield slice(None), slice(None), _pixels(x)
        return
    (c, h, wd), kernel, ow = x.shape[1:], w.shape[2:], out.shape[3]
    depth, (py, px), dy = c * kernel[0] * kernel[1], geometry.pad, geometry.stride[0]
    buffer = padded = None
    for images, rows in _blocks(out, depth):
        k, r = images.stop - images.start, rows.stop - rows.start
        if buffer is None:  # the first block is the largest
            buffer = np.empty(k * depth * r * ow, x.dtype)
            padded = np.zeros((k, c, h + 2 * py, wd + 2 * px), x.dtype)
        if rows.start == 0:
            padded[:k, :, py : py + h, px : px + wd] = x[images]
        seen = windows(padded[:k, :, rows.start * dy :], kernel, (r, ow), geometry)
        cols = buffer[: k * depth * r * ow]
        if r * ow <= NARROW:
            cols.reshape(c, *kernel, k, r, ow)[...] = seen.transpose(1, 2, 3, 0, 4, 5)
            cols = cols.reshape(depth, k, r * ow).transpose(1, 0, 2)
        else:
            cols.reshape(seen.shape)[...] = seen
            cols = cols.reshape(k, depth, r * ow)
        yield images, rows, cols
