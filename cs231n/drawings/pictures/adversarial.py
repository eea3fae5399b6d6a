"""Drawings of adversarial networks: the game, painting filters, kept gradients."""

from typing import TYPE_CHECKING, Any

import numpy as np

from cs231n.drawings.page import Page

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def adversaries(theme: str = "light") -> "Figure":
    """Draw the two players and what each sees.

    Parameters
    ----------
    theme : {"light", "dark"}, optional
        Paper and colours.

    Returns
    -------
    figure : matplotlib.figure.Figure
        Noise on the left, the logit on the right.
    """
    page = Page(25, 7, theme, inch=0.34)
    page.text(1.6, 4.8, "noise $z$", "quiet")
    page.arrow((3.1, 4.8), (4.7, 4.8), "data", 1.6)
    page.box((7.0, 4.8), "generator", 4.4, "learned")
    page.arrow((9.4, 4.8), (11.0, 4.8), "data", 1.6)
    page.text(12.6, 4.8, "fake", "other", 11)
    page.text(12.6, 1.8, "real", "data", 11)
    page.arrow((13.9, 4.8), (15.8, 3.7), "other", 1.6)
    page.arrow((13.9, 1.8), (15.8, 2.9), "data", 1.6)
    page.box((18.3, 3.3), "discriminator", 4.9, "learned")
    page.arrow((20.9, 3.3), (22.3, 3.3), "data", 1.6)
    page.text(23.6, 3.3, "logit", "ink")
    page.ax.annotate(
        "",
        (7.0, 5.6),
        (18.3, 4.1),
        arrowprops={
            "arrowstyle": "-|>",
            "ls": "--",
            "lw": 1.6,
            "color": page.colours["grad"],
            "connectionstyle": "arc3,rad=-0.25",
        },
    )
    page.text(21.2, 6.0, "gradient in the generator's turn", "grad", 9)
    return page.fig


def generator_losses(theme: str = "light") -> "Figure":
    """Draw both losses of a generator over the logit of a fake.

    Parameters
    ----------
    theme : {"light", "dark"}, optional
        Paper and colours.

    Returns
    -------
    figure : matplotlib.figure.Figure
        One panel with two curves and their names.
    """
    page = Page(20, 9.6, theme, inch=0.36)
    logits = np.linspace(-6, 4, 101)

    def across(a):
        return 2.5 + 1.6 * (np.asarray(a) + 6)

    def down(loss):
        return 5.2 - 0.62 * np.asarray(loss)

    page.arrow((2.5, 5.2), (19.2, 5.2), "line", 1.2)
    page.arrow((across(0), 9.2), (across(0), 1.0), "line", 1.2)
    curves = (
        ("not saturating", np.log1p(np.exp(-logits)), "data", "-"),
        ("saturating", -np.log1p(np.exp(logits)), "other", "--"),
    )
    for _, loss, role, dash in curves:
        page.ax.plot(
            across(logits), down(loss), color=page.colours[role], ls=dash, lw=2
        )
    page.text(7.6, 2.1, "not saturating", "data", ha="left")
    page.text(11.7, 7.4, "saturating", "other", ha="right")
    page.text(17.6, 5.9, "logit of a fake", "quiet", 9)
    page.text(across(0) + 0.4, 0.8, "loss", "quiet", 9, ha="left")
    page.text(5.2, 6.0, "flat: hardly any gradient", "other", 8.5)
    page.text(3.4, 0.6, "caught", "quiet", 9)
    page.text(18.6, 4.6, "fooled", "quiet", 9)
    return page.fig


def painted_filters(theme: str = "light") -> "Figure":
    """Draw a transposed convolution: each pixel paints a filter, overlaps add up.

    Parameters
    ----------
    theme : {"light", "dark"}, optional
        Paper and colours.

    Returns
    -------
    figure : matplotlib.figure.Figure
        Input, filter and output, with stride 2 and no pad.
    """
    x, w = np.array([[1, 2], [0, 3]]), np.ones((3, 3), int)
    out = np.zeros((5, 5), int)
    for i in range(2):
        for j in range(2):
            out[2 * i : 2 * i + 3, 2 * j : 2 * j + 3] += x[i, j] * w
    page = Page(20, 7, theme, inch=0.4)
    page.matrix(1, 2.5, x, {(0, 1): "other"})
    page.text(2, 1.9, "input", "quiet")
    page.matrix(5, 2, w, role="learned")
    page.text(6.5, 1.4, "filter", "quiet")
    page.text(4, 3.5, r"$\times$", "ink", 12)
    page.arrow((8.7, 3.5), (11.1, 3.5), "ink", 1.6)
    page.text(9.9, 2.8, "stride 2", "quiet", 9)
    page.matrix(
        11.8,
        1,
        out,
        {(i, j): "grad" for i in range(5) for j in range(5) if 2 in (i, j)},
    )
    page.frame(13.8, 1, 3, 3, "other")
    page.text(14.3, 0.5, "output", "quiet")
    page.text(17.1, 2.5, "painted by\nthe 2", "other", 9, ha="left")
    page.text(14.3, 6.5, "bold: sums of several filters", "quiet", 9)
    return page.fig


def kept_gradients(theme: str = "light") -> "Figure":
    """Draw which gradients each of two turns keeps, and which it throws away.

    Parameters
    ----------
    theme : {"light", "dark"}, optional
        Paper and colours.

    Returns
    -------
    figure : matplotlib.figure.Figure
        A row for each turn.
    """
    page = Page(24, 8.4, theme, inch=0.36)
    rows = (
        (2.0, "1. discriminator's turn", "cut", "kept"),
        (5.8, "2. generator's turn", "kept", "thrown away"),
    )
    for y, name, generator, discriminator in rows:
        page.text(0.4, y - 1.4, name, "ink", 9.5, ha="left", weight="bold")
        page.box((8.0, y), "generator", 4.4, "learned")
        page.box((17.0, y), "discriminator", 5.0, "learned")
        page.text(22.8, y, "loss", "ink")
        page.arrow((22.0, y), (19.6, y), "grad", 1.8)
        if generator == "cut":
            page.arrow((14.4, y), (12.9, y), "grad", 1.8)
            page.text(12.2, y, "||", "ink", 13, weight="bold")
        else:
            page.arrow((14.4, y), (10.3, y), "grad", 1.8)
        page.text(8.0, y + 1.2, generator, "grad" if generator == "kept" else "quiet")
        page.text(
            17.0, y + 1.2, discriminator, "grad" if discriminator == "kept" else "quiet"
        )
    return page.fig


def squares(theme: str = "light") -> "Figure":
    """Draw the least-squares losses over the score.

    Parameters
    ----------
    theme : {"light", "dark"}, optional
        Paper and colours.

    Returns
    -------
    figure : matplotlib.figure.Figure
        Two parabolas with their names.
    """
    page = Page(20, 8, theme, inch=0.36)
    scores = np.linspace(-1.6, 3, 81)

    def across(s):
        return 6 + 3 * np.asarray(s)

    page.arrow((0.8, 6.4), (16.6, 6.4), "line", 1.2)
    for target, role, dash in ((1, "data", "-"), (0, "other", "--")):
        heights = 6.4 - 1.3 * (scores - target) ** 2
        seen = heights > 0.9
        style: dict[str, Any] = {"color": page.colours[role], "ls": dash, "lw": 2}
        page.ax.plot(across(scores)[seen], heights[seen], **style)
        page.text(across(target), 7.1, str(target), role, 10)
    page.text(17.6, 2.2, "real pictures;\nthe generator's fakes", "data", 8.5)
    page.text(2.0, 5.2, "fakes", "other", 8.5)
    page.text(across(3), 7.1, "3", "quiet", 10)
    page.ax.plot([across(3)] * 2, [1.2, 6.4], ":", color=page.colours["line"], lw=1.5)
    page.text(17.2, 6.4, "score", "quiet", 9)
    page.text(across(0.5), 0.5, "loss of one picture", "quiet", 9)
    return page.fig


def two_clouds(theme: str = "light") -> "Figure":
    """Draw what each term of the Fréchet distance sees.

    Parameters
    ----------
    theme : {"light", "dark"}, optional
        Paper and colours.

    Returns
    -------
    figure : matplotlib.figure.Figure
        Clouds that are apart on the left, of different widths on the right.
    """
    from matplotlib.patches import Ellipse

    page = Page(22, 6.6, theme, inch=0.36)
    shapes = (
        ((4.0, 3.0), 5.0, 2.8, "data", "real"),
        ((8.4, 3.6), 5.0, 2.8, "other", "fake"),
        ((16.5, 3.2), 6.4, 3.6, "data", "real"),
        ((16.5, 3.2), 1.2, 0.8, "other", "fake"),
    )
    for centre, width, height, role, name in shapes:
        style: dict[str, Any] = {
            "fc": page.tint(role, 0.2),
            "ec": page.colours[role],
            "lw": 1.8,
        }
        dash = "--" if role == "other" else "-"
        page.ax.add_patch(Ellipse(centre, width, height, angle=15, ls=dash, **style))
        beside = {"real": (-1.4, -0.1), "fake": (1.4, 0.1)}[name]
        page.text(centre[0] + beside[0], centre[1] + beside[1], name, role)
    page.text(6.2, 6.0, "means apart", "quiet")
    page.text(16.5, 6.0, "covariances apart", "quiet")
    return page.fig


def growing_pictures(theme: str = "light") -> "Figure":
    """Draw the sizes of what passes through a convolutional generator.

    Parameters
    ----------
    theme : {"light", "dark"}, optional
        Paper and colours.

    Returns
    -------
    figure : matplotlib.figure.Figure
        From noise on the left to a picture on the right.
    """
    from matplotlib.patches import Rectangle

    page = Page(26, 8.8, theme, inch=0.34)
    stages = (
        (1.6, 0.5, 1.4, 0, "noise\n4 or 96"),
        (6.0, 0.5, 3.4, 0, "1024"),
        (11.0, 1.4, 1.4, 4, "128 maps\n7 x 7"),
        (16.4, 2.4, 2.4, 2, "64 maps\n14 x 14"),
        (22.4, 4.2, 4.2, 0, "picture\n28 x 28"),
    )
    for x, width, height, copies, words in stages:
        for i in range(copies, -1, -1):
            corner = (x - width / 2 + 0.25 * i, 3.6 - height / 2 - 0.25 * i)
            style: dict[str, Any] = {
                "fc": page.tint("data", 0.2),
                "ec": page.colours["data"],
            }
            page.ax.add_patch(Rectangle(corner, width, height, **style))
        page.text(x, 6.9, words, "ink", 9)
    steps = (
        (2.2, 5.4, "linear"),
        (6.6, 9.9, "linear"),
        (13.3, 14.9, "transposed\nconv"),
        (18.5, 20.0, "transposed\nconv"),
    )
    for start, end, words in steps:
        page.arrow((start, 3.6), (end, 3.6), "learned", 1.8)
        page.text((start + end) / 2, 8.1, words, "learned", 8)
    return page.fig
