"""Drawings of what a library does: it keeps gradients, finds parameters, steps."""

from typing import TYPE_CHECKING

from cs231n.drawings.page import Page

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def grad_buffer(theme: str = "light") -> "Figure":
    """Draw what two backward passes leave in a tensor's grad, emptied between or not.

    Parameters
    ----------
    theme : {"light", "dark"}, optional
        Paper and colours.

    Returns
    -------
    figure : matplotlib.figure.Figure
        Each backward pass brings the same gradient, 5.
    """
    page = Page(24.0, 8.6, theme, inch=0.34)
    stops = (6.4, 11.4, 16.4, 21.4)
    events = ("backward()", "empty", "backward()", "")
    rows = {"emptied": (2.6, (5, 0, 5)), "never emptied": (6.6, (5, 5, 10))}
    for name, (y, held) in rows.items():
        page.text(0.3, y, name, "ink", 10, ha="left")
        before = 0
        for k, value in enumerate(held):
            x, pushed = stops[k], "backward" in events[k]
            page.cell(
                (x - 0.5, y - 0.5), "grad" if before else "line", 0.2, f"{before}"
            )
            if not pushed and name == "never emptied":
                page.arrow((x + 0.8, y), (stops[k + 1] - 0.8, y), "quiet", 1.2)
            else:
                role = "grad" if pushed else "quiet"
                page.arrow((x + 0.8, y), (stops[k + 1] - 0.8, y), role, 1.8)
                page.text(
                    x + 2.5,
                    y - 0.75,
                    "adds 5" if pushed else "W.grad = None",
                    role,
                    8.5,
                )
            before = value
        page.cell((stops[3] - 0.5, y - 0.5), "grad", 0.2, f"{before}")
        words = "of one batch" if name == "emptied" else "the sum of two"
        page.text(stops[3], y + 1.05, words, "quiet", 8.5)
    page.text(stops[0], 0.8, "W.grad at first", "quiet", 9)
    page.text(stops[3], 0.8, "what the step uses", "quiet", 9)
    return page.fig


def module_tree(theme: str = "light") -> "Figure":
    """Draw a module, the layers that it knows, and a list that it does not look into.

    Parameters
    ----------
    theme : {"light", "dark"}, optional
        Paper and colours.

    Returns
    -------
    figure : matplotlib.figure.Figure
        Parameters of registered layers reach the optimizer.
    """
    page = Page(27.0, 9.4, theme, inch=0.32)
    page.box((2.6, 4.0), "Net", 2.6, "ink")
    for y, name in ((1.4, "self.first"), (4.0, "self.second")):
        page.arrow((4.1, 4.0), (6.7, y), "learned", 1.6)
        page.box((8.8, y), name, 4.0)
        page.arrow((11.0, y), (13.2, y), "learned", 1.6)
        page.box((15.4, y), "weight, bias", 4.0, "learned")
        page.arrow((17.6, y), (21.6, 2.7 + 0.12 * (y - 2.7)), "learned", 1.6)
    page.box((23.9, 2.7), "parameters()", 4.4, "learned")
    page.arrow((23.9, 3.6), (23.9, 5.2), "learned", 1.6)
    page.box((23.9, 6.0), "optimizer", 4.4, "ink")
    page.arrow((4.1, 4.3), (6.4, 6.8), "quiet", 1.2)
    page.box((8.8, 7.0), "self.more = [ ]", 4.6, "line")
    page.arrow((11.3, 7.0), (13.2, 7.0), "quiet", 1.2)
    page.box((15.4, 7.0), "weight, bias", 4.0, "line")
    words = "layers in a plain list: no parameter is found, none moves"
    page.text(12.1, 8.6, words, "quiet", 9)
    return page.fig


def training_loop(theme: str = "light") -> "Figure":
    """Draw the five lines of a training step, and what each reads and changes.

    Parameters
    ----------
    theme : {"light", "dark"}, optional
        Paper and colours.

    Returns
    -------
    figure : matplotlib.figure.Figure
        A table; empty cells are left alone by that line.
    """
    page = Page(25.0, 9.0, theme, inch=0.34)
    columns = {"graph": 10.0, "p.grad": 15.5, "p, the weights": 21.0}
    for name, x in columns.items():
        page.text(x, 0.8, name, "ink", 10)
    page.ax.plot([0.4, 24.6], [1.5, 1.5], color=page.colours["line"], lw=1)
    lines = (
        (
            "forward pass",
            {"graph": ("recorded", "data"), "p, the weights": ("read", "learned")},
        ),
        ("loss", {"graph": ("longer", "data")}),
        ("backward()", {"graph": ("used up", "data"), "p.grad": ("added to", "grad")}),
        (
            "step()",
            {"p.grad": ("read", "grad"), "p, the weights": ("changed", "learned")},
        ),
        ("zero_grad()", {"p.grad": ("emptied", "grad")}),
    )
    for k, (words, marks) in enumerate(lines):
        y = 2.4 + 1.4 * k
        page.text(0.5, y, words, "ink", 9.5, ha="left")
        for name, (what, role) in marks.items():
            page.box((columns[name], y), what, 3.6, role, 8.5)
    return page.fig


def three_ways(theme: str = "light") -> "Figure":
    """Draw who holds weights, computes scores and steps in three forms of a net.

    Parameters
    ----------
    theme : {"light", "dark"}, optional
        Paper and colours.

    Returns
    -------
    figure : matplotlib.figure.Figure
        Purple is what you write, blue is what PyTorch does.
    """
    page = Page(25.6, 8.6, theme, inch=0.34)
    columns = {"barebones": 8.6, "nn.Module": 15.2, "nn.Sequential": 21.8}
    for name, x in columns.items():
        page.text(x, 0.8, name, "ink", 10.5)
    rows = (
        ("weights", ("you, in a list", "its layers", "its layers")),
        ("forward", ("you, functions", "you, forward()", "one after another")),
        ("step", ("you, p -= …", "optimizer", "optimizer")),
        ("backward", ("autograd", "autograd", "autograd")),
    )
    for k, (name, cells) in enumerate(rows):
        y = 2.3 + 1.75 * k
        page.text(0.5, y, name, "quiet", 10, ha="left")
        for x, words in zip(columns.values(), cells, strict=True):
            page.box((x, y), words, 5.6, "other" if "you" in words else "data", 9)
    return page.fig
