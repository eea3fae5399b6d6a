"""A drawing of any small expression as the graph that a tape has recorded."""

import itertools
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from cs231n.drawings.layered import arrange
from cs231n.drawings.page import Page

if TYPE_CHECKING:
    from matplotlib.figure import Figure

#: What stands in the circle of a step.
_SIGNS = {
    **{"add": "+", "sub": "\N{MINUS SIGN}", "mul": "×", "div": "÷", "matmul": "@"},
    **{"sum": "Σ", "total": "Σ", "neg": "\N{MINUS SIGN}", "mm": "@"},
}
_COLUMN, _ROW = 3.5, 2.3  # cells between neighbours


@dataclass
class _Item:
    """A step or a leaf of the graph."""

    label: str
    is_step: bool
    collects: bool = False  #: whether gradients are carried back to it
    value: Any = None  #: array, or None where the tape did not keep it
    grad: Any = None
    parents: list = field(default_factory=list)  #: keys


def tape_graph(
    result: Any, names: Mapping[str, Any] | None = None, theme: str = "light"
) -> "Figure":
    """Draw the steps behind a tensor, with values and gradients at the edges.

    A number is written out; of a larger array the shape, and the length of its
    gradient. What does not collect gradients is grey; a constant number stands in the
    circle of the step that uses it.

    Parameters
    ----------
    result : Tensor
        Of the notebook `autograd`, whose ``parents`` are tensors; or of the package's
        tape or PyTorch, whose steps keep no values: those of ``names`` are shown.
    names : mapping of {str: Tensor}, optional
        What to call leaves and results.
    theme : {"light", "dark"}, optional
        Paper and colours.

    Returns
    -------
    figure : matplotlib.figure.Figure
        Values run right, gradients run left.

    Raises
    ------
    ValueError
        If nothing is recorded behind ``result``, or more than 60 steps are.
    """
    items = _fold(_read(result, names or {}))
    steps = sum(item.is_step for item in items.values())
    if not 1 <= steps <= 60:
        raise ValueError(
            f"A drawing holds 1 to 60 recorded steps; behind this tensor there are "
            f"{steps}. Draw a result computed from a tensor with requires_grad=True."
        )
    places = arrange({key: item.parents for key, item in items.items()})
    return _draw(items, places, theme)


def _read(result, names):
    """Return the items behind a tensor by key, of whichever tape."""
    named = {_key(tensor): (name, tensor) for name, tensor in names.items()}
    items, waiting = {}, [result]
    while waiting:
        source = waiting.pop()
        key = _key(source)
        if key in items:
            continue
        name, tensor = named.get(key, ("", source))
        parents = [parent for parent in _parents(source) if parent is not None]
        step = _step(source)
        items[key] = _Item(
            step or name or _own_name(tensor),
            bool(step),
            getattr(tensor, "requires_grad", True),
            _array(getattr(tensor, "data", None)),
            _array(getattr(tensor, "grad", None)),
            [_key(parent) for parent in parents],
        )
        waiting += parents
    return items


def _node(source):
    """Return the step behind a tensor where the tape keeps steps beside tensors."""
    return getattr(source, "grad_fn", None) or source


def _key(source):
    return id(_node(source))


def _parents(source):
    node = _node(source)
    if hasattr(node, "next_functions") and not hasattr(node, "parents"):  # PyTorch's
        found = (parent for parent, _ in node.next_functions)
        return [getattr(p, "variable", p) for p in found]
    return getattr(node, "parents", ())


def _step(source):
    node = _node(source)
    if not _parents(node):
        return ""
    name = getattr(node, "step", None) or node.name
    name = name() if callable(name) else name
    return name.removesuffix("Backward0").lower()


def _own_name(tensor):
    name = getattr(tensor, "name", "")
    return name if isinstance(name, str) else ""


def _array(value):
    if value is None or isinstance(value, memoryview):
        return None
    return np.asarray(getattr(value, "data", value))


def _fold(items):
    """Write constant numbers into the circles of the steps that use them."""
    constants = {
        key: item
        for key, item in items.items()
        if not item.is_step
        and not item.collects
        and item.value is not None
        and item.value.size == 1
        and not item.label
    }
    for item in items.values():
        folded = [constants[key] for key in item.parents if key in constants]
        item.parents = [key for key in item.parents if key not in constants]
        item.label = _SIGNS.get(item.label, item.label)
        for constant in folded:
            item.label += f" {_number(constant.value)}"
    return {key: item for key, item in items.items() if key not in constants}


def _number(value):
    return f"{value.item():.3g}".replace("-", "\N{MINUS SIGN}")


def _draw(items, places, theme):
    spots = [spot for place in places.values() for spot in [place.at, *place.by()]]
    x = [spot[0] for spot in spots]
    y = [spot[1] for spot in spots]
    width = (max(x) - min(x)) * _COLUMN + 5.2
    height = (max(y) - min(y)) * _ROW + 4.2
    page = Page(width, height, theme, inch=0.31)

    def point(spot):
        return np.array([spot[0] - min(x), spot[1] - min(y)]) * (_COLUMN, _ROW) + (
            1.5,
            1.5,
        )

    for key, item in items.items():
        for child, route in places[key].routes.items():
            points = [point(places[key].at), *map(point, route)]
            _edge(page, [*points, point(places[child].at)], item.collects)
    for key, item in items.items():
        _item(page, point(places[key].at), item)
    _legend(page, height)
    return page.fig


def _edge(page, points, collects):
    """Draw a value's way to a step, and dashed the gradient's way back."""
    role = "data" if collects else "quiet"
    for number, (start, end) in enumerate(itertools.pairwise(points)):
        along = (end - start) / np.hypot(*(end - start))
        across = np.array([-along[1], along[0]])
        first = start + (0.95 if number == 0 else 0) * along
        last = end - (0.95 if number == len(points) - 2 else 0) * along
        for side, tail, tip, kind, ends in (
            (-0.13, first, last, role, number == len(points) - 2),
            (0.13, last, first, "grad", number == 0),
        ):
            if kind == "grad" and not collects:
                continue
            if ends:
                page.arrow(tail + side * across, tip + side * across, kind, 1.2)
            else:
                line = zip(tail + side * across, tip + side * across, strict=True)
                style = (0, (3, 1.8)) if kind == "grad" else "-"
                page.ax.plot(*line, color=page.colours[kind], lw=1.2, ls=style)


def _item(page, at, item):
    if item.is_step:
        radius = 0.62 if len(item.label) < 3 else 0.85
        size = 12 if len(item.label) < 3 else 8 if len(item.label) < 7 else 6
        page.node(at, item.label, radius=radius, size=size)
    else:
        role = "learned" if item.collects else "quiet"
        width = max(1.3, 0.3 * len(item.label) + 0.5)
        page.box(at, item.label or "?", width, role)
    paper = {"facecolor": page.colours["paper"], "edgecolor": "none", "pad": 0.6}
    role = "data" if item.collects else "quiet"
    x, y = np.add(at, (0.75, 0))
    if item.value is not None:
        _words(page, x, y - 0.72, _told(item.value), role, paper)
    if item.grad is not None:
        _words(page, x, y + 0.72, _told(item.grad, True), "grad", paper)


def _words(page, x, y, words, role, paper):
    page.text(x, y, words, role, 7.5, ha="left", bbox=paper)


def _told(array, is_grad=False):
    """Write a number out; of an array the shape, of its gradient the length."""
    if array.size == 1:
        return _number(array)
    if is_grad:
        length = np.sqrt(np.sum(np.square(array, dtype=float)))
        return f"|∇| {length:.2g}"
    return str(tuple(int(side) for side in array.shape))


def _legend(page, height):
    x = 0.5
    for words, role in (("value or shape", "data"), ("gradient", "grad")):
        page.arrow((x, height - 0.7), (x + 1.1, height - 0.7), role, 1.2)
        page.text(x + 1.3, height - 0.68, words, "quiet", 7.5, ha="left")
        x += 1.8 + 0.32 * len(words)
