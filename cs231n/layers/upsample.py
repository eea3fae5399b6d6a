"""Upsampling: nearest neighbours, and straight lines between pixels."""

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
    out = np.empty((n, c, h * fy, w * fx), x.dtype)
    for j in range(fx):
        out[:, :, ::fy, j::fx] = x
    rows = out.reshape(n, c, h, fy, w * fx)
    rows[:, :, :, 1:] = rows[:, :, :, :1]
    return out, (x.shape, x.dtype, fy, fx)


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
    rows = dout.reshape(n, c, h, fy, w * fx)
    tall = rows[:, :, :, 0] if fy == 1 else rows[:, :, :, 0] + rows[:, :, :, 1]
    for i in range(2, fy):
        tall += rows[:, :, :, i]
    dx = tall[..., ::fx].copy()
    for j in range(1, fx):
        dx += tall[..., j::fx]
    return dx


def upsample_bilinear_forward(x: np.ndarray) -> tuple[np.ndarray, None]:
    """Double the size of images, along straight lines between the pixels' centres.

    Parameters
    ----------
    x : ndarray of shape (N, C, H, W), float32 or float64
        Images of at least one pixel.

    Returns
    -------
    out : ndarray of shape (N, C, 2 * H, 2 * W), dtype of ``x``
        Each new pixel is 3/4 of the nearest old one and 1/4 of the next in each
        direction; past the border the outermost pixels repeat.
    cache : None
        For :func:`upsample_bilinear_backward`.

    Raises
    ------
    TypeError
        If ``x`` is not float32 or float64.
    ValueError
        If ``x`` is not 4-D.
    """
    (x,) = floats(x=x)
    n, c, h, w = shapes(x=(x, "N C H W")).values()
    tall = np.empty((n, c, h, 2, w), x.dtype)
    _spread(np.moveaxis(x, 2, -1), np.moveaxis(tall, (2, 3), (-2, -1)))
    tall = tall.reshape(n, c, 2 * h, w)
    out = np.empty((n, c, 2 * h, w, 2), x.dtype)
    _spread(tall, out)
    return out.reshape(n, c, 2 * h, 2 * w), None


def upsample_bilinear_backward(dout: np.ndarray, cache: None) -> np.ndarray:
    """Carry a gradient back through :func:`upsample_bilinear_forward`.

    Parameters
    ----------
    dout : ndarray of shape (N, C, 2 * H, 2 * W)
        Gradient of the loss with respect to the output.
    cache : None
        As returned by :func:`upsample_bilinear_forward`.

    Returns
    -------
    dx : ndarray of shape (N, C, H, W)
        The same weights the other way.
    """
    (dout,) = floats(dout=dout)
    n, c, h, w = dout.shape
    tall = _gather(dout.reshape(n, c, h, w // 2, 2))
    rows = np.moveaxis(tall.reshape(n, c, h // 2, 2, w // 2), (2, 3), (-2, -1))
    return np.ascontiguousarray(np.moveaxis(_gather(rows), -1, 2))


def _spread(x, out):
    """Write twice as many points as ``x`` (..., W) has to ``out`` (..., W, 2)."""
    near, far = x * 0.75, x * 0.25
    for side in (0, 1):
        np.copyto(out[..., side], near)
    out[..., 1:, 0] += far[..., :-1]
    out[..., 0, 0] += far[..., 0]
    out[..., :-1, 1] += far[..., 1:]
    out[..., -1, 1] += far[..., -1]


def _gather(g):
    """Return the gradient (..., W) of :func:`_spread` from that of its result."""
    before, behind = g[..., 0], g[..., 1]
    dx = (before + behind) * 0.75
    dx[..., :-1] += before[..., 1:] * 0.25
    dx[..., 0] += before[..., 0] * 0.25
    dx[..., 1:] += behind[..., :-1] * 0.25
    dx[..., -1] += behind[..., -1] * 0.25
    return dx
