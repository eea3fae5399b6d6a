"""``scenes``: small pictures of a few objects, with captions that can be checked."""

import numpy as np

from cs231n.data.cache import cached, is_cached
from cs231n.data.captions import encode_caption
from cs231n.data.drawn import scene_features
from cs231n.data.drawn.random_draws import Draws
from cs231n.data.drawn.scene_pictures import CHUNK, MOST_OBJECTS, arrange, paint
from cs231n.data.drawn.scene_words import BACKGROUNDS, SIDE, vocabulary
from cs231n.data.drawn.sentences import describe

#: Raised whenever a pixel or a caption changes.
VERSION = 1
NUM_TRAIN, NUM_VAL = 3000, 600
#: Captions of a picture, and numbers in a caption's row (as in COCO).
CAPTIONS, LENGTH = 5, 17
CELLS = scene_features.CELLS
_LAYOUT = {  # of a cached record: dtype and shape
    "images": (np.uint8, (SIDE, SIDE, 3)),
    "masks": (np.uint8, (SIDE, SIDE)),
    "objects": (np.int16, (MOST_OBJECTS, 5)),
    "grounds": (np.int16, ()),
    "captions": (np.int16, (CAPTIONS, LENGTH)),
    "grid": (np.float16, (scene_features.CHANNELS, CELLS, CELLS)),
}


def load_scenes(
    num_train: int = NUM_TRAIN, num_val: int = NUM_VAL, seed: int = 231
) -> dict:
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
        (N, 48, 48, 3) uint8; ``train_grid`` (N, 64, 6, 6) float32, features of each
        cell of 8 x 8 pixels; ``train_masks`` (N, 48, 48) uint8, the object that covers
        each pixel, counted from 1, or 0; ``train_objects`` (N, 4, 5), their shape,
        colour, size, x and y, and ``train_grounds`` (N,), from which
        :func:`~cs231n.data.caption_accuracy` knows what is true.

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
        parts["features"] = scene_features.summarise(parts["grid"])
        parts["grid"] = parts["grid"].astype(np.float32)
        captions = parts.pop("captions").reshape(-1, LENGTH)
        data[f"{split}_captions"] = captions.astype(np.int32)
        data[f"{split}_image_idxs"] = np.repeat(
            np.arange(num, dtype=np.int32), CAPTIONS
        )
        data |= {f"{split}_{name}": value for name, value in parts.items()}
    return data


def _things(objects):
    return [tuple(row) for row in objects.tolist() if row[0] >= 0]


def _read(split, num, seed):
    """Read or make the records of a split: arrays of N rows by name."""
    chunks = range(-(-num // CHUNK))
    version = f"v{VERSION}.{scene_features.VERSION}"
    files = [f"scenes-{version}/seed{seed}-{split}-{k:04d}.bin" for k in chunks]
    if not all(map(is_cached, files)):
        from cs231n.runs.progress import progress_bar

        title = f"drawing scenes ({split})"
        chunks = progress_bar(chunks, desc=title, unit="chunk", ncols=None, leave=False)
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


def draw_pictures(split: str, chunk: int, seed: int) -> dict[str, np.ndarray]:
    """Draw 600 scenes without describing them.

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
        ``images``, ``masks``, ``objects``, ``grounds``, 600 rows each.

    Raises
    ------
    ValueError
        If there is no such split.
    """
    return _draw(split, chunk, seed)[0]


def draw_scenes(split: str, chunk: int, seed: int) -> dict[str, np.ndarray]:
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
        ``images``, ``masks``, ``objects``, ``grounds``, ``captions``, ``grid``, 600
        rows each. All but the grid are the same on every platform.

    Raises
    ------
    ValueError
        If there is no such split.
    """
    parts, draws = _draw(split, chunk, seed)
    captions = _describe_all(parts["objects"], parts["grounds"], draws)
    grid = scene_features.scene_grid(parts["images"])
    return parts | {"captions": captions, "grid": grid}


def _draw(split, chunk, seed):
    """Return pictures and what is on them, and the draws for what comes next."""
    if split not in ("train", "val"):
        raise ValueError(f"split is 'train' or 'val', got {split!r}.")
    draws = Draws(seed, 1000 + VERSION, ("train", "val").index(split), chunk)
    objects = arrange(split, draws)
    grounds = draws.integers(len(BACKGROUNDS), CHUNK)
    images, masks = paint(objects, grounds, draws)
    parts = {"images": images, "masks": masks, "objects": objects, "grounds": grounds}
    return parts, draws


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
