"""Steps back of DDPM and DDIM."""

import numpy as np

from cs231n.nets.references.diffusions.chain import Tables, noise_from, start_from
from cs231n.nets.references.diffusions.line import Line, line

__all__ = ["earlier", "skipped"]


def _clean(tables, told, x_t, t, condition, objective, fault):
    """Predict pictures between -1 and 1."""
    t = np.full(len(x_t), t)
    x_t = np.asarray(x_t, np.float64)
    found = line(told, x_t, t, None if fault == "deaf" else condition)
    noise = objective == "pred_noise" or fault == "always noise"
    if fault == "raw":
        noise = False
    x0 = start_from(tables, x_t, t, found) if noise else found
    return x0 if fault == "unclipped" else np.clip(x0, -1, 1)


def earlier(
    tables: Tables,
    told: Line,
    x_t: np.ndarray,
    t: int,
    condition: np.ndarray | None = None,
    *,
    objective: str = "pred_noise",
    fault: str = "",
) -> np.ndarray:
    """Return the mean of the step before ``t``.

    Parameters
    ----------
    tables : mapping of str to ndarray
        The schedule.
    told : mapping
        The denoiser.
    x_t : ndarray of shape (N, ...)
        Noisy pictures.
    t : int
        Their step.
    condition : ndarray, optional
        What the pictures should show.
    objective : {"pred_noise", "pred_x_start"}, optional
        What the denoiser predicts.
    fault : str, optional
        ``"unclipped"``, ``"raw"``, ``"always noise"``, ``"turned"``, ``"jump"``,
        ``"deaf"``.

    Returns
    -------
    mean : ndarray like ``x_t``
        In float64.
    """
    x0 = _clean(tables, told, x_t, t, condition, objective, fault)
    if fault == "jump":
        return x0
    first, second = (float(tables[f"posterior_mean_coef{i}"][t]) for i in (1, 2))
    if fault == "turned":
        first, second = second, first
    return first * x0 + second * x_t


def skipped(
    tables: Tables,
    told: Line,
    x_t: np.ndarray,
    t: int,
    t_next: int,
    condition: np.ndarray | None = None,
    *,
    objective: str = "pred_noise",
    fault: str = "",
) -> np.ndarray:
    """Step from ``t`` to any earlier step without new noise.

    Parameters
    ----------
    tables : mapping of str to ndarray
        The schedule.
    told : mapping
        The denoiser.
    x_t : ndarray of shape (N, ...)
        Noisy pictures.
    t, t_next : int
        Steps; -1 is the clean picture.
    condition : ndarray, optional
        What the pictures should show.
    objective : {"pred_noise", "pred_x_start"}, optional
        What the denoiser predicts.
    fault : str, optional
        Like :func:`earlier`'s, or ``"stays"``, ``"squares"``, ``"last"``, ``"stale"``.

    Returns
    -------
    x : ndarray like ``x_t``
        In float64.
    """
    x0 = _clean(tables, told, x_t, t, condition, objective, fault)
    if t_next < 0 and fault != "last":
        return x0
    noise = noise_from(tables, x_t, np.full(len(x_t), t), x0)
    if fault == "stale":
        found = line(told, np.asarray(x_t, np.float64), np.full(len(x_t), t), condition)
        noise = found if objective == "pred_noise" else noise
    at = t if fault == "stays" else t_next
    a = float(tables["alphas_cumprod"][at])
    near, far = (a, 1 - a) if fault == "squares" else (np.sqrt(a), np.sqrt(1 - a))
    return near * x0 + far * noise
