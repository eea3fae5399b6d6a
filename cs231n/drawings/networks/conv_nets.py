"""Drawings of convolutional networks: their volumes, and blocks that skip."""

from typing import TYPE_CHECKING, Any

from matplotlib.patches import Rectangle

from cs231n.drawings.page import Page

if TYPE_CHECKING:
    from matplotlib.figure import Figure

#: Centre, side and number of sheets of each volume, with its shape and its name.
_VOLUMES = (
    (2.6, 3.4, 3, "3 × 32 × 32", "images"),
    (9.4, 3.4, 6, "32 × 32 × 32", "feature maps"),
    (16.2, 1.9, 6, "32 × 16 × 16", "pooled"),
)
_ROWS = (
    (21.2, 4.8, "8192", "flat"),
    (26.0, 2.6, "100", "hidden"),
    (30.8, 1.3, "10", "scores"),
)


def conv_stages(theme: str = "light") -> "Figure":
    """Draw the three-layer network as volumes that change their shape.

    Parameters
    ----------
    theme : {"light", "dark"}, optional
        Paper and colours.

    Returns
    -------
    figure : matplotlib.figure.Figure
        Sheets for channels, bars for rows of units, and where parameters enter.
    """
    page, y = Page(33.4, 9.6, theme, inch=0.3), 4.6
    for x, side, sheets, shape, name in _VOLUMES:
        _sheets(page, (x, y), side, sheets)
        page.text(x + 0.3, 7.9, shape, "data", 9)
        page.text(x + 0.3, 8.8, name, "quiet", 9)
    for x, height, shape, name in _ROWS:
        style: dict[str, Any] = {"fc": page.tint("data"), "lw": 1.3}
        style["ec"] = page.colours["data"]
        corner = (x - 0.3, y - height / 2)
        page.ax.add_patch(Rectangle(corner, 0.6, height, **style))
        page.text(x, 7.9, shape, "data", 9)
        page.text(x, 8.8, name, "quiet", 9)
    for start, end, words, params in (
        (5.2, 7.2, "conv, ReLU", "$W_1, b_1$"),
        (12.6, 14.6, "pool", ""),
        (18.5, 20.4, "flatten", ""),
        (21.9, 25.3, "affine, ReLU", "$W_2, b_2$"),
        (26.7, 30.1, "affine", "$W_3, b_3$"),
    ):
        page.arrow((start, y), (end, y), "ink", 1.4)
        page.text((start + end) / 2, y - 0.8, words, size=8.5)
        page.text((start + end) / 2, 1.0, params, "learned", 11)
        if params:
            page.arrow(
                ((start + end) / 2, 1.5), ((start + end) / 2, 3.3), "learned", 1.1
            )
    return page.fig


def _sheets(page, centre, side, count):
    """Draw channels as sheets, the first in front."""
    style = {"fc": page.tint("data"), "ec": page.colours["data"], "lw": 1.0}
    for k in reversed(range(count)):
        shift = 0.22 * k
        corner = (centre[0] - side / 2 + shift, centre[1] - side / 2 - shift)
        page.ax.add_patch(Rectangle(corner, side, side, zorder=3 - 0.1 * k, **style))


def skip_connection(theme: str = "light") -> "Figure":
    """Draw a residual block: what computes, and what carries its input past.

    Parameters
    ----------
    theme : {"light", "dark"}, optional
        Paper and colours.

    Returns
    -------
    figure : matplotlib.figure.Figure
        Five layers in a row, a sum and a ReLU; an arc from the input to the sum.
    """
    page, y = Page(28.4, 6.6, theme, inch=0.31), 4.2
    names = ("conv", "norm", "ReLU", "conv", "norm")
    x = 1.0
    page.text(x, y, "$x$", "data", 14)
    for k, name in enumerate(names):
        step = 3.6
        page.arrow((x + (0.7 if k == 0 else 1.15), y), (x + step - 1.15, y))
        x += step
        page.box((x, y), name, 2.3, "learned" if name != "ReLU" else "ink")
    page.arrow((x + 1.15, y), (x + 2.2, y))
    page.node((x + 2.85, y), "+")
    page.arrow((x + 3.5, y), (x + 4.5, y))
    page.box((x + 5.65, y), "ReLU", 2.3, "ink")
    page.arrow((x + 6.8, y), (x + 8.0, y))
    page.text(x + 8.5, y, "$y$", "data", 14)
    colour = page.colours["data"]
    page.ax.plot([1.9, 1.9, x + 2.85], [y, 1.5, 1.5], color=colour, lw=2.4)
    page.arrow((x + 2.85, 1.5), (x + 2.85, y - 0.65), "data", 2.4)
    page.text((x + 3) / 2 + 0.6, 0.9, "skip connection: carries $x$ past", "data", 9.5)
    page.text((x + 3) / 2 + 0.6, 5.6, "$f(x)$: computes", "learned", 9.5)
    return page.fig
