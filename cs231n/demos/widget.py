"""A picture with controls; a row of pictures stands in where widgets do not work."""

import base64
import html
import io
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from matplotlib.figure import Figure

if TYPE_CHECKING:
    import ipywidgets

WIDGET = "application/vnd.jupyter.widget-view+json"


class Demo:
    """A picture with controls, and a row of pictures for where controls do not work.

    A notebook shows the controls where it can, and the row of pictures elsewhere: on
    a web page, on paper, and in an editor without widgets.

    Parameters
    ----------
    draw : callable
        ``draw(ax, **settings)`` draws one setting.
    controls : dict of str to sequence
        Values to choose from, for each setting.
    examples : list of dict
        The settings of the row of pictures; the first is where the controls start.
    """

    def __init__(
        self, draw: Callable, controls: dict[str, Sequence], examples: list[dict]
    ) -> None:
        self.draw = draw
        self.controls = controls
        self.examples = examples

    def figure(self) -> "Figure":
        """Draw the row of pictures.

        Returns
        -------
        figure : matplotlib.figure.Figure
            One panel for each example.
        """
        size = (3.3 * len(self.examples), 3.3)
        figure = Figure(figsize=size, layout="constrained")
        panels = figure.subplots(1, len(self.examples), squeeze=False)[0]
        for ax, settings in zip(panels, self.examples, strict=True):
            self.draw(ax, **settings)
        return figure

    def widget(self) -> "ipywidgets.Widget":
        """Build the controls with their picture.

        Returns
        -------
        box : ipywidgets.Widget
            Sliders and menus above the picture.

        Raises
        ------
        ImportError
            If ipywidgets is not installed.
        """
        import ipywidgets

        start = self.examples[0]
        chosen = {
            name: ipywidgets.SelectionSlider(
                options=[(str(value), value) for value in values],
                value=start[name],
                description=name.replace("_", " "),
                continuous_update=False,
                style={"description_width": "initial"},
            )
            for name, values in self.controls.items()
        }
        picture = ipywidgets.HTML()  # an image widget has no text for screen readers

        def redraw(_=None):
            figure = Figure(figsize=(4.2, 4.2), layout="constrained")
            ax = figure.subplots()
            self.draw(ax, **{n: c.value for n, c in chosen.items()})
            picture.value = _image(_png(figure), " ".join(ax.get_title().split()))

        for control in chosen.values():
            control.observe(redraw, "value")
        redraw()
        return ipywidgets.VBox([*chosen.values(), picture])

    def _repr_mimebundle_(self, include=None, exclude=None):
        bundle = {
            "text/plain": "A demo with controls",
            "image/png": _png(self.figure()),
        }
        try:
            widget = self.widget()._repr_mimebundle_()
        except ImportError:
            return bundle
        if WIDGET in widget:
            bundle[WIDGET] = widget[WIDGET]
        return bundle


def _image(png, alt):
    source = f"data:image/png;base64,{base64.b64encode(png).decode()}"
    return f'<img width="420" alt="{html.escape(alt)}" src="{source}">'


def _png(figure):
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=80)
    return buffer.getvalue()
