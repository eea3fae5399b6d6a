"""Drawings of gated recurrent cells."""

from typing import TYPE_CHECKING

from cs231n.drawings.page import Page

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_TOP, _GATES, _INPUT = 1.6, 5.4, 8.6


def lstm_cell(theme: str = "light") -> "Figure":
    """Draw an LSTM cell; the cell state and its gradient run along the top.

    Parameters
    ----------
    theme : {"light", "dark"}, optional
        Paper and colours.

    Returns
    -------
    figure : matplotlib.figure.Figure
        Three gates and the candidate below, two states.
    """
    page = Page(25, 10.4, theme, inch=0.34)
    page.text(1.3, _TOP, "$c_{t-1}$", "data", 13)
    page.text(23.9, _TOP, "$c_t$", "data", 13)
    for start, end in ((2.3, 4.9), (6.3, 11.3), (12.7, 23.2)):
        page.arrow((start, _TOP), (end, _TOP), "data", 2.6)
    for start, end in ((23.2, 12.7), (11.3, 6.3), (4.9, 2.3)):
        page.arrow((start, _TOP + 0.42), (end, _TOP + 0.42), "grad", 1.6)
    page.node((5.6, _TOP), "×")
    page.node((12, _TOP), "+")
    page.node((12, 3.5), "×", radius=0.55)
    page.arrow((12, 2.9), (12, 2.3), "data")
    gates = {
        "$f$": (5.6, "σ"),
        "$i$": (9.6, "σ"),
        "$g$": (14.4, "tanh"),
        "$o$": (18.6, "σ"),
    }
    for name, (x, squash) in gates.items():
        page.box((x, _GATES), squash, 1.8, "learned")
        page.text(x + 1.25, _GATES - 0.9, name, "ink", 12)
        page.arrow((x, _INPUT - 0.75), (x, _GATES + 0.7), "learned", 1.5)
    page.arrow((5.6, _GATES - 0.7), (5.6, _TOP + 0.75), "data", 1.5)
    page.arrow((9.6, _GATES - 0.7), (11.5, 3.75), "data", 1.5)
    page.arrow((14.4, _GATES - 0.7), (12.5, 3.75), "data", 1.5)
    page.box((21.6, 3.3), "tanh", 1.8, "ink")
    page.arrow((21.6, _TOP), (21.6, 2.6), "data", 1.5)
    page.node((21.6, _GATES), "×")
    page.arrow((21.6, 4.0), (21.6, _GATES - 0.7), "data", 1.5)
    page.arrow((19.6, _GATES), (20.9, _GATES), "data", 1.5)
    page.arrow((22.3, _GATES), (23.3, _GATES), "data")
    page.text(23.9, _GATES, "$h_t$", "data", 13)
    page.box((12, _INPUT), "$x\\,W_x + h_{t-1} W_h + b$", 16, "learned", 12)
    page.text(1.5, _INPUT, "$x,\\ h_{t-1}$", "data", 13)
    page.arrow((2.8, _INPUT), (3.9, _INPUT), "data")
    page.text(24.4, 9.9, "dashed: gradient of the cell state", "grad", 9, ha="right")
    return page.fig


def gru_cell(theme: str = "light") -> "Figure":
    """Draw a GRU cell: one state, mixed with a candidate.

    Parameters
    ----------
    theme : {"light", "dark"}, optional
        Paper and colours.

    Returns
    -------
    figure : matplotlib.figure.Figure
        Two gates and the candidate below, one state.
    """
    page = Page(25, 10.4, theme, inch=0.34)
    page.text(1.3, _TOP, "$h_{t-1}$", "data", 13)
    page.text(23.9, _TOP, "$h_t$", "data", 13)
    for start, end in ((2.3, 8.1), (9.5, 18.3), (19.7, 23.2)):
        page.arrow((start, _TOP), (end, _TOP), "data", 2.6)
    page.node((8.8, _TOP), "×")
    page.node((19, _TOP), "+")
    page.node((19, 3.5), "×", radius=0.55)
    page.arrow((19, 2.9), (19, 2.3), "data")
    for x, squash, name, off in (
        (8.8, "σ", "$z$", 1.25),
        (13.2, "σ", "$r$", -1.2),
        (19, "tanh", "$n$", 1.25),
    ):
        page.box((x, _GATES), squash, 1.8, "learned")
        page.text(x + off, _GATES - (0 if off < 0 else 0.9), name, "ink", 12)
    page.arrow((8.8, _GATES - 0.7), (8.8, _TOP + 0.75), "data", 1.5)
    page.arrow((9.7, _GATES - 0.5), (18.35, 3.6), "data", 1.5)
    page.text(13.4, 3.9, r"$1 - z$", "ink", 11)
    page.arrow((19, _GATES - 0.7), (19, 4.15), "data", 1.5)
    page.arrow((14.2, _GATES), (15.4, _GATES), "data", 1.5)
    page.node((16.1, _GATES), "×", radius=0.55)
    page.arrow((16.75, _GATES), (18.0, _GATES), "data", 1.5)
    page.arrow((16.1, _INPUT - 0.75), (16.1, _GATES + 0.65), "learned", 1.5)
    page.text(16.75, 7.1, "$u_n$", "ink", 11)
    page.text(19.75, 7.1, "$a_n$", "ink", 11)
    for x in (8.8, 13.2, 19):
        page.arrow((x, _INPUT - 0.75), (x, _GATES + 0.7), "learned", 1.5)
    page.box(
        (13.4, _INPUT), "$a = x\\,W_x + b, \\quad u = h_{t-1} W_h$", 14, "learned", 12
    )
    page.text(2.6, _INPUT, "$x,\\ h_{t-1}$", "data", 13)
    page.arrow((4.0, _INPUT), (6.3, _INPUT), "data")
    return page.fig
