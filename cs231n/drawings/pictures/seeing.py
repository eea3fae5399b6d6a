"""Drawings of how one looks into a network: gradients to pixels, weighted maps."""

from typing import TYPE_CHECKING

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
        page.text(
            x + 1, 4.9, f"weight {weight}".replace("-", "\N{MINUS SIGN}"), "grad", 9
        )
        page.text(x + 1, 5.8, "mean gradient", "grad", 7.5)
        page.text(x + 3.1, 3, "+" if i < 2 else "=", "ink", 12)
    page.matrix(15.6, 2, [[-3, 4], [0, 8]], role="quiet")
    page.text(16.6, 1.2, "weighted sum", "quiet", 8.5)
    page.arrow((18.1, 3), (20.1, 3), "ink", 1.4)
    page.text(19.1, 2.3, "ReLU", "ink", 8.5)
    page.matrix(20.6, 2, [[0, 4], [0, 8]], {(1, 1): "learned"}, role="learned")
    page.text(21.6, 1.2, "Grad-CAM", "learned", 9)
    return page.fig
