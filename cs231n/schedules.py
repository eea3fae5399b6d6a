"""Learning-rate schedules: a factor for every moment of a training run.

A schedule is a function of the progress ``t``, which runs from 0 at the first step to
1 at the last, and returns what to multiply the learning rate by.
"""

import math
from collections.abc import Callable


def constant(t: float) -> float:
    """Leave the learning rate as it is.

    Parameters
    ----------
    t : float
        Progress of the run, 0 to 1.

    Returns
    -------
    factor : float
        Always 1.
    """
    return 1.0


def linear(t: float) -> float:
    """Let the learning rate fall on a straight line to zero.

    Parameters
    ----------
    t : float
        Progress of the run, 0 to 1.

    Returns
    -------
    factor : float
        1 at the start, 0 at the end.
    """
    return 1.0 - t


def cosine(t: float) -> float:
    """Let the learning rate fall along half a cosine: slow, fast, slow.

    Parameters
    ----------
    t : float
        Progress of the run, 0 to 1.

    Returns
    -------
    factor : float
        1 at the start, 0 at the end.

    References
    ----------
    Loshchilov and Hutter (2017), "SGDR: Stochastic Gradient Descent with Warm
    Restarts", equation 5.
    """
    return 0.5 * (1.0 + math.cos(math.pi * t))


def warmup(schedule: Callable, *, share: float = 0.05) -> Callable:
    """Put a rise from zero in front of a schedule.

    Parameters
    ----------
    schedule : callable
        What follows the rise, for example :func:`cosine`.
    share : float
        Part of the run that the rise takes, between 0 and 1.

    Returns
    -------
    schedule : callable
        The two together.

    Raises
    ------
    ValueError
        If ``share`` is not between 0 and 1.
    """
    if not 0 < share < 1:
        raise ValueError(f"share must lie between 0 and 1; got {share!r}.")

    def warmed(t):
        return t / share if t < share else schedule((t - share) / (1 - share))

    return warmed


#: Schedules that :class:`cs231n.solver.Solver` knows by name.
SCHEDULES = {"constant": constant, "linear": linear, "cosine": cosine}
