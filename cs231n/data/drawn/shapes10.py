"""``shapes10``: ten classes of drawn colour images in CIFAR-10's shapes and dtypes."""

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from cs231n.data.drawn import pictures
from cs231n.data.drawn.backdrops import (
    PLACES,
    paint_backdrop,
    paint_clutter,
    paint_texture,
    planes,
)
from cs231n.data.drawn.canvas import Canvas, column
from cs231n.data.drawn.chunks import Chunks
from cs231n.data.drawn.random_draws import cosine, sine
from cs231n.data.imageset import ImageSet, check_format, copy_planes, empty_images

#: Raised whenever a pixel changes, so that old caches are not taken for new ones.
VERSION = 2
SIDE = 32
NUM_TRAINING, NUM_TEST = 10_000, 2_000
CHUNKS = Chunks("shapes10", VERSION, 3 * SIDE * SIDE, seconds=2)

COLOURS = {
    "red": (200, 50, 45),
    "orange": (228, 128, 40),
    "yellow": (235, 205, 70),
    "lime": (140, 185, 60),
    "green": (50, 115, 55),
    "teal": (50, 150, 150),
    "blue": (50, 90, 190),
    "sky": (135, 182, 225),
    "purple": (130, 70, 160),
    "pink": (230, 135, 172),
    "brown": (125, 85, 55),
    "grey": (130, 130, 132),
    "white": (235, 235, 230),
    "black": (48, 48, 54),
}
#: Class: colours it often has; places where it often is.
KINDS = {
    "bird": (("brown", "grey", "black"), ("sky",)),
    "boat": (("white", "red", "brown"), ("sea",)),
    "car": (("red", "grey", "black"), ("road",)),
    "fish": (("orange", "yellow", "teal"), ("deep",)),
    "flower": (("pink", "yellow", "purple"), ("room",)),
    "house": (("white", "yellow", "pink"), ("sand",)),
    "mushroom": (("red", "brown"), ("forest",)),
    "rocket": (("white", "grey", "red"), ("night",)),
    "tree": (("green", "lime"), ("meadow",)),
    "truck": (("blue", "white", "yellow"), ("road",)),
}
CLASSES = tuple(KINDS)
_PALETTE = np.array(list(COLOURS.values()), np.float64)
#: How strongly a class keeps to its colours and places.
TYPICAL_COLOUR, TYPICAL_PLACE = 0.65, 0.56


def load_shapes10(
    num_training: int | None = None,
    num_test: int | None = None,
    dtype: npt.DTypeLike = np.float32,
    layout: str = "NHWC",
    seed: int = 231,
) -> ImageSet:
    """Load ``shapes10``; draw it first where that has not been done yet.

    Parameters
    ----------
    num_training, num_test : int, optional
        Number of images; 10,000 and 2,000 by default, and as many as you like. The
        first images are the same however many are asked for.
    dtype : dtype-like
        float32, uint8 or float64. Pixels are 0..255 in each.
    layout : {"NHWC", "NCHW"}
        Colours last or first.
    seed : int
        Other seeds give other images of the same kinds.

    Returns
    -------
    images : ImageSet
        The images. Each part has the classes in equal shares, in random order.

    Raises
    ------
    ValueError
        If a number is negative or the dtype or layout is not one of the above.
    """
    dtype = check_format(dtype, layout)
    counts = {"train": num_training, "test": num_test}
    parts = []
    for part, usual in (("train", NUM_TRAINING), ("test", NUM_TEST)):
        asked = counts[part]
        num = usual if asked is None else asked
        X = empty_images(max(num, 0), dtype, layout)
        y = np.empty(len(X), np.intp)
        for rows, pixels, labels in CHUNKS.read(part, num, seed, draw_chunk):
            copy_planes(pixels, X[rows], layout)
            y[rows] = labels
        parts += [X, y]
    X_train, y_train, X_test, y_test = parts
    return ImageSet(X_train, y_train, X_test, y_test, CLASSES, "shapes10")


def stream_shapes10(
    part: str = "train", seed: int = 231, start: int = 0
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Draw images without end.

    Parameters
    ----------
    part : {"train", "test"}
        Which images; the two have none in common.
    seed : int
        As for :func:`load_shapes10`.
    start : int
        Number of chunks to skip.

    Yields
    ------
    X : ndarray of shape (2000, 3, 32, 32), uint8
        The next images; what :func:`load_shapes10` returns, in the same order.
    y : ndarray of shape (2000,), uint8
        Their classes.
    """
    while True:
        yield draw_chunk(part, start, seed)
        start += 1


def draw_chunk(part: str, chunk: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Draw 2000 images.

    Parameters
    ----------
    part : {"train", "test"}
        Which images.
    chunk : int
        Which 2000 of them.
    seed : int
        As for :func:`load_shapes10`.

    Returns
    -------
    X : ndarray of shape (2000, 3, 32, 32), uint8
        Images, the same on every platform.
    y : ndarray of shape (2000,), uint8
        Classes, 200 of each.
    """
    return CHUNKS.draw(part, chunk, seed, _draw_class, (3, SIDE, SIDE))


def _draw_class(label, num, draws):
    """Draw ``num`` images of one class: (num, 3, 32, 32), uint8."""
    colours, places = KINDS[CLASSES[label]]
    canvas = Canvas(num, SIDE)
    _paint_surroundings(canvas, places, draws)
    _paint_company(canvas, label, draws)
    frame = _place(canvas, draws)
    main = _pick_colours(colours, TYPICAL_COLOUR, num, draws)
    other = _pick_colours((), 0.0, num, draws)
    brush = pictures.Brush(canvas, frame, draws, _object_light(frame, draws, num))
    pictures.PAINTERS[CLASSES[label]](brush, planes(main), planes(other))
    paint_clutter(canvas, draws, _PALETTE, pieces=4, chance=0.4, size=(0.08, 0.24))
    paint_clutter(canvas, draws, _PALETTE, pieces=2, chance=0.22, size=(0.2, 0.4))
    return _photograph(canvas, draws)


def _paint_surroundings(canvas, places, draws):
    weights = np.full(len(PLACES), (1 - TYPICAL_PLACE) / len(PLACES))
    for place in places:
        weights[list(PLACES).index(place)] += TYPICAL_PLACE / len(places)
    place = draws.choose(np.tile(weights, (canvas.num, 1)))
    paint_backdrop(canvas, place, draws, jitter=35.0)
    paint_clutter(canvas, draws, _PALETTE, pieces=6, chance=0.4, size=(0.05, 0.28))
    for cells, most in ((2, 50.0), (4, 40.0), (8, 25.0)):
        strength = draws.uniform(0.0, most, canvas.num)
        paint_texture(canvas, draws, cells=cells, strength=strength)


def _paint_company(canvas, label, draws):
    """Put a smaller object of another class into every third picture."""
    others = [k for k in range(len(CLASSES)) if k != label]
    share = canvas.num // (3 * len(others)) + 1
    for i, other in enumerate(others):
        part = Canvas.over(canvas.pixels[:, i * share : (i + 1) * share])
        frame = part.frame(
            draws.uniform(0.0, SIDE, share),
            draws.uniform(0.0, SIDE, share),
            draws.uniform(4.5, 10.0, share),
            draws.integers(1024, share),
        )
        brush = pictures.Brush(part, frame, draws, np.float32(1))
        colours = [_pick_colours((), 0.0, share, draws) for _ in range(2)]
        pictures.PAINTERS[CLASSES[other]](brush, *map(planes, colours))


def _place(canvas, draws):
    """Choose where the objects stand, how large, how turned."""
    num = canvas.num
    return canvas.frame(
        SIDE / 2 + draws.uniform(-5.5, 5.5, num),
        SIDE / 2 + draws.uniform(-5.5, 5.5, num),
        draws.uniform(7.5, 14.0, num),
        draws.integers(101, num) - 50,  # 18 degrees either way
        np.where(draws.chance(0.5, num), 1.0, -1.0),
        draws.uniform(0.8, 1.25, num),
    )


def _pick_colours(typical, share, num, draws):
    """Draw colours (num, 3): a class's own for a share of the images, else any."""
    weights = np.full(len(COLOURS), (1 - share) / len(COLOURS))
    for name in typical:
        weights[list(COLOURS).index(name)] += share / len(typical)
    colour = _PALETTE[draws.choose(np.tile(weights, (num, 1)))]
    return colour * draws.uniform(0.7, 1.15, (num, 1)) + draws.uniform(
        -20, 20, (num, 3)
    )


def _object_light(frame, draws, num):
    """Light the objects from one side."""
    angle = draws.integers(1024, num)
    strength = draws.uniform(0.0, 0.35, num)
    across = column(cosine(angle) * strength) * frame.u
    return np.float32(1) + across + column(sine(angle) * strength) * frame.v


def _photograph(canvas, draws):
    """Expose, tint and blur the pictures a little; add noise; round to bytes."""
    num, pixels = canvas.num, canvas.pixels
    angle, slope = draws.integers(1024, num), draws.uniform(0.0, 0.5, num)
    room = canvas.frame(
        np.full(num, SIDE / 2), np.full(num, SIDE / 2), np.full(num, SIDE / 2)
    )
    light = np.float32(1) + column(cosine(angle) * slope) * room.u
    pixels *= light + column(sine(angle) * slope) * room.v
    exposure = draws.uniform(0.55, 1.3, num)
    tint = draws.uniform(0.85, 1.15, (num, 3))
    pixels *= planes(exposure[:, None] * tint)
    contrast = column(draws.uniform(0.55, 1.15, num))
    pixels += (contrast - 1) * (pixels - np.float32(115))
    _blur(pixels, column(draws.uniform(0.0, 0.25, num)))
    pixels += column(draws.uniform(2.0, 14.0, num)) * draws.grain(pixels.shape)
    pixels = np.clip(pixels + np.float32(0.5), 0, 255)
    return pixels.astype(np.uint8).transpose(1, 0, 2, 3)


def _blur(pixels, share):
    """Move a share of each pixel to its neighbours, rows then columns (in place)."""
    for axis in (2, 3):
        before = np.concatenate(
            [pixels.take([0], axis), pixels.take(range(SIDE - 1), axis)], axis
        )
        after = np.concatenate(
            [pixels.take(range(1, SIDE), axis), pixels.take([SIDE - 1], axis)], axis
        )
        pixels += share * (np.float32(0.5) * (before + after) - pixels)
