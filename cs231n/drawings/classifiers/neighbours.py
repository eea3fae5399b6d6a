"""Drawings of nearest neighbours: distances, votes and folds."""

from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.patches import Circle, Polygon

from cs231n.drawings.minus import MINUS
from cs231n.drawings.page import Page
from cs231n.languages import label

if TYPE_CHECKING:
    from matplotlib.figure import Figure

#: Two test images and three training images of two pixels, with whole distances.
_TEST = np.array([[0, 3], [4, 3]])
_TRAINING = np.array([[0, 0], [4, 0], [4, 3]])
_SQUARES = np.sum((_TEST[:, None] - _TRAINING) ** 2, axis=2)


def distance_matrix(theme: str = "light") -> "Figure":
    """Draw points in the plane, and the matrix of their distances.

    Parameters
    ----------
    theme : {"light", "dark"}, optional
        Paper and colours.

    Returns
    -------
    figure : matplotlib.figure.Figure
        The plane on the left, the matrix on the right.
    """
    page = Page(23, 8.4, theme)
    left, bottom, unit = 2.6, 6.4, 1.35
    at = {
        name: (left + unit * x, bottom - unit * y)
        for name, (x, y) in {
            "$t_0$": _TRAINING[0],
            "$t_1$": _TRAINING[1],
            "$t_2$": _TRAINING[2],
            "$x_0$": _TEST[0],
            "$x_1$": _TEST[1],
        }.items()
    }
    page.arrow((left - 0.9, bottom), (left + 6.6 * unit, bottom), "line", 1)
    page.arrow((left, bottom + 0.9), (left, bottom - 4.2 * unit), "line", 1)
    page.text(left + 5.5 * unit, bottom + 0.75, label("pixel 0"), "quiet", 9)
    page.text(left - 0.3, bottom - 4.0 * unit, label("pixel 1"), "quiet", 9, ha="right")
    _line(page, at["$x_0$"], at["$t_1$"])
    x, y = (np.array(at["$x_0$"]) + at["$t_1$"]) / 2
    page.text(x + 0.4, y - 0.45, "5", "ink", 11, weight="bold")
    for name, (x, y) in at.items():
        test = name.startswith("$x")
        role, marker, size = ("other", "s", 7) if test else ("data", "o", 13)
        _dot(page, (x, y), role, marker, size)
    for name, dx, dy in (
        ("$t_0$", 0.55, 0.7),
        ("$t_1$", 0.55, 0.7),
        ("$t_2$", 0.75, 0.55),
        ("$x_0$", 0.6, -0.65),
        ("$x_1$", 0.6, -0.65),
    ):
        role = "other" if name.startswith("$x") else "data"
        page.text(at[name][0] + dx, at[name][1] + dy, name, role, 12)
    page.matrix(16.6, 3.2, np.sqrt(_SQUARES), {(0, 1): "learned"})
    for j in range(3):
        page.text(17.1 + j, 2.6, f"$t_{j}$", "data", 12)
    for i in range(2):
        page.text(16.0, 3.7 + i, f"$x_{i}$", "other", 12)
    page.text(18.1, 1.5, label("a column for each training image"), "data", 9)
    page.text(18.1, 6.0, label("a row for each test image"), "other", 9)
    return page.fig


def broadcast_rows(theme: str = "light") -> "Figure":
    """Draw one image subtracted from all rows of a matrix, and the sum of each row.

    Parameters
    ----------
    theme : {"light", "dark"}, optional
        Paper and colours.

    Returns
    -------
    figure : matplotlib.figure.Figure
        Training images, a test image, their differences, and one distance a row.
    """
    page = Page(25, 6.4, theme)
    differences = _TRAINING - _TEST[0]
    page.matrix(0.8, 1.9, _TRAINING)
    page.text(1.8, 1.2, "X_train", "data", 9)
    page.text(1.8, 5.5, "(N, D)", "quiet", 9)
    page.text(3.9, 3.4, MINUS, size=14)
    page.matrix(5.0, 2.9, np.repeat(_TEST[:1], 2, axis=0), role="quiet")
    page.matrix(5.0, 1.9, _TEST[:1], role="other")
    page.text(6.0, 1.2, label("x, repeated"), "other", 9)
    page.text(6.0, 5.5, "(D,)", "quiet", 9)
    page.text(8.1, 3.4, "=", size=14)
    page.matrix(9.2, 1.9, differences, dict.fromkeys(((1, 0), (1, 1)), "learned"))
    page.text(10.2, 1.2, label("differences"), "ink", 9)
    page.text(10.2, 5.5, "(N, D)", "quiet", 9)
    page.arrow((11.8, 3.4), (15.6, 3.4), "ink", 1.3)
    page.text(13.7, 2.8, label("square,"), "ink", 8.5)
    page.text(13.7, 4.1, label("add along the row"), "ink", 8.5)
    page.matrix(16.2, 1.9, _SQUARES[:1].T, {(1, 0): "learned"})
    page.text(16.7, 5.5, "(N,)", "quiet", 9)
    page.arrow((17.8, 3.4), (20.4, 3.4), "ink", 1.3)
    page.text(19.1, 2.8, label("root"), "ink", 8.5)
    page.matrix(21.0, 1.9, np.sqrt(_SQUARES[:1]).T, {(1, 0): "learned"})
    page.text(21.5, 1.2, label("distances"), "ink", 9)
    page.text(21.5, 5.5, "(N,)", "quiet", 9)
    return page.fig


def three_terms(theme: str = "light") -> "Figure":
    """Draw the squared distances as a column, a matrix and a row that add up.

    Parameters
    ----------
    theme : {"light", "dark"}, optional
        Paper and colours.

    Returns
    -------
    figure : matplotlib.figure.Figure
        Shapes below, numbers of two test and three training images above.
    """
    page = Page(23, 6.2, theme)
    page.matrix(1.2, 2.2, np.sum(_TEST**2, axis=1)[:, None], role="other")
    page.text(1.7, 1.4, r"$\Vert x_i\Vert^2$", "other", 12)
    page.text(1.7, 5.1, "(M, 1)", "quiet", 9)
    page.text(3.6, 3.2, f"{MINUS} 2", size=13)
    page.matrix(4.8, 2.2, _TEST @ _TRAINING.T, {(0, 2): "learned"})
    page.text(6.3, 1.4, r"$x_i \cdot t_j$", "ink", 12)
    page.text(6.3, 5.1, "(M, N)", "quiet", 9)
    page.text(9.0, 3.2, "+", size=13)
    page.matrix(10.0, 2.7, np.sum(_TRAINING**2, axis=1)[None])
    page.text(11.5, 1.4, r"$\Vert t_j\Vert^2$", "data", 12)
    page.text(11.5, 5.1, "(N,)", "quiet", 9)
    page.text(14.2, 3.2, "=", size=13)
    page.matrix(15.2, 2.2, _SQUARES, {(0, 2): "learned"})
    page.text(16.7, 1.4, r"$\Vert x_i - t_j\Vert^2$", "ink", 12)
    page.text(16.7, 5.1, "(M, N)", "quiet", 9)
    page.text(18.8, 2.7, f"9 {MINUS} 2·9 + 25 = 16", "learned", 9.5, ha="left")
    return page.fig


def vote_circle(theme: str = "light") -> "Figure":
    """Draw a query whose label depends on how many neighbours vote.

    Parameters
    ----------
    theme : {"light", "dark"}, optional
        Paper and colours.

    Returns
    -------
    figure : matplotlib.figure.Figure
        Two classes around the query, with the circles that hold 1, 3 and 7 neighbours.
    """
    page = Page(20, 9.6, theme)
    centre = np.array([7.2, 4.8])
    _dot(page, centre, "other", "s", 9)
    page.text(centre[0] + 0.2, centre[1] + 0.75, "?", "other", 12)
    for x, y, square in _VOTERS:
        role, marker = ("learned", "^") if square else ("data", "o")
        _dot(page, centre + np.array([x, y]), role, marker, 9)
    for radius, dashes in ((1.35, "-"), (2.5, (0, (6, 2))), (3.9, (0, (1, 1.5)))):
        style: dict[str, Any] = {"fill": False, "ec": page.colours["quiet"], "lw": 1.3}
        page.ax.add_patch(Circle(tuple(centre), radius, ls=dashes, **style))
    for y, words, votes, role in (
        (2.6, label("k = 1, solid"), label("the nearest is a disc"), "data"),
        (4.5, label("k = 3, dashed"), label("two triangles, one disc"), "learned"),
        (6.4, label("k = 7, dotted"), label("five discs, two triangles"), "data"),
    ):
        page.text(12.6, y, words, "quiet", 9.5, ha="left")
        page.text(12.6, y + 0.7, votes, role, 10, ha="left")
    page.ax.set_xlim(2.4, 22.4)
    return page.fig


#: Where the neighbours stand, seen from the query, and whether they are triangles.
_VOTERS = (
    (-0.9, 0.5, False),
    (1.3, 1.3, True),
    (-0.3, -1.9, True),
    (2.7, 1.3, False),
    (-2.9, -1.1, False),
    (-1.8, 2.7, False),
    (3.3, -0.9, False),
)


def two_metrics(theme: str = "light") -> "Figure":
    """Draw the points at one distance by both metrics, and which neighbour they find.

    Parameters
    ----------
    theme : {"light", "dark"}, optional
        Paper and colours.

    Returns
    -------
    figure : matplotlib.figure.Figure
        A circle and a square on its corner, with two training images between them.
    """
    page = Page(23, 9.2, theme)
    centre, unit = np.array([5.0, 4.6]), 0.78
    page.arrow((0.4, 4.6), (9.6, 4.6), "line", 1)
    page.arrow((5.0, 9.0), (5.0, 0.3), "line", 1)
    round_style: dict[str, Any] = {"fill": False, "ec": page.colours["data"], "lw": 1.8}
    page.ax.add_patch(Circle(tuple(centre), unit * 18**0.5, **round_style))
    corners = centre + 5 * unit * np.array([[1, 0], [0, 1], [-1, 0], [0, -1]])
    edge: dict[str, Any] = {"fill": False, "ec": page.colours["other"], "lw": 1.8}
    page.ax.add_patch(Polygon(corners, ls=(0, (5, 2)), **edge))
    _dot(page, centre, "ink", "s")
    page.text(4.6, 5.2, "$x$", "ink", 12)
    _dot(page, centre + unit * np.array([3, -3]), "data", "o", 9)
    _dot(page, centre + unit * np.array([5, 0]), "other", "^", 9)
    page.text(8.2, 1.8, "$p$ = (3, 3)", "data", 11, ha="left")
    page.text(9.5, 5.4, "$q$ = (5, 0)", "other", 11, ha="left")
    page.text(13.2, 2.6, label("Euclidean"), "data", 10, ha="left")
    page.text(13.2, 3.5, r"$p$: $\sqrt{9+9}=4.24$", "data", 10, ha="left")
    page.text(18.6, 3.5, r"$q$: 5", "quiet", 10, ha="left")
    page.text(13.2, 6.0, label("L1 (dashed)"), "other", 10, ha="left")
    page.text(13.2, 6.9, r"$p$: $3+3=6$", "quiet", 10, ha="left")
    page.text(18.6, 6.9, r"$q$: 5", "other", 10, ha="left")
    return page.fig


def folds(theme: str = "light") -> "Figure":
    """Draw how cross-validation holds out every fold once.

    Parameters
    ----------
    theme : {"light", "dark"}, optional
        Paper and colours.

    Returns
    -------
    figure : matplotlib.figure.Figure
        Five rounds of five folds, and the test set that stays closed.
    """
    page = Page(23, 8.6, theme)
    for i in range(5):
        y = 1.2 + 1.35 * i
        page.text(1.9, y + 0.6, label("round {i}", i=i), "quiet", 9)
        for j in range(5):
            out = i == j
            role, words = (
                ("other", label("held out")) if out else ("data", label("train"))
            )
            page.box((4.7 + 2.4 * j, y + 0.6), words, 2.2, role, 8.5)
        page.arrow((15.6, y + 0.6), (16.7, y + 0.6), "line", 1)
        page.text(17.0, y + 0.6, label("accuracy {i}", i=i), "other", 9, ha="left")
    page.text(9.5, 0.5, label("the training set, cut into five folds"), "data", 9)
    page.box((21.6, 3.9), label("test\nset"), 1.7, "quiet", 8.5)
    page.text(21.6, 5.2, label("closed"), "quiet", 9)
    page.text(17.9, 8.2, label("one k: the mean of five"), "ink", 9)
    return page.fig


def _dot(page, at, role, marker, size=8):
    """Mark a point."""
    page.ax.plot(*at, marker, color=page.colours[role], markersize=size, zorder=4)


def _line(page, start, end):
    """Connect two points by a thin line."""
    points = zip(start, end, strict=True)
    page.ax.plot(*points, color=page.colours["quiet"], lw=1.4, zorder=2)
