"""A straight way between pictures and noise, and how to walk back."""

import itertools
from typing import Any

import numpy as np

from cs231n.nets.references.diffusions.line import Line, line, rows

__all__ = ["between", "euler", "waves"]


def between(
    x0: np.ndarray, t: np.ndarray, noise: np.ndarray, fault: str = ""
) -> tuple[np.ndarray, np.ndarray]:
    """Take points on the way from pictures to noise, and the velocity there.

    Parameters
    ----------
    x0, noise : ndarray of shape (N, ...)
        The two ends.
    t : ndarray of shape (N,)
        0 at the picture, 1 at the noise.
    fault : str, optional
        ``"turned"`` or ``"circle"``.

    Returns
    -------
    x_t, velocity : ndarray of shape (N, ...)
        The point and how fast it moves.
    """
    far = rows(t, x0)
    near = 1 - far
    if fault == "turned":
        near, far = far, near
    if fault == "circle":
        near, far = np.sqrt(near), np.sqrt(far)
    return near * x0 + far * noise, noise - np.asarray(x0, np.float64)


def euler(
    told: Line,
    x: np.ndarray,
    steps: int,
    condition: np.ndarray | None = None,
    fault: str = "",
) -> np.ndarray:
    """Walk from noise to pictures in equal steps against the velocity.

    Parameters
    ----------
    told : mapping
        The velocity, as a line; it is told 1000 times the time.
    x : ndarray of shape (N, ...)
        Noise.
    steps : int
        Number of steps.
    condition : ndarray, optional
        What the pictures should show.
    fault : str, optional
        ``"uphill"``, ``"from 0"``, ``"end"``, ``"few"``, ``"unscaled"``, ``"deaf"``.

    Returns
    -------
    pictures : ndarray like ``x``
        At time 0.
    """
    times = np.linspace(1, 0, steps + (fault != "few"))
    if fault == "from 0":
        times = 1 - times
    x = np.asarray(x, np.float64)
    for a, b in itertools.pairwise(times):
        at = (b if fault == "end" else a) * (1 if fault == "unscaled" else 1000)
        velocity = line(told, x, at, None if fault == "deaf" else condition)
        x = x + (abs(b - a) if fault == "uphill" else b - a) * velocity
    return x


def waves(time: np.ndarray, dim: int, theta: float = 1e4, fault: str = "") -> Any:
    """Describe times by sines and cosines.

    Parameters
    ----------
    time : ndarray of shape (N,)
        Times.
    dim : int
        Numbers for each.
    theta : float, optional
        How much slower the last frequency is than the first.
    fault : str, optional
        ``"half"``, ``"rising"`` or ``"fixed"``.

    Returns
    -------
    waves : ndarray of shape (N, dim)
        Sines, then cosines.
    """
    half = dim // 2
    power = np.arange(half) / (half if fault == "half" else half - 1)
    base = 1e4 if fault == "fixed" else theta
    angles = np.outer(time, base ** (power if fault == "rising" else -power))
    return np.concatenate([np.sin(angles), np.cos(angles)], axis=1)
