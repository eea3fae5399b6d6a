"""The denoiser of the tests: a straight line of what it is told."""

from collections.abc import Mapping
from typing import Any

import numpy as np

__all__ = ["line", "rows"]

#: ``scale``, ``shift``, ``slope``, ``told``.
Line = Mapping[str, Any]


def rows(values: Any, x: np.ndarray) -> np.ndarray:
    """Give one number for each example the axes of the examples."""
    values = np.broadcast_to(np.asarray(values, np.float64), len(x))
    return values.reshape(-1, *(1,) * (x.ndim - 1))


def line(
    told: Line, x: np.ndarray, time: Any, condition: np.ndarray | None = None
) -> np.ndarray:
    """Compute what the denoiser of the tests predicts.

    Parameters
    ----------
    told : mapping
        ``scale``, ``shift`` (numbers, or tables by time), ``slope``, ``told``.
    x : ndarray of shape (N, ...)
        Pictures.
    time : float or ndarray of shape (N,)
        Times.
    condition : ndarray of shape (N, K), optional
        What the pictures should show.

    Returns
    -------
    predicted : ndarray like ``x``
        In float64.
    """
    parts = []
    for name in ("scale", "shift"):
        value = np.asarray(told.get(name, 0.0), np.float64)
        parts.append(rows(value[np.asarray(time, int)] if value.ndim else value, x))
    out = parts[0] * x + parts[1] + told.get("slope", 0.0) * rows(time, x)
    if condition is not None:
        out = out + told["told"] * rows(condition.sum(axis=1), x)
    return out
