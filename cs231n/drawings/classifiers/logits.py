"""Drawings of what goes wrong with logits: axes, one place only, steps too long."""

from typing import TYPE_CHECKING

import numpy as np

from cs231n.drawings.minus import MINUS, with_minus
from cs231n.drawings.page import Page

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_LOGITS = np.array([[1, 4, 2], [9, 7, 8], [3, 3, 5]])


def row_maxima(theme: str = "light") -> "Figure":
    """Draw the largest logit of each row as a column, and what it does as a row.

    Parameters
    ----------
    theme : {"light", "dark"}, optional
        Paper and colours.

    Returns
    -------
    figure : matplotlib.figure.Figure
        The same logits twice; only with a column is the largest of each row 0.
    """
    page = Page(25, 6.0, theme)
    largest = _LOGITS.max(axis=1)
    for left, column in ((0.8, True), (12.8, False)):
        page.matrix(left, 1.8, _LOGITS)
        page.text(left + 3.5, 3.3, MINUS, size=13)
        shift = largest[:, None] if column else largest[None]
        role = "learned" if column else "other"
        top = 1.8 if column else 2.8
        page.matrix(
            left + 4.0, top, shift, dict.fromkeys(np.ndindex(shift.shape), role)
        )
        after = left + 4.0 + shift.shape[1]
        page.text(after + 0.5, 3.3, "=", size=13)
        result = _LOGITS - shift
        winners = {(i, int(j)): role for i, j in enumerate(_LOGITS.argmax(axis=1))}
        page.matrix(after + 1.0, 1.8, result, winners)
        words = (
            "a column (N, 1): largest is 0" if column else "a row (N,): runs, but wrong"
        )
        page.text(left + 4.4 + shift.shape[1] / 2, 0.8, words, role, 9.5)
        page.text(left + 1.5, 5.4, "logits (N, C)", "data", 9)
    return page.fig


def one_place(theme: str = "light") -> "Figure":
    """Draw the probability of a class over its logit, and a constant beside it.

    Parameters
    ----------
    theme : {"light", "dark"}, optional
        Paper and colours.

    Returns
    -------
    figure : matplotlib.figure.Figure
        A curve and a dashed line, which meet where all logits are equal.
    """
    page = Page(23, 7.0, theme)
    logit = np.linspace(-2.6, 5.0, 200)

    def place(s, p):
        return 7.6 + 2.5 * np.asarray(s), 5.6 - 4.8 * np.asarray(p)

    share = np.exp(logit) / (np.exp(logit) + 9)
    page.arrow((0.8, 5.6), (21.2, 5.6), "quiet", 1.2)
    page.arrow((7.6, 5.9), (7.6, 0.4), "line", 1.0)
    page.ax.plot(*place(logit, share), "-", color=page.colours["learned"], lw=2.3)
    page.ax.plot(
        *place(logit, 0 * logit + 0.1), "--", color=page.colours["grad"], lw=1.8
    )
    page.ax.plot(*place(0, 0.1), "o", color=page.colours["ink"], ms=7, zorder=4)
    page.text(7.3, 4.4, "tiny weights:", "ink", 9, ha="right")
    page.text(7.3, 5.6 - 0.62, "both are 1/10", "ink", 9, ha="right", va="bottom")
    page.text(13.1, 1.6, "probability", "learned", 9.5, ha="right")
    page.text(19.9, 4.5, "a constant 1/10", "grad", 9.5)
    page.text(21.9, 5.6, "logit", "quiet", 9)
    page.text(7.6, 6.4, "0", "quiet", 9)
    page.text(15.1, 6.4, "3", "quiet", 9)
    return page.fig


def step_factors(theme: str = "light") -> "Figure":
    """Draw what a step multiplies a weight by, for two curvatures and two rates.

    Parameters
    ----------
    theme : {"light", "dark"}, optional
        Paper and colours.

    Returns
    -------
    figure : matplotlib.figure.Figure
        Two lines from -1.4 to 1.2, in three zones.
    """
    page = Page(25, 7.0, theme)

    def at(factor):
        return 13.6 + 8.6 * factor

    page.ax.axvspan(1.0, at(-1), ymin=0.12, ymax=0.86, color=page.tint("grad", 0.14))
    for x, words, role in (
        (at(-1.24), "diverges", "grad"),
        (at(-0.5), "jumps across the bottom", "quiet"),
        (at(0.5), "approaches it from one side", "quiet"),
    ):
        page.text(x, 0.5, words, role, 9.5)
    for y, rate in ((2.2, 0.2), (4.6, 0.23)):
        page.arrow((1.0, y), (24.2, y), "quiet", 1.2)
        for tick in (-1, 0, 1):
            page.ax.plot(
                [at(tick)] * 2, [y - 0.15, y + 0.15], color=page.colours["quiet"]
            )
        for curvature, marker, role in ((1, "o", "data"), (9, "s", "other")):
            spot = at(1 - rate * curvature)
            page.ax.plot(spot, y, marker, color=page.colours[role], ms=8, zorder=4)
            words = with_minus(f"curvature {curvature}: {1 - rate * curvature:.2f}")
            page.text(max(spot, 3.4), y - 0.75, words, role, 9)
        page.text(at(0), y + 0.65, f"rate {rate:g}", "ink", 9.5)
    for tick in (-1, 0, 1):
        page.text(at(tick), 6.5, with_minus(tick), "quiet", 9)
    return page.fig
