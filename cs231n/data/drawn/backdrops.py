"""Places in which the drawn objects stand."""

import numpy as np

from cs231n.data.drawn.canvas import Canvas, column
from cs231n.data.drawn.random_draws import Draws

#: Place: colour at the top, above the horizon, below it, at the bottom; whether a
#: horizon cuts the picture (else one smooth blend from top to bottom).
PLACES = {
    "sky": ((105, 160, 220), (150, 190, 230), (175, 205, 235), (215, 228, 240), False),
    "meadow": ((135, 180, 225), (205, 222, 235), (115, 155, 75), (75, 120, 50), True),
    "sea": ((150, 185, 220), (205, 218, 230), (70, 125, 165), (35, 80, 125), True),
    "deep": ((70, 150, 180), (50, 125, 165), (35, 100, 145), (20, 65, 110), False),
    "forest": ((70, 100, 60), (55, 80, 45), (80, 75, 45), (60, 50, 30), True),
    "road": ((165, 180, 195), (190, 190, 185), (125, 122, 118), (90, 88, 88), True),
    "night": ((20, 22, 50), (35, 35, 75), (45, 40, 80), (60, 50, 85), False),
    "sand": ((160, 195, 225), (215, 220, 220), (220, 195, 140), (195, 165, 110), True),
    "room": ((200, 190, 175), (190, 180, 165), (150, 110, 80), (120, 85, 60), True),
}


def paint_backdrop(
    canvas: Canvas, place: np.ndarray, draws: Draws, *, jitter: float = 30.0
) -> None:
    """Fill the pictures with places (painted in place).

    Parameters
    ----------
    canvas : Canvas
        N pictures.
    place : ndarray of shape (N,), int
        Indices into ``PLACES``.
    draws : Draws
        Source of chance.
    jitter : float
        Largest change of a place's colours, 0..255.
    """
    num, side = canvas.num, canvas.side
    stops = np.array([entry[:4] for entry in PLACES.values()], np.float64)
    cut = np.array([entry[4] for entry in PLACES.values()])[place]
    colours = stops[place] + draws.uniform(-jitter, jitter, (num, 4, 3))
    colours += draws.uniform(-jitter, jitter, (num, 1, 3))
    horizon = draws.uniform(0.35, 0.8, num) * side
    slope = draws.uniform(-0.12, 0.12, num)
    grid = np.arange(side, dtype=np.float32) + np.float32(0.5)
    below = grid[None, :, None] - column(horizon)
    below = below + column(slope) * (grid[None, None, :] - np.float32(side / 2))
    softness = np.where(cut, 1.5, side / 2)
    ground = np.clip(below / column(softness) + np.float32(0.5), 0, 1)
    depth = grid[None, :, None] / np.float32(side)  # 0 at the top, 1 at the bottom
    for c, plane in enumerate(canvas.pixels):
        top, above, under, bottom = (column(colours[:, k, c]) for k in range(4))
        sky = top + (above - top) * depth
        plane[...] = sky + ground * (under + (bottom - under) * depth - sky)


def paint_texture(
    canvas: Canvas, draws: Draws, *, cells: int, strength: np.ndarray
) -> None:
    """Darken and lighten the pictures in soft patches (painted in place).

    Parameters
    ----------
    canvas : Canvas
        N pictures.
    draws : Draws
        Source of chance.
    cells : int
        Patches along an edge; divides the side.
    strength : ndarray of shape (N,)
        Largest change, 0..255.
    """
    knots = draws.uniform(-1.0, 1.0, (canvas.num, cells + 1, cells + 1))
    field = _spread(_spread(knots.astype(np.float32), canvas.side, 1), canvas.side, 2)
    canvas.pixels += column(strength) * field


def _spread(knots, side, axis):
    """Interpolate between knots along one axis."""
    cells = knots.shape[axis] - 1
    where = (np.arange(side, dtype=np.float32) + np.float32(0.5)) * (cells / side)
    left = where.astype(np.intp)
    shape = [1, 1, 1]
    shape[axis] = side
    share = (where - left).astype(np.float32).reshape(shape)
    low, high = knots.take(left, axis), knots.take(left + 1, axis)
    return low + share * (high - low)


def paint_clutter(
    canvas: Canvas,
    draws: Draws,
    colours: np.ndarray,
    *,
    pieces: int,
    chance: float,
    size: tuple[float, float] = (0.06, 0.3),
) -> None:
    """Strew discs, boxes and bars over the pictures (painted in place).

    Parameters
    ----------
    canvas : Canvas
        N pictures.
    draws : Draws
        Source of chance.
    colours : ndarray of shape (K, 3)
        Colours that the pieces take, give or take a little, 0..255.
    pieces : int
        Layers of clutter.
    chance : float
        Probability that a picture gets a piece of a layer.
    size : tuple of float
        Smallest and largest half size of a piece, in sides of the picture.
    """
    num, side = canvas.num, canvas.side
    for layer in range(pieces):
        frame = canvas.frame(
            draws.uniform(-0.05, 1.05, num) * side,
            draws.uniform(-0.05, 1.05, num) * side,
            draws.uniform(*size, num) * side,
            draws.integers(1024, num),
        )
        shape = (
            frame.oval(0, 0, 1.0, 0.7),
            frame.box(0, 0, 0.9, 0.6),
            frame.bar(-0.9, 0, 0.9, 0, 0.16),
            frame.hull((0, -0.9), (0.8, 0.6), (-0.8, 0.6)),
        )[layer % 4]
        colour = colours[draws.integers(len(colours), num)]
        colour = colour + draws.uniform(-35.0, 35.0, (num, 3))
        alpha = draws.uniform(0.3, 1.0, num) * draws.chance(chance, num)
        canvas.paint(frame.cover(shape) * column(alpha), planes(colour))


def planes(colour: np.ndarray) -> np.ndarray:
    """Shape one colour a picture so that it can be painted.

    Parameters
    ----------
    colour : ndarray of shape (N, 3)
        Red, green, blue, 0..255.

    Returns
    -------
    colour : ndarray of shape (3, N, 1, 1), float32
        The same.
    """
    return np.ascontiguousarray(colour.T, dtype=np.float32)[:, :, None, None]
