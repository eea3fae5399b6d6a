"""Drawings of slopes and of the way down: differences, minibatches, searches."""

from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.patches import Ellipse

from cs231n.drawings.page import Page

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def secants(theme: str = "light") -> "Figure":
    """Draw a central difference on a smooth curve and one across a kink.

    Parameters
    ----------
    theme : {"light", "dark"}, optional
        Paper and colours.

    Returns
    -------
    figure : matplotlib.figure.Figure
        Two curves, each with two points and the line through them.
    """
    page = Page(23, 7.2, theme)
    for left, name, curve, at, step in (
        (1.2, "smooth", lambda w: 0.55 * w * w, 1.1, 0.9),
        (12.8, "with a kink", lambda w: np.maximum(0, 1.2 * w), -0.3, 0.9),
    ):
        w = np.linspace(-2.2, 2.4, 200)

        def place(w, left=left, curve=curve):
            return left + 2 * (np.asarray(w) + 2.2), 5.6 - 1.45 * curve(np.asarray(w))

        page.arrow((left - 0.2, 5.6), (left + 9.6, 5.6), "line", 1)
        page.ax.plot(*place(w), color=page.colours["data"], lw=2.2)
        ends = np.array(place([at - step, at + step]))
        page.ax.plot(*ends, "--", color=page.colours["grad"], lw=1.8)
        page.ax.plot(*ends, "o", color=page.colours["grad"], ms=6)
        page.ax.plot(*place([at]), "s", color=page.colours["data"], ms=7)
        for shift, words in ((-step, "$w-h$"), (0, "$w$"), (step, "$w+h$")):
            page.text(left + 2 * (at + shift + 2.2), 6.3, words, "quiet", 10)
        page.text(left + 0.2, 0.7, name, "ink", 10, ha="left")
    return page.fig


def minibatch_paths(theme: str = "light") -> "Figure":
    """Draw descent by the exact gradient and by minibatches on one valley.

    Parameters
    ----------
    theme : {"light", "dark"}, optional
        Paper and colours.

    Returns
    -------
    figure : matplotlib.figure.Figure
        Lines of equal loss, a smooth path of few steps and a jagged one of many.
    """
    page = Page(27, 8.2, theme, inch=0.34)
    bottom = np.array([9.6, 4.2])
    for size in (1.0, 2.2, 3.6, 5.2):
        style: dict[str, Any] = {"fill": False, "ec": page.colours["line"], "lw": 1.1}
        page.ax.add_patch(Ellipse(tuple(bottom), 3.4 * size, 1.4 * size, **style))
    slopes, start = np.array([1.0, 3.0]), np.array([-7.6, 2.2])
    exact, noisy, rng = [start], [start], np.random.default_rng(5)
    for _ in range(8):
        exact.append(exact[-1] * (1 - 0.2 * slopes))
    for _ in range(40):
        noise = 1.6 * rng.standard_normal(2)
        noisy.append(noisy[-1] - 0.1 * (slopes * noisy[-1] + noise))
    for path, role, marker, dashes in (
        (noisy, "other", ".", "-"),
        (exact, "data", "o", "--"),
    ):
        points = np.transpose(bottom + path)
        style = {"color": page.colours[role], "lw": 1.3, "ms": 5}
        page.ax.plot(*points, marker=marker, ls=dashes, **style)
    page.ax.plot(*bottom, "*", color=page.colours["learned"], ms=14, zorder=5)
    page.text(18.9, 2.2, "whole training set (dashed):", "data", 9.5, ha="left")
    page.text(18.9, 2.9, "8 steps over all images", "data", 9.5, ha="left")
    page.text(18.9, 5.2, "minibatches (solid):", "other", 9.5, ha="left")
    page.text(18.9, 5.9, "40 steps over a few", "other", 9.5, ha="left")
    return page.fig


def grid_and_random(theme: str = "light") -> "Figure":
    """Draw nine trials on a grid and nine at random, and the values of one axis.

    Parameters
    ----------
    theme : {"light", "dark"}, optional
        Paper and colours.

    Returns
    -------
    figure : matplotlib.figure.Figure
        Two squares; below each, where its trials fall on the learning rate.
    """
    page = Page(23, 8.8, theme)
    steps = (np.arange(3) + 0.5) / 3
    grid = np.array([(x, y) for x in steps for y in steps])
    order = np.random.default_rng(3)
    drawn = np.column_stack([order.permutation(9), order.permutation(9)])
    scattered = (drawn + order.uniform(0.2, 0.8, (9, 2))) / 9
    for left, points, name, marker, role in (
        (2.6, grid, "grid: 3 learning rates", "s", "data"),
        (14.2, scattered, "random: 9 learning rates", "o", "learned"),
    ):
        page.frame(left, 1.2, 6, 5.4, "line")
        x, y = left + 6 * points[:, 0], 1.2 + 5.4 * points[:, 1]
        page.ax.vlines(x, y, 7.4, color=page.colours["line"], lw=0.9)
        page.ax.plot(x, y, marker, color=page.colours[role], ms=7)
        page.ax.plot(x, np.full(9, 7.4), "|", color=page.colours[role], ms=11, mew=2)
        page.text(left + 3, 0.6, name, role, 10)
        page.text(left + 3, 8.2, "learning rate (logarithm)", "quiet", 9)
        page.text(left - 0.6, 3.9, "regularisation", "quiet", 9, rotation=90)
    return page.fig


def step_sizes(theme: str = "light") -> "Figure":
    """Draw five steps of descent with three learning rates on one parabola.

    Parameters
    ----------
    theme : {"light", "dark"}, optional
        Paper and colours.

    Returns
    -------
    figure : matplotlib.figure.Figure
        Too small, about right, and too large.
    """
    page = Page(23, 7.0, theme)
    for left, rate, words, role in (
        (0.8, 0.06, "too small: creeps", "data"),
        (8.4, 0.35, "about right", "learned"),
        (16.0, 1.06, "too large: climbs", "grad"),
    ):

        def place(w, left=left):
            return left + 1.5 * (np.asarray(w) + 2), 5.4 - 1.0 * np.asarray(w) ** 2

        page.ax.plot(*place(np.linspace(-2, 2, 80)), color=page.colours["line"], lw=2)
        path = [-1.2 if rate > 1 else -1.9]
        for _ in range(5):
            path.append(path[-1] * (1 - 2 * rate))
        dashes = "--" if role == "grad" else "-"
        style: dict[str, Any] = {"color": page.colours[role], "lw": 1.3, "ms": 5}
        page.ax.plot(*place(path), "o", ls=dashes, **style)
        page.ax.plot(*place(path[0]), "s", **(style | {"ms": 9}))
        page.text(left + 3, 6.3, words, role, 10)
    return page.fig


def error_valley(theme: str = "light") -> "Figure":
    """Draw the two errors of a finite difference over its step.

    Parameters
    ----------
    theme : {"light", "dark"}, optional
        Paper and colours.

    Returns
    -------
    figure : matplotlib.figure.Figure
        Rounding falls and truncation rises with the step; between them is a valley.
    """
    page = Page(21, 7.6, theme)
    h = np.linspace(0, 1, 200)
    rounding, truncation = 1 - 1.15 * h, 2 * h - 1.1
    total = np.log10(10 ** (6 * rounding) + 10 ** (6 * truncation)) / 6
    page.arrow((1.4, 6.2), (19.4, 6.2), "quiet", 1.2)
    page.arrow((1.4, 6.2), (1.4, 0.5), "quiet", 1.2)

    def place(value):
        return 2 + 16 * h, 5.9 - 4.6 * np.clip(value, 0, 1.08)

    keep = {"rounding": rounding > 0, "truncation": truncation > 0}
    for name, value, role in (
        ("rounding", rounding, "data"),
        ("truncation", truncation, "other"),
    ):
        x, y = place(value)
        dashes = "--" if name == "rounding" else ":"
        style: dict[str, Any] = {"color": page.colours[role], "lw": 2, "ls": dashes}
        page.ax.plot(x[keep[name]], y[keep[name]], **style)
    page.ax.plot(*place(total), color=page.colours["ink"], lw=2.2)
    page.text(4.2, 5.0, "rounding (dashed)", "data", 9.5)
    page.text(17.2, 5.0, "truncation (dotted)", "other", 9.5)
    page.text(11.4, 1.2, "error of the numerical gradient", "ink", 10)
    page.text(10.4, 6.9, "step h (logarithm)", "quiet", 9)
    return page.fig
