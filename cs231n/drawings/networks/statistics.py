"""Drawings of normalisation: which numbers share a mean, what a gradient loses."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.patches import Rectangle

from cs231n.drawings.page import Page

if TYPE_CHECKING:
    from matplotlib.figure import Figure

#: A small batch: 4 examples, 3 features. The first has mean 3 and variance 4.
_BATCH = np.array([[1, 80, 0], [1, 40, 6], [5, 80, 3], [5, 40, 3]])
#: What a kind of normalisation is called below its panel.
_TITLES = {
    "batch": "batch norm",
    "layer": "layer norm",
    "group": "group norm, G = {groups}",
    "image": "layer norm",
}
_CAPTIONS = {
    "batch": "one mean per column",
    "layer": "one mean per row",
    "group": "one mean per part of a row",
    "image": "one mean per row",
}


def norm_columns(theme: str = "light") -> "Figure":
    """Draw a batch as a matrix, before and after batch normalisation.

    Parameters
    ----------
    theme : {"light", "dark"}, optional
        Paper and colours.

    Returns
    -------
    figure : matplotlib.figure.Figure
        The first feature is marked, with its mean and variance.
    """
    normal = (_BATCH - _BATCH.mean(axis=0)) / _BATCH.std(axis=0)
    page = Page(13.2, 6.6, theme)
    for left, values in ((2.0, _BATCH), (8.2, normal.round(1))):
        page.matrix(left, 0.9, values, {(i, 0): "data" for i in range(4)})
        page.frame(left, 0.9, 1, 4, "data")
    page.text(1.5, 2.9, "N examples", "quiet", 9, rotation=90)
    page.text(3.5, 0.45, "D features", "quiet", 9)
    page.arrow((2.5, 5.0), (2.5, 5.7), "data")
    page.text(2.5, 6.1, r"$\mu=3,\ \sigma^2=4$", "data", 11)
    page.arrow((5.5, 2.9), (7.7, 2.9), "data")
    page.text(6.6, 2.35, "normalise", size=9)
    page.text(9.7, 5.5, "each column: mean 0, variance 1", "quiet", 9)
    return page.fig


def shared_statistics(
    kinds: Sequence[str] = ("batch", "layer"),
    groups: int = 3,
    cell: str = "",
    theme: str = "light",
) -> "Figure":
    """Draw which numbers of a batch share one mean and one variance.

    Parameters
    ----------
    kinds : sequence of {"batch", "layer", "group"}, optional
        A panel for each.
    groups : int, optional
        In which a row of six columns is split; for "group".
    cell : str, optional
        What one cell holds, such as a feature map; empty for one number.
    theme : {"light", "dark"}, optional
        Paper and colours.

    Returns
    -------
    figure : matplotlib.figure.Figure
        In each panel two sets of numbers are marked, the second with a dashed frame.
    """
    rows, cols = 4, 6
    page = Page(1.6 + len(kinds) * (cols + 1.4), rows + 3.6 + bool(cell), theme)
    page.text(0.7, 1.4 + rows / 2, "N examples", "quiet", 9, rotation=90)
    for place, kind in enumerate(kinds):
        left, top = 1.3 + place * (cols + 1.4), 1.4
        width = cols // groups if kind == "group" else cols
        first, second = (
            ((0, 0, 1, rows), (4, 0, 1, rows))
            if kind == "batch"
            else ((0, 0, width, 1), (cols - width, 2, width, 1))
        )
        for i, j in np.ndindex(rows, cols):
            role = next(
                (
                    role
                    for role, (x, y, w, h) in (("data", first), ("other", second))
                    if x <= j < x + w and y <= i < y + h
                ),
                "quiet",
            )
            fill = page.tint(role, 0.35 if role != "quiet" else 0.06)
            spot = (left + j, top + i)
            page.ax.add_patch(
                Rectangle(spot, 1, 1, fc=fill, ec=page.colours["line"], lw=0.8)
            )
        for (x, y, w, h), role in ((first, "data"), (second, "other")):
            page.frame(left + x, top + y, w, h, role, dashed=role == "other")
        words = "C channels" if cell else "D features"
        page.text(left + cols / 2, top - 0.45, words, "quiet", 9)
        title = _TITLES[kind].format(groups=groups)
        page.text(left + cols / 2, top + rows + 0.7, title, size=10)
        caption = _CAPTIONS[kind]
        page.text(left + cols / 2, top + rows + 1.5, caption, "quiet", 9)
    if cell:
        words = f"each cell stands for {cell}"
        page.text(page.ax.get_xlim()[1] / 2, rows + 4.0, words, "quiet", 9)
    return page.fig


def gradient_parts(theme: str = "light") -> "Figure":
    """Draw a gradient as a sum: the parts that normalisation removes, and the rest.

    Parameters
    ----------
    theme : {"light", "dark"}, optional
        Paper and colours.

    Returns
    -------
    figure : matplotlib.figure.Figure
        Four columns of four numbers.
    """
    normal, grad = np.array([-1, -1, 1, 1]), np.array([3, -1, 4, 2])
    level = np.full(4, grad.mean())
    along = (grad * normal).mean() * normal
    page = Page(19.5, 7.4, theme)
    for place, (values, role, words, note) in enumerate(
        (
            (grad, "grad", "$g$", "the gradient"),
            (level, "quiet", "shift", "shifts the batch:\nremoved"),
            (along, "data", "scale", r"points along $\hat x$:" + "\nremoved"),
            (grad - level - along, "grad", "rest", "reaches $x$"),
        )
    ):
        left = 1.7 + 5.2 * place
        page.matrix(left, 1.4, values[:, None], role=role)
        page.text(left + 0.5, 0.8, words, role, 10.5)
        page.text(left + 0.5, 6.4, note, "quiet", 9)
        if place:
            page.text(left - 2.1, 3.4, "=" if place == 1 else "+", size=14)
    return page.fig
