"""A residual block that is told a context: what goes in, and what comes back."""

import itertools
from typing import TYPE_CHECKING

from cs231n.drawings.page import Page

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["context_block", "context_gradients"]

#: Centres of the parts on the way, and what stands between x and y.
BOXES = (
    *((3.2, "norm"), (6.0, "silu"), (8.8, "conv 1")),
    *((14.4, "norm"), (17.2, "silu"), (20.0, "conv 2")),
)
SUMS = (11.6, 23.4)
STOPS = (1.3, 3.2, 6.0, 8.8, 11.6, 14.4, 17.2, 20.0, 23.4, 26.7)


def context_block(theme: str = "light") -> "Figure":
    """Draw a residual block that is told a context.

    Parameters
    ----------
    theme : {"light", "dark"}, optional
        Paper and colours.

    Returns
    -------
    figure : matplotlib.figure.Figure
        From x on the left to y on the right.
    """
    page = _parts(theme)
    page.text(0.8, 3.6, "x", "data", 12)
    page.text(27.2, 3.6, "y", "data", 12)
    page.text(2.6, 6.6, "context", "other", 11)
    for a, b in itertools.pairwise(STOPS):
        page.arrow((a + _gap(a), 3.6), (b - _gap(b), 3.6), "data", 1.4)
    page.ax.plot([1.3, 1.3, 23.4], [3.3, 1.2, 1.2], color=page.colours["data"], lw=1.4)
    page.arrow((23.4, 1.2), (23.4, 2.95), "data", 1.4)
    page.text(12.4, 0.7, "residual connection", "data", 9)
    page.arrow((3.9, 6.6), (4.85, 6.6), "other", 1.4)
    page.arrow((7.15, 6.6), (7.95, 6.6), "other", 1.4)
    page.ax.plot([10.4, 11.6], [6.6, 6.6], color=page.colours["other"], lw=1.4)
    page.arrow((11.6, 6.6), (11.6, 4.25), "other", 1.4)
    page.text(12.2, 5.6, "one number per feature map", "other", 9, ha="left")
    return page.fig


def context_gradients(theme: str = "light") -> "Figure":
    """Draw how gradients come back through a residual block.

    Parameters
    ----------
    theme : {"light", "dark"}, optional
        Paper and colours.

    Returns
    -------
    figure : matplotlib.figure.Figure
        From dout on the right to dx on the left, and down to the context.
    """
    page = _parts(theme)
    page.text(27.0, 3.6, "dout", "grad", 12)
    page.text(0.6, 3.6, "dx", "grad", 12)
    page.text(2.2, 6.6, "dcontext", "grad", 11)
    for a, b in itertools.pairwise(STOPS):
        page.arrow((b - _gap(b), 3.6), (a + _gap(a), 3.6), "grad", 1.4)
    line = {"color": page.colours["grad"], "lw": 1.4, "ls": (0, (3, 1.8))}
    page.ax.plot([23.4, 23.4, 1.3], [2.95, 1.2, 1.2], **line)
    page.arrow((1.3, 1.2), (1.3, 3.3), "grad", 1.4)
    page.text(12.4, 0.7, "dout, unchanged", "grad", 9)
    page.ax.plot([11.6, 11.6], [4.25, 6.6], **line)
    page.arrow((11.6, 6.6), (10.45, 6.6), "grad", 1.4)
    page.arrow((7.95, 6.6), (7.15, 6.6), "grad", 1.4)
    page.arrow((4.85, 6.6), (3.9, 6.6), "grad", 1.4)
    page.text(12.2, 5.6, "one number per feature map", "grad", 9, ha="left")
    return page.fig


def _parts(theme):
    """Draw what stands between x, the context and y."""
    page = Page(28, 8, theme, inch=0.32)
    for x, word in BOXES:
        page.box((x, 3.6), word, 2.2, "quiet" if word == "silu" else "learned")
    for x in SUMS:
        page.node((x, 3.6), "+")
    page.box((6.0, 6.6), "silu", 2.2, "quiet")
    page.box((9.2, 6.6), "linear", 2.4, "learned")
    return page


def _gap(stop):
    """Return how far arrows stay away from what stands there."""
    if stop in (STOPS[0], STOPS[-1]):
        return 0
    return 0.65 if stop in SUMS else 1.15
