"""Nearest-neighbour upsampling."""

import numpy as np

from cs231n.kernels.arrays import floats, shapes, upstream
from cs231n.kernels.options import pair


def upsample_nearest_forward(
    x: np.ndarray, factor: int | tuple[int, int]
) -> tuple[np.ndarray, tuple]:
    """Repeat every pixel, so that images grow by a whole factor.

    Parameters
    ----------
    x : ndarray of shape (N, C, H, W), float32 or float64
        Images.
    factor : int or pair of int
        Factor, or factors of height and width.

    Returns
    -------
    out : ndarray of shape (N, C, H * factor, W * factor), dtype of ``x``
        Larger images.
    cache : tuple
        What :func:`upsample_nearest_backward` needs.

    Raises
    ------
    TypeError
        If ``x`` is not float32 or float64.
    ValueError
        If ``x`` is not 4-D or ``factor`` is no whole number of at least 1.
    """
    (x,) = floats(x=x)
    n, c, h, w = shapes(x=(x, "N C H W")).values()
    fy, fx = pair(factor, "factor", 1)
    wide = np.broadcast_to(x[:, :, :, None, :, None], (n, c, h, fy, w, fx))
    return wide.reshape(n, c, h * fy, w * fx), (x.shape, x.dtype, fy, fx)


def upsample_nearest_backward(dout: np.ndarray, cache: tuple) -> np.ndarray:
    """Carry a gradient back through :func:`upsample_nearest_forward`.

    Parameters
    ----------
    dout : ndarray of shape (N, C, H * factor, W * factor)
        Gradient of the loss with respect to the output.
    cache : tuple
        As returned by :func:`upsample_nearest_forward`.

    Returns
    -------
    dx : ndarray of shape (N, C, H, W)
        Sum of the gradients of each pixel's copies.
    """
    (n, c, h, w), dtype, fy, fx = cache
    dout = upstream(dout, (n, c, h * fy, w * fx), dtype)
    return dout.reshape(n, c, h, fy, w, fx).sum(axis=(3, 5))
