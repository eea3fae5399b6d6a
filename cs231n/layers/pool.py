"""Pooling: one number for each window of an image."""

import numpy as np

from cs231n import kernels
from cs231n.kernels import Geometry
from cs231n.kernels.arrays import floats, shapes, upstream
from cs231n.kernels.options import options, pair, whole

#: The only window of an image goes nowhere.
WHOLE = Geometry((1, 1))


def max_pool_forward(x: np.ndarray, pool_param: dict) -> tuple[np.ndarray, tuple]:
    """Keep the largest pixel of every window.

    Parameters
    ----------
    x : ndarray of shape (N, C, H, W), float32 or float64
        Images.
    pool_param : dict
        ``pool_height``, ``pool_width`` and ``stride`` (a number or a pair), in
        pixels. Windows may overlap, and pixels past the last whole window are left
        out.

    Returns
    -------
    out : ndarray of shape (N, C, OH, OW), dtype of ``x``
        ``OH = floor((H - pool_height) / stride) + 1``, likewise ``OW``. A window
        with NaN in it gives NaN.
    cache : tuple
        What :func:`max_pool_backward` needs: for windows of up to 256 pixels one
        byte for each output, the place of its first maximum.

    Raises
    ------
    TypeError
        If ``x`` is not float32 or float64.
    ValueError
        If a window is larger than the image or ``pool_param`` is wrong.
    """
    (x,) = floats(x=x)
    geometry, window, size = _plan(x, pool_param)
    out = np.empty((*x.shape[:2], *size), x.dtype)
    places = window[0] * window[1]
    where = np.empty(out.shape, np.uint8 if places <= 256 else np.int32)
    if out.size:
        kernels.impl.max_pool_forward(x, out, where, geometry, window)
    return out, (x.shape, where, geometry, window, x.dtype)


def max_pool_backward(dout: np.ndarray, cache: tuple) -> np.ndarray:
    """Carry a gradient back through :func:`max_pool_forward`.

    Parameters
    ----------
    dout : ndarray of shape (N, C, OH, OW)
        Gradient of the loss with respect to the output.
    cache : tuple
        As returned by :func:`max_pool_forward`, or ``(x, pool_param)``.

    Returns
    -------
    dx : ndarray of shape (N, C, H, W)
        Each upstream gradient lands on the first maximum of its window.
    """
    if len(cache) == 2:  # the course's, from which the places are found again
        _, cache = max_pool_forward(*cache)
    shape, where, geometry, window, dtype = cache
    dout = upstream(dout, where.shape, dtype)
    dx = np.empty(shape, dtype)
    kernels.impl.max_pool_backward(dout, where, dx, geometry, window)
    return dx


def avg_pool_forward(x: np.ndarray, pool_param: dict) -> tuple[np.ndarray, tuple]:
    """Replace every window by its mean.

    Parameters
    ----------
    x : ndarray of shape (N, C, H, W), float32 or float64
        Images.
    pool_param : dict
        As for :func:`max_pool_forward`.

    Returns
    -------
    out : ndarray of shape (N, C, OH, OW), dtype of ``x``
        Window means.
    cache : tuple
        What :func:`avg_pool_backward` needs.

    Raises
    ------
    TypeError
        If ``x`` is not float32 or float64.
    ValueError
        If a window is larger than the image or ``pool_param`` is wrong.
    """
    (x,) = floats(x=x)
    geometry, window, size = _plan(x, pool_param)
    out = np.empty((*x.shape[:2], *size), x.dtype)
    kernels.impl.avg_pool_forward(x, out, geometry, window)
    return out, (x.shape, out.shape, geometry, window, x.dtype)


def avg_pool_backward(dout: np.ndarray, cache: tuple) -> np.ndarray:
    """Carry a gradient back through :func:`avg_pool_forward`.

    Parameters
    ----------
    dout : ndarray of shape (N, C, OH, OW)
        Gradient of the loss with respect to the output.
    cache : tuple
        As returned by :func:`avg_pool_forward`.

    Returns
    -------
    dx : ndarray of shape (N, C, H, W)
        Each upstream gradient shared equally among the pixels of its window.
    """
    shape, out_shape, geometry, window, dtype = cache
    dout = upstream(dout, out_shape, dtype)
    dx = np.empty(shape, dtype)
    kernels.impl.avg_pool_backward(dout, dx, geometry, window)
    return dx


def global_avg_pool_forward(x: np.ndarray) -> tuple[np.ndarray, tuple]:
    """Replace every channel of every image by its mean.

    Parameters
    ----------
    x : ndarray of shape (N, C, H, W), float32 or float64
        Images of at least one pixel.

    Returns
    -------
    out : ndarray of shape (N, C), dtype of ``x``
        Channel means.
    cache : tuple
        What :func:`global_avg_pool_backward` needs.

    Raises
    ------
    TypeError
        If ``x`` is not float32 or float64.
    ValueError
        If ``x`` is not 4-D or its images have no pixel.
    """
    (x,) = floats(x=x)
    shapes(x=(x, "N C H W"))
    if x.shape[2] * x.shape[3] == 0:
        raise ValueError(f"x must have at least one pixel; got shape {x.shape}.")
    out = np.empty((*x.shape[:2], 1, 1), x.dtype)
    kernels.impl.avg_pool_forward(x, out, WHOLE, x.shape[2:])
    return out.reshape(x.shape[:2]), (x.shape, x.dtype)


def global_avg_pool_backward(dout: np.ndarray, cache: tuple) -> np.ndarray:
    """Carry a gradient back through :func:`global_avg_pool_forward`.

    Parameters
    ----------
    dout : ndarray of shape (N, C)
        Gradient of the loss with respect to the output.
    cache : tuple
        As returned by :func:`global_avg_pool_forward`.

    Returns
    -------
    dx : ndarray of shape (N, C, H, W)
        Each upstream gradient shared equally among the pixels of its channel.
    """
    shape, dtype = cache
    dout = upstream(dout, shape[:2], dtype).reshape(*shape[:2], 1, 1)
    dx = np.empty(shape, dtype)
    kernels.impl.avg_pool_backward(dout, dx, WHOLE, shape[2:])
    return dx


def max_pool_forward_naive(x: np.ndarray, pool_param: dict) -> tuple[np.ndarray, tuple]:
    """Do what :func:`max_pool_forward` does, with the course's cache.

    Parameters
    ----------
    x, pool_param
        As for :func:`max_pool_forward`.

    Returns
    -------
    out : ndarray of shape (N, C, OH, OW), dtype of ``x``
        The largest pixel of every window.
    cache : tuple
        ``(x, pool_param)``, for :func:`max_pool_backward` or your own.
    """
    return max_pool_forward(x, pool_param)[0], (x, pool_param)


# The course asks for slow and fast versions; in the package both are the fast one.
max_pool_forward_fast = max_pool_forward
max_pool_backward_naive = max_pool_backward_fast = max_pool_backward


def _plan(x, pool_param):
    """Return geometry, window and output size of a pooling layer, checked."""
    height, width, stride = options(
        pool_param, "pool_param", ("pool_height", "pool_width", "stride")
    )
    shapes(x=(x, "N C H W"))
    window = whole(height, "pool_height", 1), whole(width, "pool_width", 1)
    geometry = Geometry(pair(stride, "stride", 1))
    return geometry, window, geometry.output_size(x.shape[2:], window)
