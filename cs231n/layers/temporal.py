"""Layers over every time step of a sequence: affine scores and masked softmax."""

import numpy as np

from cs231n import kernels
from cs231n.kernels.arrays import floats, labels, shapes
from cs231n.layers.affine import affine_backward, affine_forward


def temporal_affine_forward(
    x: np.ndarray, w: np.ndarray, b: np.ndarray
) -> tuple[np.ndarray, tuple]:
    """Apply one affine layer to every time step.

    Parameters
    ----------
    x : ndarray of shape (N, T, D), float32 or float64
        Sequences of vectors.
    w : ndarray of shape (D, M)
        Weights.
    b : ndarray of shape (M,)
        Biases.

    Returns
    -------
    out : ndarray of shape (N, T, M), dtype of ``x``
        ``x @ w + b``.
    cache : tuple
        What :func:`temporal_affine_backward` needs.

    Raises
    ------
    TypeError
        If the dtypes differ or are not float32 or float64.
    ValueError
        If the sizes do not fit.
    """
    x, w, b = floats(x=x, w=w, b=b)
    n, t, d = shapes(x=(x, "N T D")).values()
    shapes(x=(x, "N T D"), w=(w, "D M"), b=(b, "M"))
    out, cache = affine_forward(x.reshape(n * t, d), w, b)
    return out.reshape(n, t, -1) if out.size else out.reshape(n, t, w.shape[1]), cache


def temporal_affine_backward(
    dout: np.ndarray, cache: tuple
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Carry a gradient back through :func:`temporal_affine_forward`.

    Parameters
    ----------
    dout : ndarray of shape (N, T, M)
        Gradient of the loss with respect to the output.
    cache : tuple
        As returned by :func:`temporal_affine_forward`.

    Returns
    -------
    dx : ndarray of shape (N, T, D)
        Gradient with respect to ``x``.
    dw : ndarray of shape (D, M)
        Gradient with respect to ``w``.
    db : ndarray of shape (M,)
        Gradient with respect to ``b``.
    """
    x, w, _ = cache
    if getattr(dout, "ndim", 0) != 3 or dout.shape[0] * dout.shape[1] != len(x):
        got = getattr(dout, "shape", type(dout).__name__)
        raise ValueError(
            f"dout must have the output's shape (N, T, {w.shape[1]}) with "
            f"N * T = {len(x)}; got {got}."
        )
    n, t, m = dout.shape
    dx, dw, db = affine_backward(dout.reshape(n * t, m), cache)
    return dx.reshape(n, t, w.shape[0]), dw, db


def temporal_softmax_loss(
    x: np.ndarray, y: np.ndarray, mask: np.ndarray, verbose: bool = False
) -> tuple[float, np.ndarray]:
    """Return the softmax loss of sequences of scores, summed over time.

    Parameters
    ----------
    x : ndarray of shape (N, T, V), float32 or float64
        Scores of each word at each step.
    y : ndarray of int, shape (N, T)
        Right words, from 0 to V - 1; masked ones only have to be whole numbers.
    mask : ndarray of bool, shape (N, T)
        Where the right word counts. Numbers other than 0 and 1 act as weights.
    verbose : bool, optional
        Print the shape of the gradient.

    Returns
    -------
    loss : float
        Cross entropy summed over steps that count, divided by N.
    dx : ndarray of shape (N, T, V)
        Gradient of the loss with respect to ``x``.

    Raises
    ------
    TypeError
        If ``x`` is not float32 or float64, or ``y`` holds no whole numbers.
    ValueError
        If the shapes do not fit or a label that counts is out of range.
    """
    (x,) = floats(x=x)
    n, t, v = shapes(x=(x, "N T V")).values()
    rows, y, weight = _counted(y, mask, n, t, v)
    dx = np.zeros((n * t, v), x.dtype)
    loss, part = _loss_of_rows(x.reshape(n * t, v)[rows], y, weight, max(1, n))
    dx[rows] = part
    if verbose:
        print("dx:", (n, t, v))
    return loss, dx.reshape(n, t, v)


def temporal_affine_softmax_loss(
    x: np.ndarray, w: np.ndarray, b: np.ndarray, y: np.ndarray, mask: np.ndarray
) -> tuple[float, np.ndarray, np.ndarray, np.ndarray]:
    """Return loss and gradients of affine scores and their softmax in one go.

    The same as :func:`temporal_affine_forward`, :func:`temporal_softmax_loss` and
    :func:`temporal_affine_backward` in turn, without the work for masked steps.

    Parameters
    ----------
    x : ndarray of shape (N, T, D), float32 or float64
        Sequences of vectors.
    w : ndarray of shape (D, V)
        Weights.
    b : ndarray of shape (V,)
        Biases.
    y : ndarray of int, shape (N, T)
        Right words, from 0 to V - 1.
    mask : ndarray of bool, shape (N, T)
        Where the right word counts. Numbers other than 0 and 1 act as weights.

    Returns
    -------
    loss : float
        Cross entropy summed over steps that count, divided by N.
    dx : ndarray of shape (N, T, D)
        Gradient with respect to ``x``.
    dw : ndarray of shape (D, V)
        Gradient with respect to ``w``.
    db : ndarray of shape (V,)
        Gradient with respect to ``b``.
    """
    x, w, b = floats(x=x, w=w, b=b)
    n, t, d = shapes(x=(x, "N T D")).values()
    v = shapes(x=(x, "N T D"), w=(w, "D V"), b=(b, "V"))["V"]
    rows, y, weight = _counted(y, mask, n, t, v)
    scores, cache = affine_forward(x.reshape(n * t, d)[rows], w, b)
    loss, dscores = _loss_of_rows(scores, y, weight, max(1, n))
    part, dw, db = affine_backward(dscores, cache)
    dx = np.zeros((n * t, d), x.dtype)
    dx[rows] = part
    return loss, dx.reshape(n, t, d), dw, db


def _counted(y, mask, n, t, v):
    """Return the rows that count, their labels and their weights."""
    mask = np.asarray(mask)
    if mask.shape != (n, t) or mask.dtype.kind not in "biuf":
        raise ValueError(
            f"mask must be a boolean array of shape {(n, t)}; got {mask.dtype} of "
            f"shape {mask.shape}."
        )
    if not isinstance(y, np.ndarray) or y.shape != (n, t):
        got = getattr(y, "shape", type(y).__name__)
        raise ValueError(f"y must be an array of shape {(n, t)}; got {got}.")
    rows = np.flatnonzero(mask)
    weight = mask.ravel()[rows]
    weight = None if (weight == 1).all() else weight
    return rows, labels(y.ravel()[rows], "y", rows.shape, v), weight


def _loss_of_rows(x, y, weight, n):
    """Return the summed cross entropy of rows over ``n``, and its gradient."""
    dx = np.empty_like(x)
    if len(x) == 0:
        return 0.0, dx
    if weight is None:
        return kernels.impl.softmax_loss(x, y, 1 / n, dx) / n, dx
    kernels.impl.softmax(x, dx)
    right = x[np.arange(len(x)), y]
    top = x.max(axis=1)
    logs = np.log(np.exp(x - top[:, None]).sum(axis=1)) + top - right
    dx[np.arange(len(x)), y] -= 1
    dx *= (weight / n).astype(x.dtype)[:, None]
    return float(np.sum(logs * weight, dtype=np.float64)) / n, dx
