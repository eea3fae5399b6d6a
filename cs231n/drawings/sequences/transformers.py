"""Drawings of transformers: masks, heads, positions, layers, patches."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from cs231n.drawings.minus import MINUS
from cs231n.drawings.page import Page

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def causal_mask(
    words: Sequence[str] = ("<START>", "a", "red", "star"),
    newest: bool = False,
    theme: str = "light",
) -> "Figure":
    """Draw which words a word may see.

    Parameters
    ----------
    words : sequence of str, optional
        A caption.
    newest : bool, optional
        Whether to mark the row of the last word.
    theme : {"light", "dark"}, optional
        Paper and colours.

    Returns
    -------
    figure : matplotlib.figure.Figure
        A row for each query, a column for each key.
    """
    n = len(words)
    page = Page(5 + 3 * n, 3 + 1.4 * n, theme, inch=0.34)
    page.text(3.9, 0.6, "query", "quiet", ha="right")
    page.text(4.6 + 1.5 * n, 0.5, "keys", "quiet")
    for j, word in enumerate(words):
        page.text(5.9 + 3 * j, 1.4, word, "data")
    for i, word in enumerate(words):
        y, marked = 2.7 + 1.4 * i, newest and i == n - 1
        page.text(3.9, y, word, "data", ha="right")
        for j in range(n):
            role = "learned" if marked or not newest else "line"
            if j <= i:
                page.box((5.9 + 3 * j, y), "1", 2.7, role)
            else:
                page.frame(4.55 + 3 * j, y - 0.5, 2.7, 1.0, "line", dashed=True)
    return page.fig


def heads(theme: str = "light") -> "Figure":
    """Draw how the columns of three words become two heads.

    Parameters
    ----------
    theme : {"light", "dark"}, optional
        Paper and colours.

    Returns
    -------
    figure : matplotlib.figure.Figure
        Words on the left, heads on the right.
    """
    page = Page(24, 7.6, theme, inch=0.36)
    for word in range(3):
        page.text(1.9, 2.5 + word, ("a", "red", "star")[word], "ink", ha="right")
        for column in range(6):
            page.cell((2.2 + column, 2 + word), "data" if column < 3 else "other", 0.25)
    page.text(5.2, 1.4, "(S, E) = (3, 6)", "quiet")
    page.arrow((8.7, 3.5), (13.1, 2.0), "ink", 1.6)
    page.arrow((8.7, 3.5), (13.1, 5.8), "ink", 1.6)
    page.text(11.3, 3.9, "cut, swap axes", "quiet", 9)
    for head, (role, top) in enumerate((("data", 0.6), ("other", 4.4))):
        for word in range(3):
            page.text(13.9, top + word + 0.5, ("a", "red", "star")[word], "ink", 8)
            for column in range(3):
                page.cell((14.8 + column, top + word), role, 0.25)
        page.text(20.2, top + 1.5, f"head {head + 1}", role, 10)
    page.text(20.9, 7.2, "(heads, S, E/heads) = (2, 3, 3)", "quiet", 8)
    return page.fig


def position_waves(length: int = 32, dim: int = 16, theme: str = "light") -> "Figure":
    """Draw the sinusoidal codes of positions as an image.

    Parameters
    ----------
    length, dim : int, optional
        Positions and columns.
    theme : {"light", "dark"}, optional
        Paper and colours.

    Returns
    -------
    figure : matplotlib.figure.Figure
        A row for each position.
    """
    rates = 10000.0 ** -(np.arange(dim) // 2 * 2 / dim)
    angles = np.arange(length)[:, None] * rates
    codes = np.where(np.arange(dim) % 2, np.cos(angles), np.sin(angles))
    page = Page(21, 12, theme, inch=0.36)
    page.ax.imshow(
        codes, extent=(3, 17, 10.6, 1.4), cmap="gray", vmin=-1, vmax=1, aspect="auto"
    )
    page.ax.set(xlim=(0, 21), ylim=(12, 0))
    page.text(10, 0.8, "columns: pairs of sine and cosine, fast to slow", "quiet")
    page.text(2.7, 1.7, "position 0", "data", 8, ha="right")
    page.text(2.7, 10.3, f"{length - 1}", "data", 8, ha="right")
    page.text(17.4, 1.8, "white: 1", "quiet", 9, ha="left")
    page.text(17.4, 2.8, f"black: {MINUS}1", "quiet", 9, ha="left")
    return page.fig


def decoder_layer(theme: str = "light") -> "Figure":
    """Draw a decoder layer: three parts, each with a residual connection and a norm.

    Parameters
    ----------
    theme : {"light", "dark"}, optional
        Paper and colours.

    Returns
    -------
    figure : matplotlib.figure.Figure
        From the words on the left to the result on the right.
    """
    page = Page(31, 8.4, theme, inch=0.3)
    page.text(1.2, 4.2, "words", "data", 10)
    parts = ("masked\nself-attention", "cross-\nattention", "feed-forward\nnetwork")
    for i, part in enumerate(parts):
        x = 2.6 + 9.2 * i
        page.arrow((x, 4.2), (x + 1.0, 4.2), "data", 1.6)
        page.box((x + 2.9, 4.2), "", 3.8, "learned")
        page.text(x + 2.9, 4.2, part, "ink", 8, zorder=7)
        page.arrow((x + 4.9, 4.2), (x + 5.6, 4.2), "data", 1.6)
        page.node((x + 6.2, 4.2), "+", radius=0.5)
        page.ax.plot(
            [x + 0.4, x + 0.4, x + 6.2],
            [4.2, 1.9, 1.9],
            color=page.colours["data"],
            lw=1.6,
        )
        page.arrow((x + 6.2, 1.9), (x + 6.2, 3.6), "data", 1.6)
        page.arrow((x + 6.8, 4.2), (x + 7.3, 4.2), "data", 1.4)
        page.box((x + 8.1, 4.2), "LN", 1.5, "learned")
        if i == 0:
            page.text(x + 3.3, 1.3, "residual connection", "quiet", 8)
    page.arrow((14.7, 6.8), (14.7, 5.2), "other", 1.8)
    page.text(14.7, 7.4, "memory: keys and values", "other", 9)
    page.arrow((30.0, 4.2), (30.8, 4.2), "data", 1.6)
    return page.fig


def patch_rows(theme: str = "light") -> "Figure":
    """Draw how an image of 4 x 4 pixels becomes a sequence of four patches.

    Parameters
    ----------
    theme : {"light", "dark"}, optional
        Paper and colours.

    Returns
    -------
    figure : matplotlib.figure.Figure
        The image on the left, a row for each patch on the right.
    """
    page = Page(22, 6.4, theme, inch=0.36)
    roles = ("data", "other", "learned", "quiet")
    for i in range(4):
        for j in range(4):
            patch = i // 2 * 2 + j // 2
            row = i % 2 * 2 + j % 2
            page.cell((1.0 + j, 1.4 + i), roles[patch], 0.25, str(4 * i + j))
            page.cell((9.6 + row, 1.4 + patch), roles[patch], 0.25, str(4 * i + j))
    page.text(3.0, 0.8, "image", "quiet")
    page.arrow((5.6, 3.4), (7.2, 3.4), "ink", 1.6)
    for patch in range(4):
        page.text(9.3, 1.9 + patch, f"patch {patch}", roles[patch], 8, ha="right")
    page.arrow((14.1, 3.4), (16.1, 3.4), "learned", 1.8)
    page.text(15.1, 2.7, "proj", "learned", 9)
    page.text(18.9, 3.4, "4 positions,\neach of width E", "ink", 9)
    return page.fig
