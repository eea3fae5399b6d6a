"""A drawing of two losses and their slopes."""

import numpy as np
from matplotlib.figure import Figure

from cs231n.drawings.minus import MINUS
from cs231n.drawings.page import THEMES


def loss_curves(theme: str = "light") -> "Figure":
    """Draw hinge and cross-entropy loss, and their slopes, over the lead of a score.

    Parameters
    ----------
    theme : {"light", "dark"}, optional
        Paper and colours.

    Returns
    -------
    figure : matplotlib.figure.Figure
        The losses on the left, their slopes on the right.
    """
    colours = THEMES[theme]
    fig = Figure((8.6, 3.1), facecolor=colours["paper"], layout="constrained")
    fig.get_layout_engine().set(  # type: ignore[union-attr, call-arg]
        w_pad=0.12, h_pad=0.1
    )
    lead = np.linspace(-3, 4, 700)  # passes by 1, where the hinge has no slope
    losses = [np.maximum(0, 1 - lead), np.log1p(np.exp(-lead))]
    slopes = [np.where(lead < 1, -1.0, np.nan), -1 / (1 + np.exp(lead))]
    left, right = fig.subplots(1, 2)
    _plot(left, "loss", lead, losses, colours)
    _plot(right, "slope", lead, slopes, colours)
    right.plot([1, 4], [0, 0], color=colours["data"], lw=2.4)
    left.set(ylim=(-0.12, 4.1), yticks=range(5))
    right.set(ylim=(-1.12, 0.24), yticks=(-1, -0.5, 0))
    for ax, x, y, words, role in (
        (left, -0.95, 2.75, "hinge", "data"),
        (left, -2.2, 1.6, "cross-\nentropy", "other"),
        (left, 2.5, 3.55, "margin kept", "quiet"),
        (right, 2.5, 0.13, "margin kept", "quiet"),
        (right, 2.5, -0.42, "small, never zero", "other"),
        (right, -0.35, -0.93, f"{MINUS}1 up to the margin", "data"),
    ):
        ax.text(x, y, words, color=colours[role], size=9.5, ha="center", va="center")
    return fig


def _plot(ax, title, lead, curves, colours):
    """Plot the hinge's curve solid and the cross-entropy's dashed."""
    ax.axvspan(1, 4, color=colours["line"], alpha=0.22, lw=0)
    ax.axhline(0, color=colours["line"], lw=0.9, zorder=1)
    ax.plot(lead, curves[0], color=colours["data"], lw=2.4)
    ax.plot(lead, curves[1], color=colours["other"], lw=2.4, ls=(0, (5, 1.6)))
    ax.set(facecolor=colours["paper"], xlim=(-3, 4))
    ax.set_title(title, loc="left", color=colours["ink"], size=10.5)
    words = f"score of the correct class {MINUS} score of the other"
    ax.set_xlabel(words, color=colours["quiet"], size=9)
    ax.tick_params(colors=colours["quiet"], labelsize=8.5, length=3)
    ax.spines[["top", "right"]].set_visible(False)
    ax.spines[["left", "bottom"]].set_color(colours["line"])
