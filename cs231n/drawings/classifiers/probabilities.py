"""Drawings of logits, probabilities and the gradient between them."""

from typing import TYPE_CHECKING, Any

import numpy as np

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
    page.text(5.3, 2.4, "\N{MINUS SIGN}", size=14)
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
