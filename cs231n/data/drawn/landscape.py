"""A picture large enough to be given a style: a house under trees, by the water."""

import numpy as np

from cs231n.data.drawn.backdrops import paint_texture, planes
from cs231n.data.drawn.canvas import Canvas
from cs231n.data.drawn.pictures import PAINTERS, Brush
from cs231n.data.drawn.random_draws import Draws

#: What stands where: painter, centre and half size in sides, main and other colour.
THINGS = (
    ("tree", 0.17, 0.50, 0.20, (52, 112, 58), (200, 60, 50)),
    ("tree", 0.90, 0.46, 0.13, (74, 128, 62), (200, 60, 50)),
    ("house", 0.58, 0.50, 0.20, (226, 206, 168), (172, 66, 50)),
    ("boat", 0.30, 0.84, 0.13, (150, 52, 46), (238, 234, 222)),
    ("bird", 0.36, 0.17, 0.06, (60, 60, 74), (90, 90, 104)),
    ("bird", 0.72, 0.12, 0.045, (60, 60, 74), (90, 90, 104)),
)


def draw_landscape(side: int = 192, seed: int = 231) -> np.ndarray:
    """Draw a landscape.

    Parameters
    ----------
    side : int, optional
        Pixels along an edge, at least 32, divisible by 8.
    seed : int, optional
        Other seeds give other details.

    Returns
    -------
    picture : ndarray of shape (side, side, 3), uint8
        Red, green, blue, the same on every platform.

    Raises
    ------
    ValueError
        If the side is not as above.
    """
    if side != int(side) or side < 32 or side % 8:
        raise ValueError(f"side is at least 32 and divisible by 8; got {side!r}.")
    canvas, draws = Canvas(1, int(side)), Draws(seed, 18, 9)
    _paint_ground(canvas)
    for cells in (4, 8):
        paint_texture(canvas, draws, cells=cells, strength=np.array([10.0]))
    for thing in THINGS:
        _paint_thing(canvas, draws, *thing)
    pixels = canvas.pixels + np.float32(3) * draws.grain(canvas.pixels.shape)
    pixels = np.clip(pixels + np.float32(0.5), 0, 255).astype(np.uint8)
    return np.ascontiguousarray(pixels[:, 0].transpose(1, 2, 0))


def _paint_ground(canvas):
    """Paint sky and sun, hills, a meadow and water (in place)."""
    size = np.full(1, canvas.side / 1.0)
    f = canvas.frame(np.zeros(1), np.zeros(1), size)
    top, low = np.array([[96.0, 150, 216]]), np.array([[226.0, 226, 214]])
    canvas.paint(np.ones_like(f.u), planes(top))
    canvas.paint(np.clip(f.v / np.float32(0.6), 0, 1), planes(low))
    for distance, colour in (
        (f.disc(0.84, 0.16, 0.075), (252, 232, 150)),
        (f.oval(0.25, 0.72, 0.52, 0.32), (128, 146, 172)),
        (f.oval(0.86, 0.74, 0.5, 0.27), (108, 134, 146)),
        (f.oval(0.5, 1.25, 1.5, 0.63), (122, 160, 78)),
        (f.v * np.float32(-1) + np.float32(0.76), (62, 116, 164)),
    ):
        canvas.paint(f.cover(distance), planes(np.array([colour], np.float64)))
    for x, y, half in ((0.12, 0.8, 0.09), (0.62, 0.83, 0.13), (0.8, 0.92, 0.15)):
        wave = f.cover(f.box(x, y, half, 0.006))
        canvas.paint(wave, planes(np.array([[158.0, 192, 214]])))


def _paint_thing(canvas, draws, name, x, y, half, main, other):
    side = canvas.side
    frame = canvas.frame(*(np.full(1, value * side) for value in (x, y, half)))
    light = np.float32(1) + np.float32(0.12) * (frame.u - frame.v)
    brush = Brush(canvas, frame, draws, np.clip(light, 0.75, 1.25))
    PAINTERS[name](brush, *(planes(np.array([c], np.float64)) for c in (main, other)))
