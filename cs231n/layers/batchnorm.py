"""Normalisation over the batch: features of vectors, channels of images."""

import numpy as np

from cs231n import kernels
from cs231n.kernels.arrays import floats, shapes, upstream
from cs231n.kernels.options import mode, options
from cs231n.layers._scale import folded, scales

BATCH_DEFAULTS = {
    "eps": 1e-5,
    "momentum": 0.9,
    "running_mean": None,
    "running_var": None,
}


def batchnorm_forward(
    x: np.ndarray, gamma: np.ndarray, beta: np.ndarray, bn_param: dict
) -> tuple[np.ndarray, tuple]:
    """Normalise every feature over the batch, then scale and shift it.

    Parameters
    ----------
    x : ndarray of shape (N, D), float32 or float64
        Samples.
    gamma, beta : ndarray of shape (D,), or float
        Scale and shift of each feature; whole numbers do as well.
    bn_param : dict
        ``mode`` is ``'train'`` (statistics of this batch) or ``'test'`` (running
        averages). ``eps`` (1e-5) is added to variances; ``momentum`` (0.9) is the
        weight of the past in ``running_mean`` and ``running_var``, which start at
        zero and are stored back in training.

    Returns
    -------
    out : ndarray of shape (N, D), dtype of ``x``
        ``gamma * (x - mean) / sqrt(var + eps) + beta``, with the biased variance.
    cache : tuple
        What :func:`batchnorm_backward` needs.

    Raises
    ------
    TypeError
        If the dtypes differ or are not float32 or float64.
    ValueError
        If the sizes do not fit, or the mode or a key of ``bn_param`` is unknown.
    """
    (x,) = floats(x=x)
    d = shapes(x=(x, "N D"))["D"]
    return _batch_forward(x, gamma, beta, bn_param, f"(D,) with D = {d}")


def batchnorm_backward(
    dout: np.ndarray, cache: tuple
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Carry a gradient back through :func:`batchnorm_forward`.

    Parameters
    ----------
    dout : ndarray of shape (N, D)
        Gradient of the loss with respect to the output.
    cache : tuple
        As returned by :func:`batchnorm_forward`.

    Returns
    -------
    dx : ndarray of shape (N, D)
        Gradient with respect to ``x``.
    dgamma, dbeta : ndarray, shaped like ``gamma`` and ``beta``
        Gradients with respect to scale and shift.

    Notes
    -----
    With ``h`` the normalised ``x`` and means over the batch, ``dx`` is
    ``gamma / sqrt(var + eps) * (dout - mean(dout) - h * mean(dout * h))``. In test
    mode the statistics are constants and only the first term stays.
    """
    return _batch_backward(dout, cache)


#: The course asks for a second derivation; here both are this one.
batchnorm_backward_alt = batchnorm_backward


def spatial_batchnorm_forward(
    x: np.ndarray, gamma: np.ndarray, beta: np.ndarray, bn_param: dict
) -> tuple[np.ndarray, tuple]:
    """Normalise every channel over batch and pixels, then scale and shift it.

    Parameters
    ----------
    x : ndarray of shape (N, C, H, W), float32 or float64
        Images.
    gamma, beta : ndarray of shape (C,), or float
        Scale and shift of each channel; whole numbers do as well.
    bn_param : dict
        As for :func:`batchnorm_forward`; the running averages have shape (C,).

    Returns
    -------
    out : ndarray of shape (N, C, H, W), dtype of ``x``
        Normalised images.
    cache : tuple
        What :func:`spatial_batchnorm_backward` needs.

    Raises
    ------
    TypeError
        If the dtypes differ or are not float32 or float64.
    ValueError
        If the sizes do not fit, or the mode or a key of ``bn_param`` is unknown.
    """
    (x,) = floats(x=x)
    c = shapes(x=(x, "N C H W"))["C"]
    return _batch_forward(x, gamma, beta, bn_param, f"(C,) with C = {c}")


def spatial_batchnorm_backward(
    dout: np.ndarray, cache: tuple
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Carry a gradient back through :func:`spatial_batchnorm_forward`.

    Parameters
    ----------
    dout : ndarray of shape (N, C, H, W)
        Gradient of the loss with respect to the output.
    cache : tuple
        As returned by :func:`spatial_batchnorm_forward`.

    Returns
    -------
    dx : ndarray of shape (N, C, H, W)
        Gradient with respect to ``x``.
    dgamma, dbeta : ndarray, shaped like ``gamma`` and ``beta``
        Gradients with respect to scale and shift.
    """
    return _batch_backward(dout, cache)


def _batch_forward(x, gamma, beta, bn_param, wanted):
    asked = np.shape(gamma), np.shape(beta)
    gamma, beta = scales(x, wanted, gamma=gamma, beta=beta)
    which, eps, momentum, *running = options(
        bn_param, "bn_param", ("mode",), BATCH_DEFAULTS
    )
    mode(which)
    c = len(gamma)
    running = [
        _running(name, value, c, x.dtype)
        for name, value in zip(("running_mean", "running_var"), running, strict=True)
    ]
    view = x.reshape(len(x), c, -1) if x.size else x.reshape(len(x), c, 0)
    out = np.empty_like(view)
    mean, var, rstd = (np.empty(c, x.dtype) for _ in range(3))
    if which == "test" or view.size == 0:
        mean[...] = running[0]
        rstd[...] = 1 / np.sqrt(running[1] + eps)
        scale = gamma * rstd
        kernels.impl.scale_shift(view, scale, beta - scale * mean, out)
    else:
        kernels.impl.batch_norm_forward(
            view, gamma, beta, float(eps), out, mean, var, rstd
        )
        running = [
            float(momentum) * old + (1 - float(momentum)) * new
            for old, new in zip(running, (mean, var), strict=True)
        ]
    bn_param["running_mean"], bn_param["running_var"] = running
    return out.reshape(x.shape), (which, x, gamma, mean, rstd, asked)


def _running(name, value, size, dtype):
    if value is None:
        return np.zeros(size, dtype)
    value = np.asarray(value, dtype)
    if value.shape != (size,):
        raise ValueError(f"{name} must have shape {(size,)}; got {value.shape}.")
    return value


def _batch_backward(dout, cache):
    which, x, gamma, mean, rstd, asked = cache
    dout = upstream(dout, x.shape, x.dtype)
    view = (len(x), len(gamma), x.size // max(1, len(x) * len(gamma)))
    dx = np.empty(view, x.dtype)
    dgamma, dbeta = np.zeros_like(gamma), np.zeros_like(gamma)
    dout, x3 = dout.reshape(view), x.reshape(view)
    if x.size:
        kernels.impl.batch_norm_backward(dout, x3, gamma, mean, rstd, dx, dgamma, dbeta)
    if which == "test":
        kernels.impl.scale_shift(dout, gamma * rstd, np.zeros_like(gamma), dx)
    return dx.reshape(x.shape), *map(folded, (dgamma, dbeta), asked)
