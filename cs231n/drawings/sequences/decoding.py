"""Drawings of what happens before the next word: a look at the image, and a beam."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from cs231n.drawings.minus import with_minus
from cs231n.drawings.page import Page

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Sentence = tuple[str, ...]


def attention_step(
    weights: tuple[float, ...] = (0.1, 0.1, 0.7, 0.1), theme: str = "light"
) -> "Figure":
    """Draw how a state attends to the cells of an image.

    Parameters
    ----------
    weights : tuple of float, optional
        Of four cells.
    theme : {"light", "dark"}, optional
        Paper and colours.

    Returns
    -------
    figure : matplotlib.figure.Figure
        Cells on the left, the context on the right.
    """
    page = Page(24.5, 9.6, theme, inch=0.34)
    page.frame(0.6, 2.4, 4, 4, "data")
    page.ax.plot([0.6, 4.6], [4.4, 4.4], color=page.colours["data"], lw=1)
    page.ax.plot([2.6, 2.6], [2.4, 6.4], color=page.colours["data"], lw=1)
    page.ax.plot([1.6], [5.4], "*", ms=15, color=page.colours["grad"])
    page.text(2.6, 7.1, "image of 4 cells", "quiet")
    page.box((12.2, 8.8), "$h$", 1.6, "ink", 12)
    page.text(15.2, 8.8, "hidden state", "quiet")
    for p, weight in enumerate(weights):
        y = 1.1 + 1.9 * p
        page.arrow((4.8, 4.4 + 0.3 * (p - 1.5)), (6.0, y), "data", 1.2)
        page.box((6.9, y), f"$G_{p + 1}$", 1.6, "data", 11)
        page.arrow((7.8, y), (9.4, y), "data", 1.2)
        page.box((10.7, y), "$h \\cdot G / \\sqrt{H}$", 2.6, "ink", 9)
        page.arrow((12.1, y), (13.4, y), "ink", 1.2)
        page.text(
            14.3,
            y,
            f"{weight:g}",
            "learned",
            12,
            weight="bold" if weight > 0.5 else None,
        )
        page.arrow(
            (15.2, y), (18.0, 4.0 + 0.25 * (p - 1.5)), "learned", 0.8 + 4 * weight
        )
    page.arrow((12.2, 8.1), (11.4, 7.5), "ink", 1.2)
    page.text(14.3, 0.4, "softmax", "quiet", 9)
    page.node((18.7, 4.0), "Σ", radius=0.7)
    page.arrow((19.5, 4.0), (20.9, 4.0), "learned")
    page.box((22.6, 4.0), "context", 3.2, "learned")
    page.text(18.7, 5.6, r"$\sum_p w_p G_p$", "ink", 11)
    return page.fig


def beam_tree(
    totals: Mapping[Sentence, float], best: Sentence, theme: str = "light"
) -> "Figure":
    """Draw the beginnings that a beam has kept, as a tree.

    Parameters
    ----------
    totals : mapping of tuple of str to float
        Total log-probability of every beginning, by its words.
    best : tuple of str
        The sentence that won.
    theme : {"light", "dark"}, optional
        Paper and colours.

    Returns
    -------
    figure : matplotlib.figure.Figure
        Words from left to right; the best sentence is drawn in bold green.
    """
    rounds = max(map(len, totals))
    columns = [sorted(s for s in totals if len(s) == t + 1) for t in range(rounds)]
    tallest = max(map(len, columns))
    page = Page(4.1 * (rounds + 1), 2.1 * tallest + 0.8, theme, inch=0.32)
    middle = page.ax.get_ylim()[0] / 2
    at: dict[Sentence, tuple[float, float]] = {(): (1.7, middle)}
    page.box(at[()], "<START>", 3, "ink", 8)
    for t, column in enumerate(columns, 1):
        column.sort(key=lambda s: (at.get(s[:-1], (0, 0))[1], -totals[s]))
        for i, sentence in enumerate(column):
            y = middle + 2.1 * (i - (len(column) - 1) / 2)
            at[sentence] = (1.7 + 4.1 * t, y)
            won = sentence == best[:t]
            x, above = at[sentence[:-1]]
            role = "learned" if won else "line"
            page.arrow(
                (x + 1.6, above), (at[sentence][0] - 1.6, y), role, 2.6 if won else 1.2
            )
            page.box(at[sentence], sentence[-1], 3, "learned" if won else "data", 8)
            total = with_minus(f"{totals[sentence]:.1f}")
            page.text(at[sentence][0], y + 0.95, total, "ink" if won else "quiet", 7.5)
    return page.fig
