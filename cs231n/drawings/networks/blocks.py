"""Drawings of layers in a row: what runs forward, what runs back, what is kept."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from cs231n.drawings.page import Page

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def layer_row(
    layers: Sequence[str],
    values: Sequence[str],
    params: Sequence[str] = (),
    theme: str = "light",
) -> "Figure":
    """Draw layers in a row, with values forward and gradients back.

    Parameters
    ----------
    layers : sequence of str
        Their names, from the input to the output.
    values : sequence of str
        What runs between them: one more than there are layers.
    params : sequence of str, optional
        The parameters of each; empty where it has none.
    theme : {"light", "dark"}, optional
        Paper and colours.

    Returns
    -------
    figure : matplotlib.figure.Figure
        Each layer hands its cache down to its backward pass.
    """
    step, first = 5.6, 4.4
    params = [*params, *[""] * (len(layers) - len(params))]
    page = Page(2 * first + step * (len(layers) - 1), 8.4, theme, inch=0.33)
    for place, (name, param) in enumerate(zip(layers, params, strict=True)):
        x = first + step * place
        page.box((x, 2.8), name, 3.2)
        page.box((x, 6.4), f"{name}\nbackward", 3.2, "grad", 7.5)
        page.arrow((x, 3.5), (x, 5.7), "quiet", 1.1)
        page.text(x + 0.25, 4.5, "cache", "quiet", 8, ha="left")
        if param:
            page.text(x, 0.6, param, "learned", 11)
            page.arrow((x, 1.0), (x, 2.1), "learned", 1.3)
    for place, name in enumerate(values):
        x = first + step * (place - 1)
        ends = (x + 1.8, x + step - 1.8) if 0 < place < len(layers) else None
        ends = ends or ((first - 3.6, first - 1.8) if not place else (x + 1.8, x + 3.6))
        page.arrow((ends[0], 2.8), (ends[1], 2.8), "data")
        page.arrow((ends[1], 6.4), (ends[0], 6.4), "grad")
        middle = sum(ends) / 2
        page.text(middle, 2.1, name, "data", 10.5)
        page.text(middle, 7.2, f"d{name}", "grad", 9)
    return page.fig
