"""im2col and its transpose: the checked way in."""

import numpy as np

from cs231n.kernels import _backend
from cs231n.kernels._geometry import Geometry
from cs231n.kernels.arrays import floats, shapes
from cs231n.kernels.options import pair, whole


def im2col(x, kernel_size, *, stride=1, pad=0, dilation=1):
    """Gather every sliding window of a batch of images.

    Parameters
    ----------
    x : ndarray of shape (N, C, H, W), float32 or float64
        Images.
    kernel_size : int or pair of int
        Window height and width (KH, KW), in pixels.
    stride, pad, dilation : int or pair of int
        Step between windows, zero padding on each side, and step between the pixels
        of a window, in pixels.

    Returns
    -------
    cols : ndarray of shape (N, C, KH, KW, OH, OW), dtype of ``x``
        ``cols[n, c, :, :, i, j]`` is the window whose top-left corner sits at
        row ``i * stride`` and column ``j * stride`` of the padded image.

    Raises
    ------
    TypeError
        If ``x`` is not float32 or float64.
    ValueError
        If ``x`` is not 4-D or a window is larger than the padded image.
    """
    (x,) = floats(x=x)
    shapes(x=(x, "N C H W"))
    geometry, kernel = (
        _geometry(stride, pad, dilation),
        pair(kernel_size, "kernel_size", 1),
    )
    size = geometry.output_size(x.shape[2:], kernel)
    cols = np.empty((*x.shape[:2], *kernel, *size), x.dtype)
    _backend.impl.im2col(x, cols, geometry)
    return cols


def col2im(cols, x_shape, *, stride=1, pad=0, dilation=1):
    """Add every window back to where :func:`im2col` took it from.

    Parameters
    ----------
    cols : ndarray of shape (N, C, KH, KW, OH, OW), float32 or float64
        Windows.
    x_shape : tuple of int
        Shape (N, C, H, W) of the images.
    stride, pad, dilation : int or pair of int
        As given to :func:`im2col`.

    Returns
    -------
    x : ndarray of shape ``x_shape``, dtype of ``cols``
        Sums over all windows that see a pixel. This is the transpose of
        :func:`im2col`: ``<im2col(x), c> == <x, col2im(c)>``.

    Raises
    ------
    TypeError
        If ``cols`` is not float32 or float64.
    ValueError
        If ``cols`` cannot come from images of that shape.
    """
    (cols,) = floats(cols=cols)
    shapes(cols=(cols, "N C KH KW OH OW"))
    if len(x_shape) != 4:
        raise ValueError(f"x_shape must be (N, C, H, W); got {tuple(x_shape)}.")
    x_shape = tuple(whole(size, "x_shape", 0) for size in x_shape)
    geometry, kernel = _geometry(stride, pad, dilation), cols.shape[2:4]
    size = geometry.output_size(x_shape[2:], kernel)
    wanted = (*x_shape[:2], *kernel, *size)
    if cols.shape != wanted:
        raise ValueError(
            f"cols must have shape {wanted} for images of shape {x_shape}; "
            f"got {cols.shape}."
        )
    x = np.empty(x_shape, cols.dtype)
    _backend.impl.col2im(cols, x, geometry)
    return x


def _geometry(stride, pad, dilation):
    return Geometry(
        pair(stride, "stride", 1), pair(pad, "pad", 0), pair(dilation, "dilation", 1)
    )
