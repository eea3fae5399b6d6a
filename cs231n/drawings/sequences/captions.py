"""Drawings of networks that write captions: a step, words, masks, what is measured."""

from collections import Counter
from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

from cs231n.drawings.minus import with_minus
from cs231n.drawings.page import Page

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_TICK, _CROSS = "\N{CHECK MARK}", "\N{MULTIPLICATION SIGN}"


def rnn_step(theme: str = "light") -> "Figure":
    """Draw one recurrent step as a computational graph, with its gradients.

    Parameters
    ----------
    theme : {"light", "dark"}, optional
        Paper and colours.

    Returns
    -------
    figure : matplotlib.figure.Figure
        Values run right, gradients run left.
    """
    page = Page(22, 8.6, theme, inch=0.34)
    x, h, plus, tanh, out = (1.2, 1.6), (1.2, 5.2), (11, 3.4), (15.4, 3.4), (20.4, 3.4)
    for at, name, weight, y in (
        (x, "$x$", "$W_x$", 1.6),
        (h, "$h_{t-1}$", "$W_h$", 5.2),
    ):
        page.text(*at, name, "data", 14)
        page.node((6.2, y), "×")
        _both_ways(page, (2.2, y), (5.5, y))
        _both_ways(page, (6.2, y + 2.1), (6.2, y + 0.7), "learned")
        page.text(6.2, y + 2.5, weight, "learned", 12)
        _both_ways(page, (6.8, y), (10.5, 3.4 + 0.14 * (y - 3.4)))
    page.node(plus, "+")
    _both_ways(page, (11, 6.0), (11, 4.1), "learned")
    page.text(11, 6.45, "$b$", "learned", 12)
    page.box(tanh, "tanh", 2.2, "ink")
    _both_ways(page, (11.7, 3.4), (14.2, 3.4))
    _both_ways(page, (16.6, 3.4), (19.4, 3.4))
    page.text(*out, "$h_t$", "data", 14)
    page.text(18, 4.35, r"$\partial L/\partial h_t$", "grad", 10)
    page.text(21.4, 8.1, "dashed: gradients", "grad", 9, ha="right")
    return page.fig


def _both_ways(page, start, end, role="data"):
    """Draw an arrow, and beside it the dashed one of the gradient, back."""
    (x0, y0), (x1, y1) = start, end
    length = ((x1 - x0) ** 2 + (y1 - y0) ** 2) ** 0.5
    a, b = 0.2 * (y1 - y0) / length, -0.2 * (x1 - x0) / length
    page.arrow((x0 + a, y0 + b), (x1 + a, y1 + b), role)
    page.arrow((x1 - a, y1 - b), (x0 - a, y0 - b), "grad", 1.6)


def word_rows(
    words: Sequence[str] = ("a", "red", "star", "a"),
    vocabulary: Sequence[str] = ("<NULL>", "<START>", "<END>", "a", "red", "star"),
    theme: str = "light",
) -> "Figure":
    """Draw how words pick rows of an embedding, and how their gradients come back.

    Parameters
    ----------
    words : sequence of str, optional
        A caption.
    vocabulary : sequence of str, optional
        The words of the table's rows.
    theme : {"light", "dark"}, optional
        Paper and colours.

    Returns
    -------
    figure : matplotlib.figure.Figure
        Words on the left, rows of the table on the right.
    """
    page = Page(20.2, len(vocabulary) + 2.2, theme, inch=0.36)
    top, uses = 1.2, Counter(words)
    for i, word in enumerate(vocabulary):
        times = uses[word]
        shade = 0.3 if times else 0.06
        for j in range(4):
            corner = (11.2 + j, top + i)
            page.cell(corner, "learned", shade)
        page.text(
            10.9, top + i + 0.5, f"{i}  {word}", "ink" if times else "quiet", ha="right"
        )
        note = {0: "no gradient", 1: "its gradient"}.get(
            times, f"sum of {times} gradients"
        )
        page.text(
            15.6, top + i + 0.5, note, "grad" if times else "quiet", ha="left", size=9
        )
    start = top + (len(vocabulary) - len(words) * 1.5) / 2
    for t, word in enumerate(words):
        y, row = start + 1.5 * t + 0.75, top + vocabulary.index(word) + 0.5
        page.box((2, y), word, 2.6)
        page.arrow((3.4, y - 0.12), (7.6, row - 0.12), "data", 1.6)
        page.arrow((7.6, row + 0.14), (3.4, y + 0.14), "grad", 1.4)
    page.text(2, 0.5, "caption", "quiet")
    page.text(13.2, 0.5, "embedding $W$", "learned", 11)
    return page.fig


def masked_captions(theme: str = "light") -> "Figure":
    """Draw what a network reads, what it is asked for, and what does not count.

    Parameters
    ----------
    theme : {"light", "dark"}, optional
        Paper and colours.

    Returns
    -------
    figure : matplotlib.figure.Figure
        Two captions, a pair of rows for each.
    """
    captions = (
        ("<START>", "a", "red", "star", "<END>", "<NULL>", "<NULL>"),
        ("<START>", "a", "ring", "above", "a", "star", "<END>"),
    )
    page = Page(25, 7.4, theme, inch=0.33)
    for n, caption in enumerate(captions):
        top = 1.2 + 3.4 * n
        page.text(2.6, top, "reads", "quiet", ha="right")
        page.text(2.6, top + 1.35, "asked for", "quiet", ha="right")
        for t, (read, wanted) in enumerate(pairwise(caption)):
            x, counts = 4.7 + 3.5 * t, wanted != "<NULL>"
            page.box((x, top), read, 3.1)
            page.box((x, top + 1.35), wanted, 3.1, "learned" if counts else "line")
            if not counts:
                page.ax.plot(
                    [x - 1.4, x + 1.4],
                    [top + 1.85, top + 0.85],
                    color=page.colours["grad"],
                    lw=2,
                    zorder=6,
                )
    page.text(24.3, 7.0, "struck out: masked, does not count", "quiet", ha="right")
    return page.fig


def captioner(
    words: Sequence[str] = ("<START>", "a", "red", "star"),
    last: str = "<END>",
    theme: str = "light",
) -> "Figure":
    """Draw a network that writes a caption, from the image to the last word.

    Parameters
    ----------
    words : sequence of str, optional
        What it reads.
    last : str, optional
        What the last step should give.
    theme : {"light", "dark"}, optional
        Paper and colours.

    Returns
    -------
    figure : matplotlib.figure.Figure
        Words read below, words asked for above.
    """
    page = Page(11 + 4 * len(words), 9, theme, inch=0.34)
    middle = 4.6
    page.frame(0.5, middle - 1.3, 2.6, 2.6, "data")
    page.ax.plot([1.5], [middle - 0.2], "*", ms=16, color=page.colours["grad"])
    page.text(1.8, middle + 1.8, "image", "quiet")
    page.arrow((3.3, middle), (4.7, middle), "learned")
    page.text(5.9, middle, "features", "data")
    page.arrow((7.1, middle), (8.5, middle), "learned")
    page.text(7.8, middle - 0.8, r"$W_{\mathrm{proj}}$", "learned", 11)
    page.text(9.1, middle, "$h_0$", "ink", 13)
    for t, (word, wanted) in enumerate(zip(words, [*words[1:], last], strict=True), 1):
        x = 8.6 + 4 * t
        page.arrow((9.7 if t == 1 else x - 3, middle), (x - 1, middle), "learned")
        page.box((x, middle), f"$h_{t}$", role="ink", size=12)
        page.box((x, 7.6), word, 2.9)
        page.arrow((x, 6.9), (x, middle + 0.7), "learned")
        page.arrow((x, middle - 0.7), (x, 2.3), "learned")
        page.box((x, 1.6), wanted, 2.9, "learned")
    page.text(9.6, 6.2, r"$W_{\mathrm{embed}}, W_x$", "learned", 11)
    page.text(10.4, 3.0, r"$W_{\mathrm{vocab}}$", "learned", 11)
    page.text(9.6, 7.6, "reads", "quiet")
    page.text(9.6, 1.6, "asked for", "quiet")
    return page.fig


def specificity(theme: str = "light") -> "Figure":
    """Draw of which of two pictures three captions are true.

    Parameters
    ----------
    theme : {"light", "dark"}, optional
        Paper and colours.

    Returns
    -------
    figure : matplotlib.figure.Figure
        A table of captions by pictures.
    """
    page = Page(20.5, 7.4, theme, inch=0.36)
    for x, marker, role, name in (
        (8.4, "*", "grad", "its picture"),
        (12.4, "o", "data", "another"),
    ):
        page.frame(x - 1, 0.9, 2, 2, "quiet")
        filled = page.colours[role] if marker == "*" else "none"
        page.ax.plot(
            [x], [1.9], marker, ms=15, mec=page.colours[role], mfc=filled, mew=3
        )
        page.text(x, 0.45, name, "quiet", 9)
    page.text(17, 1.9, "specificity", "quiet")
    rows = (("an object", 1, 1), ("a red star", 1, 0), ("a blue ring", 0, 1))
    for i, (text, own, other) in enumerate(rows):
        y = 3.9 + 1.2 * i
        page.text(6.2, y, text, "ink", 10, ha="right")
        for x, true in ((8.4, own), (12.4, other)):
            mark, role = (_TICK, "learned") if true else (_CROSS, "grad")
            page.text(x, y, mark, role, 13, family="DejaVu Sans")
        page.text(
            17,
            y,
            with_minus(f"{own} - {other} = {own - other}"),
        )
    return page.fig


def shared_runs(
    caption: str = "the the the cat",
    reference: str = "the cat sat",
    theme: str = "light",
) -> "Figure":
    """Draw which words and pairs of a caption count for BLEU.

    Parameters
    ----------
    caption, reference : str, optional
        Two sentences.
    theme : {"light", "dark"}, optional
        Paper and colours.

    Returns
    -------
    figure : matplotlib.figure.Figure
        Words and pairs of the caption; those that count are marked.
    """
    mine, theirs = caption.split(), reference.split()
    page = Page(3 * max(len(mine), len(theirs)) + 10, 7.6, theme, inch=0.36)
    for y, label, words in ((1.0, "reference", theirs), (2.7, "caption", mine)):
        page.text(3.4, y, label, "quiet", ha="right")
        for i, word in enumerate(words):
            page.box((5.4 + 3 * i, y), word, 2.5)
    for n, y in ((1, 4.6), (2, 6.4)):
        runs = [tuple(mine[i : i + n]) for i in range(len(mine) - n + 1)]
        left = Counter(tuple(theirs[i : i + n]) for i in range(len(theirs) - n + 1))
        page.text(3.4, y, "words" if n == 1 else "pairs", "quiet", ha="right")
        for i, run in enumerate(runs):
            counts = left[run] > 0
            left[run] -= counts
            role = "learned" if counts else "line"
            at = (5.4 + 3 * i + 1.5 * (n - 1), y)
            page.box(at, " ".join(run), 2.5 * (1 if n == 1 else 1.12), role)
            if counts:
                page.text(at[0], y + 0.95, "counts", "learned", 8)
        shared = sum(
            (
                Counter(runs)
                & Counter(tuple(theirs[i : i + n]) for i in range(len(theirs) - n + 1))
            ).values()
        )
        page.text(5.4 + 3 * len(mine), y, f"{shared} of {len(runs)}", "ink", 11)
    return page.fig
