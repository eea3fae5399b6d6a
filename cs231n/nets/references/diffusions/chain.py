"""Pictures, their noise, and what a schedule makes of both."""

from collections.abc import Mapping

import numpy as np

from cs231n.nets.references.diffusions.line import rows

__all__ = ["noise_from", "noisy", "start_from"]

#: The schedule, by name.
Tables = Mapping[str, np.ndarray]


def noisy(
    tables: Tables, x0: np.ndarray, t: np.ndarray, noise: np.ndarray, fault: str = ""
) -> np.ndarray:
    """Add the noise of step ``t`` to pictures.

    Parameters
    ----------
    tables : mapping of str to ndarray
        The schedule.
    x0, noise : ndarray of shape (N, ...)
        Pictures and noise.
    t : ndarray of int, shape (N,)
        Steps.
    fault : str, optional
        ``"turned"``, ``"squares"``, ``"one step"``, ``"whole"`` or ``"first"``.

    Returns
    -------
    x_t : ndarray of shape (N, ...)
        In float64.
    """
    if fault == "first":
        t = np.full_like(t, t[0])
    a = np.asarray(tables["alphas_cumprod"], np.float64)[t]
    if fault == "one step":
        a = np.asarray(tables["alphas"], np.float64)[t]
    near, far = np.sqrt(a), np.sqrt(1 - a)
    if fault == "squares":
        near, far = a, 1 - a
    if fault == "turned":
        near, far = far, near
    if fault == "whole":
        far = np.ones_like(far)
    return rows(near, x0) * x0 + rows(far, x0) * noise


def start_from(
    tables: Tables, x_t: np.ndarray, t: np.ndarray, noise: np.ndarray
) -> np.ndarray:
    """Recover pictures from noisy ones and their noise.

    Parameters
    ----------
    tables : mapping of str to ndarray
        The schedule.
    x_t, noise : ndarray of shape (N, ...)
        Noisy pictures and noise.
    t : ndarray of int, shape (N,)
        Steps.

    Returns
    -------
    x0 : ndarray of shape (N, ...)
        In float64.
    """
    a = rows(np.asarray(tables["alphas_cumprod"], np.float64)[t], x_t)
    return (x_t - np.sqrt(1 - a) * noise) / np.sqrt(a)


def noise_from(
    tables: Tables, x_t: np.ndarray, t: np.ndarray, x0: np.ndarray
) -> np.ndarray:
    """Recover the noise from noisy pictures and clean ones.

    Parameters
    ----------
    tables : mapping of str to ndarray
        The schedule.
    x_t, x0 : ndarray of shape (N, ...)
        Noisy and clean pictures.
    t : ndarray of int, shape (N,)
        Steps.

    Returns
    -------
    noise : ndarray of shape (N, ...)
        In float64.
    """
    a = rows(np.asarray(tables["alphas_cumprod"], np.float64)[t], x_t)
    return (x_t - np.sqrt(a) * x0) / np.sqrt(1 - a)
