"""Drawings of windows: how convolution and pooling move numbers."""

from typing import TYPE_CHECKING

import numpy as np

from cs231n.drawings.page import Page

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def window_columns(
    image: np.ndarray, kernel: np.ndarray, theme: str = "light"
) -> "Figure":
    """Draw im2col: windows become columns, the convolution becomes one product.

    Parameters
    ----------
    image : ndarray of shape (H, W)
        Small whole numbers.
    kernel : ndarray of shape (HH, WW)
        One filter, not larger than the image.
    theme : {"light", "dark"}, optional
        Paper and colours.

    Returns
    -------
    figure : matplotlib.figure.Figure
        The drawing; the first and the last window are marked.
    """
    (h, w), (kh, kw) = image.shape, kernel.shape
    places = [(i, j) for i in range(h - kh + 1) for j in range(w - kw + 1)]
    columns = np.array([image[i : i + kh, j : j + kw].ravel() for i, j in places]).T
    size, count = columns.shape
    row, col, out = w + 3.8, w + 5.2 + size, w + 6.6 + size + count
    page = Page(out + count + 0.8, size + 2.2, theme)
    top, middle, picks = 0.7, 0.7 + size / 2, {0: "data", count - 1: "other"}
    marks = {(r, n): role for n, role in picks.items() for r in range(size)}
    page.matrix(0.8, middle - h / 2, image)
    page.matrix(row, middle - 0.5, kernel.ravel(), role="learned")
    page.matrix(col, top, columns, marks)
    page.matrix(out, middle - 0.5, kernel.ravel() @ columns, marks)
    for n, role in picks.items():
        i, j = places[n]
        page.frame(0.8 + j, middle - h / 2 + i, kw, kh, role, dashed=n > 0)
        page.frame(col + n, top, 1, size, role, dashed=n > 0)
    page.arrow((w + 1.2, middle), (w + 3.2, middle), lw=1.3)
    page.text(w + 2.2, middle - 0.55, "im2col", size=8.5, family="monospace")
    page.text(col - 0.7, middle, "×", size=13)
    page.text(out - 0.7, middle, "=", size=13)
    for x, y, words in (
        (0.8 + w / 2, middle + h / 2 + 0.75, "image"),
        (row + size / 2, middle + 1.15, "filter as a row"),
        (col + count / 2, top + size + 0.75, "one column per window"),
        (out + count / 2, middle + 1.15, "output, by position"),
    ):
        page.text(x, y, words, "quiet", 9)
    return page.fig


def pool_winners(
    image: np.ndarray, grads: np.ndarray, size: int = 2, theme: str = "light"
) -> "Figure":
    """Draw max-pooling: winners go forward, gradients back to the winners only.

    Parameters
    ----------
    image : ndarray of shape (H, W)
        Small whole numbers.
    grads : ndarray of shape (H / size, W / size)
        Upstream gradient.
    size : int, optional
        Side of a window.
    theme : {"light", "dark"}, optional
        Paper and colours.

    Returns
    -------
    figure : matplotlib.figure.Figure
        The drawing.
    """
    (h, w), (rows, cols) = image.shape, grads.shape
    winners, out, back = _pool(image, grads, size)
    page = Page(2 * w + 2 * cols + 9.2, h + 2.6, theme)
    middle, half = 1.3 + h / 2, w + cols + 3.8
    every = list(np.ndindex(rows, cols))
    for x, values, marks, role, name in (
        (0.8, image, winners, "data", "x"),
        (w + 3.4, out, every, "data", "out"),
        (half + 1.8, grads, every, "grad", "dout"),
        (half + cols + 4.4, back, winners, "grad", "dx"),
    ):
        height, width = values.shape
        top = middle - height / 2
        page.matrix(x, top, values, dict.fromkeys(marks, role), role)
        page.text(x + width / 2, top + height + 0.7, name, role, family="monospace")
        for i, j in every if values.shape == image.shape else ():
            page.frame(x + j * size, top + i * size, size, size)
    for x, words, role in (
        (w + 1.2, "max", "data"),
        (half + cols + 2.2, "route", "grad"),
    ):
        page.arrow((x, middle), (x + 1.8, middle), role)
        page.text(x + 0.9, middle - 0.6, words, size=9)
    page.ax.plot([half + 0.6] * 2, [0.7, h + 2.1], color=page.colours["line"], lw=1)
    page.text(0.8, 0.6, "forward", "quiet", 9, ha="left")
    page.text(half + 1.8, 0.6, "backward", "quiet", 9, ha="left")
    return page.fig


def _pool(image, grads, size):
    """Pool an image and route gradients back; also list the winners' places."""
    out, back, winners = np.zeros(grads.shape), np.zeros(image.shape), []
    for i, j in np.ndindex(grads.shape):
        window = image[i * size : (i + 1) * size, j * size : (j + 1) * size]
        p, q = np.unravel_index(window.argmax(), window.shape)
        winners.append((i * size + p, j * size + q))
        out[i, j], back[winners[-1]] = window.max(), grads[i, j]
    return winners, out, back
