"""``scenes``: small pictures of a few objects, with captions that can be checked."""

import sys

import numpy as np

from cs231n.data.cache import cached, is_cached
from cs231n.data.captions import decode_captions, encode_caption
from cs231n.data.drawn import scene_features
from cs231n.data.drawn.random_draws import Draws
from cs231n.data.drawn.scene_pictures import CHUNK, MOST_OBJECTS, arrange, paint
from cs231n.data.drawn.scene_truth import is_true
from cs231n.data.drawn.scene_words import BACKGROUNDS, SIDE, vocabulary
from cs231n.data.drawn.sentences import describe

#: Raised whenever a pixel or a caption changes.
VERSION = 1
NUM_TRAIN, NUM_VAL = 3000, 600
#: Captions of a picture, and numbers in a caption's row (as in COCO).
CAPTIONS, LENGTH = 5, 17
_LAYOUT = {  # of a cached record: dtype and shape
    "images": (np.uint8, (SIDE, SIDE, 3)),
    "objects": (np.int16, (MOST_OBJECTS, 5)),
    "grounds": (np.int16, ()),
    "captions": (np.int16, (CAPTIONS, LENGTH)),
    "features": (np.float32, (scene_features.NUM_FEATURES,)),
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


def caption_accuracy(
    captions: np.ndarray | list[str],
    image_idxs: np.ndarray,
    data: dict,
    split: str = "val",
) -> float:
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
    texts = (
        captions
        if isinstance(captions, list)
        else decode_captions(captions, data["idx_to_word"])
    )
    objects, grounds = data[f"{split}_objects"], data[f"{split}_grounds"]
    true = [
        is_true(_plain(text), _things(objects[i]), int(grounds[i]))
        for text, i in zip(texts, image_idxs, strict=True)
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
    objects = arrange(split, draws)
    grounds = draws.integers(len(BACKGROUNDS), CHUNK)
    images = paint(objects, grounds, draws)
    return {
        "images": images,
        "objects": objects,
        "grounds": grounds,
        "captions": _describe_all(objects, grounds, draws),
        "features": scene_features.scene_features(images),
    }


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
