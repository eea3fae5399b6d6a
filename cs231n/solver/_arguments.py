"""What the solver is given: what is wrong with it, in words."""

import difflib
import inspect

import numpy as np

from cs231n import optim
from cs231n.schedules import SCHEDULES


def refuse_unknown(unknown, known):
    if not unknown:
        return
    name = next(iter(unknown))
    known = sorted(known)
    close = difflib.get_close_matches(name, known, n=1)
    if name in ("learning_rate", "momentum", "beta1", "beta2", "decay_rate", "epsilon"):
        hint = f"Pass it to the update rule: optim_config={{{name!r}: ...}}."
    elif close:
        hint = f"Did you mean {close[0]!r}?"
    else:
        hint = f"Arguments: {', '.join(known)}."
    raise ValueError(f"Solver has no argument {name!r}. {hint}")


def check_data(data):
    """Name everything that is wrong with the data at once."""
    faults = []
    for part in ("train", "val"):
        missing = [k for k in (f"X_{part}", f"y_{part}") if k not in data]
        faults += [f"{key!r} is missing" for key in missing]
        if missing:
            continue
        X, y = data[f"X_{part}"], data[f"y_{part}"]
        if len(X) == 0 or np.shape(y) != (len(X),):
            faults.append(
                f"X_{part} has shape {np.shape(X)} and y_{part} {np.shape(y)}; "
                f"expected (N, ...) and (N,) with N at least 1"
            )
        if not np.issubdtype(X.dtype, np.floating):
            faults.append(
                f"X_{part} has dtype {X.dtype}; convert it with astype(np.float32), "
                f"before it is centred or divided"
            )
        if not np.issubdtype(np.asarray(y).dtype, np.integer):
            faults.append(
                f"y_{part} has dtype {np.asarray(y).dtype}; expected integers"
            )
    if faults:
        raise ValueError(f"The solver cannot use this data: {'; '.join(faults)}.")


def find_rule(rule):
    if callable(rule):
        return rule
    known = [name for name, value in vars(optim).items() if _is_rule(name, value)]
    if rule not in known:
        raise ValueError(
            f"Unknown update_rule {rule!r}; use one of {', '.join(sorted(known))}, or "
            f"pass a function."
        )
    return getattr(optim, rule)


def _is_rule(name, value):
    """Tell whether a member of :mod:`cs231n.optim` updates weights."""
    if name.startswith("_") or not inspect.isfunction(value):
        return False
    return list(inspect.signature(value).parameters)[:2] == ["w", "dw"]


def find_schedule(schedule):
    if callable(schedule):
        return schedule
    if schedule is None:
        return SCHEDULES["constant"]
    if schedule not in SCHEDULES:
        raise ValueError(
            f"Unknown schedule {schedule!r}; use one of {', '.join(SCHEDULES)}, or "
            f"pass a function of the progress from 0 to 1."
        )
    return SCHEDULES[schedule]


def kind_of(value):
    """Describe a value in a message: None, or a type and its shape."""
    if value is None:
        return "None"
    if isinstance(value, tuple):
        return f"a tuple of {len(value)}"
    shape = getattr(value, "shape", None)
    name = type(value).__name__
    return f"{name} {value!r:.60}" if shape is None else f"{name} of shape {shape}"
