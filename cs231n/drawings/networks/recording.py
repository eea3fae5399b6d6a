"""Drawings of a tape: repeated and summed values, the loop, one step or several."""

from typing import TYPE_CHECKING

import numpy as np

from cs231n.drawings.minus import MINUS
from cs231n.drawings.page import Page

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_BATCH = np.array([[1, 2, 3], [4, 5, 6]])


def broadcast_back(theme: str = "light") -> "Figure":
    """Draw a bias that is repeated, and its gradient, which is a sum.

    Parameters
    ----------
    theme : {"light", "dark"}, optional
        Paper and colours.

    Returns
    -------
    figure : matplotlib.figure.Figure
        One column is marked.
    """
    bias, column = np.array([[10, 20, 30]]), {(0, 1): "grad", (1, 1): "grad"}
    page = Page(16.6, 6.0, theme)
    page.matrix(0.6, 2.0, bias, role="learned")
    page.text(2.1, 1.5, "b, shape (3,)", "learned", 9)
    page.arrow((4.0, 2.3), (5.8, 2.3), "data")
    page.text(4.9, 1.6, "repeat", "quiet", 9)
    page.matrix(6.2, 1.6, np.repeat(bias, 2, axis=0), role="learned")
    page.text(7.7, 1.1, "as added, (2, 3)", "learned", 9)
    page.matrix(11.6, 1.6, _BATCH, column)
    page.text(13.1, 1.1, "upstream gradient", "grad", 9)
    page.arrow((13.1, 3.9), (13.1, 4.7), "grad")
    page.matrix(11.6, 4.8, _BATCH.sum(axis=0, keepdims=True), {(0, 1): "grad"})
    page.text(10.9, 5.3, "sum over rows", "grad", 9, ha="right")
    return page.fig


def sum_back(theme: str = "light") -> "Figure":
    """Draw a sum along rows, and its gradient, which is a repetition.

    Parameters
    ----------
    theme : {"light", "dark"}, optional
        Paper and colours.

    Returns
    -------
    figure : matplotlib.figure.Figure
        Forward on the left, backward on the right.
    """
    upstream = np.array([[10], [20]])
    page = Page(16.0, 5.4, theme)
    page.matrix(0.8, 1.4, _BATCH)
    page.text(2.3, 0.9, "x, shape (2, 3)", "data", 9)
    page.arrow((4.1, 2.2), (6.1, 2.2), "data")
    page.text(5.1, 1.6, "sum, axis 1", "quiet", 8.5)
    page.matrix(6.5, 1.4, _BATCH.sum(axis=1, keepdims=True))
    page.matrix(8.9, 1.4, upstream, dict.fromkeys(np.ndindex(2, 1), "grad"))
    page.text(9.4, 0.9, "upstream", "grad", 9)
    page.arrow((10.2, 2.6), (12.1, 2.6), "grad")
    spread = np.repeat(upstream, 3, axis=1)
    page.matrix(12.4, 1.4, spread, dict.fromkeys(np.ndindex(2, 3), "grad"))
    page.text(13.9, 0.9, "gradient of x", "grad", 9)
    page.text(3.9, 4.4, "forward: many become one", "quiet", 9)
    page.text(12.1, 4.4, "backward: one becomes many", "quiet", 9)
    return page.fig


def recorded_loop(theme: str = "light") -> "Figure":
    """Draw the loop of training as a ring of four boxes.

    Parameters
    ----------
    theme : {"light", "dark"}, optional
        Paper and colours.

    Returns
    -------
    figure : matplotlib.figure.Figure
        Below each box stands what becomes of the record or of the gradients.
    """
    page = Page(17.2, 4.6, theme)
    boxes = (
        ("loss", "recorded", "data"),
        ("backward", "grad filled", "grad"),
        ("update", "not recorded", "learned"),
        ("forget", "grad None", "other"),
    )
    for i, (words, below, role) in enumerate(boxes):
        x = 2.2 + 4.3 * i
        page.box((x, 1.5), words, 3.0, role, 9.5)
        page.text(x, 2.7, below, "quiet", 8.5)
        if i:
            page.arrow((x - 2.7, 1.5), (x - 1.6, 1.5))
    last = 2.2 + 4.3 * 3
    page.ax.plot(
        [last, last, 2.2, 2.2],
        [3.2, 4.0, 4.0, 3.6],
        color=page.colours["quiet"],
        lw=1.2,
    )
    page.arrow((2.2, 3.7), (2.2, 3.1), "quiet")
    return page.fig


def fused_step(theme: str = "light") -> "Figure":
    """Draw a sigmoid as three recorded steps, and as one.

    Parameters
    ----------
    theme : {"light", "dark"}, optional
        Paper and colours.

    Returns
    -------
    figure : matplotlib.figure.Figure
        Two panels, each with what is kept.
    """
    page = Page(18.0, 5.2, theme)
    page.text(4.2, 0.7, "sigmoid in small steps", "quiet", 9)
    for x, sign in [(1.9, f"×{MINUS}1"), (4.2, "exp"), (6.5, "1/(1+·)")]:
        page.node((x, 2.3), sign, radius=0.8, size=7)
    page.text(4.2, 4.1, "3 steps, 3 arrays kept", "quiet", 9)
    page.text(13.9, 0.7, "sigmoid as one step", "quiet", 9)
    page.box((13.9, 2.3), "forward, backward", 4.4, "other", 9)
    page.text(13.9, 4.1, "1 step, 1 cache kept", "quiet", 9)
    for left, starts, length in (
        (0.4, (0.7, 2.7, 5.0, 7.3), 0.75),
        (10.3, (10.7, 16.2), 0.9),
    ):
        page.text(left, 2.3, "x", "data", 12)
        for x in starts:
            page.arrow((x, 2.15), (x + length, 2.15), "data", 1.4)
            page.arrow((x + length, 2.55), (x, 2.55), "grad", 1.4)
    return page.fig


def parameter_names(theme: str = "light") -> "Figure":
    """Draw a tree of modules, and the names of the parameters in it.

    Parameters
    ----------
    theme : {"light", "dark"}, optional
        Paper and colours.

    Returns
    -------
    figure : matplotlib.figure.Figure
        Modules above, parameters below.
    """
    page = Page(15.0, 6.4, theme)
    page.box((7.5, 1.0), "net", 2.6, "other", 10)
    for x, name in [(3.6, "first"), (11.4, "second")]:
        page.arrow((7.5, 1.7), (x, 2.7), "quiet", 1.2)
        page.box((x, 3.3), name, 2.8, "other", 10)
        for dx, leaf in [(-1.6, "w"), (1.6, "b")]:
            page.arrow((x, 3.95), (x + dx, 4.7), "quiet", 1.2)
            page.box((x + dx, 5.3), f"{name}.{leaf}", 2.9, "learned", 8.5)
    return page.fig


def shared_array(theme: str = "light") -> "Figure":
    """Draw one gradient to which two entries of a dictionary point.

    Parameters
    ----------
    theme : {"light", "dark"}, optional
        Paper and colours.

    Returns
    -------
    figure : matplotlib.figure.Figure
        A sum on the left, the dictionary on the right.
    """
    page = Page(15.6, 5.6, theme)
    page.node((2.2, 2.6), "+")
    page.text(2.2, 1.4, "back(g) returns (g, g)", "quiet", 8.5)
    page.matrix(6.4, 2.1, np.array([[1, 1]]), dict.fromkeys(np.ndindex(1, 2), "grad"))
    page.text(7.4, 1.6, "one array g", "grad", 8.5)
    page.arrow((3.1, 2.6), (6.2, 2.6), "grad", 1.5)
    for y, name in [(1.2, "grads[x]"), (4.2, "grads[y]")]:
        page.box((12.6, y), name, 3.2, "learned", 9)
        page.arrow((8.6, 2.6), (10.9, y), "quiet", 1.2)
    return page.fig
