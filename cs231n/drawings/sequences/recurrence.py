"""A drawing of a recurrent network, folded and unrolled."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from cs231n.drawings.page import Page

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_LOW, _CELL, _HIGH = 8.3, 5.3, 2.5  # words, hidden states, scores
_STEP = 4.9


def unrolled(
    words: Sequence[str] = ("<START>", "a", "red", "ball"),
    last: str = "<END>",
    theme: str = "light",
) -> "Figure":
    """Draw a recurrent network folded and unrolled, with its gradient through time.

    Parameters
    ----------
    words : sequence of str, optional
        What goes in, one word a step.
    last : str, optional
        What the last step should give.
    theme : {"light", "dark"}, optional
        Paper and colours.

    Returns
    -------
    figure : matplotlib.figure.Figure
        The drawing.
    """
    page = Page(8.6 + _STEP * len(words), 10.2, theme, inch=0.32)
    _folded(page)
    page.text(6.7, _CELL, "=", size=16)
    page.text(8.3, _CELL, "$h_0$", "ink", 12)
    for t, (word, target) in enumerate(zip(words, [*words[1:], last], strict=True), 1):
        x = 6.5 + t * _STEP
        before, after = (8.8 if t == 1 else x - _STEP + 0.95), x - 0.95
        page.arrow((before, _CELL - 0.2), (after, _CELL - 0.2), "learned")
        page.arrow((after, _CELL + 0.28), (before, _CELL + 0.28), "grad")
        page.arrow((x + 0.32, _HIGH + 0.66), (x + 0.32, _CELL - 0.66), "grad", 1.6)
        page.text((before + after) / 2, _CELL - 0.75, "$W_h$", "learned", 10)
        _column(page, x, t, word, target)
    same = "green: the same weights in every step"
    page.text(10.15, 9.65, same, "quiet", 9, ha="left")
    back = "dashed: backpropagation through time"
    page.text(x + 1.25, 9.65, back, "quiet", 9, ha="right")
    return page.fig


def _folded(page):
    _column(page, 2.3, "t", "word $t$", "word $t+1$")
    loop = [3.2, 4.3, 4.3, 2.9], [_CELL - 0.25] * 2 + [_CELL + 1.25] * 2
    page.ax.plot(*loop, color=page.colours["learned"], lw=2)
    page.arrow((2.9, _CELL + 1.25), (2.9, _CELL + 0.64), "learned")
    page.text(4.95, _CELL + 0.5, "$W_h$", "learned", 10)
    page.text(2.3, 9.65, "folded", "quiet", 9)


def _column(page, x, t, word, target):
    """Draw one step: a word below, its hidden state, its scores and their target."""
    page.arrow((x, _LOW - 0.62), (x, _CELL + 0.66), "learned")
    page.arrow((x, _CELL - 0.62), (x, _HIGH + 0.66), "learned")
    page.box((x, _LOW), word, 2.5)
    page.box((x, _CELL), f"$h_{t}$", role="ink", size=12)
    page.box((x, _HIGH), f"$s_{t}$", role="ink", size=12)
    page.text(x, 1.1, f"target: {target}", "data", 9)
    page.text(x - 0.62, 6.85, "$W_x$", "learned", 10)
    page.text(x - 0.62, 3.95, "$W_s$", "learned", 10)
