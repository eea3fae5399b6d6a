"""Attention of hidden states to the cells of a picture."""

import numpy as np

from cs231n.kernels.arrays import floats, shapes
from cs231n.layers.attention import (
    scaled_dot_product_attention_backward,
    scaled_dot_product_attention_forward,
)


def attend_forward(
    h: np.ndarray, grid: np.ndarray
) -> tuple[np.ndarray, np.ndarray, tuple]:
    """Take, for each hidden state, a weighted mean of the cells that match it.

    Parameters
    ----------
    h : ndarray of shape (N, T, H), float32 or float64
        Hidden states, the queries.
    grid : ndarray of shape (N, P, H)
        Features of the P cells of each picture, keys and values at once.

    Returns
    -------
    context : ndarray of shape (N, T, H)
        ``weights @ grid``.
    weights : ndarray of shape (N, T, P)
        ``softmax(h @ grid.T / sqrt(H))``, over the cells.
    cache : tuple
        What :func:`attend_backward` needs.

    Raises
    ------
    TypeError
        If the dtypes differ or are not float32 or float64.
    ValueError
        If the sizes do not fit.

    References
    ----------
    Luong et al. (2015), "Effective Approaches to Attention-based Neural Machine
    Translation", section 3.1, with the scale of Vaswani et al. (2017).
    """
    h, grid = floats(h=h, grid=grid)
    shapes(h=(h, "N T H"), grid=(grid, "N P H"))
    context, cache = scaled_dot_product_attention_forward(h, grid, grid)
    return context, cache[3], cache


def attend_backward(
    dcontext: np.ndarray, cache: tuple
) -> tuple[np.ndarray, np.ndarray]:
    """Carry a gradient back through :func:`attend_forward`.

    Parameters
    ----------
    dcontext : ndarray of shape (N, T, H)
        Gradient of the loss with respect to the context.
    cache : tuple
        As returned by :func:`attend_forward`.

    Returns
    -------
    dh : ndarray of shape (N, T, H)
        Gradient with respect to ``h``.
    dgrid : ndarray of shape (N, P, H)
        Gradient with respect to ``grid``: through the weights, and as values.
    """
    dh, dkey, dvalue = scaled_dot_product_attention_backward(dcontext, cache)
    return dh, dkey + dvalue
