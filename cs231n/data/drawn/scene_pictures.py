"""The pictures of scenes: where the objects lie, and how they are painted."""

import numpy as np

from cs231n.data.drawn.backdrops import paint_texture, planes
from cs231n.data.drawn.canvas import Canvas, column
from cs231n.data.drawn.random_draws import Draws
from cs231n.data.drawn.scene_words import COLOURS, SHAPES, SIDE, SIZES

#: Scenes that are drawn at a time.
CHUNK = 600
MOST_OBJECTS = 4
#: Colours as painted, in the order of ``COLOURS``.
PAINTS = np.array(
    [
        (214, 50, 46),
        (236, 134, 38),
        (240, 214, 66),
        (62, 156, 66),
        (56, 102, 210),
        (132, 72, 172),
        (240, 142, 182),
        (240, 240, 236),
    ],
    np.float64,
)
#: A colour and a shape with (colour + 3 * shape) % 8 in here never meet in training.
HELD_OUT = (0,)
#: Half sizes of small and large objects, in pixels.
RADIUS = (4.5, 8.0)


def arrange(split: str, draws: Draws) -> np.ndarray:
    """Choose objects that do not touch each other.

    Parameters
    ----------
    split : {"train", "val"}
        In the second, half of the scenes show a colour on a shape that is held out.
    draws : Draws
        Random numbers.

    Returns
    -------
    objects : ndarray of int16, shape (600, 4, 5)
        Shape, colour, size and centre; -1 where there is none.
    """
    shape = draws.integers(len(SHAPES), (CHUNK, MOST_OBJECTS))
    colour = _colours(split, shape, draws)
    size = draws.integers(len(SIZES), (CHUNK, MOST_OBJECTS))
    number = 1 + draws.integers(MOST_OBJECTS, CHUNK)
    tries = draws.integers(SIDE, (CHUNK, MOST_OBJECTS, 40, 2))
    objects = np.full((CHUNK, MOST_OBJECTS, 5), -1, np.int16)
    for n in range(CHUNK):
        done: list[tuple] = []
        for k in range(number[n]):
            place = _free_place(tries[n, k].tolist(), int(size[n, k]), done)
            if place is not None:
                done.append((int(size[n, k]), *place))
                row = (shape[n, k], colour[n, k], size[n, k], *place)
                objects[n, len(done) - 1] = row
    return objects


def _colours(split, shape, draws):
    """Choose colours; those held out come in every other scene for validation."""
    lists = [
        [c for c in range(len(COLOURS)) if ((c + 3 * s) % 8 in HELD_OUT) == held]
        for held in (False, True)
        for s in range(len(SHAPES))
    ]
    usual, held = np.array(lists[: len(SHAPES)]), np.array(lists[len(SHAPES) :])
    colour = usual[shape, draws.integers(usual.shape[1], shape.shape)]
    if split == "val":
        rows = np.flatnonzero(draws.chance(0.5, CHUNK))
        pick = draws.integers(held.shape[1], CHUNK)
        colour[rows, 0] = held[shape[rows, 0], pick[rows]]
    return colour


def _free_place(tries, size, done):
    """Find a centre inside the picture and off the other objects."""
    for x, y in tries:
        near = int(RADIUS[size]) + 1
        inside = near <= min(x, y) and max(x, y) <= SIDE - near
        if inside and all(
            max(abs(x - ox), abs(y - oy)) > RADIUS[size] + RADIUS[other] + 1
            for other, ox, oy in done
        ):
            return x, y
    return None


def paint(
    objects: np.ndarray, grounds: np.ndarray, draws: Draws
) -> tuple[np.ndarray, np.ndarray]:
    """Paint scenes, each object a little unlike the others of its kind.

    Parameters
    ----------
    objects : ndarray of shape (600, 4, 5)
        As from :func:`arrange`.
    grounds : ndarray of int, shape (600,)
        Which of the backgrounds.
    draws : Draws
        Random numbers.

    Returns
    -------
    images : ndarray of uint8, shape (600, 48, 48, 3)
        The pictures.
    masks : ndarray of uint8, shape (600, 48, 48)
        Which object covers at least half of a pixel, counted from 1; 0 where none does.
    """
    masks = np.zeros((CHUNK, SIDE, SIDE), np.uint8)
    canvas = Canvas(CHUNK, SIDE)
    level = np.where(grounds == 0, 45.0, 205.0) + draws.uniform(-18.0, 18.0, CHUNK)
    tint = draws.uniform(-14.0, 14.0, (CHUNK, 3))
    canvas.pixels += planes(level[:, None] + tint)
    paint_texture(canvas, draws, cells=4, strength=draws.uniform(0.0, 14.0, CHUNK))
    for k in range(MOST_OBJECTS):
        change = draws.uniform(-16.0, 16.0, (CHUNK, 3))
        angle = draws.integers(85, CHUNK) - 42  # 15 degrees either way
        factor = draws.uniform(0.88, 1.05, CHUNK)
        for shape in range(len(SHAPES)):
            rows = np.flatnonzero(objects[:, k, 0] == shape)
            if len(rows):
                part = Canvas.over(canvas.pixels[:, rows])
                thing = objects[rows, k].T.astype(np.int64)
                radius = np.array(RADIUS)[thing[2]] * factor[rows]
                frame = part.frame(thing[3] + 0.0, thing[4] + 0.0, radius, angle[rows])
                paint = PAINTS[thing[1]] + change[rows]
                cover = frame.cover(_FIGURES[shape](frame))
                part.paint(cover, planes(paint))
                masks[rows] = np.where(cover >= 0.5, k + 1, masks[rows])
                canvas.pixels[:, rows] = part.pixels
    noise = column(draws.uniform(1.0, 5.0, CHUNK)) * draws.grain(canvas.pixels.shape)
    pixels = np.clip(canvas.pixels + noise + np.float32(0.5), 0, 255).astype(np.uint8)
    return np.ascontiguousarray(pixels.transpose(1, 2, 3, 0)), masks


def _star(f):
    tips = (
        (0.0, -1.0),
        (0.951, -0.309),
        (0.588, 0.809),
        (-0.588, 0.809),
        (-0.951, -0.309),
    )
    distance = f.disc(0.0, 0.0, 0.42)
    for x, y in tips:
        across = (-0.36 * y, 0.36 * x)
        left, right = (-across[0], -across[1]), across
        distance = np.minimum(distance, f.hull(left, (x, y), right))
    return distance


def _heart(f):
    lobes = np.minimum(f.disc(-0.45, -0.38, 0.5), f.disc(0.45, -0.38, 0.5))
    return np.minimum(lobes, f.hull((-0.86, -0.12), (0.86, -0.12), (0.0, 0.95)))


#: Figures in the order of ``SHAPES``.
_FIGURES = (
    lambda f: f.disc(0.0, 0.0, 0.95),
    lambda f: f.box(0.0, 0.0, 0.85, 0.85),
    lambda f: f.hull((0.0, -0.95), (0.95, 0.8), (-0.95, 0.8)),
    _star,
    _heart,
    lambda f: np.minimum(f.box(0, 0, 0.95, 0.3), f.box(0, 0, 0.3, 0.95)),
    lambda f: np.abs(f.disc(0.0, 0.0, 0.72)) - np.float32(0.24),
    lambda f: f.hull((0.0, -1.0), (0.7, 0.0), (0.0, 1.0), (-0.7, 0.0)),
)
