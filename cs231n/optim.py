"""Update rules, learning-rate schedules and gradient clipping.

Every rule has the form ``next_w, config = rule(w, dw, config)``. ``config`` is the
rule's memory: it starts as a dictionary of settings (or None for the defaults), is
filled in, and goes back into the next call. Its arrays are updated in place. With
``out=w`` the weights are updated in place too; otherwise ``w`` is not modified.
"""

import numpy as np

from cs231n import kernels
from cs231n.kernels._check import floats, upstream


def sgd(w, dw, config=None, *, out=None):
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
    w, dw, out, config = _prepare(w, dw, config, out, {"learning_rate": 1e-2})
    (rate,) = _settings(config, "learning_rate")
    kernels.impl.sgd(w.ravel(), dw.ravel(), out.reshape(-1), rate)
    return out, config


def sgd_momentum(w, dw, config=None, *, out=None):
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


def nesterov_momentum(w, dw, config=None, *, out=None):
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


def adagrad(w, dw, config=None, *, out=None):
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
    w, dw, out, config = _prepare(w, dw, config, out, defaults)
    rate, epsilon = _settings(config, "learning_rate", "epsilon")
    return _rms(w, dw, out, config, rate, 1.0, 1.0, epsilon)


def rmsprop(w, dw, config=None, *, out=None):
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
    w, dw, out, config = _prepare(w, dw, config, out, defaults)
    rate, keep, epsilon = _settings(config, "learning_rate", "decay_rate", "epsilon")
    return _rms(w, dw, out, config, rate, keep, 1 - keep, epsilon)


def adam(w, dw, config=None, *, out=None):
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


def adamw(w, dw, config=None, *, out=None):
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


def step_decay(rate, step, *, every, factor=0.1):
    """Return a learning rate that falls by a factor every so many steps.

    Parameters
    ----------
    rate : float
        Learning rate at the start.
    step : int
        Steps taken so far.
    every : int
        Steps between falls.
    factor : float, optional
        What the rate is multiplied by.

    Returns
    -------
    rate : float
        ``rate * factor ** (step // every)``.
    """
    return rate * factor ** (step // every)


def exponential_decay(rate, step, *, factor):
    """Return a learning rate that falls by a factor in every step.

    Parameters
    ----------
    rate : float
        Learning rate at the start.
    step : int
        Steps taken so far.
    factor : float
        What the rate is multiplied by in each step.

    Returns
    -------
    rate : float
        ``rate * factor ** step``.
    """
    return rate * factor**step


def cosine_decay(rate, step, *, total, final=0.0):
    """Return a learning rate that falls along half a cosine.

    Parameters
    ----------
    rate : float
        Learning rate at the start.
    step : int
        Steps taken so far.
    total : int
        Steps of the whole fall; afterwards the rate stays.
    final : float, optional
        Learning rate at the end.

    Returns
    -------
    rate : float
        ``final + (rate - final) * (1 + cos(pi * step / total)) / 2``.

    References
    ----------
    Loshchilov and Hutter (2017), "SGDR: Stochastic Gradient Descent with Warm
    Restarts", equation 5.
    """
    done = min(1.0, step / total)
    return final + (rate - final) * (1 + float(np.cos(np.pi * done))) / 2


def linear_warmup(rate, step, *, warmup):
    """Return a learning rate that climbs evenly to its full value.

    Parameters
    ----------
    rate : float
        Full learning rate.
    step : int
        Steps taken so far.
    warmup : int
        Steps of the climb; 0 for none.

    Returns
    -------
    rate : float
        ``rate * min(1, (step + 1) / warmup)``.
    """
    return rate * min(1.0, (step + 1) / max(1, warmup))


def clip_gradients(grads, *, max_norm):
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


def clip_values(grads, *, max_abs):
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


def _momentum(w, dw, config, out, *, nesterov):
    defaults = {"learning_rate": 1e-2, "momentum": 0.9, "velocity": None}
    w, dw, out, config = _prepare(w, dw, config, out, defaults)
    rate, mu = _settings(config, "learning_rate", "momentum")
    velocity = _state(config, "velocity", w)
    kernels.impl.momentum(
        w.ravel(), dw.ravel(), velocity, out.reshape(-1), rate, mu, nesterov
    )
    return out, config


def _rms(w, dw, out, config, rate, keep, take, epsilon):
    cache = _state(config, "cache", w)
    kernels.impl.rms(
        w.ravel(), dw.ravel(), cache, out.reshape(-1), rate, keep, take, epsilon
    )
    return out, config


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
    w, dw, out, config = _prepare(w, dw, config, out, defaults)
    rate, beta1, beta2, epsilon = _settings(
        config, "learning_rate", "beta1", "beta2", "epsilon"
    )
    decay = 1 - rate * _settings(config, "weight_decay")[0] if extra else 1.0
    m, v = _state(config, "m", w), _state(config, "v", w)
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


def _prepare(w, dw, config, out, defaults):
    """Check arrays, make room for the result, and fill in the settings."""
    target = w if out is w else None
    (w,) = floats(w=w)
    dw = upstream(dw, w.shape, w.dtype, name="dw")
    config = {} if config is None else config
    unknown = [key for key in config if key not in defaults]
    if unknown:
        raise ValueError(
            f"config has no key {unknown[0]!r}; its keys are {', '.join(defaults)}."
        )
    for key, value in defaults.items():
        config.setdefault(key, value)
    if target is not None:
        out = target
    if out is None:
        out = np.empty(w.shape, w.dtype)
    elif (
        not isinstance(out, np.ndarray)
        or (out.shape, out.dtype) != (w.shape, w.dtype)
        or not (out.flags.c_contiguous and out.flags.writeable)
    ):
        raise ValueError(
            f"out must be a writeable, C-contiguous {w.dtype} array of shape {w.shape}."
        )
    return w, dw, out, config


def _settings(config, *names):
    """Return settings as Python floats, which leave float32 arrays float32."""
    values = []
    for name in names:
        try:
            values.append(float(config[name]))
        except (TypeError, ValueError):
            raise ValueError(
                f"config[{name!r}] must be a number; got {config[name]!r}."
            ) from None
    return values


def _state(config, name, w):
    """Return the flat view of a state array of ``config``, made of zeros at first."""
    state = config[name]
    if state is None:
        state = np.zeros(w.shape, w.dtype)
    elif np.shape(state) != w.shape:
        raise ValueError(
            f"config[{name!r}] must have the shape of w, {w.shape}; "
            f"got {np.shape(state)}."
        )
    config[name] = np.require(state, w.dtype, requirements=["C", "A", "W"])
    return config[name].reshape(-1)
