"""Smooth-edged figures, painted on many small pictures at once.

A figure is a field of signed distances: negative inside, in units of the object. Its
parameters are numbers or arrays of shape (N, 1, 1), one value a picture.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np

from cs231n.data.drawn.random_draws import cosine, sine


def column(values: np.ndarray) -> np.ndarray:
    """Shape one value a picture so that it broadcasts over pixels.

    Parameters
    ----------
    values : ndarray of shape (N,)
        One number a picture.

    Returns
    -------
    column : ndarray of shape (N, 1, 1), float32
        The same numbers.
    """
    return np.asarray(values, np.float32).reshape(-1, 1, 1)


class Canvas:
    """N pictures that are painted over, layer by layer.

    Parameters
    ----------
    num : int
        Number of pictures N.
    side : int
        Pixels along an edge S.

    Attributes
    ----------
    pixels : ndarray of shape (3, N, S, S), float32
        Red, green and blue, 0..255.
    """

    def __init__(self, num: int, side: int) -> None:
        self.pixels = np.zeros((3, num, side, side), np.float32)
        self.num, self.side = num, side

    @classmethod
    def over(cls, pixels: np.ndarray) -> "Canvas":
        """Make a canvas of existing pictures, to be painted in place.

        Parameters
        ----------
        pixels : ndarray of shape (3, N, S, S), float32
            For example a part of another canvas.

        Returns
        -------
        canvas : Canvas
            Shares its memory with ``pixels``.
        """
        canvas = cls.__new__(cls)
        canvas.pixels = pixels
        canvas.num, canvas.side = pixels.shape[1:3]
        return canvas

    def paint(
        self, coverage: np.ndarray, colour: np.ndarray | Sequence[np.ndarray]
    ) -> None:
        """Lay a colour over the pictures.

        Parameters
        ----------
        coverage : ndarray of shape (N, S, S)
            Share of each pixel that is covered, 0..1.
        colour : ndarray of shape (3, N, 1, 1) or (3, N, S, S)
            0..255.
        """
        for plane, value in zip(self.pixels, colour, strict=True):
            plane += coverage * (value - plane)

    def frame(
        self,
        x: np.ndarray,
        y: np.ndarray,
        scale: np.ndarray,
        angle: np.ndarray | None = None,
        flip: np.ndarray | None = None,
        stretch: np.ndarray | None = None,
    ) -> "Frame":
        """Place one object in each picture.

        Parameters
        ----------
        x, y : ndarray of shape (N,)
            Centre, in pixels from the left and from the top.
        scale : ndarray of shape (N,)
            Pixels in a unit of the object.
        angle : ndarray of shape (N,), int, optional
            Turn, clockwise, in 1/1024 of a full one.
        flip : ndarray of shape (N,), optional
            1 or -1; -1 mirrors left and right.
        stretch : ndarray of shape (N,), optional
            Factor on the width.

        Returns
        -------
        frame : Frame
            Coordinates of every pixel in the object's own units.
        """
        num = self.num
        angle = np.zeros(num, np.int64) if angle is None else angle
        flip = np.ones(num) if flip is None else flip
        stretch = np.ones(num) if stretch is None else stretch
        grid = np.arange(self.side, dtype=np.float32) + np.float32(0.5)
        right = grid[None, None, :] - column(x)
        down = grid[None, :, None] - column(y)
        cos, sin = cosine(angle) / scale, sine(angle) / scale
        wide = flip / stretch
        u = column(cos * wide) * right + column(sin * wide) * down
        v = column(-sin) * right + column(cos) * down
        return Frame(u, v, column(scale))


class Frame:
    """Coordinates of every pixel in the units of one object a picture.

    Parameters
    ----------
    u, v : ndarray of shape (N, S, S)
        Right and down from the object's centre.
    scale : ndarray of shape (N, 1, 1)
        Pixels in a unit.
    """

    def __init__(self, u: np.ndarray, v: np.ndarray, scale: np.ndarray) -> None:
        self.u, self.v, self.scale = u, v, scale

    def cover(self, distance: np.ndarray) -> np.ndarray:
        """Turn signed distances into coverage with smooth edges.

        Parameters
        ----------
        distance : ndarray of shape (N, S, S)
            Negative inside, in units.

        Returns
        -------
        coverage : ndarray of shape (N, S, S)
            1 inside, 0 outside, a ramp one pixel wide between.
        """
        return np.clip(np.float32(0.5) - distance * self.scale, 0, 1)

    def disc(
        self, x: float | np.ndarray, y: float | np.ndarray, radius: float | np.ndarray
    ) -> np.ndarray:
        """Measure the distance to a disc.

        Parameters
        ----------
        x, y : float or ndarray
            Centre.
        radius : float or ndarray
            Radius.

        Returns
        -------
        distance : ndarray of shape (N, S, S)
            Negative inside.
        """
        du, dv = self.u - x, self.v - y
        return np.sqrt(du * du + dv * dv) - radius

    def oval(
        self,
        x: float | np.ndarray,
        y: float | np.ndarray,
        rx: float | np.ndarray,
        ry: float | np.ndarray,
    ) -> np.ndarray:
        """Measure roughly the distance to an upright ellipse.

        Parameters
        ----------
        x, y : float or ndarray
            Centre.
        rx, ry : float or ndarray
            Half axes.

        Returns
        -------
        distance : ndarray of shape (N, S, S)
            Negative inside; exact on the edge only.
        """
        du, dv = (self.u - x) / rx, (self.v - y) / ry
        return (np.sqrt(du * du + dv * dv) - 1) * np.float32(np.minimum(rx, ry))

    def box(
        self,
        x: float | np.ndarray,
        y: float | np.ndarray,
        rx: float | np.ndarray,
        ry: float | np.ndarray,
    ) -> np.ndarray:
        """Measure the distance to an upright rectangle.

        Parameters
        ----------
        x, y : float or ndarray
            Centre.
        rx, ry : float or ndarray
            Half sides.

        Returns
        -------
        distance : ndarray of shape (N, S, S)
            Negative inside; the larger of the two coordinates' outside.
        """
        return np.maximum(np.abs(self.u - x) - rx, np.abs(self.v - y) - ry)

    def hull(self, *corners: tuple[float, ...] | np.ndarray) -> np.ndarray:
        """Measure the distance to a convex polygon.

        Parameters
        ----------
        *corners : tuple of float or ndarray
            Corners (x, y), clockwise as seen on the screen.

        Returns
        -------
        distance : ndarray of shape (N, S, S)
            Negative inside.
        """
        distance: Any = None
        for (x0, y0), (x1, y1) in zip(corners, corners[1:] + corners[:1], strict=True):
            dx, dy = np.float32(x1 - x0), np.float32(y1 - y0)
            length = np.sqrt(dx * dx + dy * dy)
            side = (self.u - x0) * (dy / length) - (self.v - y0) * (dx / length)
            distance = side if distance is None else np.maximum(distance, side)
        return distance

    def bar(
        self,
        x0: float | np.ndarray,
        y0: float | np.ndarray,
        x1: float | np.ndarray,
        y1: float | np.ndarray,
        radius: float | np.ndarray,
    ) -> np.ndarray:
        """Measure the distance to a thick line with round ends.

        Parameters
        ----------
        x0, y0, x1, y1 : float or ndarray
            Its two ends.
        radius : float or ndarray
            Half its thickness.

        Returns
        -------
        distance : ndarray of shape (N, S, S)
            Negative inside.
        """
        dx, dy = np.float32(x1 - x0), np.float32(y1 - y0)
        du, dv = self.u - x0, self.v - y0
        along = np.clip((du * dx + dv * dy) / (dx * dx + dy * dy), 0, 1)
        du, dv = du - along * dx, dv - along * dy
        return np.sqrt(du * du + dv * dv) - radius
