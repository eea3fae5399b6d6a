"""How good captions of scenes are: true, of this scene rather than others, and rich."""

from typing import NamedTuple

import numpy as np

from cs231n.data.captions import decode_captions
from cs231n.data.drawn.scene_truth import holds, parse

#: Other pictures of which each caption is tried.
OTHERS = 50


class CaptionAccuracy(NamedTuple):
    """What :func:`caption_accuracy` measures, each 0 to 1.

    Attributes
    ----------
    truth : float
        Share of the captions that are well formed and true of their pictures.
    specificity : float
        ``truth`` minus the share that is true of other pictures: 0 for captions that
        would do for any picture.
    attributes : float
        Share of shape, colour and size that true captions name of the objects that they
        mention; 0 where none is true.
    """

    truth: float
    specificity: float
    attributes: float

    def __str__(self) -> str:
        """Say it on one line."""
        return (
            f"true {self.truth:.1%}, specificity {self.specificity:.3f}, "
            f"attributes named {self.attributes:.1%}"
        )


def caption_accuracy(
    captions: np.ndarray | list[str],
    image_idxs: np.ndarray,
    data: dict,
    split: str = "val",
) -> CaptionAccuracy:
    """Measure how good captions are by what they say.

    Parameters
    ----------
    captions : ndarray of shape (N, T) or list of str
        Word numbers, or sentences. Special words do not count.
    image_idxs : ndarray of shape (N,)
        The picture of each.
    data : dict
        As from :func:`~cs231n.data.load_scenes`.
    split : {"train", "val"}
        In which the pictures are.

    Returns
    -------
    accuracy : CaptionAccuracy
        Truth, specificity and attributes. One of them alone says little: "an object" is
        always true.

    Raises
    ------
    ValueError
        If there are not as many captions as pictures, or none, or a picture or word
        does not exist.
    """
    num = len(data[f"{split}_objects"])
    _check(captions, image_idxs, num)
    found = [parse(_plain(text)) for text in _sentences(captions, data)]
    true = [_true_of(s, i, data, split) for s, i in zip(found, image_idxs, strict=True)]
    others = [
        np.mean([_true_of(s, j, data, split) for j in _others(int(i), num)] or [False])
        for s, i in zip(found, image_idxs, strict=True)
    ]
    truth = float(np.mean(true))
    return CaptionAccuracy(
        truth,
        truth - float(np.mean(others)),
        _attributes([s for s, is_true in zip(found, true, strict=True) if is_true]),
    )


def true_captions(
    captions: np.ndarray | list[str],
    image_idxs: np.ndarray,
    data: dict,
    split: str = "val",
) -> np.ndarray:
    """Say which captions are true of their pictures.

    Parameters
    ----------
    captions : ndarray of shape (N, T) or list of str
        Word numbers, or sentences. Special words do not count.
    image_idxs : ndarray of shape (N,)
        The picture of each.
    data : dict
        As from :func:`~cs231n.data.load_scenes`.
    split : {"train", "val"}
        In which the pictures are.

    Returns
    -------
    true : ndarray of bool, shape (N,)
        Whether each is well formed and true.

    Raises
    ------
    ValueError
        As :func:`caption_accuracy`.
    """
    _check(captions, image_idxs, len(data[f"{split}_objects"]))
    found = [parse(_plain(text)) for text in _sentences(captions, data)]
    return np.array(
        [_true_of(s, i, data, split) for s, i in zip(found, image_idxs, strict=True)]
    )


def _check(captions, image_idxs, num):
    if len(captions) != len(image_idxs) or not len(captions):
        raise ValueError(
            f"Each caption needs its picture: got {len(captions)} captions and "
            f"{len(image_idxs)} pictures."
        )
    first, last = np.min(image_idxs), np.max(image_idxs)
    if not 0 <= first <= last < num:
        raise ValueError(
            f"image_idxs go from {first} to {last}; there are the pictures 0 to "
            f"{num - 1}."
        )


def _sentences(captions, data):
    if isinstance(captions, list):
        return captions
    return decode_captions(captions, data["idx_to_word"])


def _plain(text):
    """Drop the special words, and all after the end."""
    words = text.split()
    if "<END>" in words:
        words = words[: words.index("<END>")]
    return [word for word in words if word not in ("<START>", "<NULL>")]


def _true_of(statement, i, data, split):
    rows = data[f"{split}_objects"][i].tolist()
    scene = [tuple(row) for row in rows if row[0] >= 0]
    return holds(statement, scene, int(data[f"{split}_grounds"][i]))


def _others(i, num):
    """Return up to ``OTHERS`` pictures of a split, evenly spread, without picture i."""
    few = min(OTHERS, num - 1)
    return [(i + 1 + k * (num - 1) // few) % num for k in range(few)]


def _attributes(statements):
    """Share of shape, colour and size that the phrases of sentences name."""
    named = [
        value is not None
        for statement in statements
        for phrase in statement.phrases
        for value in (phrase.shape, phrase.colour, phrase.size)
    ]
    return float(np.mean(named)) if named else 0.0
