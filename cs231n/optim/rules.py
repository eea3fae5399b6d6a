"""Update rules with at most one array of memory."""

import numpy as np

from cs231n import kernels
from cs231n.optim._config import prepare, settings, state


def sgd(
    w: np.ndarray,
    dw: np.ndarray,
    config: dict | None = None,
    *,
    out: np.ndarray | None = None,
) -> tuple[np.ndarray, dict]:
    """Step against the gradient.

    Parameters
    ----------
    w : ndarray, float32 or float64
        Weights.
    dw : ndarray, shaped like ``w``
        Gradient of the loss with respect to them.
    config : dict, optional
        ``learning_rate`` (1e-2).
    out : ndarray, optional
        Where to write the new weights; may be ``w``.

    Returns
    -------
    next_w : ndarray, shaped like ``w``
        ``w - learning_rate * dw``.
    config : dict
        For the next call.

    Raises
    ------
    TypeError
        If the dtypes differ or are not float32 or float64.
    ValueError
        If the shapes differ, or ``config`` has an unknown key or a setting that is
        no number.
    """
    w, dw, out, config = prepare(w, dw, config, out, {"learning_rate": 1e-2})
    (rate,) = settings(config, "learning_rate")
    kernels.impl.sgd(w.ravel(), dw.ravel(), out.reshape(-1), rate)
    return out, config


def sgd_momentum(
    w: np.ndarray,
    dw: np.ndarray,
    config: dict | None = None,
    *,
    out: np.ndarray | None = None,
) -> tuple[np.ndarray, dict]:
    """Roll on like a heavy ball.

    Parameters
    ----------
    w : ndarray, float32 or float64
        Weights.
    dw : ndarray, shaped like ``w``
        Gradient of the loss with respect to them.
    config : dict, optional
        ``learning_rate`` (1e-2), ``momentum`` (0.9), ``velocity`` (zeros).
    out : ndarray, optional
        Where to write the new weights; may be ``w``.

    Returns
    -------
    next_w : ndarray, shaped like ``w``
        ``v = momentum * v - learning_rate * dw``, then ``w + v``.
    config : dict
        For the next call.
    """
    return _momentum(w, dw, config, out, nesterov=False)


def nesterov_momentum(
    w: np.ndarray,
    dw: np.ndarray,
    config: dict | None = None,
    *,
    out: np.ndarray | None = None,
) -> tuple[np.ndarray, dict]:
    """Roll on like a heavy ball that looks where it will be.

    Parameters
    ----------
    w : ndarray, float32 or float64
        Weights.
    dw : ndarray, shaped like ``w``
        Gradient of the loss with respect to them.
    config : dict, optional
        ``learning_rate`` (1e-2), ``momentum`` (0.9), ``velocity`` (zeros).
    out : ndarray, optional
        Where to write the new weights; may be ``w``.

    Returns
    -------
    next_w : ndarray, shaped like ``w``
        ``v = momentum * v - learning_rate * dw``, then
        ``w + momentum * v - learning_rate * dw``.
    config : dict
        For the next call.
    """
    return _momentum(w, dw, config, out, nesterov=True)


def adagrad(
    w: np.ndarray,
    dw: np.ndarray,
    config: dict | None = None,
    *,
    out: np.ndarray | None = None,
) -> tuple[np.ndarray, dict]:
    """Step by the gradient over the root of the sum of all its squares.

    Parameters
    ----------
    w : ndarray, float32 or float64
        Weights.
    dw : ndarray, shaped like ``w``
        Gradient of the loss with respect to them.
    config : dict, optional
        ``learning_rate`` (1e-2), ``epsilon`` (1e-8), ``cache`` (zeros).
    out : ndarray, optional
        Where to write the new weights; may be ``w``.

    Returns
    -------
    next_w : ndarray, shaped like ``w``
        ``cache += dw**2``, then
        ``w - learning_rate * dw / (sqrt(cache) + epsilon)``.
    config : dict
        For the next call.
    """
    defaults = {"learning_rate": 1e-2, "epsilon": 1e-8, "cache": None}
    w, dw, out, config = prepare(w, dw, config, out, defaults)
    rate, epsilon = settings(config, "learning_rate", "epsilon")
    return _rms(w, dw, out, config, rate, 1.0, 1.0, epsilon)


def rmsprop(
    w: np.ndarray,
    dw: np.ndarray,
    config: dict | None = None,
    *,
    out: np.ndarray | None = None,
) -> tuple[np.ndarray, dict]:
    """Step by the gradient over its root mean square of late.

    Parameters
    ----------
    w : ndarray, float32 or float64
        Weights.
    dw : ndarray, shaped like ``w``
        Gradient of the loss with respect to them.
    config : dict, optional
        ``learning_rate`` (1e-2), ``decay_rate`` (0.99), ``epsilon`` (1e-8),
        ``cache`` (zeros).
    out : ndarray, optional
        Where to write the new weights; may be ``w``.

    Returns
    -------
    next_w : ndarray, shaped like ``w``
        ``cache = decay_rate * cache + (1 - decay_rate) * dw**2``, then
        ``w - learning_rate * dw / (sqrt(cache) + epsilon)``.
    config : dict
        For the next call.
    """
    defaults = {
        "learning_rate": 1e-2,
        "decay_rate": 0.99,
        "epsilon": 1e-8,
        "cache": None,
    }
    w, dw, out, config = prepare(w, dw, config, out, defaults)
    rate, keep, epsilon = settings(config, "learning_rate", "decay_rate", "epsilon")
    return _rms(w, dw, out, config, rate, keep, 1 - keep, epsilon)


def _momentum(w, dw, config, out, *, nesterov):
    defaults = {"learning_rate": 1e-2, "momentum": 0.9, "velocity": None}
    w, dw, out, config = prepare(w, dw, config, out, defaults)
    rate, mu = settings(config, "learning_rate", "momentum")
    velocity = state(config, "velocity", w)
    kernels.impl.momentum(
        w.ravel(), dw.ravel(), velocity, out.reshape(-1), rate, mu, nesterov
    )
    return out, config


def _rms(w, dw, out, config, rate, keep, take, epsilon):
    cache = state(config, "cache", w)
    kernels.impl.rms(
        w.ravel(), dw.ravel(), cache, out.reshape(-1), rate, keep, take, epsilon
    )
    return out, config
