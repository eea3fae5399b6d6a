"""Ten things, drawn of a few figures each, no two alike.

Every painter paints one object in each picture of a canvas. Objects fill about the
square from -1 to 1 of their frame; ``main`` and ``other`` are colours of shape
(3, N, 1, 1).
"""

import numpy as np

from cs231n.data.drawn.canvas import Canvas, Frame, column
from cs231n.data.drawn.random_draws import Draws

DARK = (38.0, 36.0, 40.0)
PALE = (236.0, 234.0, 226.0)
GREEN = (70.0, 135.0, 55.0)
WOOD = (115.0, 78.0, 50.0)
GLASS = (175.0, 205.0, 225.0)
FIRE = (250.0, 165.0, 50.0)


class Brush:
    """One object in each of N pictures, painted figure by figure.

    Parameters
    ----------
    canvas : Canvas
        Where to paint.
    frame : Frame
        The objects' coordinates.
    draws : Draws
        Source of chance.
    shade : ndarray of shape (N, S, S)
        Light on the object; multiplies its colours.
    """

    def __init__(
        self, canvas: Canvas, frame: Frame, draws: Draws, shade: np.ndarray
    ) -> None:
        self.canvas, self.frame, self.draws = canvas, frame, draws
        self.shade = shade
        self.num = canvas.num

    def fill(
        self,
        distance: np.ndarray,
        colour: np.ndarray | tuple[float, ...],
        present: np.ndarray | None = None,
    ) -> None:
        """Paint a figure.

        Parameters
        ----------
        distance : ndarray of shape (N, S, S)
            The figure, in units of the frame.
        colour : ndarray of shape (3, N, 1, 1) or tuple of float
            Red, green, blue, 0..255.
        present : ndarray of shape (N, 1, 1), optional
            0 where a picture goes without.
        """
        coverage = self.frame.cover(distance)
        if present is not None:
            coverage = coverage * present
        self.canvas.paint(coverage, [np.float32(c) * self.shade for c in colour])

    def vary(self, low: float, high: float) -> np.ndarray:
        """Draw a number for each picture.

        Parameters
        ----------
        low, high : float
            Range.

        Returns
        -------
        values : ndarray of shape (N, 1, 1), float32
            The numbers.
        """
        return column(self.draws.uniform(low, high, self.num))

    def toss(self, probability: float) -> np.ndarray:
        """Decide for each picture whether it has a part.

        Parameters
        ----------
        probability : float
            Of having it.

        Returns
        -------
        present : ndarray of shape (N, 1, 1), float32
            0 or 1.
        """
        return column(self.draws.chance(probability, self.num))


def _bird(brush, main, other):
    """Paint a round body with a head, a beak, a tail and a wing."""
    f, lift = brush.frame, brush.vary(-0.75, 0.55)
    plump = brush.vary(0.3, 0.45)
    brush.fill(f.bar(-0.12, 0.4, -0.16, 0.8, 0.05), WOOD, brush.toss(0.5))
    brush.fill(f.hull((-0.95, -0.12), (-0.4, 0.02), (-0.4, 0.22), (-0.95, 0.2)), main)
    brush.fill(f.hull((0.7, -0.36), (1.05, -0.22), (0.7, -0.12)), FIRE)
    brush.fill(f.oval(-0.05, 0.1, 0.6, plump), main)
    brush.fill(f.disc(0.52, -0.24, brush.vary(0.24, 0.31)), main)
    brush.fill(f.bar(0.05, 0.08, -0.4, lift, 0.16), other)
    brush.fill(f.disc(0.6, -0.3, 0.07), DARK)


def _boat(brush, main, other):
    """Paint a hull with a mast and one or two sails."""
    f, tall = brush.frame, brush.vary(-0.95, -0.6)
    brush.fill(f.bar(0.0, 0.4, 0.0, tall, 0.05), WOOD)
    brush.fill(f.hull((0.08, tall), (brush.vary(0.5, 0.8), 0.24), (0.08, 0.24)), other)
    second = f.hull(
        (-0.08, tall + 0.15), (-0.08, 0.24), (brush.vary(-0.65, -0.4), 0.24)
    )
    brush.fill(second, other, brush.toss(0.6))
    wide = brush.vary(0.75, 0.98)
    brush.fill(f.hull((-wide, 0.32), (wide, 0.32), (0.6, 0.75), (-0.55, 0.75)), main)


def _car(brush, main, other):
    """Paint a low body with a cabin, windows and two wheels."""
    f, roof = brush.frame, brush.vary(-0.5, -0.28)
    brush.fill(f.hull((-0.4, roof), (0.3, roof), (0.68, 0.06), (-0.7, 0.06)), main)
    glass = f.hull((-0.34, roof + 0.1), (0.24, roof + 0.1), (0.48, 0.03), (-0.5, 0.03))
    brush.fill(glass, GLASS)
    brush.fill(f.box(-0.02, -0.1, 0.05, 0.25), main, brush.toss(0.7))
    brush.fill(f.box(0.0, 0.24, 0.95, brush.vary(0.18, 0.25)), main)
    brush.fill(f.box(0.0, 0.26, 0.9, 0.05), other, brush.toss(0.4))
    for x in (-0.52, 0.52):
        brush.fill(f.disc(x, 0.47, 0.23), DARK)
        brush.fill(f.disc(x, 0.47, 0.1), PALE)


def _fish(brush, main, other):
    """Paint a long body with a tail, a fin, an eye and perhaps stripes."""
    f, high = brush.frame, brush.vary(0.28, 0.48)
    flare = brush.vary(0.28, 0.5)
    brush.fill(f.hull((-0.98, -flare), (-0.4, 0.0), (-0.98, flare)), other)
    brush.fill(f.hull((0.1, -0.62), (0.4, -0.2), (-0.3, -0.2)), other, brush.toss(0.7))
    body = f.oval(0.12, 0.0, 0.72, high)
    brush.fill(body, main)
    striped = brush.toss(0.5)
    for x in (-0.15, 0.2):
        brush.fill(np.maximum(body, f.box(x, 0.0, 0.08, 1.0)), other, striped)
    brush.fill(f.disc(0.55, -0.1, 0.12), PALE)
    brush.fill(f.disc(0.57, -0.1, 0.07), DARK)


def _flower(brush, main, other):
    """Paint a stem with a leaf and a ring of petals around a heart."""
    f, bend = brush.frame, brush.vary(-0.25, 0.25)
    brush.fill(f.bar(0.0, -0.3, bend, 0.98, 0.07), GREEN)
    brush.fill(f.bar(bend * 0.6, 0.55, bend + 0.42, 0.3, 0.1), GREEN, brush.toss(0.7))
    ring, petal = brush.vary(0.32, 0.42), brush.vary(0.19, 0.27)
    for x, y in ((0.0, -1.0), (0.951, -0.309), (0.588, 0.809)):
        brush.fill(f.disc(ring * x, ring * y - 0.36, petal), main)
        if x:
            brush.fill(f.disc(ring * -x, ring * y - 0.36, petal), main)
    brush.fill(f.disc(0.0, -0.36, brush.vary(0.15, 0.26)), other)


def _house(brush, main, other):
    """Paint walls, a roof, a door, and perhaps a window and a chimney."""
    f, wide = brush.frame, brush.vary(0.5, 0.75)
    top, eaves = brush.vary(-0.9, -0.5), brush.vary(-0.15, 0.1)
    brush.fill(f.box(0.35, -0.5, 0.1, 0.3), WOOD, brush.toss(0.4))
    brush.fill(f.box(0.0, 0.38, wide, 0.47), main)
    roof = f.hull((0.0, top), (wide + 0.22, eaves), (-wide - 0.22, eaves))
    brush.fill(roof, other)
    brush.fill(f.box(brush.vary(-0.3, -0.1), 0.58, 0.14, 0.27), DARK)
    brush.fill(f.box(0.28, 0.36, 0.15, 0.15), GLASS, brush.toss(0.8))


def _mushroom(brush, main, other):
    """Paint a stalk under a half-round cap with spots."""
    f, wide = brush.frame, brush.vary(0.6, 0.95)
    foot = brush.vary(0.16, 0.34)
    stalk = f.hull((-0.18, -0.05), (0.18, -0.05), (foot, 0.9), (-foot, 0.9))
    brush.fill(stalk, PALE)
    rim = brush.vary(0.0, 0.15)
    cap = np.maximum(f.oval(0.0, rim, wide, brush.vary(0.55, 0.9)), f.v - rim)
    brush.fill(cap, main)
    spotted = brush.toss(0.7)
    for x, y, r in ((-0.3, -0.2, 0.13), (0.15, -0.36, 0.14), (0.42, -0.1, 0.1)):
        brush.fill(np.maximum(f.disc(x, y, r), cap), other, spotted)


def _rocket(brush, main, other):
    """Paint a slim body with a nose, fins, a window and a flame."""
    f, slim = brush.frame, brush.vary(0.2, 0.33)
    flame = f.hull((-0.17, 0.55), (0.17, 0.55), (0.0, brush.vary(0.8, 1.1)))
    brush.fill(flame, FIRE, brush.toss(0.75))
    fin = brush.vary(0.45, 0.68)
    brush.fill(f.hull((0.0, 0.05), (fin, 0.72), (-fin, 0.72)), other)
    body = np.maximum(f.oval(0.0, 0.0, slim, 0.98), f.v - np.float32(0.62))
    brush.fill(body, main)
    brush.fill(np.maximum(body, f.v + np.float32(0.52)), other, brush.toss(0.7))
    brush.fill(f.disc(0.0, -0.2, 0.13), GLASS)


def _tree(brush, main, other):
    """Paint a trunk under a round or a pointed crown."""
    f, pointed = brush.frame, brush.toss(0.45)
    brush.fill(f.box(0.0, 0.6, brush.vary(0.08, 0.17), 0.38), WOOD)
    wide = brush.vary(0.5, 0.75)
    for y in (0.45, 0.02, -0.4):
        tier = f.hull((0.0, y - 0.6), (wide, y), (-wide, y))
        brush.fill(tier, main, pointed)
        wide = wide * np.float32(0.8)
    leafy = 1 - pointed
    size = brush.vary(0.36, 0.5)
    for x, y in ((-0.36, -0.1), (0.36, -0.14), (0.0, -0.45)):
        brush.fill(f.disc(x, y, size), main, leafy)
    fruit = leafy * brush.toss(0.35)
    for x, y in ((-0.3, -0.1), (0.25, -0.35), (0.3, 0.05)):
        brush.fill(f.disc(x, y, 0.1), other, fruit)


def _truck(brush, main, other):
    """Paint a tall load behind a cab, on wheels."""
    f, high = brush.frame, brush.vary(-0.65, -0.3)
    brush.fill(f.hull((-0.95, high), (0.38, high), (0.38, 0.42), (-0.95, 0.42)), main)
    brush.fill(f.box(-0.28, 0.0, 0.6, 0.07), other, brush.toss(0.4))
    front = brush.vary(-0.22, 0.02)
    brush.fill(f.hull((0.42, front), (0.78, front), (0.97, 0.42), (0.42, 0.42)), other)
    brush.fill(f.box(0.66, 0.1, 0.13, 0.1), GLASS)
    for x, present in ((-0.62, None), (-0.15, brush.toss(0.4)), (0.62, None)):
        brush.fill(f.disc(x, 0.47, 0.21), DARK, present)
        brush.fill(f.disc(x, 0.47, 0.09), PALE, present)


#: Painters by class, each called as ``paint(brush, main, other)``.
PAINTERS = {
    "bird": _bird,
    "boat": _boat,
    "car": _car,
    "fish": _fish,
    "flower": _flower,
    "house": _house,
    "mushroom": _mushroom,
    "rocket": _rocket,
    "tree": _tree,
    "truck": _truck,
}
