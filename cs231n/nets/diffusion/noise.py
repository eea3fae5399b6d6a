"""Tables of a diffusion: how much noise each of its steps holds."""

import numpy as np

__all__ = ["KINDS", "noise_schedule"]

#: What a schedule may be called.
KINDS = ("sigmoid", "cosine", "linear")


def noise_schedule(timesteps: int, kind: str = "cosine") -> dict[str, np.ndarray]:
    """Tabulate a schedule, by the names of the course's ``GaussianDiffusion``.

    Parameters
    ----------
    timesteps : int
        Number of steps T; the last one is all but noise.
    kind : {"sigmoid", "cosine", "linear"}, optional
        Shape of the curve.

    Returns
    -------
    tables : dict of str to ndarray of shape (T,), float32
        ``betas``, the variance that a step adds; ``alphas``; ``alphas_cumprod``, the
        share of the picture's variance that is left, and roots of it and of the rest;
        ``posterior_mean_coef1`` and ``posterior_mean_coef2`` of the clean and the noisy
        picture, ``posterior_std``.

    Raises
    ------
    ValueError
        If there is no such schedule, or no step.
    """
    if timesteps < 1:
        raise ValueError(f"Expected one timestep or more; got {timesteps}.")
    if kind not in KINDS:
        raise ValueError(f"Expected one of {', '.join(KINDS)}; got {kind!r}.")
    betas = _betas(timesteps, kind)
    left = np.cumprod(1 - betas)
    before = np.concatenate([[1.0], left[:-1]])
    tables = {
        "betas": betas,
        "alphas": 1 - betas,
        "alphas_cumprod": left,
        "sqrt_alphas_cumprod": np.sqrt(left),
        "sqrt_one_minus_alphas_cumprod": np.sqrt(1 - left),
        "posterior_mean_coef1": betas * np.sqrt(before) / (1 - left),
        "posterior_mean_coef2": (1 - before) * np.sqrt(1 - betas) / (1 - left),
        "posterior_std": np.sqrt(betas * (1 - before) / (1 - left)),
    }
    return {name: table.astype(np.float32) for name, table in tables.items()}


def _betas(timesteps, kind):
    if kind == "linear":
        scale = 1000 / timesteps  # as Ho et al. (2020) had it for 1000 steps
        return np.minimum(np.linspace(1e-4, 0.02, timesteps) * scale, 0.999)
    t = np.linspace(0, 1, timesteps + 1)
    if kind == "cosine":
        left = np.cos((t + 0.008) / 1.008 * np.pi / 2) ** 2
    else:
        curve = 1 / (1 + np.exp(6 * t - 3))
        left = (curve - curve[-1]) / (curve[0] - curve[-1])
    return np.clip(1 - left[1:] / left[:-1], 0, 0.999)
