"""A wrong array as a picture: what was expected, what came, and where they differ."""

import os
import re
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from cs231n.languages import drawable, families, label, say

if TYPE_CHECKING:
    from matplotlib.figure import Figure

#: Shorter sides, and fewer entries, are numbers to read, not a picture.
_SIDE, _ENTRIES = 3, 20
#: Pictures in colour have at least this side; of a smaller one the last axis is data.
_COLOUR = 8
#: More marks than these would hide what they mark.
_MARKS = 300
#: Differences that no scale has room for.
_HUGE = 1e100
#: Set where nbgrader runs a notebook: its numbers are not for students' eyes.
_GRADED = "NBGRADER_EXECUTION"


@dataclass(frozen=True)
class Wrong:
    """Two arrays of one shape, and where they differ."""

    name: str
    got: np.ndarray
    expected: np.ndarray
    wrong: np.ndarray


@dataclass(frozen=True)
class _Part:
    """What is drawn of them: two axes, or three of a picture in colour."""

    where: str
    got: np.ndarray
    expected: np.ndarray
    wrong: np.ndarray


def show(result: Wrong) -> None:
    """Put the picture below the cell, if this is a notebook and there is one to see.

    Parameters
    ----------
    result : Wrong
        Of a test that the student can see.
    """
    ipython = sys.modules.get("IPython")
    shell = ipython and ipython.get_ipython()
    part = _part(result)
    if part is None or not hasattr(shell, "kernel") or _GRADED in os.environ:
        return
    from cs231n.drawings.shown import show as show_drawing

    show_drawing(_figure(part), _in_words(part))


def _part(result):
    """Choose what to show: of more than two axes, where the largest error is."""
    shape = result.got.shape
    in_colour = len(shape) > 2 and shape[-1] == 3 and min(shape[-3:-1]) >= _COLOUR
    axes = 3 if in_colour else 2
    if len(shape) < axes:
        return None
    with np.errstate(all="ignore"):
        off = np.abs(result.got.astype(float) - result.expected)
    off = np.where(result.wrong, np.nan_to_num(off, nan=np.inf), -1)
    at = np.unravel_index(np.argmax(off), shape)[: len(shape) - axes]
    sides = shape[len(at) : len(at) + 2]
    if min(sides) < _SIDE or np.prod(sides) < _ENTRIES:
        return None
    where, place = result.name, ", ".join(map(str, at))
    where = say("{name}, at [{place}]", name=where, place=place) if at else where
    return _Part(where, result.got[at], result.expected[at], result.wrong[at])


def _in_words(part):
    """Write the text for those who cannot see the picture."""
    rows, columns = np.nonzero(_flat(part.wrong))
    return say(
        "Three pictures of {name}: expected, yours, and the difference. {wrong} of "
        "{all} entries differ, in rows {0} to {1}, columns {2} to {3}.",
        *(rows.min(), rows.max(), columns.min(), columns.max()),
        name=part.where,
        wrong=part.wrong.sum(),
        all=part.wrong.size,
    )


def _flat(wrong):
    return wrong.any(axis=2) if wrong.ndim == 3 else wrong


def _figure(part: _Part) -> "Figure":
    """Draw expected, got and difference side by side."""
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    from cs231n.drawings.page import THEMES

    colours, rows = THEMES["light"], part.got.shape[0] / part.got.shape[1]
    height = 1.3 + 2.2 * float(np.clip(rows, 0.25, 1.6))
    style: Any = {"font.size": 8, "text.color": colours["ink"]}
    with rc_context(style | {"font.family": families()}):
        figure = Figure((8.2, height), facecolor=colours["paper"], layout="constrained")
        ascii_only = re.sub("[^ -~].*", "", part.where)
        figure.suptitle(drawable(part.where, ascii_only), fontsize=9)
        axes = figure.subplots(1, 3)
        _values(figure, axes[:2], part, colours)
        _difference(figure, axes[2], part)
        for ax in axes:
            ax.tick_params(colors=colours["quiet"], labelsize=7)
            ax.set_facecolor(colours["line"])  # where an entry is NaN
    return figure


def _values(figure, axes, part, colours):
    """Draw what was expected and what came, in one scale, wrong entries crossed."""
    finite = part.expected[np.isfinite(part.expected)]
    low, high = (finite.min(), finite.max()) if finite.size else (0, 1)
    high = high if high > low else low + 1
    aspect = _aspect(part)
    for ax, values, title in zip(
        axes, (part.expected, part.got), _titles(), strict=True
    ):
        clipped = np.clip(values.astype(float), 2 * low - high, 2 * high - low)
        values = np.where(np.isfinite(values), clipped, np.nan)
        if values.ndim == 3:
            values = np.clip((np.nan_to_num(values) - low) / (high - low), 0, 1)
        image = ax.imshow(values, vmin=low, vmax=high, cmap="cividis", aspect=aspect)
        ax.set_title(title, fontsize=8.5)
    if part.got.ndim == 2:
        bar = figure.colorbar(image, ax=axes, shrink=0.9, extend="both")
        bar.ax.tick_params(labelsize=7, colors=colours["quiet"])
    wrong = np.argwhere(_flat(part.wrong))
    if len(wrong) <= min(_MARKS, _flat(part.wrong).size / 2):
        size = 60 / max(3, *part.got.shape[:2])
        crosses: dict[str, Any] = {"marker": "x", "ls": "", "ms": np.clip(size, 2, 7)}
        axes[1].plot(*wrong.T[::-1], color="white", mew=2.4, **crosses)
        axes[1].plot(*wrong.T[::-1], color=colours["grad"], mew=1.1, **crosses)


def _titles():
    return label("expected"), label("yours")


def _difference(figure, ax, part):
    """Draw how far each entry is off; right ones stay white."""
    with np.errstate(all="ignore"):
        off = part.got.astype(float) - part.expected
    off = np.where(part.wrong, off, 0.0)
    if off.ndim == 3:  # the colour that is furthest off
        worst = np.argmax(np.nan_to_num(np.abs(off)), axis=2)[..., None]
        off = np.take_along_axis(off, worst, axis=2)[..., 0]
    off = np.where(np.abs(np.nan_to_num(off, nan=np.inf)) < _HUGE, off, np.nan)
    most, aspect = np.nanmax(np.abs(off), initial=0) or 1, _aspect(part)
    image = ax.imshow(off, vmin=-most, vmax=most, cmap="PuOr_r", aspect=aspect)
    count, size = part.wrong.sum(), part.wrong.size
    title = label("yours - expected, {0} of {1} wrong", count, size)
    ax.set_title(title, fontsize=8.5)
    figure.colorbar(image, ax=ax, shrink=0.9).ax.tick_params(labelsize=7)


def _aspect(part):
    """Let pixels be squares, unless an array is a long strip."""
    rows, columns = part.got.shape[:2]
    return "equal" if 0.4 < rows / columns < 2.5 else "auto"
