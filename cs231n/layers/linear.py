"""Linear classifiers: scores, loss and the gradient of the weights in one pass."""

import numpy as np

from cs231n import kernels
from cs231n.kernels.arrays import agree, floats, labels, shapes


def linear_softmax_loss(
    x: np.ndarray, w: np.ndarray, y: np.ndarray
) -> tuple[float, np.ndarray]:
    """Return the mean cross entropy of the scores ``x @ w``, and its gradient.

    Parameters
    ----------
    x : ndarray of shape (N, D), float32 or float64
        Examples, read from memory once where rows are contiguous.
    w : ndarray of shape (D, C), dtype of ``x``
        Weights, one column for each class.
    y : ndarray of int, shape (N,)
        Right classes, from 0 to C - 1.

    Returns
    -------
    loss : float
        Mean of ``-log softmax(x @ w)[i, y[i]]``; 0 for an empty batch.
    dw : ndarray of shape (D, C)
        Gradient of the loss with respect to ``w``.

    Raises
    ------
    TypeError
        If the arrays are not both float32 or both float64, or ``y`` holds no whole
        numbers.
    ValueError
        If the shapes do not fit or a label is out of range.
    """
    return _classify(kernels.impl.linear_softmax_loss, x, w, y)


def linear_svm_loss(
    x: np.ndarray, w: np.ndarray, y: np.ndarray
) -> tuple[float, np.ndarray]:
    """Return the mean multiclass hinge loss of the scores ``x @ w``, and its gradient.

    Parameters
    ----------
    x : ndarray of shape (N, D), float32 or float64
        Examples, read from memory once where rows are contiguous.
    w : ndarray of shape (D, C), dtype of ``x``
        Weights, one column for each class.
    y : ndarray of int, shape (N,)
        Right classes, from 0 to C - 1.

    Returns
    -------
    loss : float
        Mean over examples of ``sum_j max(0, s[j] - s[y[i]] + 1)`` over wrong classes
        ``j``, where ``s = x[i] @ w``; 0 for an empty batch.
    dw : ndarray of shape (D, C)
        Gradient of the loss with respect to ``w``.

    Raises
    ------
    TypeError
        If the arrays are not both float32 or both float64, or ``y`` holds no whole
        numbers.
    ValueError
        If the shapes do not fit or a label is out of range.
    """
    return _classify(kernels.impl.linear_svm_loss, x, w, y)


def _classify(kernel, x, w, y):
    agree(x=x, w=w)
    n, _, c = shapes(x=(x, "N D"), w=(w, "D C")).values()
    y = labels(y, "y", (n,), c)
    (w,) = floats(w=w)
    dw = np.empty_like(w)
    loss = kernel(_by_rows(x), w, y, 1 / max(1, n), dw)
    return loss / max(1, n), dw


def _by_rows(x):
    """Return ``x``, copied if its rows are not contiguous."""
    x = np.asarray(x)
    apart, beside = x.strides
    if beside == x.itemsize and apart % x.itemsize == 0 and x.flags.aligned:
        return x
    return np.require(x, requirements=["C", "A"])
