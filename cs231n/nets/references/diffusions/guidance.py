"""Predictions pushed towards a class."""

import numpy as np

from cs231n.nets.references.diffusions.line import Line, line

__all__ = ["guided"]


def guided(
    told: Line, x: np.ndarray, time: np.ndarray, condition: np.ndarray, scale: float
) -> np.ndarray:
    """Push a prediction away from the one without a condition.

    Parameters
    ----------
    told : mapping
        The denoiser.
    x : ndarray of shape (N, ...)
        Pictures.
    time : ndarray of shape (N,)
        Times.
    condition : ndarray of shape (N, K)
        What the pictures should show.
    scale : float
        How far.

    Returns
    -------
    predicted : ndarray like ``x``
        At ``scale`` 0 the prediction with the condition.
    """
    with_it, without = line(told, x, time, condition), line(told, x, time)
    return with_it + scale * (with_it - without)
