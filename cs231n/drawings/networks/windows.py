"""Drawings of one convolution: its windows, how many there are, what runs back."""

from typing import TYPE_CHECKING

import numpy as np

from cs231n.drawings.page import Page

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def convolved_image(
    image: np.ndarray, kernel: np.ndarray, pad: int = 1, theme: str = "light"
) -> "Figure":
    """Draw a padded image, a filter and the feature map that they give.

    Parameters
    ----------
    image : ndarray of shape (H, W)
        Small whole numbers.
    kernel : ndarray of shape (HH, WW)
        One filter; the stride is 1.
    pad : int, optional
        Zeros on each side.
    theme : {"light", "dark"}, optional
        Paper and colours.

    Returns
    -------
    figure : matplotlib.figure.Figure
        Two windows of the second row are marked: its second and its last.
    """
    padded = np.pad(image, pad)
    (h, w), (kh, kw) = padded.shape, kernel.shape
    out = _correlate(padded, kernel)
    rows, cols = out.shape
    page = Page(w + kw + cols + 5.6, h + 2.2, theme)
    top, filt, right = 0.6, w + 2.2, w + kw + 4.8
    middle = top + h / 2
    inner = {(i + pad, j + pad): "data" for i, j in np.ndindex(image.shape)}
    page.matrix(0.8, top, padded, inner, "quiet")
    page.matrix(filt, middle - kh / 2, kernel, role="learned")
    picks = {(1, 1): ("data", False), (1, cols - 1): ("other", True)}
    marks = {spot: role for spot, (role, _) in picks.items()}
    page.matrix(right, middle - rows / 2, out, marks)
    for (i, j), (role, dashed) in picks.items():
        page.frame(0.8 + j, top + i, kw, kh, role, dashed)
        page.frame(right + j, middle - rows / 2 + i, 1, 1, role, dashed)
    page.text(filt - 0.7, middle, "∗", size=14)
    page.text(right - 1.3, middle, "=", size=14)
    for x, y, words in (
        (0.8 + w / 2, top + h, f"image, pad = {pad}"),
        (filt + kw / 2, middle + kh / 2, "filter"),
        (right + cols / 2, middle + rows / 2, "feature map"),
    ):
        page.text(x, y + 0.75, words, "quiet", 9)
    return page.fig


def window_count(
    size: int = 7, field: int = 3, stride: int = 2, pad: int = 1, theme: str = "light"
) -> "Figure":
    """Draw how many windows fit into a row of pixels.

    Parameters
    ----------
    size, field : int, optional
        Pixels in the row, and in a window.
    stride, pad : int, optional
        Step from window to window, and zeros on each side; windows fit exactly.
    theme : {"light", "dark"}, optional
        Paper and colours.

    Returns
    -------
    figure : matplotlib.figure.Figure
        The windows below the row, one below the other, and the arithmetic.
    """
    room = size + 2 * pad - field
    count = 1 + room // stride
    page = Page(max(size + 2 * pad, 9) + 9.4, 2.6 + 0.9 * count, theme)
    for k in range(size + 2 * pad):
        outside = not pad <= k < size + pad
        words = "0" if outside else f"$x_{k - pad}$"
        page.cell((0.8 + k, 0.7), "quiet" if outside else "data", 0.2, words)
    for k in range(count):
        role, y = ("data", "other")[k % 2], 2.0 + 0.9 * k
        page.frame(0.8 + k * stride, y, field, 0.55, role, dashed=k % 2 > 0)
        words = f"window {k}, from {k * stride}"
        page.text(size + 2 * pad + 1.6, y + 0.3, words, role, 9, ha="left")
    words = r"$1 + (H + 2\,\mathrm{pad} - H_w)\,/\,\mathrm{stride}"
    words += rf" = 1 + ({size} + {2 * pad} - {field})\,/\,{stride} = {count}$"
    page.text(0.8, 2.2 + 0.9 * count, words, "ink", 10, ha="left")
    return page.fig


def shared_gradients(theme: str = "light") -> "Figure":
    """Draw what one number of an upstream gradient adds to image and filter.

    Parameters
    ----------
    theme : {"light", "dark"}, optional
        Paper and colours.

    Returns
    -------
    figure : matplotlib.figure.Figure
        The share of the window in the upper right corner.
    """
    image, kernel = (
        np.array([[1, 0, 2], [4, 1, 3], [0, 2, 1]]),
        np.array([[1, -1], [2, 0]]),
    )
    page = Page(21.6, 9.4, theme)
    spread = np.zeros((3, 3), dtype=int)
    spread[:2, 1:] = 3 * kernel
    window = {(i, j): "data" for i in (0, 1) for j in (1, 2)}
    dashed: dict[tuple[int, int], str] = dict.fromkeys(window, "grad")
    whole: dict[tuple[int, int], str] = dict.fromkeys(np.ndindex(2, 2), "grad")
    page.matrix(0.9, 3.4, np.array([[5, 3], [-2, 4]]), {(0, 1): "grad"}, "grad")
    page.text(1.9, 2.8, "dout", "grad", 9.5, family="monospace")
    page.arrow((3.4, 3.6), (6.0, 2.2), "grad")
    page.arrow((3.4, 4.4), (6.0, 6.6), "grad")
    for y, words in ((2.2, "3 ×"), (6.7, "3 ×")):
        page.text(7.1, y, words, "grad", 11)
    page.matrix(8.2, 1.2, kernel, role="learned")
    page.matrix(8.2, 5.2, image, window)
    page.frame(9.2, 5.2, 2, 2, "data")
    page.arrow((11.8, 2.2), (14.6, 2.2), "grad")
    page.arrow((11.8, 6.7), (14.6, 6.7), "grad")
    page.matrix(15.4, 0.7, spread, dashed, "grad")
    page.matrix(15.4, 5.7, 3 * image[:2, 1:], whole, "grad")
    for x, y, words, role in (
        (9.2, 3.7, "filter", "learned"),
        (9.7, 8.7, "its window in the image", "data"),
        (18.8, 2.2, "added to\ndx", "grad"),
        (18.8, 6.7, "added to\ndw", "grad"),
    ):
        ha = "left" if x > 18 else "center"
        page.text(x, y, words, role, 9.5, ha=ha)
    return page.fig


def _correlate(image: np.ndarray, kernel: np.ndarray) -> np.ndarray:
    windows = np.lib.stride_tricks.sliding_window_view(image, kernel.shape)
    return (windows * kernel).sum(axis=(2, 3))
