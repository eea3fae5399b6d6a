"""The page that drawings are made on."""

from typing import Any

import numpy as np
import numpy.typing as npt
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.patches import Circle, FancyBboxPatch, Polygon, Rectangle

from cs231n.drawings.minus import with_minus

# After Okabe and Ito, shifted until letters in them have a contrast of 4.5 to 1.
_LIGHT = {
    "paper": "#ffffff",
    "ink": "#1f2933",
    "quiet": "#66717e",
    "line": "#b8c2cc",
    "data": "#0072b2",
    "learned": "#007f5c",
    "grad": "#c94f00",
    "other": "#a04a86",
}
_DARK = {
    "paper": "#111418",
    "ink": "#e6eaee",
    "quiet": "#98a3af",
    "line": "#49525c",
    "data": "#56b4e9",
    "learned": "#2fc79a",
    "grad": "#ff8f45",
    "other": "#e08fc0",
}
#: Colours by theme and role.
THEMES = {"light": _LIGHT, "dark": _DARK}


class Page:
    """A sheet measured in matrix cells, with y running down as rows do.

    Colours are named by role: ``"data"``, ``"learned"``, ``"grad"``, ``"other"``,
    ``"ink"``, ``"quiet"`` and ``"line"``.

    Parameters
    ----------
    width, height : float
        Size in cells.
    theme : {"light", "dark"}, optional
        Paper and colours.
    inch : float, optional
        Inches that a cell is wide.
    """

    def __init__(
        self, width: float, height: float, theme: str = "light", inch: float = 0.36
    ) -> None:
        self.colours = THEMES[theme]
        size = (width * inch, height * inch)
        self.fig = Figure(size, facecolor=self.colours["paper"])
        self.ax = self.fig.add_axes((0, 0, 1, 1))
        self.ax.set(xlim=(0, width), ylim=(height, 0))
        self.ax.axis("off")

    def tint(self, role: str, share: float = 0.16) -> tuple[float, ...]:
        """Mix a colour into the paper.

        Parameters
        ----------
        role : str
            Which colour.
        share : float, optional
            How much of it, 0 to 1.

        Returns
        -------
        rgb : tuple of float
            Red, green and blue, 0 to 1.
        """
        paper = np.array(to_rgb(self.colours["paper"]))
        return tuple(paper + share * (np.array(to_rgb(self.colours[role])) - paper))

    def text(
        self,
        x: float,
        y: float,
        words: str,
        role: str = "ink",
        size: float = 9.5,
        ha: str = "center",
        **more: Any,
    ) -> None:
        """Write at a point.

        Parameters
        ----------
        x, y : float
            Where, in cells.
        words : str
            As they are, with mathematics between dollars.
        role : str, optional
            Which colour.
        size : float, optional
            Of the letters, in points.
        ha : {"center", "left", "right"}, optional
            Which part of the words stands at ``x``.
        **more
            For :meth:`matplotlib.axes.Axes.text`.
        """
        style: dict[str, Any] = {
            "va": "center",
            "math_fontfamily": "stix",
            "zorder": 5,
        } | more
        self.ax.text(x, y, words, color=self.colours[role], size=size, ha=ha, **style)

    def matrix(
        self,
        x: float,
        y: float,
        values: npt.ArrayLike,
        marks: dict[tuple[int, int], str] | None = None,
        role: str = "data",
    ) -> None:
        """Draw numbers in cells.

        Parameters
        ----------
        x, y : float
            Upper left corner, in cells.
        values : array-like of shape (M, N) or (N,)
            The numbers.
        marks : dict of {(int, int): str}, optional
            Roles of single cells by (row, column); these are bold.
        role : str, optional
            Colour of the rest.
        """
        marks = marks or {}
        size = 8 if any(len(f"{value:g}") > 3 for value in np.ravel(values)) else 9.5
        for (i, j), value in np.ndenumerate(np.atleast_2d(values)):
            mark = marks.get((i, j))
            fill = self.tint(mark, 0.3) if mark else self.tint(role, 0.08)
            self._square((x + j, y + i), fill)
            ink = "ink" if mark or value else "quiet"
            words = with_minus(f"{value:g}")
            weight = "bold" if mark else None
            self.text(x + j + 0.5, y + i + 0.53, words, ink, size, weight=weight)

    def cell(
        self, corner: tuple[float, float], role: str, share: float, words: str = ""
    ) -> None:
        """Draw one filled cell.

        Parameters
        ----------
        corner : (float, float)
            Upper left, in cells.
        role : str
            Which colour.
        share : float
            How much of it fills the cell, 0 to 1.
        words : str, optional
            What stands in it.
        """
        self._square(corner, self.tint(role, share))
        self.text(corner[0] + 0.5, corner[1] + 0.5, words, "ink", 8)

    def frame(
        self,
        x: float,
        y: float,
        width: float,
        height: float,
        role: str = "quiet",
        dashed: bool = False,
    ) -> None:
        """Draw an outline, as of a window.

        Parameters
        ----------
        x, y : float
            Upper left corner, in cells.
        width, height : float
            Size in cells.
        role : str, optional
            Which colour.
        dashed : bool, optional
            Whether the line is dashed.
        """
        style: dict[str, Any] = {
            "ls": "--" if dashed else "-",
            "lw": 2,
            "ec": self.colours[role],
        }
        box = Rectangle((x, y), width, height, fill=False, zorder=4, **style)
        self.ax.add_patch(box)

    def node(
        self,
        at: npt.ArrayLike,
        sign: str = "",
        role: str = "ink",
        radius: float = 0.62,
        size: float = 12,
        share: float = 0.08,
    ) -> None:
        """Draw an operation: a circle with a sign in it.

        Parameters
        ----------
        at : (float, float)
            Centre, in cells.
        sign : str, optional
            What stands in it.
        role : str, optional
            Which colour.
        radius : float, optional
            In cells.
        size : float, optional
            Of the sign, in points.
        share : float, optional
            How much of the colour fills the circle, 0 to 1.
        """
        style: dict[str, Any] = {
            "fc": self.tint(role, share),
            "ec": self.colours[role],
            "lw": 1.3,
        }
        x, y = np.asarray(at)
        self.ax.add_patch(Circle((x, y), radius, zorder=3, **style))
        self.text(x, y, sign, role, size)

    def box(
        self,
        at: npt.ArrayLike,
        words: str,
        width: float = 1.8,
        role: str = "data",
        size: float = 9,
    ) -> None:
        """Draw a rounded box with words in it.

        Parameters
        ----------
        at : (float, float)
            Centre, in cells.
        words : str
            What stands in it.
        width : float, optional
            In cells; it is 1.2 cells high.
        role : str, optional
            Which colour.
        size : float, optional
            Of the letters, in points.
        """
        x, y = np.asarray(at)
        corner = (x - width / 2, y - 0.6)
        shape = "round,pad=0,rounding_size=0.25"
        style: dict[str, Any] = {
            "fc": self.tint(role),
            "ec": self.colours[role],
            "lw": 1.3,
        }
        box = FancyBboxPatch(corner, width, 1.2, boxstyle=shape, zorder=3, **style)
        self.ax.add_patch(box)
        self.text(x, y, words, "ink", size)

    def arrow(
        self,
        start: npt.ArrayLike,
        end: npt.ArrayLike,
        role: str = "ink",
        lw: float = 2.0,
    ) -> None:
        """Draw a straight arrow; that of a gradient is dashed.

        Parameters
        ----------
        start, end : (float, float)
            Its ends, in cells.
        role : str, optional
            Which colour.
        lw : float, optional
            Width of the line, in points.
        """
        tail, tip, colour = np.array(start), np.array(end), self.colours[role]
        along = (tip - tail) / np.hypot(*(tip - tail))
        across, head = np.array([-along[1], along[0]]), 0.26 + 0.09 * lw
        neck = tip - head * along
        dashes = (0, (3, 1.8)) if role == "grad" else "-"
        self.ax.plot(*zip(tail, neck, strict=True), color=colour, lw=lw, ls=dashes)
        corners = [tip, neck + 0.4 * head * across, neck - 0.4 * head * across]
        self.ax.add_patch(Polygon(corners, fc=colour, lw=0, zorder=2))

    def _square(self, corner: tuple[float, float], fill: tuple[float, ...]) -> None:
        cell = Rectangle(corner, 1, 1, fc=fill, ec=self.colours["line"])
        self.ax.add_patch(cell)
