"""A drawing of batch normalisation as a computational graph."""

from typing import TYPE_CHECKING, Any

import numpy as np

from cs231n.drawings.minus import MINUS
from cs231n.drawings.page import Page

if TYPE_CHECKING:
    from matplotlib.figure import Figure

#: Where the values and operations of the middle line stand, from left to right.
_STOPS = {
    "x": 0.8,
    "split": 2.4,
    "minus": 7.4,
    "fork": 11.0,
    "times": 19.4,
    "gamma": 23.0,
    "beta": 26.4,
    "y": 29.8,
}
_AT: dict[str, Any] = {name: np.array([x, 5.2]) for name, x in _STOPS.items()} | {
    "mean": np.array([4.9, 1.5]),
    "var": np.array([13.4, 1.5]),
    "root": np.array([17.3, 1.5]),
}


def norm_graph(theme: str = "light") -> "Figure":
    """Draw the computational graph of batch normalisation with its gradients.

    Parameters
    ----------
    theme : {"light", "dark"}, optional
        Paper and colours.

    Returns
    -------
    figure : matplotlib.figure.Figure
        Values run right, gradients run left; three numbered routes lead back to x.
    """
    page = Page(30.6, 9.2, theme, inch=0.31)
    _edges(page)
    for name in "xy":
        x, y = _AT[name]
        page.text(x, y, f"${name}$", "data", 15)
    for point in (_AT["split"], _AT["fork"]):
        page.node(point, radius=0.3, share=1)
    for name, sign in (
        ("minus", MINUS),
        ("times", "×"),
        ("gamma", "×"),
        ("beta", "+"),
    ):
        page.node(_AT[name], sign)
    page.box(_AT["mean"], "mean")
    page.box(_AT["var"], "mean of\nsquares", 2.2, size=7.5)
    page.box(_AT["root"], r"$1/\sqrt{\sigma^2+\varepsilon}$", 2.6)
    _key(page)
    return page.fig


def _edges(page):
    for start, end, style in (
        ("x", "split", {"near": (0.5, 0.33)}),
        ("split", "minus", {"near": (0.4, 0.7)}),
        ("split", "mean", {"near": (0.5, 0.75), "side": -1, "route": "2"}),
        ("mean", "minus", {"name": r"\mu", "lw": 1.1}),
        (
            "minus",
            "fork",
            {"name": r"x-\mu", "near": (0.7, 0.33), "grad": r"(x-\mu)"},
        ),
        ("fork", "times", {"near": (0.4, 0.7), "route": "1"}),
        ("fork", "var", {"near": (0.5, 0.75), "side": -1, "route": "3"}),
        ("var", "root", {"name": r"\sigma^2", "lw": 1.1, "near": (1.2, 1.35)}),
        ("root", "times", {"lw": 1.1}),
        ("times", "gamma", {"name": r"\hat x"}),
        ("gamma", "beta", {}),
        ("beta", "y", {"near": (0.7, 0.5), "grad": "y"}),
    ):
        _edge(page, _AT[start], _AT[end], **style)
    for name in ("gamma", "beta"):
        at = _AT[name]
        _edge(page, at + np.array([0, 3]), at, lw=1.1, near=(0.5, 0.7))
        page.text(at[0], 8.2, rf"$\{name}$", "learned", 14)


def _edge(
    page, start, end, name="", lw=2.6, near=(0.7, 0.7), side=1, route="", grad=""
):
    """Draw an arrow forward, and beside it the gradient's back.

    ``near`` keeps the ends clear of the nodes, ``side`` says on which side the gradient
    runs, ``name`` and ``grad`` label the value and what its gradient is taken of.
    """
    along = (end - start) / np.hypot(*(end - start))
    across = side * np.array([-along[1], along[0]])
    first, last, middle = start + near[0] * along, end - near[1] * along, start + end
    page.arrow(first - 0.2 * across, last - 0.2 * across, "data", lw)
    page.arrow(last + 0.24 * across, first + 0.24 * across, "grad", 0.75 * lw + 0.2)
    off = 0.7 if abs(along[1]) < 0.1 else 0.85
    if name:
        page.text(*(middle / 2 - off * across), f"${name}$", "data", 11)
    if grad or name:
        label = rf"$\partial L/\partial {grad or name}$"
        page.text(*(middle / 2 + (off + 0.4) * across), label, "grad", 11)
    if route:
        page.node(first + 0.24 * across + 1.5 * along, route, "grad", 0.4, 8)


def _key(page):
    for x, lw, words, role in (
        (0.8, 2.6, "shape (N, D)", "data"),
        (6.4, 1.1, "shape (D,)", "data"),
        (11.6, 2, "gradient", "grad"),
    ):
        page.arrow((x, 7.5), (x + 1.4, 7.5), role, lw)
        page.text(x + 1.7, 7.55, words, "quiet", 9, ha="left")
    page.node((1.1, 8.5), radius=0.3, share=1)
    words = "forward one value is used twice, backward two gradients add up"
    page.text(1.8, 8.55, words, "quiet", 9, ha="left")
