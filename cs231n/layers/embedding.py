"""Word embedding: a row of a table for each word."""

import numpy as np

from cs231n import kernels
from cs231n.kernels.arrays import floats, labels, shapes, upstream


def word_embedding_forward(x: np.ndarray, W: np.ndarray) -> tuple[np.ndarray, tuple]:
    """Look up the vector of every word.

    Parameters
    ----------
    x : ndarray of int, shape (N, T) or any other
        Words, from 0 to V - 1.
    W : ndarray of shape (V, D), float32 or float64
        The vector of each word.

    Returns
    -------
    out : ndarray of shape (N, T, D), dtype of ``W``
        ``W[x]``.
    cache : tuple
        What :func:`word_embedding_backward` needs.

    Raises
    ------
    TypeError
        If ``x`` holds no whole numbers, or ``W`` is not float32 or float64.
    ValueError
        If a word lies outside the table.
    """
    (W,) = floats(W=W)
    v, d = shapes(W=(W, "V D")).values()
    x = labels(x, "x", getattr(x, "shape", ()), v)
    out = np.empty((*x.shape, d), W.dtype)
    kernels.impl.embedding_forward(x.ravel(), W, out.reshape(x.size, d))
    return out, (x, W.shape, W.dtype)


def word_embedding_backward(dout: np.ndarray, cache: tuple) -> np.ndarray:
    """Carry a gradient back through :func:`word_embedding_forward`.

    Parameters
    ----------
    dout : ndarray of shape (N, T, D)
        Gradient of the loss with respect to the output.
    cache : tuple
        As returned by :func:`word_embedding_forward`.

    Returns
    -------
    dW : ndarray of shape (V, D)
        Sum of the gradients of each word's uses; words are data and get none.
    """
    x, shape, dtype = cache
    dout = upstream(dout, (*x.shape, shape[1]), dtype)
    dW = np.empty(shape, dtype)
    kernels.impl.embedding_backward(dout.reshape(x.size, shape[1]), x.ravel(), dW)
    return dW
