"""Affine layers: every output a weighted sum of all inputs."""

import math
from typing import Any

import numpy as np

from cs231n import kernels
from cs231n.kernels.arrays import floats, shapes, upstream


def affine_forward(
    x: np.ndarray, w: np.ndarray, b: np.ndarray
) -> tuple[np.ndarray, tuple]:
    """Multiply flattened samples by a weight matrix and add a bias.

    Parameters
    ----------
    x : ndarray of shape (N, d1, ..., dk), float32 or float64
        Samples; ``D = d1 * ... * dk``.
    w : ndarray of shape (D, M)
        Weights.
    b : ndarray of shape (M,)
        Biases.

    Returns
    -------
    out : ndarray of shape (N, M), dtype of ``x``
        ``x.reshape(N, D) @ w + b``.
    cache : tuple
        ``(x, w, b)``, for :func:`affine_backward`.

    Raises
    ------
    TypeError
        If the dtypes differ or are not float32 or float64.
    ValueError
        If the sizes do not fit.
    """
    arrays = floats(x=x, w=w, b=b)
    flat = _flatten(arrays[0])
    sizes = shapes(x=(flat, "N D"), w=(arrays[1], "D M"), b=(arrays[2], "M"))
    out = np.empty((sizes["N"], sizes["M"]), flat.dtype)
    kernels.impl.matmul(flat, arrays[1], out, bias=arrays[2])
    return out, (x, w, b)


def affine_backward(
    dout: np.ndarray, cache: tuple, *, need_dx: bool = True
) -> tuple[np.ndarray | Any, np.ndarray, np.ndarray]:
    """Carry a gradient back through :func:`affine_forward`.

    Parameters
    ----------
    dout : ndarray of shape (N, M)
        Gradient of the loss with respect to the output.
    cache : tuple
        As returned by :func:`affine_forward`.
    need_dx : bool, optional
        Whether the gradient of ``x`` is wanted; a first layer can save it.

    Returns
    -------
    dx : ndarray of shape (N, d1, ..., dk), or None
        Gradient with respect to ``x``.
    dw : ndarray of shape (D, M)
        Gradient with respect to ``w``.
    db : ndarray of shape (M,)
        Gradient with respect to ``b``.
    """
    x, w, b = floats(x=cache[0], w=cache[1], b=cache[2])
    flat = _flatten(x)
    dout = upstream(dout, (len(flat), w.shape[1]), x.dtype)
    dx, dw, db = None, np.empty_like(w), np.empty_like(b)
    if need_dx:
        dx = np.empty(x.shape, x.dtype)
        kernels.impl.matmul(dout, w.T, dx.reshape(flat.shape))
    kernels.impl.matmul(flat.T, dout, dw)
    kernels.impl.row_sum(dout, db)
    return dx, dw, db


def _flatten(x):
    """View (N, d1, ..., dk) as (N, D); D is 1 for a vector."""
    if x.ndim == 0:
        raise ValueError(f"x must have shape (N, d1, ..., dk); got {x.shape}.")
    return x.reshape(len(x), math.prod(x.shape[1:]))
