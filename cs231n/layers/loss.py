"""Losses: from scores and truth to one number and the gradient of the scores."""

import numpy as np

from cs231n import kernels
from cs231n.kernels.arrays import floats, labels, shapes, upstream


def softmax_loss(x: np.ndarray, y: np.ndarray) -> tuple[float, np.ndarray]:
    """Return the mean cross entropy of the softmax of scores, and its gradient.

    Parameters
    ----------
    x : ndarray of shape (N, C), float32 or float64
        Scores; ``x[i, j]`` is that of class ``j`` for sample ``i``.
    y : ndarray of int, shape (N,)
        Right classes, from 0 to C - 1.

    Returns
    -------
    loss : float
        Mean of ``-log softmax(x)[i, y[i]]``; 0 for an empty batch.
    dx : ndarray of shape (N, C)
        Gradient of the loss with respect to ``x``.

    Raises
    ------
    TypeError
        If ``x`` is not float32 or float64, or ``y`` holds no whole numbers.
    ValueError
        If the shapes do not fit or a label is out of range.
    """
    return _classify(kernels.impl.softmax_loss, x, y)


def svm_loss(x: np.ndarray, y: np.ndarray) -> tuple[float, np.ndarray]:
    """Return the mean multiclass hinge loss of scores, and its gradient.

    Parameters
    ----------
    x : ndarray of shape (N, C), float32 or float64
        Scores; ``x[i, j]`` is that of class ``j`` for sample ``i``.
    y : ndarray of int, shape (N,)
        Right classes, from 0 to C - 1.

    Returns
    -------
    loss : float
        Mean over samples of ``sum_j max(0, x[i, j] - x[i, y[i]] + 1)`` over wrong
        classes ``j``; 0 for an empty batch.
    dx : ndarray of shape (N, C)
        Gradient of the loss with respect to ``x``.

    Raises
    ------
    TypeError
        If ``x`` is not float32 or float64, or ``y`` holds no whole numbers.
    ValueError
        If the shapes do not fit or a label is out of range.
    """
    return _classify(kernels.impl.svm_loss, x, y)


def bce_with_logits_loss(x: np.ndarray, y: np.ndarray) -> tuple[float, np.ndarray]:
    """Return the mean binary cross entropy of logits, and its gradient.

    Parameters
    ----------
    x : ndarray of any shape, float32 or float64
        Logits: positive means class 1.
    y : ndarray, shaped like ``x``
        Truth, between 0 and 1.

    Returns
    -------
    loss : float
        Mean of ``max(x, 0) - x * y + log(1 + exp(-|x|))``, the stable form; 0 for
        an empty array.
    dx : ndarray, shaped like ``x``
        Gradient of the loss with respect to ``x``.
    """
    (x,) = floats(x=x)
    y = upstream(y, x.shape, x.dtype, name="y")
    dx = np.empty_like(x)
    kernels.impl.sigmoid_forward(x, dx)
    dx -= y
    dx /= max(1, x.size)
    terms = np.maximum(x, 0) - x * y + np.log1p(np.exp(-np.abs(x)))
    return float(np.sum(terms, dtype=np.float64)) / max(1, x.size), dx


def mse_loss(x: np.ndarray, y: np.ndarray) -> tuple[float, np.ndarray]:
    """Return the mean squared difference, and its gradient.

    Parameters
    ----------
    x : ndarray of any shape, float32 or float64
        Predictions.
    y : ndarray, shaped like ``x``
        Truth.

    Returns
    -------
    loss : float
        Mean of ``(x - y)**2``; 0 for an empty array.
    dx : ndarray, shaped like ``x``
        Gradient of the loss with respect to ``x``.
    """
    (x,) = floats(x=x)
    dx = x - upstream(y, x.shape, x.dtype, name="y")
    loss = float(np.sum(dx * dx, dtype=np.float64)) / max(1, x.size)
    dx *= 2 / max(1, x.size)
    return loss, dx


def _classify(kernel, x, y):
    (x,) = floats(x=x)
    n = shapes(x=(x, "N C"))["N"]
    y = labels(y, "y", (n,), x.shape[1])
    dx = np.empty_like(x)
    if n == 0:
        return 0.0, dx
    return kernel(x, y, 1 / n, dx) / n, dx
