"""Drawings of diffusion: ways between noise and picture, and the network on them."""

from typing import TYPE_CHECKING

import numpy as np

from cs231n.drawings.minus import MINUS
from cs231n.drawings.page import Page

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def straight_path(theme: str = "light") -> "Figure":
    """Draw the line from a picture to noise, and the velocity along it.

    Parameters
    ----------
    theme : {"light", "dark"}, optional
        Paper and colours.

    Returns
    -------
    figure : matplotlib.figure.Figure
        The picture on the left, noise on the right.
    """
    page = Page(24, 5.4, theme, inch=0.34)
    picture, noise = np.array([[1, -1], [1, 1]]), np.array([[-1, 1], [3, 0]])
    page.matrix(1, 2, picture)
    page.text(2, 1.3, "picture $x_0$", "data")
    page.matrix(21, 2, noise, role="quiet")
    page.text(22, 1.3, "noise $\\epsilon$", "quiet")
    page.arrow((3.4, 3), (20.6, 3), "line", 1.4)
    page.matrix(6.5, 2, picture + (noise - picture) * 0.25, role="other")
    page.text(7.5, 1.3, "$x_t$, t = 0.25", "other")
    page.arrow((9.2, 3.9), (14.6, 3.9), "learned", 2.2)
    page.text(11.9, 4.7, "velocity: noise minus picture", "learned", 9)
    page.text(3.4, 4.6, "t = 0", "quiet", 9)
    page.text(20.4, 4.6, "t = 1", "quiet", 9)
    return page.fig


def euler_steps(theme: str = "light") -> "Figure":
    """Draw a curved path, four short steps along it and a single long one.

    Parameters
    ----------
    theme : {"light", "dark"}, optional
        Paper and colours.

    Returns
    -------
    figure : matplotlib.figure.Figure
        Time runs from right to left.
    """
    page = Page(22, 8, theme, inch=0.36)

    def place(t, x):
        return 2.5 + 17 * np.asarray(t), 7 - 6 * np.asarray(x)

    t = np.linspace(0, 1, 60)
    curve = place(t, np.exp(2 * (t - 1)))
    page.ax.plot(*curve, color=page.colours["line"], lw=3)
    x, points = 1.0, [(1.0, 1.0)]
    for k in range(4):
        x -= 0.25 * 2 * x
        points.append((1 - 0.25 * (k + 1), x))
    steps = place(*np.array(points).T)
    page.ax.plot(*steps, "o-", color=page.colours["data"], lw=2, ms=5)
    end = place(*np.array([(1.0, 1.0), (0.45, -0.1)]).T)
    page.ax.plot(*end, ls="--", color=page.colours["other"], lw=2)
    page.text(10.6, 1.7, "the path", "quiet", 9)
    page.arrow((11.9, 1.9), (14.6, 3.3), "line", 1)
    page.text(6.4, 5.3, "four steps", "data", 9)
    page.text(12.9, 7.3, "one step: leaves the page", "other", 9, ha="left")
    page.text(16.6, 1.0, "noise, t = 1", "quiet", 9)
    page.text(2.6, 7.4, "picture, t = 0", "quiet", 9)
    return page.fig


def time_rows(theme: str = "light") -> "Figure":
    """Draw the embedding of times: fast rows and slow ones.

    Parameters
    ----------
    theme : {"light", "dark"}, optional
        Paper and colours.

    Returns
    -------
    figure : matplotlib.figure.Figure
        Rows are numbers of the embedding, columns are times.
    """
    page = Page(24, 8.4, theme, inch=0.34)
    times, rates = np.linspace(0, 1000, 300), 1e4 ** -(np.arange(12) / 11)
    angles = rates[:, None] * times
    image = np.concatenate([np.sin(angles), np.cos(angles)])
    page.ax.imshow(
        image, extent=(4, 22, 7.2, 1), aspect="auto", cmap="gray", vmin=-1, vmax=1
    )
    page.ax.set(xlim=(0, 24), ylim=(8.4, 0))
    page.text(2, 2.5, "sines", "data")
    page.text(2, 5.7, "cosines", "other")
    page.text(4.2, 7.8, "time 0", "quiet", 9)
    page.text(21.8, 7.8, "1000", "quiet", 9)
    page.text(13, 0.5, "fast rows above, slow rows below, twice", "quiet", 9)
    return page.fig


def unet_levels(theme: str = "light") -> "Figure":
    """Draw a U-Net with one level, and its skip connections.

    Parameters
    ----------
    theme : {"light", "dark"}, optional
        Paper and colours.

    Returns
    -------
    figure : matplotlib.figure.Figure
        The way down on the left, the way up on the right.
    """
    page = Page(28, 9.4, theme, inch=0.32)
    top, low = 3.6, 7.4
    page.text(1.2, top, "$x_t$", "data", 11)
    tops = [(3.7, "block 1"), (7.3, "block 2"), (20.7, "block 3"), (24.3, "block 4")]
    for x, word in tops:
        page.box((x, top), word, 2.8, "learned")
    for x in (12.2, 15.8):
        page.box((x, low), "middle", 2.8, "learned")
    page.arrow((1.8, top), (2.2, top), "data", 1.4)
    page.arrow((5.2, top), (5.8, top), "data", 1.4)
    page.arrow((22.2, top), (22.8, top), "data", 1.4)
    page.arrow((25.8, top), (26.6, top), "data", 1.4)
    page.text(27.2, top, "v", "data", 11)
    page.arrow((8.2, 4.3), (10.7, 6.8), "data", 1.6)
    page.text(7.2, 6.0, "stride 2", "quiet", 9)
    page.arrow((13.7, low), (14.3, low), "data", 1.4)
    page.arrow((17.3, 6.8), (19.8, 4.3), "data", 1.6)
    page.text(20.6, 6.0, "times 2", "quiet", 9)
    page.arrow((8.8, 3.3), (19.2, 3.3), "other", 1.6)
    colour = page.colours["other"]
    page.ax.plot([3.7, 3.7, 24.3], [3.0, 1.3, 1.3], color=colour, lw=1.6, ls="-")
    page.arrow((24.3, 1.3), (24.3, 2.95), "other", 1.6)
    page.text(14, 0.8, "skip connections", "other", 9.5)
    page.text(14, 2.6, "24 channels of 14 x 14", "quiet", 9)
    page.text(14, 8.8, "48 channels of 7 x 7", "quiet", 9)
    return page.fig


def guidance_arrow(theme: str = "light") -> "Figure":
    """Draw how guidance goes beyond the prediction with a class.

    Parameters
    ----------
    theme : {"light", "dark"}, optional
        Paper and colours.

    Returns
    -------
    figure : matplotlib.figure.Figure
        Two predictions from one point, and a third on the line through their tips.
    """
    page = Page(20, 7.6, theme, inch=0.36)
    page.node((2, 5.6), "", "ink", 0.18, share=1)
    page.text(2, 6.4, "$x_t$", "ink", 11)
    page.arrow((2.3, 5.5), (9, 5.6), "quiet", 2)
    page.arrow((2.3, 5.4), (10.2, 3.6), "data", 2)
    page.arrow((2.3, 5.2), (11.4, 1.6), "other", 2.4)
    page.ax.plot([9, 11.4], [5.6, 1.6], color=page.colours["line"], lw=1.2, ls="--")
    page.text(9.5, 5.7, f"without a class (w = {MINUS}1)", "quiet", 9, ha="left")
    page.text(10.7, 3.7, "with the class (w = 0)", "data", 9, ha="left")
    page.text(11.9, 1.5, "guided (w = 1)", "other", 9, ha="left")
    return page.fig


def noise_curves(theme: str = "light") -> "Figure":
    """Draw the weights of picture and noise, on the cosine schedule and on the line.

    Parameters
    ----------
    theme : {"light", "dark"}, optional
        Paper and colours.

    Returns
    -------
    figure : matplotlib.figure.Figure
        Weights over the time.
    """
    page = Page(24, 8.6, theme, inch=0.34)
    t = np.linspace(0, 1, 80)
    left = np.cos((t + 0.008) / 1.008 * np.pi / 2) ** 2
    pairs = (("data", np.sqrt(left)), ("other", 1 - t))
    for role, near in pairs:
        far = np.sqrt(1 - near**2) if role == "data" else t
        for weight, dash in ((near, "-"), (far, "--")):
            line = (3 + 15 * t, 7.2 - 6 * weight)
            page.ax.plot(*line, color=page.colours[role], ls=dash, lw=2)
    page.arrow((3, 7.2), (19, 7.2), "line", 1.2)
    page.arrow((3, 7.2), (3, 0.6), "line", 1.2)
    page.text(1.6, 1.3, "weight 1", "quiet", 8.5)
    page.text(18.4, 7.9, "time", "quiet", 9)
    page.text(18.6, 1.2, "noise (dashed)", "ink", 9, ha="left")
    page.text(18.6, 6.5, "picture (solid)", "ink", 9, ha="left")
    page.text(10.5, 1.4, "cosine schedule", "data", 9)
    page.text(10.5, 6.4, "straight line", "other", 9)
    return page.fig


def skipped_steps(theme: str = "light") -> "Figure":
    """Draw all steps of a DDPM, and the few that DDIM takes.

    Parameters
    ----------
    theme : {"light", "dark"}, optional
        Paper and colours.

    Returns
    -------
    figure : matplotlib.figure.Figure
        Noise on the left, the picture on the right.
    """
    page = Page(26, 6.6, theme, inch=0.34)
    places = {step: 3 + 2.2 * (9 - step) for step in range(-1, 10)}
    for step, x in places.items():
        role = "data" if step < 0 else "quiet"
        page.node((x, 3.3), str(step) if step >= 0 else "", role, 0.55, 9)
        if step >= 0:
            page.arrow((x + 0.6, 3.3), (x + 1.6, 3.3), "other", 1.2)
    page.text(places[-1], 4.4, "picture", "data", 9)
    page.text(2.4, 4.4, "noise", "quiet", 9)
    for a, b in ((9, 6), (6, 3), (3, 0), (0, -1)):
        page.ax.annotate(
            "",
            (places[b] - 0.2, 2.7),
            (places[a] + 0.2, 2.7),
            arrowprops={
                "arrowstyle": "-|>",
                "lw": 1.8,
                "color": page.colours["data"],
                "connectionstyle": "arc3,rad=-0.45",
            },
        )
    page.text(13, 0.6, "DDIM: 4 passes", "data", 9.5)
    page.text(13, 5.6, "DDPM: 10 passes, new noise in all but the last", "other", 9.5)
    return page.fig
