"""How a drawing is shown in a notebook."""

import base64
import html
import io
from typing import Any

from matplotlib import rc_context
from matplotlib.figure import Figure


def show(figure: "Figure", alt: str, *, svg: bool = False) -> None:
    """Put a drawing below the cell, with a text for screen readers.

    Parameters
    ----------
    figure : matplotlib.figure.Figure
        The drawing.
    alt : str
        What is drawn and what it shows, in one to three sentences.
    svg : bool, optional
        Whether to show lines and letters that stay sharp at any size, as large graphs
        need; else pixels.

    Raises
    ------
    ValueError
        If the text is empty.
    """
    if not alt.strip():
        raise ValueError(
            "alt is empty; say in a sentence what the drawing shows, for those who "
            "cannot see it."
        )
    try:
        from IPython.display import HTML, display
    except ModuleNotFoundError:
        return  # a script has no place to show it
    # The style of the notebooks saves figures without paper; a drawing keeps its own.
    paper: Any = {"facecolor": figure.get_facecolor()}
    file = io.BytesIO()
    if svg:  # letters as outlines, and the same bytes every time
        with rc_context({"svg.hashsalt": "cs231n"}):
            figure.savefig(file, format="svg", metadata={"Date": None}, **paper)
    else:
        figure.savefig(file, dpi=192, **paper)
    source = f"data:image/{'svg+xml' if svg else 'png'};base64,"
    source += base64.b64encode(file.getvalue()).decode()
    width = f"width: {96 * figure.get_figwidth():.0f}px; max-width: 100%"
    display(HTML(f'<img style="{width}" alt="{html.escape(alt)}" src="{source}">'))
