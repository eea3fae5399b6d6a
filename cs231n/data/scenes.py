"""``scenes``: small pictures of a few objects, with captions that can be checked."""

import sys

import numpy as np

from cs231n.data import scene_features
from cs231n.data.backdrops import paint_texture, planes
from cs231n.data.cache import cached, is_cached
from cs231n.data.canvas import Canvas, column
from cs231n.data.captions import decode_captions, encode_caption
from cs231n.data.draws import Draws
from cs231n.data.sentences import (
    BACKGROUNDS,
    COLOURS,
    SHAPES,
    SIDE,
    SIZES,
    describe,
    is_true,
    vocabulary,
)

#: Raised whenever a pixel or a caption changes.
VERSION = 1
CHUNK = 600
NUM_TRAIN, NUM_VAL = 3000, 600
MOST_OBJECTS = 4
#: Captions of a picture, and numbers in a caption's row (as in COCO).
CAPTIONS, LENGTH = 5, 17
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
_LAYOUT = {  # of a cached record: dtype and shape
    "images": (np.uint8, (SIDE, SIDE, 3)),
    "objects": (np.int16, (MOST_OBJECTS, 5)),
    "grounds": (np.int16, ()),
    "captions": (np.int16, (CAPTIONS, LENGTH)),
    "features": (np.float32, (scene_features.NUM_FEATURES,)),
}


def load_scenes(num_train=NUM_TRAIN, num_val=NUM_VAL, seed=231):
    """Load ``scenes``; draw and describe them first where that is not done yet.

    Parameters
    ----------
    num_train, num_val : int
        Pictures of each split; as many as you like. Half of those for validation show
        a colour on a shape that never met in training.
    seed : int
        Other seeds give other pictures of the same kind.

    Returns
    -------
    data : dict
        COCO's layout: for train and val ``train_captions`` (5 N, 17) int32,
        ``train_image_idxs`` (5 N,), ``train_features`` (N, 512) float32;
        ``idx_to_word`` and ``word_to_idx``. And what COCO has not: ``train_images``
        (N, 48, 48, 3) uint8, ``train_objects`` (N, 4, 5) and ``train_grounds`` (N,),
        from which :func:`caption_accuracy` knows what is true.

    Raises
    ------
    ValueError
        If a number is not at least 1.
    """
    words = vocabulary()
    data = {
        "idx_to_word": words,
        "word_to_idx": {word: i for i, word in enumerate(words)},
    }
    for split, num in (("train", num_train), ("val", num_val)):
        if num < 1:
            raise ValueError(f"num_{split} is at least 1, got {num}.")
        parts = _read(split, num, seed)
        captions = parts.pop("captions").reshape(-1, LENGTH)
        data[f"{split}_captions"] = captions.astype(np.int32)
        data[f"{split}_image_idxs"] = np.repeat(
            np.arange(num, dtype=np.int32), CAPTIONS
        )
        data |= {f"{split}_{name}": value for name, value in parts.items()}
    return data


def caption_accuracy(captions, image_idxs, data, split="val"):
    """Measure how many captions are true of their pictures.

    Parameters
    ----------
    captions : ndarray of shape (N, T) or list of str
        Word numbers, or sentences. Special words do not count.
    image_idxs : ndarray of shape (N,)
        The picture of each.
    data : dict
        As from :func:`load_scenes`.
    split : {"train", "val"}
        In which the pictures are.

    Returns
    -------
    accuracy : float
        Share of the captions that are whole sentences and true, 0..1.
    """
    if not isinstance(captions, list):
        captions = decode_captions(captions, data["idx_to_word"])
    objects, grounds = data[f"{split}_objects"], data[f"{split}_grounds"]
    true = [
        is_true(_plain(text), _things(objects[i]), int(grounds[i]))
        for text, i in zip(captions, image_idxs, strict=True)
    ]
    return float(np.mean(true))


def _plain(text):
    """Drop the special words, and all after the end."""
    words = text.split()
    if "<END>" in words:
        words = words[: words.index("<END>")]
    return [word for word in words if word not in ("<START>", "<NULL>")]


def _things(objects):
    return [tuple(row) for row in objects.tolist() if row[0] >= 0]


def _read(split, num, seed):
    """Read or make the records of a split: arrays of N rows by name."""
    chunks = range(-(-num // CHUNK))
    version = f"v{VERSION}.{scene_features.VERSION}"
    files = [f"scenes-{version}/seed{seed}-{split}-{k:04d}.bin" for k in chunks]
    if not all(map(is_cached, files)):
        from tqdm import tqdm

        title = f"drawing scenes ({split})"
        chunks = tqdm(
            chunks, desc=title, unit="chunk", file=sys.stdout, leave=False, delay=1
        )
    size = CHUNK * sum(
        np.dtype(dtype).itemsize * int(np.prod(shape))
        for dtype, shape in _LAYOUT.values()
    )
    found = [
        _split_record(
            cached(files[k], size, lambda k=k: _join(draw_scenes(split, k, seed)))
        )
        for k in chunks
    ]
    return {name: np.concatenate([f[name] for f in found])[:num] for name in _LAYOUT}


def _join(parts):
    return b"".join(
        np.ascontiguousarray(parts[name])
        .astype(np.dtype(dtype).newbyteorder("<"))
        .tobytes()
        for name, (dtype, _) in _LAYOUT.items()
    )


def _split_record(content):
    parts, start = {}, 0
    for name, (dtype, shape) in _LAYOUT.items():
        count = CHUNK * int(np.prod(shape))
        order = np.dtype(dtype).newbyteorder("<")
        values = np.frombuffer(content, order, count, start).astype(dtype)
        parts[name] = values.reshape(CHUNK, *shape)
        start += values.nbytes
    return parts


def draw_scenes(split, chunk, seed):
    """Draw and describe 600 scenes.

    Parameters
    ----------
    split : {"train", "val"}
        Which scenes.
    chunk : int
        Which 600 of them.
    seed : int
        As for :func:`load_scenes`.

    Returns
    -------
    parts : dict of str to ndarray
        ``images``, ``objects``, ``grounds``, ``captions``, ``features``, 600 rows each.
        All but the features are the same on every platform.

    Raises
    ------
    ValueError
        If there is no such split.
    """
    if split not in ("train", "val"):
        raise ValueError(f"split is 'train' or 'val', got {split!r}.")
    draws = Draws(seed, 1000 + VERSION, ("train", "val").index(split), chunk)
    objects = _arrange(split, draws)
    grounds = draws.integers(len(BACKGROUNDS), CHUNK)
    images = _paint(objects, grounds, draws)
    return {
        "images": images,
        "objects": objects,
        "grounds": grounds,
        "captions": _describe_all(objects, grounds, draws),
        "features": scene_features.scene_features(images),
    }


def _arrange(split, draws):
    """Choose objects that do not touch: (600, 4, 5), -1 where there is none."""
    shape = draws.integers(len(SHAPES), (CHUNK, MOST_OBJECTS))
    colour = _colours(split, shape, draws)
    size = draws.integers(len(SIZES), (CHUNK, MOST_OBJECTS))
    number = 1 + draws.integers(MOST_OBJECTS, CHUNK)
    tries = draws.integers(SIDE, (CHUNK, MOST_OBJECTS, 40, 2))
    objects = np.full((CHUNK, MOST_OBJECTS, 5), -1, np.int16)
    for n in range(CHUNK):
        done = []
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


#: Half sizes of small and large objects, in pixels.
RADIUS = (4.5, 8.0)


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


def _paint(objects, grounds, draws):
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
                part.paint(frame.cover(_FIGURES[shape](frame)), planes(paint))
                canvas.pixels[:, rows] = part.pixels
    noise = column(draws.uniform(1.0, 5.0, CHUNK)) * draws.grain(canvas.pixels.shape)
    pixels = np.clip(canvas.pixels + noise + np.float32(0.5), 0, 255).astype(np.uint8)
    return np.ascontiguousarray(pixels.transpose(1, 2, 3, 0))


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


def _describe_all(objects, grounds, draws):
    """Write five captions of each scene: (600, 5, 17)."""
    index = {word: i for i, word in enumerate(vocabulary())}
    numbers = iter(draws.integers(1 << 30, CHUNK * CAPTIONS * 30).tolist())

    def pick(choices):
        return choices[next(numbers) % len(choices)]

    captions = np.empty((CHUNK, CAPTIONS, LENGTH), np.int16)
    for n in range(CHUNK):
        things = _things(objects[n])
        for k in range(CAPTIONS):
            words = describe(things, int(grounds[n]), pick)
            captions[n, k] = encode_caption(words, index, LENGTH)
    return captions
