"""Drawings of update rules, and of what a loss curve says about them."""

import numpy as np
from matplotlib.figure import Figure

from cs231n.drawings.networks.training import panels
from cs231n.drawings.page import THEMES, Page


def velocity_steps(theme: str = "light") -> Figure:
    """Draw how momentum and Nesterov's momentum put a step together.

    Parameters
    ----------
    theme : {"light", "dark"}, optional
        Paper and colours.

    Returns
    -------
    figure : matplotlib.figure.Figure
        Arrows; the new velocity is green.
    """
    page = Page(25.0, 9.0, theme, inch=0.33)
    for left, title, slope, at in (
        (0.6, "momentum", (-1.2, 3.3), "here"),
        (13.2, "Nesterov", (1.4, 3.5), "there"),
    ):
        start, ahead = np.array([left + 1.2, 3.0]), np.array([left + 7.6, 3.0])
        end = ahead + slope
        page.text(left, 0.7, title, "ink", 10.5, ha="left")
        page.arrow(start, ahead, "data")
        page.arrow(ahead, end, "grad")
        page.arrow(start, end, "learned", 2.6)
        page.node(start, "", "ink", 0.24, share=1)
        page.text(start[0], 3.9, "$w$", "ink", 12)
        page.text(left + 4.4, 2.45, r"$\mu v$", "data", 12)
        beside = max(ahead[0], end[0]) + 0.5
        page.text(beside, 4.4, r"$-\eta\,dw$", "grad", 12, ha="left")
        middle = (start + end) / 2
        page.text(middle[0] - 0.6, middle[1] + 0.9, "new $v$", "learned", 11)
        point = start if at == "here" else ahead
        page.node(point, "", "grad", 0.5, share=0)
        words = f"gradient computed {at}"
        side = point[0] + (2.0 if at == "here" else 0)
        page.text(side, 1.6, words, "grad", 8.5)
    page.text(
        0.6,
        8.4,
        "ring: the point where the gradient is computed",
        "quiet",
        9,
        ha="left",
    )
    return page.fig


def shrinking_steps(theme: str = "light") -> Figure:
    """Draw the lengths of AdaGrad's and RMSprop's steps under a constant gradient.

    Parameters
    ----------
    theme : {"light", "dark"}, optional
        Paper and colours.

    Returns
    -------
    figure : matplotlib.figure.Figure
        Caches on the left, step lengths on the right; learning rate 1, decay rate 0.9.
    """
    colours = THEMES[theme]
    steps = np.arange(1, 31)
    caches = steps.astype(float), 1 - 0.9**steps
    fig, axes = panels(("cache", "length of the step"), colours)
    for values, mark, role in zip(caches, ("o", "s"), ("data", "other"), strict=True):
        axes[0].plot(steps, values, mark, color=colours[role], ms=4)
        axes[1].plot(steps, 1 / np.sqrt(values), mark, color=colours[role], ms=4)
    axes[0].set(xlim=(0, 31), ylim=(-1, 31))
    axes[1].set(xlim=(0, 31), ylim=(0, 3.4))
    for ax, x, y, words, role in (
        (axes[0], 9, 18.5, "AdaGrad: a sum", "data"),
        (axes[0], 20, 3.4, "RMSprop: a running mean", "other"),
        (axes[1], 20, 0.55, "AdaGrad", "data"),
        (axes[1], 20, 1.3, "RMSprop", "other"),
    ):
        ax.text(x, y, words, color=colours[role], size=9.5, ha="center", va="center")
    for ax in axes:
        ax.set_xlabel("step, with a gradient of 1", color=colours["quiet"], size=9)
    return fig


def bias_correction(theme: str = "light") -> Figure:
    """Draw a running mean that starts at zero, with and without correction.

    Parameters
    ----------
    theme : {"light", "dark"}, optional
        Paper and colours.

    Returns
    -------
    figure : matplotlib.figure.Figure
        The gradient is 1 in every step.
    """
    colours = THEMES[theme]
    steps = np.arange(1, 41)
    titles = [rf"$\beta$ = {beta:g}" for beta in (0.9, 0.999)]
    fig, axes = panels(titles, colours)
    for ax, beta in zip(axes, (0.9, 0.999), strict=True):
        ax.plot(steps, np.ones(40), "s", color=colours["learned"], ms=4)
        ax.plot(steps, 1 - beta**steps, "o", color=colours["data"], ms=4)
        ax.set(ylim=(-0.06, 1.25))
        words = "step, with a gradient of 1"
        ax.set_xlabel(words, color=colours["quiet"], size=9)
        ax.text(20, 1.12, "corrected", color=colours["learned"], size=9.5, ha="center")
    axes[0].set_ylabel("running mean", color=colours["quiet"], size=9)
    axes[0].text(18, 0.62, "as it is", color=colours["data"], size=9.5, ha="center")
    axes[1].text(20, 0.12, "as it is", color=colours["data"], size=9.5, ha="center")
    return fig


def loss_signs(theme: str = "light") -> Figure:
    """Sketch four loss curves of a network that should memorise a small set.

    Parameters
    ----------
    theme : {"light", "dark"}, optional
        Paper and colours.

    Returns
    -------
    figure : matplotlib.figure.Figure
        Stuck, too slow, diverging, memorising.
    """
    colours = THEMES[theme]
    time = np.linspace(0, 1, 60)
    curves = {
        "stuck": 2.3 - 0.01 * np.sin(40 * time),
        "too slow": 2.3 - 0.5 * time,
        "diverges": 2.3 + 0.25 * np.sin(50 * time) + 2.6 * time**3,
        "memorises": 2.3 * np.exp(-5 * time),
    }
    fig, axes = panels(list(curves), colours)
    fig.set_size_inches(9.6, 2.4)
    for ax, values in zip(axes, curves.values(), strict=True):
        ax.axhline(2.3, color=colours["line"], lw=1, ls=":")
        ax.plot(time, values, color=colours["data"], lw=2.2)
        ax.set(ylim=(0, 5), xticks=[], yticks=(0, 2.3))
        ax.set_xlabel("step", color=colours["quiet"], size=9)
    axes[0].set_ylabel("loss", color=colours["quiet"], size=9)
    axes[0].text(0, 2.75, "2.3: guessing", color=colours["quiet"], size=9)
    return fig
