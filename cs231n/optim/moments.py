"""Update rules with two arrays of memory: Adam, with and without weight decay."""

import numpy as np

from cs231n import kernels
from cs231n.optim._config import prepare, settings, state


def adam(
    w: np.ndarray,
    dw: np.ndarray,
    config: dict | None = None,
    *,
    out: np.ndarray | None = None,
) -> tuple[np.ndarray, dict]:
    """Step by the mean gradient over its root mean square, both corrected for bias.

    Parameters
    ----------
    w : ndarray, float32 or float64
        Weights.
    dw : ndarray, shaped like ``w``
        Gradient of the loss with respect to them.
    config : dict, optional
        ``learning_rate`` (1e-3), ``beta1`` (0.9), ``beta2`` (0.999), ``epsilon``
        (1e-8), ``m`` and ``v`` (zeros), ``t`` (0), the number of steps taken.
    out : ndarray, optional
        Where to write the new weights; may be ``w``.

    Returns
    -------
    next_w : ndarray, shaped like ``w``
        ``t`` is increased, ``m`` and ``v`` move towards ``dw`` and ``dw**2``, then
        ``w - learning_rate * m' / (sqrt(v') + epsilon)`` with ``m' = m / (1 -
        beta1**t)``, ``v' = v / (1 - beta2**t)``.
    config : dict
        For the next call.

    References
    ----------
    Kingma and Ba (2015), "Adam: A Method for Stochastic Optimization", algorithm 1.
    """
    return _adam(w, dw, config, out, {})


def adamw(
    w: np.ndarray,
    dw: np.ndarray,
    config: dict | None = None,
    *,
    out: np.ndarray | None = None,
) -> tuple[np.ndarray, dict]:
    """Take a step of Adam, and shrink the weights apart from it.

    Parameters
    ----------
    w : ndarray, float32 or float64
        Weights.
    dw : ndarray, shaped like ``w``
        Gradient of the loss with respect to them.
    config : dict, optional
        As for :func:`adam`, and ``weight_decay`` (1e-2).
    out : ndarray, optional
        Where to write the new weights; may be ``w``.

    Returns
    -------
    next_w : ndarray, shaped like ``w``
        As for :func:`adam`, from ``w * (1 - learning_rate * weight_decay)``.
    config : dict
        For the next call.

    References
    ----------
    Loshchilov and Hutter (2019), "Decoupled Weight Decay Regularization".
    """
    return _adam(w, dw, config, out, {"weight_decay": 1e-2})


def _adam(w, dw, config, out, extra):
    defaults = {
        "learning_rate": 1e-3,
        "beta1": 0.9,
        "beta2": 0.999,
        "epsilon": 1e-8,
        "m": None,
        "v": None,
        "t": 0,
        **extra,
    }
    w, dw, out, config = prepare(w, dw, config, out, defaults)
    rate, beta1, beta2, epsilon = settings(
        config, "learning_rate", "beta1", "beta2", "epsilon"
    )
    decay = 1 - rate * settings(config, "weight_decay")[0] if extra else 1.0
    m, v = state(config, "m", w), state(config, "v", w)
    config["t"] += 1
    correct1, correct2 = (1 - beta ** int(config["t"]) for beta in (beta1, beta2))
    kernels.impl.adam(
        w.ravel(),
        dw.ravel(),
        m,
        v,
        out.reshape(-1),
        rate,
        beta1,
        beta2,
        epsilon,
        decay,
        correct1,
        correct2,
    )
    return out, config
