"""Inverted dropout: noise in training, nothing to undo in testing."""

import numpy as np

from cs231n.kernels.arrays import floats, upstream
from cs231n.kernels.options import mode, options


def dropout_forward(x: np.ndarray, dropout_param: dict) -> tuple[np.ndarray, tuple]:
    """Keep each element with probability ``p``, and scale up what is kept.

    Parameters
    ----------
    x : ndarray of any shape, float32 or float64
        Inputs.
    dropout_param : dict
        ``p`` is the probability of keeping an element, above 0 and at most 1;
        ``mode`` is ``'train'`` or ``'test'`` (which returns ``x`` unchanged).
        ``rng``, a numpy.random.Generator, or ``seed``, an int that starts a new one
        for this call, makes the mask reproducible.

    Returns
    -------
    out : ndarray, shaped like ``x``
        ``x * mask``, where the mask is ``1 / p`` or 0, so that the mean stays.
    cache : tuple
        ``(dropout_param, mask)``, for :func:`dropout_backward`; in test mode the
        mask is None.

    Raises
    ------
    ValueError
        If ``p`` is out of range, or the mode or a key is unknown.
    """
    p, which, seed, rng = options(
        dropout_param, "dropout_param", ("p", "mode"), {"seed": None, "rng": None}
    )
    (x,) = floats(x=x)
    if not 0 < p <= 1:
        raise ValueError(f"p must lie above 0 and be at most 1; got {p!r}.")
    if mode(which) == "test":
        return x.copy(), (dropout_param, None)
    rng = np.random.default_rng(seed) if rng is None else rng
    kept = rng.random(x.shape, dtype=x.dtype) < p
    mask = np.multiply(kept, 1 / p, dtype=x.dtype)
    return x * mask, (dropout_param, mask)


def dropout_backward(dout: np.ndarray, cache: tuple) -> np.ndarray:
    """Carry a gradient back through :func:`dropout_forward`.

    Parameters
    ----------
    dout : ndarray, shaped like the output
        Gradient of the loss with respect to the output.
    cache : tuple
        As returned by :func:`dropout_forward`.

    Returns
    -------
    dx : ndarray
        ``dout * mask``; in test mode ``dout``.
    """
    _, mask = cache
    if mask is None:
        return floats(dout=dout)[0].copy()
    return upstream(dout, mask.shape, mask.dtype) * mask
