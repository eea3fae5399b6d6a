"""Drawings of style transfer: where losses act, Gram matrices, neighbouring pixels."""

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from cs231n.drawings.page import Page

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def transfer_graph(theme: str = "light") -> "Figure":
    """Draw where the losses of style transfer look, and how gradients come back.

    Parameters
    ----------
    theme : {"light", "dark"}, optional
        Paper and colours.

    Returns
    -------
    figure : matplotlib.figure.Figure
        The picture on the left, layers to the right, losses above and below.
    """
    page = Page(27, 9.4, theme, inch=0.34)
    page.box((2.2, 4.7), "picture $x$", 3.4, "learned", 10)
    names = ("conv1", "fire2", "fire3", "fire5", "fire6")
    for i, name in enumerate(names):
        x = 7.4 + 4.3 * i
        page.arrow((x - 2.9 if i else 4.1, 4.4), (x - 1.5, 4.4), "data", 1.4)
        page.arrow((x - 1.5, 5.1), (x - 2.9 if i else 4.1, 5.1), "grad", 1.4)
        page.box((x, 4.7), name, 2.7, "data")
        page.arrow((x - 0.4, 5.5), (x - 0.4, 7.2), "other", 1.2)
        page.arrow((x + 0.4, 7.2), (x + 0.4, 5.5), "grad", 1.2)
    page.arrow((15.6, 3.9), (15.6, 2.2), "other", 1.2)
    page.arrow((16.4, 2.2), (16.4, 3.9), "grad", 1.2)
    page.box((16.0, 1.5), "content loss: features of the photograph", 11.6, "other")
    page.box((16.0, 7.9), "style loss: Gram matrices of the painting", 20.6, "other")
    page.arrow((1.7, 5.5), (1.7, 7.2), "other", 1.2)
    page.arrow((2.7, 7.2), (2.7, 5.5), "grad", 1.2)
    page.box((2.2, 7.9), "total variation", 3.9, "other")
    return page.fig


def gram_sheet(
    features: npt.ArrayLike = ((1, 2, 0, 1), (0, 1, 3, 1)), theme: str = "light"
) -> "Figure":
    """Draw how feature maps become rows, and rows become a Gram matrix.

    Parameters
    ----------
    features : array-like of shape (2, 4)
        Two channels at four positions.
    theme : {"light", "dark"}, optional
        Paper and colours.

    Returns
    -------
    figure : matplotlib.figure.Figure
        Maps on the left, their products on the right.
    """
    rows = np.asarray(features)
    page = Page(22.5, 7.2, theme, inch=0.36)
    roles = "data", "other"
    for c, role in enumerate(roles):
        page.matrix(0.8, 1.1 + 2.8 * c, rows[c].reshape(2, 2), role=role)
        page.frame(0.8, 1.1 + 2.8 * c, 2, 2, role, dashed=bool(c))
        page.matrix(6.2, 2.4 + 1.1 * c, rows[c : c + 1], role=role)
        page.arrow((3.1, 2.1 + 2.8 * c), (5.9, 2.9 + 1.1 * c), role, 1.4)
    page.text(1.8, 0.6, "feature maps", "quiet")
    page.text(8.2, 1.6, "$F$: a row for each channel", "quiet")
    page.arrow((10.6, 3.4), (13.1, 3.4), "ink", 1.6)
    page.text(11.85, 2.7, r"$F F^\top$", "ink", 11)
    gram = rows @ rows.T
    marks = {(0, 0): "data", (1, 1): "other"}
    page.matrix(13.6, 2.4, gram, marks, role="line")
    page.text(14.6, 1.6, "$G$", "ink", 11)
    page.text(16.1, 2.9, f"{gram[0, 0]}: channel 1 with itself", "data", 9, ha="left")
    words = f"{gram[0, 1]} (off the diagonal): 1 with 2"
    page.text(16.1, 3.9, words, "quiet", 9, ha="left")
    page.text(6.2, 6.2, "Sums run over positions: move them", "quiet", 9, ha="left")
    page.text(6.2, 6.8, "all alike, and G stays.", "quiet", 9, ha="left")
    return page.fig


def neighbour_pairs(
    image: npt.ArrayLike = ((2, 2, 5), (2, 4, 4)), theme: str = "light"
) -> "Figure":
    """Draw the differences of neighbouring pixels that total variation adds up.

    Parameters
    ----------
    image : array-like of shape (H, W)
        One channel.
    theme : {"light", "dark"}, optional
        Paper and colours.

    Returns
    -------
    figure : matplotlib.figure.Figure
        Pixels with a difference on every edge between two of them.
    """
    pixels = np.asarray(image)
    height, width = pixels.shape
    page = Page(3.2 * width + 1.2, 2.9 * height + 0.6, theme, inch=0.38)
    at = {
        (i, j): np.array([2.2 + 3.2 * j, 1.7 + 2.9 * i])
        for i in range(height)
        for j in range(width)
    }
    for (i, j), centre in at.items():
        for place, role in (((i, j + 1), "data"), ((i + 1, j), "other")):
            if place in at:
                apart = at[place] - centre
                unit = apart / np.hypot(*apart)
                page.arrow(centre + 0.75 * unit, at[place] - 0.75 * unit, role, 1.4)
                middle = (centre + at[place]) / 2
                x, y = middle + ((0, -0.4) if role == "data" else (0.5, 0))
                change = f"{pixels[place] - pixels[i, j]:+d}".replace("-", "\u2212")
                page.text(x, y, change, role, 9)
        page.node(centre, f"{pixels[i, j]}", "ink", 0.6, 10)
    return page.fig
