"""The memory of an update rule: checked, filled in, updated in place."""

import numpy as np

from cs231n.kernels.arrays import floats, upstream


def prepare(w, dw, config, out, defaults):
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


def settings(config, *names):
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


def state(config, name, w):
    """Return the flat view of a state array of ``config``, made of zeros at first."""
    array = config[name]
    if array is None:
        array = np.zeros(w.shape, w.dtype)
    elif np.shape(array) != w.shape:
        raise ValueError(
            f"config[{name!r}] must have the shape of w, {w.shape}; "
            f"got {np.shape(array)}."
        )
    config[name] = np.require(array, w.dtype, requirements=["C", "A", "W"])
    return config[name].reshape(-1)
