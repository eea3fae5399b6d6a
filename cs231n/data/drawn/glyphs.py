"""``glyphs``: written digits in the layout of MNIST, drawn stroke by stroke."""

import numpy as np
import numpy.typing as npt

from cs231n.data.drawn.chunks import Chunks
from cs231n.data.drawn.random_draws import cosine, sine
from cs231n.data.imageset import ImageSet, check_format

#: Raised whenever a pixel changes, so that old caches are not taken for new ones.
VERSION = 1
SIDE = 28
CLASSES = tuple("0123456789")
NUM_TRAINING, NUM_TEST = 10_000, 2_000
CHUNKS = Chunks("glyphs", VERSION, SIDE * SIDE)

#: Strokes of each digit as (probability, smooth, points). Points are (x, y), right
#: and down from the middle; a digit is 2 units high.
STROKES = (
    [
        (
            1,
            True,
            "0,-.95 -.4,-.68 -.55,0 -.4,.68 0,.95 .4,.68 .55,0 .4,-.68 0,-.95",
        )
    ],
    [(1, False, "-.3,-.6 .05,-.95 .05,.95"), (0.25, False, "-.3,.95 .4,.95")],
    [
        (1, True, "-.5,-.5 -.25,-.88 .25,-.9 .5,-.5 .2,0 -.25,.5 -.55,.9"),
        (1, False, "-.55,.9 .58,.88"),
    ],
    [
        (1, True, "-.45,-.75 0,-.95 .45,-.65 .3,-.2 -.1,-.05"),
        (1, True, "-.1,-.05 .35,.1 .5,.5 .15,.92 -.5,.75"),
    ],
    [(1, False, ".1,-.95 -.55,.25 .6,.25"), (1, False, ".25,-.3 .2,.95")],
    [
        (1, False, ".5,-.92 -.35,-.92 -.4,-.1"),
        (1, True, "-.4,-.1 0,-.28 .45,.05 .45,.6 .05,.93 -.5,.75"),
    ],
    [(1, True, ".4,-.9 -.1,-.6 -.45,0 -.45,.55 0,.93 .45,.6 .4,.15 0,-.02 -.4,.3")],
    [(1, False, "-.5,-.9 .5,-.9 -.1,.95"), (0.3, False, "-.25,.05 .4,.05")],
    [
        (1, True, "0,-.05 -.4,-.4 -.28,-.85 .2,-.92 .42,-.55 0,-.05"),
        (1, True, "0,-.05 -.45,.4 -.3,.88 .2,.93 .48,.5 0,-.05"),
    ],
    [(1, True, ".42,-.4 .05,-.05 -.42,-.35 -.25,-.85 .2,-.93 .45,-.5 .4,.1 .3,.95")],
)


def load_glyphs(
    num_training: int | None = None,
    num_test: int | None = None,
    dtype: npt.DTypeLike = np.float32,
    seed: int = 231,
) -> ImageSet:
    """Load ``glyphs``; draw them first where that has not been done yet.

    Parameters
    ----------
    num_training, num_test : int, optional
        Number of images; 10,000 and 2,000 by default, and as many as you like.
    dtype : dtype-like
        float32, uint8 or float64. Ink is up to 255, paper is 0.
    seed : int
        Other seeds give other images of the same kinds.

    Returns
    -------
    images : ImageSet
        Images of shape (N, 28, 28), digits in equal shares and random order.

    Raises
    ------
    ValueError
        If a number is negative or the dtype is not one of the above.
    """
    dtype = check_format(dtype, "NHWC")
    counts = {"train": num_training, "test": num_test}
    parts = []
    for part, usual in (("train", NUM_TRAINING), ("test", NUM_TEST)):
        asked = counts[part]
        num = usual if asked is None else asked
        X = np.empty((max(num, 0), SIDE, SIDE), dtype)
        y = np.empty(len(X), np.intp)
        for rows, pixels, labels in CHUNKS.read(part, num, seed, draw_chunk):
            X[rows] = pixels.reshape(-1, SIDE, SIDE)
            y[rows] = labels
        parts += [X, y]
    X_train, y_train, X_test, y_test = parts
    return ImageSet(X_train, y_train, X_test, y_test, CLASSES, "glyphs")


def draw_chunk(part: str, chunk: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Draw 2000 digits.

    Parameters
    ----------
    part : {"train", "test"}
        Which images.
    chunk : int
        Which 2000 of them.
    seed : int
        As for :func:`load_glyphs`.

    Returns
    -------
    X : ndarray of shape (2000, 28, 28), uint8
        Images, the same on every platform.
    y : ndarray of shape (2000,), uint8
        Digits, 200 of each.
    """
    return CHUNKS.draw(part, chunk, seed, _draw_digit, (SIDE, SIDE))


def _draw_digit(digit, num, draws):
    """Draw ``num`` images of one digit: (num, 28, 28), uint8."""
    hand = _hand(num, draws)
    ink = np.full((num, SIDE, SIDE), np.inf, np.float32)
    for probability, smooth, text in STROKES[digit]:
        points = np.array([p.split(",") for p in text.split()], np.float64)
        points = points + draws.uniform(-0.15, 0.15, (num, *points.shape))
        x, y = _write(_smooth(points) if smooth else points, hand)
        absent = ~draws.chance(probability, num)
        _ink_stroke(ink, x + np.where(absent, 1e3, 0.0)[:, None], y)
    thickness = draws.uniform(0.7, 1.7, num).astype(np.float32)[:, None, None]
    softness = draws.uniform(1.0, 1.7, num).astype(np.float32)[:, None, None]
    dark = draws.uniform(200.0, 280.0, num).astype(np.float32)[:, None, None]
    coverage = np.clip((thickness - np.sqrt(ink)) / softness + np.float32(0.5), 0, 1)
    return np.minimum(coverage * dark + np.float32(0.5), 255).astype(np.uint8)


def _hand(num, draws):
    """Choose slant, turn, size and place: a matrix (N, 2, 2) and an offset (N, 2)."""
    slant = draws.uniform(-0.15, 0.55, num)
    turn = draws.integers(73, num) - 36  # 13 degrees either way
    size = draws.uniform(7.5, 10.0, num)
    wide = size * draws.uniform(0.75, 1.25, num)
    cos, sin = cosine(turn), sine(turn)
    # Sheared by the slant, then turned.
    matrix = [
        [cos * wide, -cos * slant * size - sin * size],
        [sin * wide, -sin * slant * size + cos * size],
    ]
    return matrix, SIDE / 2 + draws.uniform(-1.5, 1.5, (2, num))


def _write(points, hand):
    """Map points (N, K, 2) of the unit digit to pixels: x and y of shape (N, K)."""
    (a, b), (c, d) = ([entry[:, None] for entry in row] for row in hand[0])
    u, v = points[..., 0], points[..., 1]
    return a * u + b * v + hand[1][0][:, None], c * u + d * v + hand[1][1][:, None]


def _smooth(points):
    """Put a point between each two, twice, on a smooth curve through all of them."""
    for _ in range(2):
        first = 2 * points[:, :1] - points[:, 1:2]
        last = 2 * points[:, -1:] - points[:, -2:-1]
        p = np.concatenate([first, points, last], axis=1)
        middle = (9 * (p[:, 1:-2] + p[:, 2:-1]) - p[:, :-3] - p[:, 3:]) / 16
        finer = np.empty((len(points), 2 * points.shape[1] - 1, 2))
        finer[:, ::2], finer[:, 1::2] = points, middle
        points = finer
    return points


def _ink_stroke(ink, x, y):
    """Lower squared distances to those of a stroke's segments (in place)."""
    x, y = (a.astype(np.float32)[:, :, None, None] for a in (x, y))
    grid = np.arange(SIDE, dtype=np.float32) + np.float32(0.5)
    for k in range(x.shape[1] - 1):
        dx, dy = x[:, k + 1] - x[:, k], y[:, k + 1] - y[:, k]
        right, down = grid[None, :] - x[:, k], grid[:, None] - y[:, k]
        square = np.maximum(dx * dx + dy * dy, np.float32(1e-6))
        along = np.clip(right * (dx / square) + down * (dy / square), 0, 1)
        right = right - along * dx
        down = down - along * dy
        np.minimum(ink, right * right + down * down, out=ink)
