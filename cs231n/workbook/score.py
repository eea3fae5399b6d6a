"""The points that tests have given in this kernel."""

import contextlib
from collections.abc import Iterator

_ticks: dict[str, dict[str, float]] = {}


def tick(exercise: str, what: str, points: float) -> float:
    """Remember that a test has passed; a test that runs again counts once.

    Parameters
    ----------
    exercise : str
        Name of the answer.
    what : str
        What tells this test from the others of the exercise.
    points : float
        What it is worth.

    Returns
    -------
    so_far : float
        What the tests of the exercise have given.
    """
    _ticks.setdefault(exercise, {})[what] = points
    return so_far(exercise)


def so_far(exercise: str) -> float:
    """Add up what the tests of an exercise have given.

    Parameters
    ----------
    exercise : str
        Name of the answer.

    Returns
    -------
    points : float
        0 if none has passed since the answer changed.
    """
    return sum(_ticks.get(exercise, {}).values())


def forget(exercise: str, what: str | None = None) -> None:
    """Take back what a test has given.

    Parameters
    ----------
    exercise : str
        Name of the answer.
    what : str, optional
        Which test; by default all of the exercise.
    """
    if what is None:
        _ticks.pop(exercise, None)
    else:
        _ticks.get(exercise, {}).pop(what, None)


def ticked() -> dict[str, float]:
    """List the exercises with points.

    Returns
    -------
    points : dict of {str: float}
        By exercise.
    """
    return {exercise: so_far(exercise) for exercise in _ticks}


@contextlib.contextmanager
def kept() -> Iterator[None]:
    """Let tests run that shall not count.

    Yields
    ------
    None
        Afterwards every exercise has the points that it had.
    """
    before = {exercise: dict(ticks) for exercise, ticks in _ticks.items()}
    try:
        yield
    finally:
        _ticks.clear()
        _ticks.update(before)
