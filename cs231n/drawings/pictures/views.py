"""Drawings of learning without labels: views, boxes, pairs, and what pulls them."""

from typing import TYPE_CHECKING

import numpy as np

from cs231n.drawings.page import Page

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def view_pairs(theme: str = "light") -> "Figure":
    """Draw how two views of a picture become two vectors, and where the loss is.

    Parameters
    ----------
    theme : {"light", "dark"}, optional
        Paper and colours.

    Returns
    -------
    figure : matplotlib.figure.Figure
        From the picture on the left to the loss on the right.
    """
    page = Page(27, 7.4, theme, inch=0.34)
    page.box((2.2, 3.7), "picture", 3.0, "data", 10)
    for y, name in ((1.9, "i"), (5.5, "j")):
        page.arrow((3.8, 3.7), (5.7, y), "data", 1.4)
        page.box((7.4, y), f"view ${name}$", 3.0, "data")
        page.arrow((9.0, y), (11.0, y), "data", 1.4)
        page.box((12.7, y), "encoder", 3.2, "learned")
        page.arrow((14.4, y), (16.3, y), "data", 1.4)
        page.box((17.9, y), "projector", 3.0, "learned")
        page.arrow((19.5, y), (21.0, y), "data", 1.4)
        page.text(21.7, y, f"$z_{name}$", "data", 12)
        page.arrow((22.4, y), (23.6, 3.7 + np.sign(y - 3.7) * 0.7), "data", 1.4)
    page.box((24.2, 3.7), "alike?", 2.8, "other")
    page.text(12.7, 3.7, "the same weights", "quiet")
    page.text(17.9, 3.7, "thrown away later", "quiet")
    page.text(15.35, 0.9, "96 features", "quiet")
    page.text(5.0, 6.7, "random crop and colours", "quiet")
    return page.fig


def crop_grid(theme: str = "light") -> "Figure":
    """Draw where a crop takes its samples, and how one of them is mixed.

    Parameters
    ----------
    theme : {"light", "dark"}, optional
        Paper and colours.

    Returns
    -------
    figure : matplotlib.figure.Figure
        Pixels with a box and two by two samples; the weights of one sample.
    """
    page = Page(19, 7.6, theme, inch=0.4)
    values = np.arange(16).reshape(4, 4)
    page.matrix(1.2, 2.0, values)
    page.frame(2.2, 2.0, 3, 3, "other", dashed=True)
    for y in (2.75, 4.25):
        for x in (2.95, 4.45):
            page.node((x, y), "", "learned", 0.13, share=1.0)
    page.text(3.2, 1.3, "top 0, left 1, height 3, width 3", "other")
    page.text(3.2, 6.7, "dots: centres of 2 x 2 new pixels", "learned")
    page.arrow((6.2, 4.0), (8.2, 4.0), "ink", 1.6)
    weights = np.array([[0.5625, 0.1875], [0.1875, 0.0625]])
    page.text(12.2, 1.3, "first dot: position (0.25, 1.25)", "learned")
    for (i, j), weight in np.ndenumerate(weights):
        page.cell((9.0 + j, 3.0 + i), "data", weight, f"{values[i, j + 1]}")
        page.text(12.6 + 2.9 * j, 3.5 + i, f"{weight:.4f}", "ink")
    page.text(11.5, 4.0, r"$\times$", "ink", 13)
    page.text(12.6, 6.0, "new pixel: 2.25", "learned", 11)
    return page.fig


def pair_matrix(theme: str = "light", num: int = 3) -> "Figure":
    """Draw the similarities of all views, with pairs and what does not count.

    Parameters
    ----------
    theme : {"light", "dark"}, optional
        Paper and colours.
    num : int, optional
        Pictures.

    Returns
    -------
    figure : matplotlib.figure.Figure
        A matrix of 2 num x 2 num.
    """
    size = 2 * num
    page = Page(13.5 + size, 3.6 + size, theme, inch=0.4)
    names = [f"{side}{k}" for side in ("L", "R") for k in range(num)]
    for i, name in enumerate(names):
        page.text(2.6, 2.5 + i, name, "ink")
        page.text(3.7 + i, 1.5, name, "ink")
        for j in range(size):
            role, share, word = "line", 0.15, ""
            if i == j:
                role, share, word = "quiet", 0.45, "1"
            elif (i - j) % num == 0:
                role, share, word = "learned", 0.45, "+"
            page.cell((3.2 + j, 2.0 + i), role, share, word)
    page.frame(3.2, 3.0, size, 1, "other", dashed=True)
    right = 4.2 + size
    page.text(right, 2.5, "grey: with itself, left out", "quiet", ha="left")
    page.text(right, 3.5, "one row: a softmax over the others", "other", ha="left")
    page.text(right, 4.5, "+: the pair, the row's right answer", "learned", ha="left")
    page.text(right, 5.5, "empty: negatives, other pictures", "ink", ha="left")
    return page.fig


def pull_push(theme: str = "light") -> "Figure":
    """Draw unit vectors on a circle, and where the loss moves one of them.

    Parameters
    ----------
    theme : {"light", "dark"}, optional
        Paper and colours.

    Returns
    -------
    figure : matplotlib.figure.Figure
        Four vectors; a dashed arrow along the circle.
    """
    page = Page(17, 10.4, theme, inch=0.4)
    centre, radius = np.array([5.2, 5.2]), 3.4
    turns = np.linspace(0, 2 * np.pi, 200)
    circle = centre[:, None] + radius * np.stack([np.cos(turns), np.sin(turns)])
    page.ax.plot(*circle, color=page.colours["line"], lw=1)
    points = {}
    for name, degrees, role in (
        ("$u_i$", 75, "data"),
        ("$u_j$", 20, "learned"),
        ("$u_a$", 115, "other"),
        ("$u_b$", 250, "other"),
    ):
        angle = np.deg2rad(degrees)
        unit = np.array([np.cos(angle), -np.sin(angle)])
        points[name] = centre + radius * unit
        page.arrow(centre, points[name], role, 1.6)
        x, y = centre + (radius + 0.8) * unit
        page.text(x, y, name, role, 12)
    angle = np.deg2rad(75)
    along = np.array([np.sin(angle), np.cos(angle)])
    page.arrow(points["$u_i$"], points["$u_i$"] + 1.9 * along, "grad", 2.0)
    page.text(10.4, 3.2, "$u_j$: the other view, it pulls", "learned", ha="left")
    page.text(10.4, 4.4, "$u_a$: near and another picture,", "other", ha="left")
    page.text(10.4, 5.1, "it pushes most", "other", ha="left")
    page.text(10.4, 6.3, "$u_b$: far away, it hardly pushes", "other", ha="left")
    page.text(10.4, 7.5, "dashed: along the circle only", "grad", ha="left")
    return page.fig


def colour_plane(theme: str = "light") -> "Figure":
    """Draw what saturation and hue do to a colour in the plane of I and Q.

    Parameters
    ----------
    theme : {"light", "dark"}, optional
        Paper and colours.

    Returns
    -------
    figure : matplotlib.figure.Figure
        One colour as an arrow; the same half as saturated, and turned by 60 degrees.
    """
    page = Page(20, 7.2, theme, inch=0.4)
    grey, reach = np.array([2.6, 5.4]), 0.045
    page.arrow(grey, (8.8, 5.4), "quiet", 1.2)
    page.arrow(grey, (2.6, 0.6), "quiet", 1.2)
    page.text(9.3, 5.4, "$I$", "quiet", 12)
    page.text(2.6, 0.3, "$Q$", "quiet", 12)
    page.text(2.8, 6.1, "grey: $I = Q = 0$", "quiet")
    colour = reach * np.array([89.4, -31.65])  # the page's y runs down
    turn = np.deg2rad(60)
    turned = [
        colour[0] * np.cos(turn) + colour[1] * np.sin(turn),
        colour[1] * np.cos(turn) - colour[0] * np.sin(turn),
    ]
    page.arrow(grey, grey + turned, "other", 1.8)
    page.arrow(grey, grey + colour, "data", 1.8)
    page.arrow(grey, grey + colour / 2, "learned", 3.2)
    page.text(
        10.2,
        2.2,
        r"turned by $\theta$ = 60°: other hue, as saturated",
        "other",
        ha="left",
    )
    page.text(10.2, 3.7, "a red pixel: $I$ = 89.4, $Q$ = 31.65", "data", ha="left")
    page.text(10.2, 5.2, "thick: $s$ = 0.5, half as saturated", "learned", ha="left")
    return page.fig


def frozen_probe(theme: str = "light") -> "Figure":
    """Draw what is trained in a linear probe, and what is not.

    Parameters
    ----------
    theme : {"light", "dark"}, optional
        Paper and colours.

    Returns
    -------
    figure : matplotlib.figure.Figure
        Pictures, a frozen encoder, a linear layer and labels.
    """
    page = Page(26, 4.6, theme, inch=0.34)
    page.box((2.6, 2.0), "few pictures", 4.2, "data")
    page.arrow((4.8, 2.0), (6.6, 2.0), "data", 1.4)
    page.box((9.4, 2.0), "encoder, frozen", 5.4, "quiet")
    page.arrow((12.2, 2.0), (14.0, 2.0), "data", 1.4)
    page.box((16.6, 2.0), "linear layer", 4.8, "learned")
    page.arrow((19.1, 2.0), (20.8, 2.0), "data", 1.4)
    page.box((23.1, 2.0), "their labels", 4.2, "other")
    page.arrow((20.8, 2.7), (19.1, 2.7), "grad", 1.4)
    page.text(9.4, 3.7, "no gradient comes this far", "quiet")
    page.text(16.6, 3.7, "970 numbers are fitted", "learned")
    return page.fig
