"""Gradients that are too long or too large are cut."""

import numpy as np


def clip_gradients(
    grads: dict[str, np.ndarray], *, max_norm: float
) -> tuple[dict[str, np.ndarray], float]:
    """Scale all gradients down together if they are too long together.

    Parameters
    ----------
    grads : dict of str to ndarray
        Gradient of each parameter. Not modified.
    max_norm : float
        Largest Euclidean norm of all of them as one vector; above 0.

    Returns
    -------
    clipped : dict of str to ndarray
        New arrays if scaled, else the same ones.
    norm : float
        Norm before clipping.

    Raises
    ------
    ValueError
        If ``max_norm`` is not above 0.
    """
    if not max_norm > 0:
        raise ValueError(f"max_norm must be above 0; got {max_norm!r}.")
    norm = float(np.sqrt(sum(_square_sum(g) for g in grads.values())))
    if not norm > max_norm:
        return dict(grads), norm
    scale = float(max_norm) / norm
    return {name: g * scale for name, g in grads.items()}, norm


def clip_values(
    grads: dict[str, np.ndarray], *, max_abs: float
) -> dict[str, np.ndarray]:
    """Cut every element of every gradient to a range.

    Parameters
    ----------
    grads : dict of str to ndarray
        Gradient of each parameter. Not modified.
    max_abs : float
        Largest absolute value; above 0.

    Returns
    -------
    clipped : dict of str to ndarray
        New arrays.

    Raises
    ------
    ValueError
        If ``max_abs`` is not above 0.
    """
    if not max_abs > 0:
        raise ValueError(f"max_abs must be above 0; got {max_abs!r}.")
    return {name: np.clip(g, -max_abs, max_abs) for name, g in grads.items()}


def _square_sum(g):
    return float(np.sum(np.square(g, dtype=np.float64)))
