"""Normalisation of each sample: over the layer, or over groups of channels."""

import numpy as np

from cs231n import kernels
from cs231n.kernels.arrays import floats, shapes, upstream
from cs231n.kernels.options import options, whole
from cs231n.layers._scale import as_floats, fits, folded, scales


def layernorm_forward(
    x: np.ndarray, gamma: np.ndarray, beta: np.ndarray, ln_param: dict
) -> tuple[np.ndarray, tuple]:
    """Normalise every sample over its features, then scale and shift each feature.

    Parameters
    ----------
    x : ndarray of shape (N, D), float32 or float64
        Samples.
    gamma, beta : ndarray of shape (D,), or what broadcasts to (N, D)
        Scale and shift of each feature; whole numbers do as well.
    ln_param : dict
        ``eps`` (1e-5) is added to variances; ``mode`` makes no difference.

    Returns
    -------
    out : ndarray of shape (N, D), dtype of ``x``
        ``gamma * (x - mean) / sqrt(var + eps) + beta``, statistics by row.
    cache : tuple
        What :func:`layernorm_backward` needs.

    Raises
    ------
    TypeError
        If the dtypes differ or are not float32 or float64.
    ValueError
        If the sizes do not fit or ``ln_param`` has an unknown key.
    """
    (x,) = floats(x=x)
    n, d = shapes(x=(x, "N D")).values()
    given, groups = (gamma, beta), (n, 1, d, 1)
    if n > 1 and any(np.shape(value)[:-1] == (n,) for value in given):
        return _by_row_forward(x, gamma, beta, groups, ln_param)
    rows = scales(x, f"(D,) with D = {d}", gamma=gamma, beta=beta)
    return _group_forward(x, rows[0], rows[1], given, groups, ln_param, "ln_param")


def layernorm_backward(
    dout: np.ndarray, cache: tuple
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Carry a gradient back through :func:`layernorm_forward`.

    Parameters
    ----------
    dout : ndarray of shape (N, D)
        Gradient of the loss with respect to the output.
    cache : tuple
        As returned by :func:`layernorm_forward`.

    Returns
    -------
    dx : ndarray of shape (N, D)
        Gradient with respect to ``x``.
    dgamma, dbeta : ndarray, shaped like ``gamma`` and ``beta``
        Gradients with respect to scale and shift.
    """
    return (_by_row_backward if len(cache) == 4 else _group_backward)(dout, cache)


def _by_row_forward(x, gamma, beta, groups, ln_param):
    """Scale and shift every sample by numbers of its own."""
    gamma, beta = as_floats(x, "gamma", gamma), as_floats(x, "beta", beta)
    for name, value in (("gamma", gamma), ("beta", beta)):
        if not fits(value.shape, x.shape):
            raise ValueError(f"{name} must broadcast to {x.shape}; got {value.shape}.")
    plain = np.ones(groups[2], x.dtype), np.zeros(groups[2], x.dtype)
    normal, cache = _group_forward(x, *plain, plain, groups, ln_param, "ln_param")
    return gamma * normal + beta, (cache, normal, gamma, beta.shape)


def _by_row_backward(dout, cache):
    inner, normal, gamma, shift = cache
    dx, _, _ = _group_backward(
        upstream(dout, normal.shape, normal.dtype) * gamma, inner
    )
    return dx, folded(dout * normal, gamma.shape), folded(dout, shift)


def spatial_groupnorm_forward(
    x: np.ndarray, gamma: np.ndarray, beta: np.ndarray, G: int, gn_param: dict
) -> tuple[np.ndarray, tuple]:
    """Normalise groups of channels of every image, then scale and shift channels.

    Parameters
    ----------
    x : ndarray of shape (N, C, H, W), float32 or float64
        Images.
    gamma, beta : ndarray of shape (1, C, 1, 1) or (C,), or float
        Scale and shift of each channel; whole numbers do as well.
    G : int
        Number of groups; it divides C. Neighbouring channels form a group.
    gn_param : dict
        ``eps`` (1e-5) is added to variances; ``mode`` makes no difference.

    Returns
    -------
    out : ndarray of shape (N, C, H, W), dtype of ``x``
        Normalised images.
    cache : tuple
        What :func:`spatial_groupnorm_backward` needs.

    Raises
    ------
    TypeError
        If the dtypes differ or are not float32 or float64.
    ValueError
        If the sizes do not fit, ``G`` does not divide C, or ``gn_param`` has an
        unknown key.
    """
    (x,) = floats(x=x)
    n, c, h, w = shapes(x=(x, "N C H W")).values()
    rows = scales(x, f"{(1, c, 1, 1)} or {(c,)}", gamma=gamma, beta=beta)
    if c % whole(G, "G", 1):
        raise ValueError(f"G must divide the {c} channels of x; got {G}.")
    groups = (n, G, c // G, h * w)
    given = (gamma, beta)
    return _group_forward(x, rows[0], rows[1], given, groups, gn_param, "gn_param")


def spatial_groupnorm_backward(
    dout: np.ndarray, cache: tuple
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Carry a gradient back through :func:`spatial_groupnorm_forward`.

    Parameters
    ----------
    dout : ndarray of shape (N, C, H, W)
        Gradient of the loss with respect to the output.
    cache : tuple
        As returned by :func:`spatial_groupnorm_forward`.

    Returns
    -------
    dx : ndarray of shape (N, C, H, W)
        Gradient with respect to ``x``.
    dgamma, dbeta : ndarray, shaped like ``gamma``
        Gradients with respect to scale and shift.
    """
    return _group_backward(dout, cache)


def _group_forward(x, gamma, beta, given, groups, param, name):
    eps, _ = options(param, name, (), {"eps": 1e-5, "mode": None})
    out = np.empty(groups, x.dtype)
    mean, rstd = np.zeros(groups[:2], x.dtype), np.zeros(groups[:2], x.dtype)
    if x.size:
        kernels.impl.group_norm_forward(
            x.reshape(groups),
            gamma.reshape(groups[1:3]),
            beta.reshape(groups[1:3]),
            float(eps),
            out,
            mean,
            rstd,
        )
    asked = tuple(map(np.shape, given))
    return out.reshape(x.shape), (x, gamma, groups, mean, rstd, asked)


def _group_backward(dout, cache):
    x, gamma, groups, mean, rstd, asked = cache
    dout = upstream(dout, x.shape, x.dtype)
    dx = np.empty(groups, x.dtype)
    dgamma, dbeta = np.zeros_like(gamma), np.zeros_like(gamma)
    if x.size:
        kernels.impl.group_norm_backward(
            dout.reshape(groups),
            x.reshape(groups),
            gamma.reshape(groups[1:3]),
            mean,
            rstd,
            dx,
            dgamma.reshape(groups[1:3]),
            dbeta.reshape(groups[1:3]),
        )
    return dx.reshape(x.shape), *map(folded, (dgamma, dbeta), asked)
