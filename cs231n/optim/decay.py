"""Learning rates by the number of steps taken; by progress: :mod:`cs231n.schedules`."""

from cs231n import schedules


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

    See Also
    --------
    cs231n.schedules.cosine : The same by the progress of a run.
    """
    return final + (rate - final) * schedules.cosine(min(1.0, step / total))


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
