"""Drawings about training: slopes of losses, sizes of steps, ways to search."""

from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.figure import Figure

from cs231n.drawings.minus import with_minus
from cs231n.drawings.page import THEMES
from cs231n.schedules import constant, cosine, linear, warmup

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes


def score_slopes(
    scores: "Sequence[float]" = (2.0, 1.5, -1.0, 3.0),
    label: int = 1,
    theme: str = "light",
) -> Figure:
    """Draw the gradients of both losses with respect to the scores of an example.

    Parameters
    ----------
    scores : sequence of float, optional
        One for each class.
    label : int, optional
        The correct class.
    theme : {"light", "dark"}, optional
        Paper and colours.

    Returns
    -------
    figure : matplotlib.figure.Figure
        Hinge loss on the left, cross-entropy on the right.
    """
    colours = THEMES[theme]
    values = np.array(scores, dtype=float)
    hinge = (values - values[label] + 1 > 0).astype(float)
    hinge[label] -= hinge.sum()
    chances = np.exp(values - values.max())
    entropy = chances / chances.sum()
    entropy[label] -= 1
    fig, axes = panels(("hinge loss", "cross-entropy"), colours)
    for ax, slopes in zip(axes, (hinge, entropy), strict=True):
        ax.axhline(0, color=colours["line"], lw=1)
        style: dict[str, Any] = {"edgecolor": colours["grad"], "linestyle": "--"}
        ax.bar(range(len(values)), slopes, 0.6, facecolor="none", lw=1.8, **style)
        room = 0.09 * np.ptp(slopes)
        for k, slope in enumerate(slopes):
            words = with_minus(f"{slope:.2g}")
            at = slope + (room if slope >= 0 else -room)
            ax.text(
                k, at, words, color=colours["grad"], size=9, ha="center", va="center"
            )
        ax.set(ylim=(slopes.min() - 2.2 * room, slopes.max() + 2.2 * room))
        names = [with_minus(f"{v:g}") for v in values]
        names[label] += "\ncorrect"
        ax.set_xticks(range(len(values)), names)
        ax.set_xlabel("score of each class", color=colours["quiet"], size=9)
    axes[0].set_ylabel("slope of the loss", color=colours["quiet"], size=9)
    return fig


def step_sizes(
    rates: "Sequence[float]" = (0.1, 0.7, 2.05), steps: int = 8, theme: str = "light"
) -> Figure:
    """Draw gradient descent on a parabola with three learning rates.

    Parameters
    ----------
    rates : sequence of float, optional
        Learning rates, one for each panel.
    steps : int, optional
        Steps to take from -2.
    theme : {"light", "dark"}, optional
        Paper and colours.

    Returns
    -------
    figure : matplotlib.figure.Figure
        The loss is half the square of the weight.
    """
    colours = THEMES[theme]
    titles = [f"learning rate {rate:g}" for rate in rates]
    fig, axes = panels(titles, colours)
    line = np.linspace(-3.4, 3.4, 200)
    for ax, rate in zip(axes, rates, strict=True):
        ax.plot(line, line**2 / 2, color=colours["line"], lw=2)
        path = -2 * (1 - rate) ** np.arange(steps + 1)  # each step: w - rate * w
        ax.plot(path, path**2 / 2, "--", color=colours["grad"], lw=1.2)
        ax.plot(path, path**2 / 2, "o", color=colours["data"], ms=4.5)
        ax.plot(path[0], path[0] ** 2 / 2, "s", color=colours["data"], ms=7)
        ax.set(xlim=(-3.4, 3.4), ylim=(-0.4, 6))
        ax.set_xlabel("weight", color=colours["quiet"], size=9)
    ax.text(0, 4.6, "diverges", color=colours["ink"], size=9.5, ha="center")
    axes[0].text(0, 4.6, "crawls", color=colours["ink"], size=9.5, ha="center")
    axes[1].text(0, 4.6, "converges", color=colours["ink"], size=9.5, ha="center")
    axes[0].set_ylabel("loss", color=colours["quiet"], size=9)
    return fig


def grid_and_random(theme: str = "light") -> Figure:
    """Draw nine trials on a grid and nine at random, and the values that they try.

    Parameters
    ----------
    theme : {"light", "dark"}, optional
        Paper and colours.

    Returns
    -------
    figure : matplotlib.figure.Figure
        Only the horizontal hyperparameter matters; its curve runs along the top.
    """
    colours = THEMES[theme]
    fig, axes = panels(("grid: 3 learning rates", "random: 9 learning rates"), colours)
    side = np.array([0.17, 0.5, 0.83])
    grid = np.stack(np.meshgrid(side, side), axis=-1).reshape(9, 2)
    across = np.array([0.06, 0.19, 0.27, 0.38, 0.47, 0.6, 0.69, 0.8, 0.93])
    up = np.array([0.55, 0.2, 0.85, 0.42, 0.08, 0.7, 0.3, 0.92, 0.6])
    line = np.linspace(0, 1, 200)
    score = 1.08 + 0.3 * np.exp(-(((line - 0.69) / 0.1) ** 2))
    for ax, points in zip(axes, (grid, np.stack([across, up], axis=1)), strict=True):
        ax.plot(line, score, color=colours["learned"], lw=2.2)
        for x, y in points:
            top = np.interp(x, line, score)
            ax.plot([x, x], [y, top], ":", color=colours["line"], lw=1.2)
            ax.plot(x, top, "^", color=colours["learned"], ms=5)
        ax.plot(*points.T, "o", color=colours["data"], ms=6)
        ax.set(xlim=(0, 1), ylim=(0, 1.48), xticks=[], yticks=[])
        ax.set_xlabel("learning rate (matters)", color=colours["quiet"], size=9)
    words = "regularisation (hardly matters)"
    axes[0].set_ylabel(words, color=colours["quiet"], size=9)
    axes[0].text(0.03, 1.4, "accuracy", color=colours["learned"], size=9, va="center")
    return fig


def accuracy_curves(theme: str = "light") -> Figure:
    """Draw three typical pairs of accuracies over epochs, and what they say.

    Parameters
    ----------
    theme : {"light", "dark"}, optional
        Paper and colours.

    Returns
    -------
    figure : matplotlib.figure.Figure
        The shapes are typical, not measured.
    """
    colours = THEMES[theme]
    fig, axes = panels(("underfits", "overfits", "learning rate too large"), colours)
    epoch = np.arange(21.0)
    rise = 1 - np.exp(-epoch / 22)
    late = 0.1 + 0.42 * (1 - np.exp(-epoch / 3)) - 0.003 * epoch
    jump = 0.16 + 0.05 * np.sin(2.4 * epoch) * np.cos(0.9 * epoch)
    pairs = (
        (0.1 + 0.5 * rise, 0.1 + 0.47 * rise),
        (0.1 + 0.89 * (1 - np.exp(-epoch / 5)), late),
        (jump, jump - 0.03 + 0.02 * np.cos(1.7 * epoch)),
    )
    for ax, (training, validation) in zip(axes, pairs, strict=True):
        ax.plot(epoch, training, "-o", color=colours["data"], ms=4, markevery=4)
        ax.plot(epoch, validation, "--s", color=colours["other"], ms=4, markevery=4)
        ax.set(xlim=(0, 20), ylim=(0, 1.05), xticks=(0, 10, 20))
        ax.set_xlabel("epoch", color=colours["quiet"], size=9)
    axes[1].text(8, 0.95, "training", color=colours["data"], size=9, ha="right")
    axes[1].text(20, 0.36, "validation", color=colours["other"], size=9, ha="right")
    axes[0].set_ylabel("accuracy", color=colours["quiet"], size=9)
    return fig


def rate_schedules(share: float = 0.2, theme: str = "light") -> Figure:
    """Draw three courses of a learning rate over a training.

    Parameters
    ----------
    share : float, optional
        Part of the training that the warm-up takes.
    theme : {"light", "dark"}, optional
        Paper and colours.

    Returns
    -------
    figure : matplotlib.figure.Figure
        Constant, a cosine, and a warm-up before a straight line.
    """
    colours = THEMES[theme]
    titles = ("constant", "cosine", "warm-up, then linear")
    fig, axes = panels(titles, colours)
    done = np.linspace(0, 1, 101)
    courses = (constant, cosine, warmup(linear, share=share))
    remarks = ("steps stay large", "steps shrink", "rises, then falls")
    for ax, course, remark in zip(axes, courses, remarks, strict=True):
        rates = [course(t) for t in done]
        ax.plot(done, rates, color=colours["learned"], lw=2.2)
        ax.text(0.5, 0.25, remark, color=colours["ink"], size=9.5, ha="center")
        ax.set(xlim=(0, 1), ylim=(0, 1.1), xticks=(0, share, 1), yticks=(0, 1))
        ax.set_yticklabels(("0", r"$\eta$"), color=colours["ink"])
        ax.set_xticklabels(("0", f"{share:g} T", "T"))
        ax.set_xlabel("step", color=colours["quiet"], size=9)
    axes[0].set_ylabel("learning rate", color=colours["quiet"], size=9)
    return fig


def panels(titles: Any, colours: dict[str, str]) -> "tuple[Figure, list[Axes]]":
    """Make a figure with a plain panel for each title.

    Parameters
    ----------
    titles : sequence of str
        One for each panel.
    colours : dict of {str: str}
        Of a theme, by role.

    Returns
    -------
    figure : matplotlib.figure.Figure
        Narrow panels where there are more than two.
    axes : list of matplotlib.axes.Axes
        The panels, from left to right.
    """
    width = 4.3 if len(titles) == 2 else 3.1
    fig = Figure(
        (width * len(titles), 2.9), facecolor=colours["paper"], layout="constrained"
    )
    fig.get_layout_engine().set(  # type: ignore[union-attr, call-arg]
        w_pad=0.12, h_pad=0.1
    )
    axes = list(fig.subplots(1, len(titles)))
    for ax, title in zip(axes, titles, strict=True):
        ax.set(facecolor=colours["paper"])
        ax.set_title(title, loc="left", color=colours["ink"], size=10.5)
        ax.tick_params(colors=colours["quiet"], labelsize=8.5, length=3)
        ax.spines[["top", "right"]].set_visible(False)
        ax.spines[["left", "bottom"]].set_color(colours["line"])
    return fig, axes
