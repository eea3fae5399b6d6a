"""Drawings of layers as matrices, as graphs, and joined to a network."""

from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from cs231n.drawings.page import Page

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def affine_rows(theme: str = "light") -> "Figure":
    """Draw two small images as rows, times weights, plus biases.

    Parameters
    ----------
    theme : {"light", "dark"}, optional
        Paper and colours.

    Returns
    -------
    figure : matplotlib.figure.Figure
        The second image and what becomes of it is marked.
    """
    images = np.array([[[1, 0], [2, 1]], [[0, 3], [1, 0]]])
    weights = np.array([[1, 0, 2], [0, 1, -1], [1, 1, 0], [2, 0, 1]])
    biases = np.array([[1, 0, -1]])
    rows = images.reshape(2, 4)
    page = Page(25.4, 6.6, theme, inch=0.34)
    for top, image, mark in ((0.6, images[0], ""), (3.2, images[1], "other")):
        marks = {(i, j): mark for i in range(2) for j in range(2)} if mark else None
        page.matrix(0.5, top, image, marks)
    page.arrow((2.8, 2.9), (4.5, 2.9), "data")
    page.text(3.6, 2.3, "flatten", "quiet", 8.5)
    page.matrix(4.8, 1.9, rows, {(1, j): "other" for j in range(4)})
    page.text(9.5, 2.9, "times", "quiet", 9)
    page.matrix(10.3, 0.9, weights, role="learned")
    page.text(14.2, 2.9, "plus", "quiet", 9)
    page.matrix(15.1, 2.4, biases, role="learned")
    page.arrow((18.5, 2.9), (20.2, 2.9), "data")
    out = rows @ weights + biases
    page.matrix(20.6, 1.9, out, {(1, j): "other" for j in range(3)})
    for x, words, role in (
        (1.5, "2 images", "data"),
        (6.8, "$X$, (N, D) = (2, 4)", "data"),
        (11.8, "$W$, (D, M) = (4, 3)", "learned"),
        (16.6, "$b$, (M,) = (3,)", "learned"),
        (22.1, "out, (N, M) = (2, 3)", "data"),
    ):
        page.text(x, 5.9, words, role, 9)
    return page.fig


def affine_graph(theme: str = "light") -> "Figure":
    """Draw the computational graph of an affine layer, with shapes and gradients.

    Parameters
    ----------
    theme : {"light", "dark"}, optional
        Paper and colours.

    Returns
    -------
    figure : matplotlib.figure.Figure
        Values run right, gradients run left.
    """
    page = Page(22.4, 8.4, theme, inch=0.36)
    times, plus = np.array([8.2, 3.4]), np.array([14.2, 3.4])
    page.node(times, "@")
    page.node(plus, "+")
    page.box((1.9, 3.4), "$X$  (N, D)", 2.8)
    page.box((8.2, 7.2), "$W$  (D, M)", 2.8, "learned")
    page.box((14.2, 7.2), "$b$  (M,)", 2.6, "learned")
    page.box((20.4, 3.4), "out  (N, M)", 2.8)
    for start, end in (((3.4, 3.4), times), (times, plus), (plus, (19.6, 3.4))):
        _both_ways(page, start, end)
    for node in (times, plus):
        _both_ways(page, (node[0], 6.6), node, role="learned")
    for x, y, words in (
        (16.9, 4.4, "dout  (N, M)"),
        (11.2, 4.4, "dout  (N, M)"),
        (5.5, 4.4, "dx  (N, D)"),
        (10.1, 5.6, "dw  (D, M)"),
        (15.8, 5.6, "db  (M,)"),
    ):
        page.text(x, y, words, "grad", 9)
    words = "a gradient has the shape of the value that it belongs to"
    page.text(11.2, 1.0, words, "quiet", 9)
    return page.fig


def _both_ways(page: Page, start: Any, end: Any, role: str = "data") -> None:
    """Draw a value's arrow, and beside it the gradient's arrow back."""
    start, end = np.array(start, float), np.array(end, float)
    along = (end - start) / np.hypot(*(end - start))
    across = np.array([-along[1], along[0]])
    first, last = start + 0.15 * along, end - 0.75 * along
    page.arrow(first - 0.2 * across, last - 0.2 * across, role, 1.8)
    page.arrow(last + 0.2 * across, first + 0.2 * across, "grad", 1.8)


def relu_gate(theme: str = "light") -> "Figure":
    """Draw which entries a ReLU lets pass, forward and backward.

    Parameters
    ----------
    theme : {"light", "dark"}, optional
        Paper and colours.

    Returns
    -------
    figure : matplotlib.figure.Figure
        Input and output above, gradients below.
    """
    x = np.array([[4, -1, 2], [-3, 1, -2]])
    dout = np.array([[7, 5, -6], [9, -8, 3]])
    passes = x > 0
    marks = {(int(i), int(j)): "data" for i, j in np.argwhere(passes)}
    page = Page(15.6, 7.4, theme, inch=0.36)
    page.matrix(2.0, 0.9, x, marks)
    page.matrix(10.2, 0.9, np.where(passes, x, 0), marks)
    back: dict[tuple[int, int], str] = dict.fromkeys(marks, "grad")
    page.matrix(2.0, 4.3, np.where(passes, dout, 0), back, "grad")
    page.matrix(10.2, 4.3, dout, back, "grad")
    page.arrow((5.6, 1.9), (9.6, 1.9), "data")
    page.arrow((9.6, 5.3), (5.6, 5.3), "grad")
    page.text(7.6, 1.3, "ReLU", "data", 9.5)
    page.text(7.6, 4.7, "the same gates", "grad", 9)
    for at, words, role in (
        ((1.6, 1.9), "$x$", "data"),
        ((13.6, 1.9), "out", "data"),
        ((1.6, 5.3), "dx", "grad"),
        ((13.6, 5.3), "dout", "grad"),
    ):
        page.text(*at, words, role, 10.5, ha="right" if at[0] < 5 else "left")
    page.text(7.8, 6.9, "bold: open, since the input is positive", "quiet", 9)
    return page.fig


def net_chain(theme: str = "light") -> "Figure":
    """Draw a two-layer network as a chain of layers with caches and gradients.

    Parameters
    ----------
    theme : {"light", "dark"}, optional
        Paper and colours.

    Returns
    -------
    figure : matplotlib.figure.Figure
        Values run right, gradients run left, and parameters come from above.
    """
    page = Page(28.2, 8.2, theme, inch=0.31)
    y, stops = 4.2, (6.6, 11.8, 17.0, 22.4)
    names = ("affine", "ReLU", "affine", "softmax\nloss")
    for x, name in zip(stops, names, strict=True):
        page.box((x, y), name, 2.4, "ink", 9)
        page.arrow((x, y + 0.75), (x, y + 2.0), "quiet", 1.2)
        page.text(x, y + 2.4, "cache", "quiet", 8.5)
    ends = [1.6, *stops, 27.0]
    shapes = ("(N, D)", "(N, H)", "(N, H)", "(N, C)", "")
    for k, (left, right) in enumerate(pairwise(ends)):
        first = left + (0.6 if k == 0 else 1.3)
        last = right - (0.5 if k == 4 else 1.3)
        page.arrow((first, y - 0.2), (last, y - 0.2), "data", 1.8)
        page.arrow((last, y + 0.2), (first, y + 0.2), "grad", 1.8)
        page.text((first + last) / 2, y - 0.85, shapes[k], "data", 8.5)
    page.text(1.4, y, "$X$", "data", 14)
    page.text(27.2, y, "$L$", "ink", 14)
    for x, number in ((stops[0], 1), (stops[2], 2)):
        _parameters(page, x, y, number)
    page.text((ends[4] + ends[5]) / 2 + 0.3, y + 1.0, "1", "grad", 9)
    words = "dashed: each backward function takes its own cache"
    page.text(14.4, 7.7, words, "quiet", 9)
    return page.fig


def _parameters(page: Page, x: float, y: float, number: int) -> None:
    words = rf"$W_{number}, b_{number}$"
    page.text(x, 1.0, words, "learned", 11)
    page.arrow((x - 0.25, 1.6), (x - 0.25, y - 0.75), "learned", 1.8)
    page.arrow((x + 0.25, y - 0.75), (x + 0.25, 1.6), "grad", 1.8)
    gradients = rf"$dW_{number}, db_{number}$"
    page.text(x + 0.6, 2.3, gradients, "grad", 9.5, ha="left")
