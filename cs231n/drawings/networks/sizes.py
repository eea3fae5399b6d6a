"""Drawings about sizes: shapes along a convnet, what an output sees, costs."""

from itertools import pairwise
from typing import TYPE_CHECKING

from cs231n.drawings.networks.training import panels
from cs231n.drawings.page import THEMES, Page

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def convnet_shapes(theme: str = "light") -> "Figure":
    """Draw the shapes along a convnet of three layers, on a small image.

    Parameters
    ----------
    theme : {"light", "dark"}, optional
        Paper and colours.

    Returns
    -------
    figure : matplotlib.figure.Figure
        An image of 3 channels and 8 by 8 pixels, 4 and 2 filters, 10 classes.
    """
    page = Page(29.0, 8.2, theme, inch=0.31)
    y, stops = 4.6, (2.6, 9.0, 15.4, 21.4, 26.8)
    shapes = ("(3, 8, 8)", "(4, 8, 8)", "(2, 8, 8)", "(128,)", "(10,)")
    for x, shape in zip(stops, shapes, strict=True):
        sheets = int(shape[1]) if shape.count(",") == 2 else 0
        for k in reversed(range(sheets)):
            _sheet(page, x - 0.9 + 0.22 * k, y - 0.9 - 0.22 * k)
        if not sheets:
            half = 1.5 if shape == "(128,)" else 0.8
            page.frame(x - 0.2, y - half, 0.4, 2 * half, "data")
        page.text(x, 7.2, shape, "data", 10)
    steps = (
        ("conv, ReLU", "(4, 3, 5, 5), (4,)"),
        ("conv, ReLU", "(2, 4, 3, 3), (2,)"),
        ("flatten", ""),
        ("linear", "(128, 10), (10,)"),
    )
    for (left, right), (name, held) in zip(pairwise(stops), steps, strict=True):
        middle = (left + right) / 2 + 0.1
        page.arrow((left + 1.9, y), (right - 1.5, y), "data", 1.8)
        page.text(middle, y + 0.75, name, "ink", 8.5)
        if held:
            page.text(middle, 0.8, held, "learned", 9)
            page.arrow((middle, 1.3), (middle, y - 0.5), "learned", 1.3)
    return page.fig


def _sheet(page, x, y):
    """Draw a channel: a square with a little grid."""
    page.ax.fill(
        [x, x + 1.8, x + 1.8, x],
        [y, y, y + 1.8, y + 1.8],
        fc=page.tint("data", 0.16),
        ec=page.colours["data"],
        lw=1.1,
        zorder=2,
    )


def fan_in(theme: str = "light") -> "Figure":
    """Draw the numbers that one output of a convolution sees.

    Parameters
    ----------
    theme : {"light", "dark"}, optional
        Paper and colours.

    Returns
    -------
    figure : matplotlib.figure.Figure
        Two channels, a window of 3 by 3, and one output.
    """
    page = Page(21.0, 7.6, theme, inch=0.34)
    for channel, top in ((0, 0.6), (1, 3.9)):
        for i in range(3):
            for j in range(5):
                inside = 1 <= j <= 3
                page.cell((1.0 + j, top + i), "data", 0.35 if inside else 0.06)
        page.frame(2.0, top, 3, 3, "learned")
        page.text(0.7, top + 1.5, f"channel {channel}", "quiet", 8.5, rotation=90)
        page.arrow((6.4, top + 1.5), (9.3, 3.5 + 0.2 * channel), "data", 1.6)
    page.node((10.2, 3.7), "Σ")
    page.arrow((11.1, 3.7), (13.2, 3.7), "data", 1.8)
    page.cell((13.5, 3.2), "other", 0.35)
    page.text(14.0, 5.0, "one output", "other", 9)
    page.text(15.2, 1.6, "fan_in = 2 · 3 · 3 = 18", "ink", 11)
    return page.fig


def pool_costs(theme: str = "light") -> "Figure":
    """Draw what convolutions cost if the image stays large, and if pooling halves it.

    Parameters
    ----------
    theme : {"light", "dark"}, optional
        Paper and colours.

    Returns
    -------
    figure : matplotlib.figure.Figure
        Filters double from layer to layer: 16, 32, 64, 128.
    """
    colours = THEMES[theme]
    filters = (16, 32, 64, 128)
    fig, axes = panels(("side stays 32", "pooling halves the side"), colours)
    for ax, sides in zip(axes, ((32, 32, 32), (32, 16, 8)), strict=True):
        costs = [
            9 * few * many * side**2 / 1e6
            for (few, many), side in zip(pairwise(filters), sides, strict=True)
        ]
        ax.barh(range(3), costs, 0.55, color=colours["data"])
        for k, cost in enumerate(costs):
            ax.text(
                cost + 1.5, k, f"{cost:.1f}", color=colours["ink"], size=9, va="center"
            )
        names = [
            f"{few} to {many}, {side}×{side}"
            for (few, many), side in zip(pairwise(filters), sides, strict=True)
        ]
        ax.set_yticks(range(3), names)
        ax.set(xlim=(0, 92), ylim=(2.6, -0.6))
        ax.set_xlabel(
            "million multiplications an image", color=colours["quiet"], size=9
        )
    return fig
