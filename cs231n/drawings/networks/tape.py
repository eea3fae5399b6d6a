"""A drawing of any small expression as the graph that a tape has recorded."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from cs231n.drawings.minus import MINUS, with_minus
from cs231n.drawings.page import Page
from cs231n.drawings.pictures.layered import arrange

if TYPE_CHECKING:
    from matplotlib.figure import Figure

#: What stands in the circle of a step.
_SIGNS = {
    **{"add": "+", "sub": MINUS, "mul": "×", "div": "÷", "matmul": "@"},
    **{"sum": "Σ", "total": "Σ", "neg": MINUS, "mm": "@"},
}
_COLUMN, _ROW = 2.75, 3.1  # cells between neighbours
_GAP = 0.9  # between the centre of a node and its arrows
_INCH = 0.27


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
    return with_minus(f"{value.item():.3g}".replace("e-0", "e-"))


def _draw(items, places, theme):
    spots = [spot for place in places.values() for spot in [place.at, *place.by()]]
    first = np.min(spots, axis=0)
    width, height = (np.max(spots, axis=0) - first) * (_COLUMN, _ROW) + (3.0, 4.4)
    page = Page(max(width, 15), height, theme, inch=_INCH)

    def point(spot):
        return (np.array(spot) - first) * (_COLUMN, _ROW) + (1.5, 1.6)

    for key, item in items.items():
        for user, route in places[key].routes.items():
            points = [*map(point, [places[key].at, *route, places[user].at])]
            uses = items[user].parents.count(key)
            for use in range(uses):
                _edge(page, points, item.collects, 0.5 * (use - (uses - 1) / 2))
    for key, item in items.items():
        _item(page, point(places[key].at), item)
    _legend(page, height)
    return page.fig


def _edge(page, points, collects, off):
    """Draw a value's way to a step, and dashed the gradient's way back."""
    points = np.array(points, dtype=float)
    for end, other in ((0, 1), (-1, -2)):  # keep clear of the nodes
        along = points[other] - points[end]
        points[end] += _GAP * along / np.hypot(*along)
    points[:, 1] += off
    shift = np.array([0, 0.14])
    _way(page, points - shift, "data" if collects else "quiet")
    if collects:
        _way(page, points[::-1] + shift, "grad")


def _way(page, points, role):
    """Draw straight pieces, the last with the head of an arrow."""
    style = (0, (3, 1.8)) if role == "grad" else "-"
    x, y = points[:-1].T
    page.ax.plot(x, y, color=page.colours[role], lw=1.2, ls=style)
    page.arrow(points[-2], points[-1], role, 1.2)


def _item(page, at, item):
    x, y = at
    if item.is_step:
        length = len(item.label)
        size = 11 if length < 3 else 7.5 if length < 6 else 6
        page.node(at, item.label, radius=0.7 if length < 3 else 0.85, size=size)
    else:
        role = "learned" if item.collects else "quiet"
        width = min(1.7, max(1.3, 0.3 * len(item.label) + 0.5))
        page.box(at, item.label or "?", width, role)
    if item.value is not None:
        role = "data" if item.collects else "quiet"
        page.text(x, y - 1.2, _told(item.value), role, 7.5)
    if item.grad is not None:
        page.text(x, y + 1.22, _told(item.grad, True), "grad", 7.5)


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
    for words, role in (("value or shape", "data"), ("gradient or its length", "grad")):
        page.arrow((x, height - 0.6), (x + 1.2, height - 0.6), role, 1.2)
        page.text(x + 1.4, height - 0.58, words, "quiet", 7.5, ha="left")
        x += 6.2
