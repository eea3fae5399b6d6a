"""Drawings of how one looks into a network: gradients to pixels, maps, covers."""

from typing import TYPE_CHECKING

import numpy as np

from cs231n.drawings.minus import with_minus
from cs231n.drawings.page import Page

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def pixel_gradient(theme: str = "light") -> "Figure":
    """Draw a score computed from pixels, and its gradient on the way back.

    Parameters
    ----------
    theme : {"light", "dark"}, optional
        Paper and colours.

    Returns
    -------
    figure : matplotlib.figure.Figure
        Values run right, gradients left.
    """
    page = Page(27, 6.4, theme, inch=0.34)
    names = ("pixels", "conv1", "...", "last maps", "scores")
    for i, name in enumerate(names):
        role = "data" if i in (0, 4) else "learned"
        page.box((2.8 + 5.3 * i, 2.2), name, 3.8, role)
        if i:
            x = 2.8 + 5.3 * i
            page.arrow((x - 3.3, 1.9), (x - 2.0, 1.9), "ink", 1.3)
            page.arrow((x - 2.0, 2.6), (x - 3.3, 2.6), "grad", 1.3)
    page.text(24, 0.7, "one per class", "quiet", 8.5)
    page.text(24, 4.1, "upstream gradient:", "grad", 8.5)
    page.text(24, 5.0, "which numbers?", "grad", 8.5)
    page.text(2.8, 4.1, "(N, 3, H, W)", "grad", 8.5)
    page.text(13.4, 5.6, "weights stay as they are", "quiet", 8.5)
    return page.fig


def weighted_maps(theme: str = "light") -> "Figure":
    """Draw the maps of a layer, a weight for each, and their sum.

    Parameters
    ----------
    theme : {"light", "dark"}, optional
        Paper and colours.

    Returns
    -------
    figure : matplotlib.figure.Figure
        Three small maps on the left, their weighted sum on the right.
    """
    page = Page(25, 6.8, theme, inch=0.34)
    maps = ([[0, 2], [0, 4]], [[1, 0], [0, 1]], [[3, 0], [0, 0]])
    for i, (values, weight) in enumerate(zip(maps, (2, 0, -1), strict=True)):
        x = 1 + 5 * i
        page.matrix(x, 2, values, role="data")
        page.text(x + 1, 1.2, f"map {i + 1}", "quiet", 8.5)
        page.text(x + 1, 4.9, with_minus(f"weight {weight}"), "grad", 9)
        page.text(x + 1, 5.8, "mean gradient", "grad", 7.5)
        page.text(x + 3.1, 3, "+" if i < 2 else "=", "ink", 12)
    page.matrix(15.6, 2, [[-3, 4], [0, 8]], role="quiet")
    page.text(16.6, 1.2, "weighted sum", "quiet", 8.5)
    page.arrow((18.1, 3), (20.1, 3), "ink", 1.4)
    page.text(19.1, 2.3, "ReLU", "ink", 8.5)
    page.matrix(20.6, 2, [[0, 4], [0, 8]], {(1, 1): "learned"}, role="learned")
    page.text(21.6, 1.2, "Grad-CAM", "learned", 9)
    return page.fig


def noisy_gradients(theme: str = "light") -> "Figure":
    """Draw the gradients of noisy copies of a picture, and their mean.

    Parameters
    ----------
    theme : {"light", "dark"}, optional
        Paper and colours.

    Returns
    -------
    figure : matplotlib.figure.Figure
        A row for each of three copies, with the same four pixels.
    """
    gradients = np.array([[5, -2, 3, 1], [-4, -3, 4, 0], [-1, -1, 2, -1]])
    page = Page(26, 8.2, theme, inch=0.34)
    page.box((2.1, 3.7), "picture", 3.2)
    for k, row in enumerate(gradients):
        y = 1.9 + 1.8 * k
        page.arrow((3.9, 3.7), (5.6, y), "data", 1.3)
        page.box((7.4, y), f"copy {k + 1}", 3.2)
        page.arrow((9.2, y), (11.3, y), "grad", 1.4)
        page.matrix(11.6, y - 0.5, row[None], role="grad")
    page.text(3.2, 1.9, "+ noise,\ndrawn anew", "quiet", 8)
    page.text(13.6, 0.7, "gradient of four pixels", "grad", 8.5)
    page.arrow((15.9, 3.7), (18.3, 3.7), "ink", 1.4)
    page.text(17.1, 3.1, "mean", "ink", 8.5)
    mean = gradients.mean(axis=0)
    page.matrix(18.7, 3.2, mean[None], {(0, 1): "learned", (0, 2): "learned"})
    page.text(19.2, 5.1, "signs\ndiffer", "quiet", 8)
    page.text(21.2, 5.1, "all copies\nagree", "learned", 8)
    page.text(13.6, 7.3, "saliency of one copy: sizes of one row", "quiet", 8.5)
    page.text(22.0, 2.2, "SmoothGrad: sizes of this row", "quiet", 8.5)
    return page.fig


def guided_paths(theme: str = "light") -> "Figure":
    """Draw a gradient that comes back on two paths, by both rules of the ReLU.

    Parameters
    ----------
    theme : {"light", "dark"}, optional
        Paper and colours.

    Returns
    -------
    figure : matplotlib.figure.Figure
        Backpropagation on the left, guided backpropagation on the right.
    """
    page = Page(27, 7.4, theme, inch=0.34)
    upstream = np.array([2, -5])
    for left, name in ((0, "backpropagation"), (14, "guided backpropagation")):
        kept = upstream if not left else upstream[upstream > 0]
        page.text(left + 6.4, 0.7, name, "ink", 10, weight="bold")
        page.node((left + 1.8, 3.9), "$z$", "data")
        for y, value in zip((2.5, 5.3), upstream, strict=True):
            page.box((left + 6.6, y), "ReLU, on", 3.2)
            page.arrow((left + 11.4, y), (left + 8.5, y), "grad", 1.6)
            page.text(left + 9.9, y - 0.6, with_minus(f"{value:+d}"), "grad", 10)
            if value in kept:
                page.arrow((left + 4.7, y), (left + 2.6, 3.9), "grad", 1.6)
                page.text(
                    left + 3.9,
                    y + (0.6 if y > 4 else -0.6),
                    with_minus(f"{value:+d}"),
                    "grad",
                    10,
                )
            else:
                page.text(left + 4.4, y, "||", "ink", 13, weight="bold")
                page.text(left + 3.0, y + 0.6, "stopped", "quiet", 8.5)
        total = with_minus(f"{kept.sum():+d}")
        page.text(left + 1.8, 6.6, f"gradient {total}", "grad", 9.5)
    return page.fig


def inversion_loop(theme: str = "light") -> "Figure":
    """Draw two pictures whose activations at a layer are compared.

    Parameters
    ----------
    theme : {"light", "dark"}, optional
        Paper and colours.

    Returns
    -------
    figure : matplotlib.figure.Figure
        The photograph's way above, that of the picture that changes below.
    """
    page = Page(27, 7.6, theme, inch=0.34)
    rows = (
        (1.9, "photograph", "$A_0$, fixed", "data"),
        (5.4, "picture $x$", "$A(x)$", "learned"),
    )
    for y, start, end, role in rows:
        for at, words in ((2.6, start), (8.6, "first layers"), (15.0, end)):
            page.box((at, y), words, 4.0, "quiet" if at == 8.6 else role)
        for tail, tip in ((4.8, 6.4), (10.8, 12.8)):
            page.arrow((tail, y), (tip, y), "ink", 1.3)
        page.arrow((17.2, y), (20.4, 3.3 if y < 3 else 4.0), "ink", 1.3)
    page.box((23.0, 3.65), "difference", 4.6, "other")
    page.arrow((20.6, 4.6), (17.2, 5.9), "grad", 1.3)
    for tail, tip in ((12.8, 10.8), (6.4, 4.8)):
        page.arrow((tail, 5.9), (tip, 5.9), "grad", 1.3)
    page.text(2.6, 6.9, "starts as noise; only this changes", "learned", 8.5, ha="left")
    page.text(8.6, 3.65, "the same weights", "quiet", 8.5)
    return page.fig


def covered_squares(theme: str = "light") -> "Figure":
    """Draw squares that cover a picture in turn, and how far a score falls for each.

    The score of the picture is how many pixels of the object are in sight.

    Parameters
    ----------
    theme : {"light", "dark"}, optional
        Paper and colours.

    Returns
    -------
    figure : matplotlib.figure.Figure
        A picture of 7 x 7 pixels with three squares; the map of 3 x 3 drops.
    """
    page = Page(26, 9.6, theme, inch=0.34)
    scene = np.zeros((7, 7), dtype=int)
    scene[2:6, 3:7] = 1
    for (row, column), inside in np.ndenumerate(scene):
        page.cell((0.8 + column, 1.6 + row), "data", 0.4 if inside else 0.08)
    page.text(4.3, 0.8, "7 x 7 pixels, the object shaded", "quiet")
    page.frame(2.8, 1.6, 3, 3, "quiet", dashed=True)
    page.text(4.3, 9.1, "squares of 3 pixels, 2 apart", "quiet")
    whole, y, marks = int(scene.sum()), 2.9, {}
    for (i, j), role in (((0, 0), "other"), ((1, 2), "learned")):
        page.frame(0.8 + 2 * j, 1.6 + 2 * i, 3, 3, role)
        score = whole - _hidden(scene, i, j)
        page.text(10.3, y - 0.6, "covered", role)
        page.arrow((9.0, y), (11.6, y), role, 1.5)
        page.box((13.8, y), f"score {score}", 3.8, role)
        page.arrow((16.1, y), (18.9, y), role, 1.5)
        page.text(17.5, y - 0.6, f"{whole} \u2212 {score}", role)
        marks[i, j], y = role, y + 2.7
    page.box((13.8, 8.1), f"whole picture: score {whole}", 7.6, "quiet")
    drops = [[_hidden(scene, i, j) for j in range(3)] for i in range(3)]
    page.matrix(20.4, 2.7, drops, marks, role="line")
    page.text(21.9, 1.9, "the map: drops", "quiet")
    page.text(21.9, 6.4, "one entry for each square", "quiet")
    return page.fig


def _hidden(scene, row, column):
    """Count the object's pixels below one square."""
    return int(scene[2 * row : 2 * row + 3, 2 * column : 2 * column + 3].sum())
