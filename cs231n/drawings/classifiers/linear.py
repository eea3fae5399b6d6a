"""Drawings of a linear classifier: templates, margins and gradients of scores."""

from typing import TYPE_CHECKING

import numpy as np

from cs231n.drawings.page import Page

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_IMAGE = np.array([[2, -1, 0, 1]])
_WEIGHTS = np.array([[1, 0, -1], [0, 2, 1], [1, 1, 0], [0, 1, 1]])


def template_scores(theme: str = "light") -> "Figure":
    """Draw an image times a matrix of templates, one score for each class.

    Parameters
    ----------
    theme : {"light", "dark"}, optional
        Paper and colours.

    Returns
    -------
    figure : matplotlib.figure.Figure
        A row with a one at its end, a matrix with a row of biases, a row of scores.
    """
    page = Page(23, 7.4, theme)
    marks = {(0, 3): "other"}
    page.matrix(1.4, 3.2, _IMAGE, marks)
    page.text(2.9, 2.5, "three pixels", "data", 9)
    page.text(4.9, 4.8, "always 1", "other", 9)
    page.text(3.4, 6.5, "x: (1, D)", "quiet", 9)
    page.text(6.4, 3.7, "times", "ink", 9.5)
    column = {(i, 0): "learned" for i in range(3)}
    page.matrix(8.0, 1.7, _WEIGHTS, column | {(3, 0): "other"}, "learned")
    page.text(8.5, 1.0, "cat", "learned", 9.5)
    page.text(9.5, 1.0, "dog", "quiet", 9.5)
    page.text(10.5, 1.0, "car", "quiet", 9.5)
    page.text(11.4, 2.2, "a column is the template", "learned", 9, ha="left")
    page.text(11.4, 3.0, "of its class", "learned", 9, ha="left")
    page.text(11.4, 5.2, "the last row holds the biases", "other", 9, ha="left")
    page.text(9.5, 6.5, "W: (D, C)", "quiet", 9)
    page.text(17.2, 3.7, "=", size=14)
    page.matrix(18.2, 3.2, _IMAGE @ _WEIGHTS, {(0, 0): "learned"})
    page.text(18.7, 2.5, "cat", "learned", 9.5)
    page.text(19.7, 2.5, "dog", "quiet", 9.5)
    page.text(20.7, 2.5, "car", "quiet", 9.5)
    page.text(19.7, 6.5, "scores: (1, C)", "quiet", 9)
    return page.fig


def margins(theme: str = "light") -> "Figure":
    """Draw three scores on a line, and how much each of two others pays.

    Parameters
    ----------
    theme : {"light", "dark"}, optional
        Paper and colours.

    Returns
    -------
    figure : matplotlib.figure.Figure
        The correct class, the margin of 1 below it, one score beyond it and one inside.
    """
    page = Page(23, 5.8, theme)

    def at(score):
        return 2.0 + 4.6 * score

    y = 3.4
    page.ax.axvspan(at(2), 22.6, ymin=0.2, ymax=0.72, color=page.tint("grad", 0.12))
    page.arrow((0.8, y), (22.4, y), "quiet", 1.2)
    for tick in range(5):
        page.ax.plot([at(tick)] * 2, [y - 0.12, y + 0.12], color=page.colours["quiet"])
        page.text(at(tick), y + 0.65, str(tick), "quiet", 9)
    page.text(21.9, y + 0.65, "score", "quiet", 9)
    for score, marker, role, words in (
        (3, "s", "learned", "cat, correct: 3"),
        (1, "o", "data", "dog: 1"),
        (2.5, "D", "other", "car: 2.5"),
    ):
        page.ax.plot(at(score), y, marker, color=page.colours[role], ms=9, zorder=4)
        page.text(at(score) + (score == 3) * 0.9, y - 0.85, words, role, 9.5)
    page.arrow((at(2), 0.9), (at(3), 0.9), "learned", 1.2)
    page.arrow((at(3), 0.9), (at(2), 0.9), "learned", 1.2)
    page.text(at(2.5), 0.4, "margin of 1", "learned", 9)
    page.arrow((at(2), 4.9), (at(2.5), 4.9), "grad", 1.6)
    page.text(at(2.6), 4.95, "car pays 0.5", "grad", 9.5, ha="left")
    page.text(at(1), 4.95, "dog pays nothing", "quiet", 9.5)
    return page.fig


def score_gradient(theme: str = "light") -> "Figure":
    """Draw the margins of two images, and the gradient of their scores.

    Parameters
    ----------
    theme : {"light", "dark"}, optional
        Paper and colours.

    Returns
    -------
    figure : matplotlib.figure.Figure
        Margins, gradients of scores, and the shapes of what follows.
    """
    page = Page(23, 6.4, theme)
    correct = {(0, 0): "learned", (1, 1): "learned"}
    page.matrix(1.6, 2.2, [[0, 0, 0.5], [2, 0, 1.5]], correct)
    page.text(3.1, 1.4, "margins (N, C)", "data", 9)
    page.text(3.1, 4.9, "correct class: set to 0", "learned", 9)
    page.arrow((5.2, 3.2), (8.4, 3.2), "grad", 1.5)
    page.text(6.8, 2.5, "slopes", "grad", 9)
    gradient = np.array([[-1, 0, 1], [1, -2, 1]])
    page.matrix(9.0, 2.2, gradient, correct, "grad")
    page.text(10.5, 1.4, "gradient of the scores (N, C)", "grad", 9)
    page.text(10.5, 4.9, "each row adds up to 0", "quiet", 9)
    page.arrow((12.8, 3.2), (16.0, 3.2), "grad", 1.5)
    page.text(14.4, 2.5, "with X (N, D)", "data", 9)
    page.text(14.4, 4.0, "which product?", "ink", 9)
    page.frame(16.8, 1.9, 3.0, 2.6, "grad", dashed=True)
    page.text(18.3, 3.2, "dW", "grad", 12)
    page.text(18.3, 4.9, "(D, C)", "quiet", 9)
    return page.fig
