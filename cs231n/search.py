"""Random search for hyper-parameters, in log space, with a picture of what it found."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from cs231n.runs.progress import progress_bar

if TYPE_CHECKING:
    from matplotlib.axes import Axes


@dataclass(frozen=True)
class Trial:
    """One setting that was tried.

    Attributes
    ----------
    settings : dict of str to float
        The hyper-parameters.
    score : float
        What the setting was worth; ``nan`` if its training broke.
    """

    settings: dict
    score: float


def log_uniform(low: float, high: float, rng: np.random.Generator) -> float:
    """Draw a number whose logarithm is uniform: every power of ten is as likely.

    Parameters
    ----------
    low, high : float
        Ends of the range, both above 0.
    rng : numpy.random.Generator
        Draws the number.

    Returns
    -------
    value : float
        Between ``low`` and ``high``.

    Raises
    ------
    ValueError
        If the range is empty or reaches 0.
    """
    if not 0 < low <= high:
        raise ValueError(
            f"A range in log space needs 0 < low <= high; got {low!r} and {high!r}."
        )
    return float(np.exp(rng.uniform(np.log(low), np.log(high))))


def random_search(
    evaluate: Callable,
    ranges: dict[str, tuple[float, float]],
    *,
    trials: int,
    rng: np.random.Generator,
    verbose: bool = True,
) -> list[Trial]:
    """Try random settings and list them, best first.

    Parameters
    ----------
    evaluate : callable
        Maps a setting, given as keyword arguments, to a score; more is better. A
        :class:`FloatingPointError`, as a diverging training raises, scores ``nan``.
    ranges : dict of str to (float, float)
        Ends of the range of each hyper-parameter.
    trials : int
        Settings to try.
    rng : numpy.random.Generator
        Draws the settings.
    verbose : bool
        Show a progress bar with the best score so far.

    Returns
    -------
    found : list of Trial
        Every setting, best first; those whose training broke come last.
    """
    found, best = [], -np.inf
    bar = progress_bar(range(trials), disable=not verbose)
    for _ in bar:
        settings = {name: log_uniform(*ends, rng) for name, ends in ranges.items()}
        try:
            score = float(evaluate(**settings))
        except FloatingPointError:
            score = float("nan")
        found.append(Trial(settings, score))
        best = max(best, score) if score == score else best
        bar.set_postfix(best=f"{best:.3f}", refresh=False)
    return sorted(found, key=lambda t: -t.score if t.score == t.score else np.inf)


def show_search(
    trials: list[Trial],
    x: str = "learning_rate",
    y: str = "reg",
    *,
    label: str = "accuracy",
    ax: "Axes | None" = None,
) -> "Axes":
    """Draw a heat map of two hyper-parameters: every point takes its nearest trial.

    Parameters
    ----------
    trials : list of Trial
        As :func:`random_search` returns them.
    x, y : str
        Names of the two hyper-parameters.
    label : str
        Name of the score.
    ax : matplotlib.axes.Axes, optional
        Where to draw; a new figure by default.

    Returns
    -------
    ax : matplotlib.axes.Axes
        Black crosses are trials that broke; the star is the best.

    Raises
    ------
    ValueError
        If there is no trial.
    """
    if not trials:
        raise ValueError("show_search needs at least one trial.")
    if ax is None:
        from matplotlib import pyplot as plt

        _, ax = plt.subplots(figsize=(5, 3.6), layout="constrained")
    at = np.log10([[t.settings[x], t.settings[y]] for t in trials])  # (T, 2)
    score = np.array([t.score for t in trials])
    low, high = at.min(axis=0) - 0.1, at.max(axis=0) + 0.1
    image = ax.pcolormesh(
        *(10 ** np.linspace(low[i], high[i], 121) for i in range(2)),
        _nearest(at, score, low, high, 120),
        cmap="viridis",
        rasterized=True,
    )
    broken = np.isnan(score)
    ax.plot(*10 ** at[~broken].T, "o", color="white", markersize=3, alpha=0.7)
    ax.plot(*10 ** at[broken].T, "x", color="black", markersize=5)
    if not broken.all():
        ax.plot(*10 ** at[np.nanargmax(score)], "*", color="tab:red", markersize=13)
    ax.set(xscale="log", yscale="log", xlabel=x, ylabel=y)
    ax.figure.colorbar(image, ax=ax, label=label)
    return ax


def _nearest(at, score, low, high, side):
    """Give every place of a grid the score of its nearest trial, (side, side)."""
    span = high - low
    centres = (np.arange(side) + 0.5) / side
    places = np.stack(np.meshgrid(centres, centres), axis=-1)  # (side, side, 2)
    away = places[:, :, None] - (at - low) / span
    return score[np.argmin(np.sum(away**2, axis=-1), axis=-1)]
