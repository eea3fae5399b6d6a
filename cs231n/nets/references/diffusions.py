"""Steps of a diffusion in float64, right and with known faults.

The notebook ``assignment3/diffusion`` holds answers against these. The denoiser is the
line of :func:`cs231n.pytorch.denoise`.
"""

import itertools
from collections.abc import Mapping
from typing import Any

import numpy as np

from cs231n import autograd
from cs231n.nets.references import denoisers

__all__ = [
    "between",
    "block",
    "earlier",
    "euler",
    "guided",
    "line",
    "network",
    "noise_from",
    "noisy",
    "skipped",
    "start_from",
    "waves",
]

Tables = Mapping[str, np.ndarray]
Line = Mapping[str, Any]


def _rows(values: Any, x: np.ndarray) -> np.ndarray:
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
        parts.append(_rows(value[np.asarray(time, int)] if value.ndim else value, x))
    out = parts[0] * x + parts[1] + told.get("slope", 0.0) * _rows(time, x)
    if condition is not None:
        out = out + told["told"] * _rows(condition.sum(axis=1), x)
    return out


def block(dim: int, dim_out: int, context_dim: int) -> Any:
    """Build a residual block on the tape.

    Parameters
    ----------
    dim, dim_out : int
        Channels that go in and come out.
    context_dim : int
        Length of the context.

    Returns
    -------
    block : nn.Module
        Takes ``fault`` as well; see :func:`cs231n.nets.references.denoisers.parts`.
    """
    return denoisers.parts(autograd).ResnetBlock(dim, dim_out, context_dim)


def network(dim: int, condition_dim: int, **options: Any) -> Any:
    """Build a U-Net on the tape.

    Parameters
    ----------
    dim : int
        Channels of the first level.
    condition_dim : int
        Length of a condition.
    **options : object
        Those of :func:`cs231n.nets.references.denoisers.unet`.

    Returns
    -------
    net : nn.Module
        Takes ``fault`` as well.
    """
    return denoisers.unet(autograd, dim, condition_dim, **options)


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
    far = _rows(t, x0)
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
    return _rows(near, x0) * x0 + _rows(far, x0) * noise


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
    a = _rows(np.asarray(tables["alphas_cumprod"], np.float64)[t], x_t)
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
    a = _rows(np.asarray(tables["alphas_cumprod"], np.float64)[t], x_t)
    return (x_t - np.sqrt(a) * x0) / np.sqrt(1 - a)


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
