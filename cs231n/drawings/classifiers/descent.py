"""Drawings of slopes and of the way down: differences and minibatches."""

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
        page.ax.plot(*place(w), "-", color=page.colours["data"], lw=2.2)
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
    page.ax.plot(*place(total), "-", color=page.colours["ink"], lw=2.2)
    page.text(4.2, 5.0, "rounding (dashed)", "data", 9.5)
    page.text(17.2, 5.0, "truncation (dotted)", "other", 9.5)
    page.text(11.4, 1.2, "error of the numerical gradient", "ink", 10)
    page.text(10.4, 6.9, "step h (logarithm)", "quiet", 9)
    return page.fig
