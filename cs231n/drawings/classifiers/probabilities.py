"""Drawings of logits, probabilities and the gradient between them."""

from typing import TYPE_CHECKING, Any

import numpy as np

from cs231n.drawings.minus import MINUS, with_minus
from cs231n.drawings.page import Page

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_LOGITS = np.array([1.0, 3.0, 2.0])


def _probabilities():
    powers = np.exp(_LOGITS - _LOGITS.max())
    return powers / powers.sum()


def softmax_steps(theme: str = "light") -> "Figure":
    """Draw how three logits become probabilities, step by step.

    Parameters
    ----------
    theme : {"light", "dark"}, optional
        Paper and colours.

    Returns
    -------
    figure : matplotlib.figure.Figure
        Four rows of numbers from left to right, and bars under the last.
    """
    page = Page(25, 6.6, theme)
    shifted = _LOGITS - _LOGITS.max()
    for left, values, name, role in (
        (0.8, _LOGITS, "logits", "data"),
        (7.2, shifted, "largest is 0", "data"),
        (13.6, np.exp(shifted).round(2), "positive, at most 1", "data"),
        (20.0, _probabilities().round(2), "probabilities: sum 1", "learned"),
    ):
        page.matrix(left, 1.8, values, {(0, 1): "learned"}, role)
        page.text(left + 1.5, 1.1, name, role, 9)
    for x, words in ((4.0, "subtract 3"), (10.4, "exp"), (16.8, "divide\nby 1.50")):
        page.arrow((x + 0.1, 2.3), (x + 2.9, 2.3), "ink", 1.3)
        page.text(x + 1.5, 3.2, words, "ink", 8.5)
    for j, share in enumerate(_probabilities()):
        box: dict[str, Any] = {
            "color": page.colours["learned"],
            "alpha": 0.8,
            "width": 0.7,
        }
        page.ax.bar(20.5 + j, -2.6 * share, bottom=6.1, **box)
    return page.fig


def one_hot_gradient(theme: str = "light") -> "Figure":
    """Draw the gradient of the cross-entropy as probabilities minus a one-hot vector.

    Parameters
    ----------
    theme : {"light", "dark"}, optional
        Paper and colours.

    Returns
    -------
    figure : matplotlib.figure.Figure
        Three rows of numbers; below, which way each logit is pushed.
    """
    page = Page(23, 6.2, theme)
    p, target = _probabilities().round(1), np.array([0, 0, 1])
    page.matrix(1.2, 1.9, p, role="learned")
    page.text(2.7, 1.1, "probabilities", "learned", 9.5)
    page.text(5.3, 2.4, MINUS, size=14)
    page.matrix(6.4, 1.9, target, {(0, 2): "data"})
    page.text(7.9, 1.1, "target, one-hot", "data", 9.5)
    page.text(10.5, 2.4, "=", size=14)
    page.matrix(11.6, 1.9, (p - target).round(1), {(0, 2): "grad"}, "grad")
    page.text(13.1, 1.1, "gradient of the logits", "grad", 9.5)
    for j, gradient in enumerate(p - target):
        x, size = 12.1 + j, np.sign(gradient) * max(1.4 * abs(gradient), 0.5)
        page.arrow((x, 4.7), (x, 4.7 + size), "grad", 1.4)
    page.text(15.4, 3.9, "a step against the gradient:", "quiet", 9, ha="left")
    page.text(15.4, 4.7, "the target's logit rises,", "quiet", 9, ha="left")
    page.text(15.4, 5.5, "all others fall", "quiet", 9, ha="left")
    return page.fig


def safe_exponents(theme: str = "light") -> "Figure":
    """Draw three logits where ``np.exp`` overflows, and the same after a shift.

    Parameters
    ----------
    theme : {"light", "dark"}, optional
        Paper and colours.

    Returns
    -------
    figure : matplotlib.figure.Figure
        Between two zones in which exponentials are 0 or infinite, the shifted logits.
    """
    page = Page(25, 6.2, theme)
    y, limits = 3.4, (-745, 709)
    for start, end in ((0.8, _at(limits[0])), (_at(limits[1]), 24.4)):
        page.ax.axvspan(start, end, ymin=0.3, ymax=0.72, color=page.tint("grad", 0.14))
    page.arrow((0.8, y), (24.4, y), "quiet", 1.2)
    for tick in (-1000, -745, 0, 709, 1000):
        page.ax.plot([_at(tick)] * 2, [y - 0.15, y + 0.15], color=page.colours["quiet"])
        page.text(_at(tick), y + 0.6, with_minus(tick), "quiet", 9)
    for shift, role, marker in ((0, "data", "o"), (-1000, "learned", "s")):
        for logit in (1000, 960, 920):
            spot = (_at(logit + shift), y)
            page.ax.plot(*spot, marker, color=page.colours[role], ms=7, zorder=4)
    page.arrow((_at(990), 1.5), (_at(10), 1.5), "ink", 1.3)
    page.text(_at(500), 0.8, "subtract the largest: distances stay", "ink", 9.5)
    page.text(_at(-872), 5.1, "np.exp gives 0", "grad", 9)
    page.text(_at(930), 5.1, "np.exp gives inf", "grad", 9)
    page.text(_at(-20), 5.1, "float64 holds the exponential", "quiet", 9)
    return page.fig


def _at(logit):
    return 12.4 + 0.0108 * logit


def temperature_bars(theme: str = "light") -> "Figure":
    """Draw the probabilities of the same three logits at three temperatures.

    Parameters
    ----------
    theme : {"light", "dark"}, optional
        Paper and colours.

    Returns
    -------
    figure : matplotlib.figure.Figure
        Three groups of bars in one order, sharp to the left and flat to the right.
    """
    page = Page(23, 6.8, theme)
    for left, temperature in ((1.6, 0.5), (8.8, 1.0), (16.0, 4.0)):
        powers = np.exp((_LOGITS - _LOGITS.max()) / temperature)
        for j, share in enumerate(powers / powers.sum()):
            role = "learned" if j == np.argmax(_LOGITS) else "data"
            style: dict[str, Any] = {"color": page.colours[role], "width": 1.3}
            page.ax.bar(left + 0.9 + 1.7 * j, -3.6 * share, bottom=5.0, **style)
            page.text(left + 0.9 + 1.7 * j, 4.6 - 3.6 * share, f"{share:.2f}", size=9)
            page.text(left + 0.9 + 1.7 * j, 5.5, f"{_LOGITS[j]:g}", "quiet", 9)
        page.ax.plot([left, left + 5.2], [5.0, 5.0], color=page.colours["line"], lw=1)
        page.text(left + 2.6, 6.3, f"T = {temperature:g}", "ink", 10)
    page.text(0.9, 5.5, "logits", "quiet", 9)
    return page.fig


def soft_maximum(theme: str = "light") -> "Figure":
    """Draw the cross-entropy as the distance from a score to the soft maximum of all.

    Parameters
    ----------
    theme : {"light", "dark"}, optional
        Paper and colours.

    Returns
    -------
    figure : matplotlib.figure.Figure
        Scores of a right and of a wrong image on two lines, with the two distances.
    """
    page = Page(25, 8.4, theme)
    for y, scores, name in ((2.8, (3, 1, 2.5), "right"), (6.6, (1, 3, 2.5), "wrong")):
        top = np.log(np.sum(np.exp(scores)))
        page.text(0.5, y - 1.6, f"a {name} image", "ink", 9.5, ha="left")
        page.arrow((0.6, y), (24.4, y), "quiet", 1.2)
        for score, marker, role, word in zip(
            scores,
            "soD",
            ("learned", "data", "other"),
            ("cat", "dog", "car"),
            strict=True,
        ):
            spot = 1.0 + 5.4 * score
            page.ax.plot(spot, y, marker, color=page.colours[role], ms=8, zorder=4)
            page.text(spot, y + 0.75, f"{word}: {score:g}", role, 9)
        ends = 1.0 + 5.4 * scores[0], 1.0 + 5.4 * top
        page.ax.plot(
            [ends[1]] * 2, [y - 0.9, y + 0.4], color=page.colours["ink"], lw=1.6
        )
        page.text(
            ends[1] + 0.2, y + 0.75, f"soft maximum {top:.2f}", "ink", 9, ha="left"
        )
        page.arrow((ends[0], y - 0.6), (ends[1], y - 0.6), "ink", 1.6)
        words = f"cross-entropy {top - scores[0]:.2f}"
        page.text(sum(ends) / 2, y - 1.2, words, "ink", 9.5)
    return page.fig
