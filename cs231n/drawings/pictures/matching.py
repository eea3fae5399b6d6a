"""Drawings of pictures matched with texts: cosines, two softmaxes, ranks, overlaps."""

from typing import TYPE_CHECKING

import numpy as np

from cs231n.drawings.page import Page

if TYPE_CHECKING:
    from matplotlib.figure import Figure

#: Cosines of three texts (rows) with three pictures (columns).
COSINES = np.array([[0.9, 0.1, 0.2], [0.3, 0.8, 0.1], [0.2, 0.6, 0.5]])


def paired_cosines(theme: str = "light") -> "Figure":
    """Draw two encoders and the table of cosines between what they return.

    Parameters
    ----------
    theme : {"light", "dark"}, optional
        Paper and colours.

    Returns
    -------
    figure : matplotlib.figure.Figure
        Encoders on the left, texts as rows and pictures as columns on the right.
    """
    page = Page(25, 7.6, theme, inch=0.36)
    for y, words, encoder in ((2.2, "pictures", "picture"), (5.4, "captions", "text")):
        role = "data" if encoder == "picture" else "other"
        page.text(2.0, y, words, role, 11)
        page.arrow((3.7, y), (5.0, y), role, 1.5)
        page.box((7.6, y), f"{encoder} encoder", 4.8, "learned")
        page.arrow((10.2, y), (11.6, y), role, 1.5)
        page.text(12.9, y, "$z^I_j$" if encoder == "picture" else "$z^T_i$", role, 12)
    page.text(19.0, 0.8, "pictures $j$", "data")
    page.text(16.2, 3.9, "captions $i$", "other", rotation=90)
    for j in range(3):
        page.text(17.5 + j, 1.7, f"{j + 1}", "data", 9)
        page.text(16.8, 2.8 + j, f"{j + 1}", "other", 9)
    diagonal = {(k, k): "learned" for k in range(3)}
    page.matrix(17, 2.3, COSINES, diagonal, role="quiet")
    page.text(18.5, 6.0, "cosines; true pairs", "learned", 9)
    page.text(18.5, 6.8, "on the diagonal", "learned", 9)
    return page.fig


def paired_training(theme: str = "light") -> "Figure":
    """Draw what is trained when a loss by hand stands between two encoders.

    Parameters
    ----------
    theme : {"light", "dark"}, optional
        Paper and colours.

    Returns
    -------
    figure : matplotlib.figure.Figure
        Pictures above, captions below, the loss on the right, gradients dashed.
    """
    page = Page(27, 7.4, theme, inch=0.36)
    rows = (
        (2.0, "pictures", "data", "conv, linear", "I", "dzi"),
        (5.4, "captions", "other", "embedding, GRU", "T", "dzt"),
    )
    for y, name, role, layers, letter, grad in rows:
        page.text(2.0, y, name, role, 11)
        page.box((14.0, y), layers, 5.6, "learned", 9.5)
        page.arrow((17.0, y), (18.6, y), role, 1.5)
        page.text(19.6, y, f"$z^{letter}$", role, 12)
        page.arrow((20.5, y), (22.2, 3.7 + 0.25 * (y - 3.7)), role, 1.5)
        below = y + (1.25 if y > 3.7 else -1.25)
        page.arrow((22.6, below), (15.4, below), "grad", 1.5)
        page.text(24.2, below, grad, "grad", 10)
    page.arrow((3.8, 2.0), (5.0, 2.0), "data", 1.5)
    page.box((7.8, 2.0), "frozen network", 5.2, "quiet", 9.5)
    page.arrow((10.5, 2.0), (11.0, 2.0), "data", 1.5)
    page.arrow((3.8, 5.4), (11.0, 5.4), "other", 1.5)
    page.box((24.0, 3.7), "clip_loss", 3.6, "quiet", 10)
    page.text(7.8, 3.4, "no gradient comes here", "quiet", 8.5)
    return page.fig


def two_softmaxes(theme: str = "light") -> "Figure":
    """Draw one table of logits, softmaxed along rows and along columns.

    Parameters
    ----------
    theme : {"light", "dark"}, optional
        Paper and colours.

    Returns
    -------
    figure : matplotlib.figure.Figure
        Logits in the middle; each row sums to 1 on the left, each column on the right.
    """
    page = Page(25, 7.4, theme, inch=0.36)
    logits = 5 * COSINES.T  # pictures are rows in the loss
    rows = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    columns = np.exp(logits) / np.exp(logits).sum(axis=0)
    diagonal = {(k, k): "learned" for k in range(3)}
    panels = (
        (2.4, rows, "softmax of each row", "data"),
        (11, logits, "logits $s\\,z^I_i \\cdot z^T_j$", "quiet"),
        (19.6, columns, "softmax of each column", "other"),
    )
    for x, values, title, role in panels:
        page.text(x + 1.5, 1.0, title, "ink" if role == "quiet" else role, 9.5)
        page.matrix(x, 2.0, np.round(values, 2), diagonal, role)
    page.arrow((10.4, 3.5), (6.0, 3.5), "data", 1.5)
    page.arrow((14.6, 3.5), (19.0, 3.5), "other", 1.5)
    page.text(3.9, 5.7, "which caption", "data", 9)
    page.text(3.9, 6.5, "belongs to picture $i$?", "data", 9)
    page.text(21.1, 5.7, "which picture", "other", 9)
    page.text(21.1, 6.5, "belongs to caption $j$?", "other", 9)
    page.text(12.5, 5.7, "pictures: rows", "quiet", 9)
    page.text(12.5, 6.5, "captions: columns", "quiet", 9)
    return page.fig


def prompt_classes(theme: str = "light") -> "Figure":
    """Draw how prompts become the weights of a classifier.

    Parameters
    ----------
    theme : {"light", "dark"}, optional
        Paper and colours.

    Returns
    -------
    figure : matplotlib.figure.Figure
        Prompts of two classes on the left, a picture among their means on the right.
    """
    page = Page(25, 7.2, theme, inch=0.36)
    for y, colour in ((1.7, "red"), (4.9, "blue")):
        for k, words in enumerate((f"a {colour} star", f"i see a {colour} star")):
            page.box((4.0, y + 1.4 * k), words, 6.4, "other", 8.5)
            page.arrow((7.3, y + 1.4 * k), (9.0, y + 0.7), "other", 1.3)
        page.box((11.6, y + 0.7), f"class {colour}", 4.6, "learned", 9)
        page.arrow((14.0, y + 0.7), (16.4, 4.0), "learned", 1.3)
    page.text(11.6, 1.0, "mean of the unit vectors", "quiet", 8.5)
    page.text(4.0, 0.5, "prompts", "other")
    page.box((18.4, 4.0), "cosines", 3.6, "quiet")
    page.text(18.4, 6.4, "picture $z^I$", "data")
    page.arrow((18.4, 5.8), (18.4, 4.8), "data", 1.5)
    page.arrow((20.4, 4.0), (21.8, 4.0), "ink", 1.5)
    page.text(23.2, 4.0, "largest", "ink")
    return page.fig


def ranked_row(theme: str = "light") -> "Figure":
    """Draw a row of cosines, and the same in order.

    Parameters
    ----------
    theme : {"light", "dark"}, optional
        Paper and colours.

    Returns
    -------
    figure : matplotlib.figure.Figure
        Five pictures on the left; the three nearest on the right.
    """
    page = Page(23, 4.6, theme, inch=0.38)
    values = np.array([0.2, 0.7, 0.1, 0.9, 0.4])
    page.text(5.5, 0.7, "cosine of a query with each picture", "data", 9)
    page.matrix(3, 1.4, values, {(0, 3): "learned", (0, 1): "learned"}, "data")
    for k in range(5):
        page.text(3.5 + k, 3.0, f"{k}", "quiet", 9)
    page.text(1.5, 3.0, "picture", "quiet", 9)
    page.arrow((9.2, 1.9), (13.6, 1.9), "ink", 1.5)
    page.text(11.4, 1.3, "sort", "ink", 9)
    page.text(16.5, 0.7, "k = 3", "learned", 9)
    order = np.argsort(-values)[:3]
    page.matrix(15, 1.4, values[order], role="learned")
    for k, picture in enumerate(order):
        page.text(15.5 + k, 3.0, f"{picture}", "learned", 10, weight="bold")
    page.text(16.5, 3.9, "what you return", "learned", 9)
    return page.fig


def patch_overlap(theme: str = "light") -> "Figure":
    """Draw a true and a guessed labelling of patches, and what they share.

    Parameters
    ----------
    theme : {"light", "dark"}, optional
        Paper and colours.

    Returns
    -------
    figure : matplotlib.figure.Figure
        Two grids of 4 x 4 labels, and the counts of class 1.
    """
    page = Page(25, 6.4, theme, inch=0.36)
    truth = np.zeros((4, 4), int)
    truth[0:2, 0:3] = 1
    found = np.zeros((4, 4), int)
    found[0:2, 1:4] = 1
    found[2, 1] = 1
    for x, title, grid, role in (
        (1, "truth", truth, "data"),
        (7, "guess", found, "other"),
    ):
        page.text(x + 2, 0.8, title, role)
        marks = {(i, j): role for i, j in np.argwhere(grid == 1).tolist()}
        page.matrix(x, 1.5, grid, marks, role="quiet")
    both, either = (truth & found).sum(), (truth | found).sum()
    page.text(13.0, 2.2, "class 1", "ink", 10, "left")
    page.text(
        13.0, 3.3, f"in both (intersection): {both} patches", "learned", 9.5, "left"
    )
    page.text(13.0, 4.4, f"in either (union): {either} patches", "ink", 9.5, "left")
    page.text(
        13.0,
        5.5,
        f"IoU = {both} / {either} = {both / either:.2f}",
        "learned",
        11,
        "left",
    )
    return page.fig


def shortcut(theme: str = "light") -> "Figure":
    """Draw a batch in which colours alone find every pair.

    Parameters
    ----------
    theme : {"light", "dark"}, optional
        Paper and colours.

    Returns
    -------
    figure : matplotlib.figure.Figure
        Three captions; the words that colour settles are marked.
    """
    page = Page(24, 6.2, theme, inch=0.36)
    rows = (
        ("a red star", "red", "star"),
        ("a small blue ring", "blue", "ring"),
        ("a green box", "green", "box"),
    )
    page.text(4.6, 0.7, "captions of a batch", "other")
    page.text(14.0, 0.7, "enough to tell them apart", "learned")
    page.text(20.6, 0.7, "not needed", "quiet")
    for k, (words, colour, shape) in enumerate(rows):
        y = 1.9 + 1.55 * k
        page.box((4.6, y), words, 7.2, "other")
        page.arrow((8.4, y), (11.6, y), "ink", 1.3)
        page.box((14.0, y), colour, 3.6, "learned")
        page.box((20.6, y), shape, 3.6, "quiet")
    return page.fig
