"""Drawings of deep networks: their layers, their caches, and how signals fare."""

from typing import TYPE_CHECKING

from cs231n.drawings.page import Page

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def deep_stack(switches: bool = False, theme: str = "light") -> "Figure":
    """Draw a network with two hidden layers as a row of layers.

    Parameters
    ----------
    switches : bool, optional
        Whether to show where normalisation and dropout stand.
    theme : {"light", "dark"}, optional
        Paper and colours.

    Returns
    -------
    figure : matplotlib.figure.Figure
        Each hidden layer is framed.
    """
    hidden = ["affine", "norm", "ReLU", "dropout"] if switches else ["affine", "ReLU"]
    gap, width = (3.2, 2.1) if switches else (3.6, 2.4)
    names = [*hidden, *hidden, "affine", "softmax\nloss"]
    page = Page(gap * (len(names) + 1) + 1.4, 6.6, theme, inch=0.29)
    page.text(0.9, 3.0, "$X$", "data", 13)
    x, block = 0.9, len(hidden)
    for k, name in enumerate(names):
        step = gap - 0.4 if k == 0 else gap
        page.arrow((x + (0.5 if k == 0 else width / 2), 3), (x + step - width / 2, 3))
        x += step
        role = "other" if name in ("norm", "dropout") else "ink"
        page.box((x, 3.0), name, width, role, 8.5)
        if name in ("norm", "dropout"):
            page.frame(x - width / 2 - 0.12, 2.28, width + 0.24, 1.44, "other", True)
        if name == "affine":
            number = k // block + 1
            page.text(x, 4.5, rf"$W_{number}, b_{number}$", "learned", 10)
        if name == "norm":
            number = k // block + 1
            words = rf"$\gamma_{number}, \beta_{number}$"
            page.text(x, 4.5, words, "learned", 10)
        if k in (block - 1, 2 * block - 1):
            left = x - (block - 1) * gap - width / 2 - 0.4
            page.frame(left, 1.6, (block - 1) * gap + width + 0.8, 3.6, "line")
            words = f"hidden layer {k // block + 1}"
            page.text(left + 0.2, 1.1, words, "quiet", 9, ha="left")
    page.arrow((x + width / 2, 3.0), (x + gap - 1.0, 3.0))
    page.text(x + gap - 0.5, 3.0, "$L$", size=13)
    words = "dashed: present only if its switch is on" if switches else ""
    page.text(0.6, 6.0, words, "other", 9, ha="left")
    return page.fig


def cache_stack(theme: str = "light") -> "Figure":
    """Draw how caches pile up forward and are taken away backward.

    Parameters
    ----------
    theme : {"light", "dark"}, optional
        Paper and colours.

    Returns
    -------
    figure : matplotlib.figure.Figure
        Three layers; the last cache is used first.
    """
    page = Page(27.6, 7.6, theme, inch=0.31)
    columns = [1, 2, 3, 3, 2, 1]
    for k, height in enumerate(columns):
        x = 2.6 + 4.3 * k + (0.9 if k > 2 else 0)
        forward = k < 3
        for level in range(height):
            top = level == height - 1
            role = ("data" if forward else "grad") if top else "quiet"
            words = f"cache {level + 1}"
            page.box((x, 5.2 - 1.4 * level), words, 2.9, role, 9)
        words = f"forward {k + 1}" if forward else f"backward {6 - k}"
        page.text(x, 6.5, words, "data" if forward else "grad", 9.5)
    page.arrow((13.2, 3.8), (14.6, 3.8), "ink")
    page.text(13.9, 3.1, "loss", "ink", 9)
    words = "each column: what is kept; strong: what this layer writes or reads"
    page.text(13.8, 0.8, words, "quiet", 9)
    return page.fig


def signal_depth(theme: str = "light") -> "Figure":
    """Draw activations that shrink, stay and grow from layer to layer.

    Parameters
    ----------
    theme : {"light", "dark"}, optional
        Paper and colours.

    Returns
    -------
    figure : matplotlib.figure.Figure
        Eight layers in each of three rows; the radius is the standard deviation.
    """
    page = Page(27.0, 8.6, theme, inch=0.31)
    for row, (factor, words, role) in enumerate(
        (
            (0.7, "vanishes", "data"),
            (1.0, "stays", "learned"),
            (1.22, "explodes", "grad"),
        )
    ):
        y = (1.5, 3.6, 6.1)[row]
        page.text(0.4, y, f"times {factor:g} a layer", "ink", 9.5, ha="left")
        for layer in range(9):
            radius = 0.22 * factor**layer
            style = {"radius": radius, "share": 0.3}
            page.node((6.6 + 2.0 * layer, y), "", role, **style)
        page.text(26.6, y, words, role, 10, ha="right")
    page.text(6.6, 8.1, "input", "quiet", 9)
    page.text(22.6, 8.1, "layer 8", "quiet", 9)
    return page.fig
