"""Learning rates by the number of steps taken; by progress: :mod:`cs231n.schedules`."""

from cs231n import schedules


def step_decay(rate: float, step: int, *, every: int, factor: float = 0.1) -> float:
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


def exponential_decay(rate: float, step: int, *, factor: float) -> float:
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


def cosine_decay(rate: float, step: int, *, total: int, final: float = 0.0) -> float:
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


def linear_warmup(rate: float, step: int, *, warmup: int) -> float:
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
