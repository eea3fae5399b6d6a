"""Drawings of hand-made features: differences of pixels, directions, hues."""

from typing import Any

import numpy as np
from matplotlib.colors import hsv_to_rgb
from matplotlib.figure import Figure
from matplotlib.patches import Wedge

from cs231n.drawings.page import Page


def central_difference(theme: str = "light") -> Figure:
    """Draw a small image with the two neighbours that each difference takes.

    Parameters
    ----------
    theme : {"light", "dark"}, optional
        Paper and colours.

    Returns
    -------
    figure : matplotlib.figure.Figure
        The differences at one marked pixel.
    """
    image = np.array([[2, 3, 5, 6], [2, 4, 7, 9], [1, 4, 8, 9], [1, 2, 4, 5]])
    page = Page(20.4, 6.6, theme, inch=0.36)
    marks = {(1, 1): "data", (1, 3): "data", (0, 2): "other", (2, 2): "other"}
    page.matrix(1.6, 1.4, image, marks)
    page.frame(3.6, 2.4, 1, 1, "ink")
    page.text(3.6, 0.8, "columns $j$", "quiet", 9)
    page.text(0.9, 3.4, "rows $i$", "quiet", 9, rotation=90)
    right, down = image[1, 3] - image[1, 1], image[2, 2] - image[0, 2]
    words = f"$g_x = 9 - 4 = {right}$"
    page.text(7.4, 2.4, words, "data", 12, ha="left")
    page.text(12.6, 2.4, "right minus left", "data", 9, ha="left")
    words = f"$g_y = 8 - 5 = {down}$"
    page.text(7.4, 3.9, words, "other", 12, ha="left")
    page.text(12.6, 3.9, "below minus above", "other", 9, ha="left")
    words = "the framed pixel itself, 7, does not count"
    page.text(7.4, 5.3, words, "quiet", 9, ha="left")
    return page.fig


def direction_bins(angle: float = 115.0, theme: str = "light") -> Figure:
    """Draw the nine bins of a half circle with a gradient and its opposite.

    Parameters
    ----------
    angle : float, optional
        Of the gradient, in degrees from 0 to 180.
    theme : {"light", "dark"}, optional
        Paper and colours.

    Returns
    -------
    figure : matplotlib.figure.Figure
        Angles run clockwise, since rows count downwards.
    """
    page = Page(22.0, 9.6, theme, inch=0.36)
    at, radius, chosen = (7.0, 4.6), 3.6, int(angle // 20)
    centre = np.array(at)
    for k in range(9):
        role, share = ("data", 0.35) if k == chosen else ("quiet", 0.06)
        style: dict[str, Any] = {
            "fc": page.tint(role, share),
            "ec": page.colours["line"],
            "lw": 1,
        }
        wedge = Wedge(at, radius, 20 * k, 20 * k + 20, **style)
        page.ax.add_patch(wedge)
        middle = np.radians(20 * k + 10)
        x, y = centre + 0.8 * radius * np.array([np.cos(middle), np.sin(middle)])
        page.text(x, y, str(k), "ink" if k == chosen else "quiet", 9.5)
    along = np.array([np.cos(np.radians(angle)), np.sin(np.radians(angle))])
    page.arrow(centre, centre + 2.3 * along, "data", 2.6)
    page.arrow(centre, centre - 2.3 * along, "other", 2.6)
    x, y = centre - 2.9 * along
    page.text(x, y, "opposite", "other", 9)
    page.text(centre[0] + radius + 0.3, centre[1], "0°", "quiet", 9, ha="left")
    page.text(centre[0] - radius - 0.3, centre[1], "180°", "quiet", 9, ha="right")
    page.text(centre[0], centre[1] + radius + 0.6, "90° (down)", "quiet", 9)
    lines = (
        (f"gradient at {angle:g}°: bin {chosen}", "data", 3.2),
        (f"opposite at {angle + 180:g}°: {angle:g}° modulo 180,", "other", 4.4),
        (f"so bin {chosen} as well", "other", 5.2),
        ("each pixel adds its length to its bin", "quiet", 6.6),
    )
    for words, role, level in lines:
        page.text(12.6, level, words, role, 9.5, ha="left")
    return page.fig


def hue_circle(theme: str = "light") -> Figure:
    """Draw the circle of hues, cut into four bins.

    Parameters
    ----------
    theme : {"light", "dark"}, optional
        Paper and colours.

    Returns
    -------
    figure : matplotlib.figure.Figure
        Red stands at 0 and 1, where the circle closes.
    """
    page = Page(19.0, 8.6, theme, inch=0.36)
    at, radius = (6.0, 4.3), 2.7
    centre = np.array(at)
    for k in range(72):
        colour = hsv_to_rgb((k / 72, 0.85, 0.9))
        start = -5 * k - 5  # counter-clockwise: y runs down
        ring = Wedge(at, radius, start, start + 5.4, width=0.8, fc=colour, lw=0)
        page.ax.add_patch(ring)
    for turn in (0, 0.25, 0.5, 0.75):
        along = np.array([np.cos(2 * np.pi * turn), -np.sin(2 * np.pi * turn)])
        ends = np.stack([centre + 1.4 * along, centre + 3.0 * along])
        page.ax.plot(*ends.T, color=page.colours["ink"], lw=1.6)
    for turn, words in (
        (0, "red 0 = 1"),
        (1 / 3, "green 1/3"),
        (2 / 3, "blue 2/3"),
    ):
        along = np.array([np.cos(2 * np.pi * turn), -np.sin(2 * np.pi * turn)])
        side = "left" if turn == 0 else "center"
        x, y = centre + 3.3 * along
        page.text(x, y, words, "ink", 9, ha=side)
    for k in range(4):
        middle = 2 * np.pi * (k + 0.5) / 4
        x, y = centre + 1.15 * np.array([np.cos(middle), -np.sin(middle)])
        page.text(x, y, f"bin {k}", "quiet", 9)
    for level, words in (
        (3.0, "hue: the position on the circle"),
        (4.3, "grey, black and white have no hue"),
        (5.1, "of their own: they count as 0"),
    ):
        page.text(11.6, level, words, "quiet" if level > 4 else "ink", 9, ha="left")
    return page.fig


def shuffled_pixels(theme: str = "light") -> Figure:
    """Draw two images whose pixels are moved in the same way.

    Parameters
    ----------
    theme : {"light", "dark"}, optional
        Paper and colours.

    Returns
    -------
    figure : matplotlib.figure.Figure
        Each pixel keeps its value and gets a new position.
    """
    first = np.array([[9, 0, 0], [9, 0, 0], [9, 9, 9]])
    second = np.array([[0, 7, 0], [7, 7, 7], [0, 7, 0]])
    order = np.random.default_rng(5).permutation(9)
    page = Page(20.6, 6.6, theme, inch=0.34)
    for x, image, role in ((1.0, first, "data"), (11.4, second, "other")):
        marks = {(int(i), int(j)): role for i, j in np.argwhere(image)}
        page.matrix(x, 1.2, image, marks)
        moved = image.ravel()[order].reshape(3, 3)
        marks = {(int(i), int(j)): role for i, j in np.argwhere(moved)}
        page.matrix(x + 5.2, 1.2, moved, marks)
        page.arrow((x + 3.3, 2.7), (x + 4.9, 2.7), "ink")
    words = "the same move for every image: all values are kept, neighbours are lost"
    page.text(10.3, 5.6, words, "quiet", 9)
    return page.fig


def corner_unit(theme: str = "light") -> Figure:
    """Draw what a hidden unit makes of two features that are there or not.

    Parameters
    ----------
    theme : {"light", "dark"}, optional
        Paper and colours.

    Returns
    -------
    figure : matplotlib.figure.Figure
        The weighted sums on the left, the hidden unit on the right.
    """
    page = Page(20.4, 5.4, theme, inch=0.36)
    sums = np.array([[0, 1], [1, 2]])
    tables = (
        (4.6, sums, "weighted sum"),
        (14.4, np.maximum(sums - 1, 0), "hidden unit"),
    )
    for left, values, title in tables:
        page.matrix(left, 2.2, values, {(1, 1): "data"})
        page.text(left + 1, 0.8, title, "ink", 10)
        page.text(left + 1, 1.7, "no    blue", "quiet", 8.5)
        page.text(left - 0.3, 2.75, "no", "quiet", 8.5, ha="right")
        page.text(left - 0.3, 3.75, "horizontal", "quiet", 8.5, ha="right")
    page.arrow((7.6, 3.2), (10.6, 3.2), "learned")
    page.text(9.1, 2.6, "\N{MINUS SIGN}1, then ReLU", "learned", 9)
    return page.fig
