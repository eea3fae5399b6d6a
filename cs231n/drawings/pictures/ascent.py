"""Drawings of pictures that follow a gradient: to a class, to its image, to a dream."""

from typing import TYPE_CHECKING

import numpy as np

from cs231n.drawings.page import Page

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def fooling_steps(theme: str = "light") -> "Figure":
    """Draw steps of length 1 along the gradient of a score, across a boundary.

    Parameters
    ----------
    theme : {"light", "dark"}, optional
        Paper and colours.

    Returns
    -------
    figure : matplotlib.figure.Figure
        The plane of two pixels, two regions, and four steps.
    """
    page = Page(21, 9.6, theme, inch=0.38)
    _plane(page, (1.2, 8.4), 13.6, 7.6)
    page.ax.plot([10.0, 8.2], [0.9, 8.1], color=page.colours["ink"], lw=1.6)
    page.ax.plot([7.45, 3.25], [2.3, 7.9], color=page.colours["quiet"], lw=1.2, ls=":")
    page.text(4.6, 1.4, "cat has the highest score", "data")
    page.text(12.2, 7.5, "ostrich has it", "learned")
    place = np.array([2.6, 6.9])
    _dot(page, place, "data")
    page.text(2.6, 7.6, "$x$", "data", 12)
    for slope in ((0.8, -0.6), (0.8, -0.6), (0.96, -0.28), (0.96, -0.28)):
        end = place + 2.0 * np.array(slope)
        page.arrow(place, end - 0.15 * np.array(slope), "grad", 1.8)
        _dot(page, end, "learned" if end[0] > 9.3 else "data")
        place = end
    notes = (
        (2.4, "dashed: the gradient of", "grad"),
        (3.1, "ostrich's score, length 1", "grad"),
        (4.6, "dotted: a ReLU switches,", "quiet"),
        (5.3, "and the gradient turns", "quiet"),
        (6.8, "beyond the line: stop", "learned"),
    )
    for y, words, role in notes:
        page.text(15.1, y, words, role, ha="left")
    return page.fig


def _plane(page, origin, width, height):
    """Draw the axes of two pixels."""
    x, y = origin
    page.arrow(origin, (x + width, y), "quiet", 1.2)
    page.arrow(origin, (x, y - height), "quiet", 1.2)
    page.text(x + width - 1.0, y + 0.6, "pixel 1", "quiet")
    page.text(x - 0.5, y - height + 1.0, "pixel 2", "quiet", rotation=90)


def _dot(page, at, role):
    page.node(at, "", role, 0.16, share=1.0)


def regularised_step(theme: str = "light") -> "Figure":
    """Draw the two parts of the gradient of a regularised score, and a step along it.

    Parameters
    ----------
    theme : {"light", "dark"}, optional
        Paper and colours.

    Returns
    -------
    figure : matplotlib.figure.Figure
        The plane of two pixels with grey at its origin.
    """
    page = Page(19, 9.0, theme, inch=0.4)
    grey, place = np.array([2.2, 7.6]), np.array([7.0, 4.6])
    _plane(page, grey, 11.4, 6.9)
    page.ax.plot(*zip(grey, place, strict=True), color=page.colours["line"], lw=1.2)
    page.text(2.2, 8.4, "grey", "quiet")
    score, pull = np.array([5.4, -1.5]), 0.4 * (grey - place)
    total = score + pull
    for part in (score, pull):
        page.arrow(place, place + part, "grad", 1.6)
        corner = np.stack([place + part, place + total])
        page.ax.plot(*corner.T, color=page.colours["line"], lw=1.2)
    page.arrow(place, place + total, "grad", 2.6)
    below, step = np.array([0.1, 0.6]), 2.2 * total / np.hypot(*total)
    page.arrow(place + below, place + below + step, "learned", 2.6)
    for at, role in ((grey, "quiet"), (place, "data")):
        _dot(page, at, role)
    page.text(6.8, 3.9, "$x$", "data", 12)
    page.text(12.6, 2.5, "of the score", "grad", ha="left")
    page.text(6.0, 6.6, "of the regulariser: towards grey", "grad", ha="left")
    page.text(10.8, 4.5, "$g$, their sum", "grad", ha="left")
    page.text(9.6, 5.3, "the step, along $g$", "learned", ha="left")
    return page.fig


def dream_layer(theme: str = "light") -> "Figure":
    """Draw a network that ends at a layer, and the gradient that enters there.

    Parameters
    ----------
    theme : {"light", "dark"}, optional
        Paper and colours.

    Returns
    -------
    figure : matplotlib.figure.Figure
        The picture on the left, the layer in the middle, what does not run in grey.
    """
    page = Page(27, 7.0, theme, inch=0.34)
    page.box((2.6, 2.9), "picture $x$", 3.8, "data")
    page.box((8.4, 2.9), "first layers", 4.0, "learned")
    page.matrix(13.2, 1.9, [[0.0, 1.5], [4.0, 0.0]], role="other")
    page.text(14.2, 1.2, "$A(x)$", "other", 11)
    for tail, tip in ((4.7, 6.2), (10.6, 12.8)):
        page.arrow((tail, 2.5), (tip, 2.5), "ink", 1.3)
        page.arrow((tip, 3.3), (tail, 3.3), "grad", 1.3)
    page.arrow((14.2, 5.3), (14.2, 4.1), "grad", 1.3)
    page.text(14.2, 5.7, "upstream gradient, of the shape of $A$:", "grad")
    page.text(14.2, 6.4, "which numbers?", "grad")
    page.text(2.6, 4.3, "a step uphill", "grad")
    page.frame(17.6, 1.5, 8.8, 2.8, "line", dashed=True)
    page.box((19.7, 2.9), "later layers", 3.6, "line")
    page.box((24.2, 2.9), "scores", 3.2, "line")
    page.text(22.0, 0.9, "these do not run", "quiet")
    return page.fig
