"""Captions as rows of word numbers, and the images they belong to."""

import numpy as np

#: The words that are not words, in this order in every vocabulary.
SPECIAL = ("<NULL>", "<START>", "<END>", "<UNK>")


def decode_captions(captions: np.ndarray, idx_to_word: list[str]) -> list[str] | str:
    """Write captions out in words.

    Parameters
    ----------
    captions : ndarray of int, shape (N, T) or (T,)
        Word numbers.
    idx_to_word : list of str
        Vocabulary.

    Returns
    -------
    decoded : list of str, or str
        Words joined by blanks, without ``<NULL>``, up to and with the first
        ``<END>``; one string for one caption.

    Raises
    ------
    ValueError
        If a number is no word of the vocabulary.
    """
    captions = np.asarray(captions)
    check_words(captions, len(idx_to_word))
    if captions.ndim == 1:
        return _decode(captions, idx_to_word)
    return [_decode(caption, idx_to_word) for caption in captions]


def check_words(captions: np.ndarray, num_words: int) -> None:
    """Refuse captions that hold what is no word.

    Parameters
    ----------
    captions : ndarray
        Word numbers, of any shape.
    num_words : int
        Words of the vocabulary.

    Raises
    ------
    ValueError
        If they are not whole numbers, or one is not in the vocabulary.
    """
    if captions.size and captions.dtype.kind not in "iu":
        raise ValueError(f"captions are whole numbers; got {captions.dtype}.")
    if captions.size and not 0 <= captions.min() <= captions.max() < num_words:
        raise ValueError(
            f"captions hold numbers from {captions.min()} to {captions.max()}; the "
            f"vocabulary has the words 0 to {num_words - 1}."
        )


def _decode(caption, idx_to_word):
    words = []
    for index in caption.tolist():
        word = idx_to_word[index]
        if word != "<NULL>":
            words.append(word)
        if word == "<END>":
            break
    return " ".join(words)


def encode_caption(
    words: list[str], word_to_idx: dict[str, int], length: int
) -> np.ndarray:
    """Turn words into numbers between ``<START>`` and ``<END>``.

    Parameters
    ----------
    words : list of str
        The caption. Words outside the vocabulary become ``<UNK>``.
    word_to_idx : dict of str to int
        Vocabulary.
    length : int
        Numbers in a row, the two marks included; the rest is ``<NULL>``.

    Returns
    -------
    caption : ndarray of shape (length,), int32
        The numbers.

    Raises
    ------
    ValueError
        If the caption does not fit, or a word is unknown and there is no ``<UNK>``.
    """
    if len(words) + 2 > length:
        raise ValueError(f"{len(words)} words and two marks do not fit in {length}.")
    missing = [word for word in words if word not in word_to_idx]
    if missing and "<UNK>" not in word_to_idx:
        raise ValueError(
            f"{missing[0]!r} is not in the vocabulary, which has no <UNK> for it."
        )
    numbers = [word_to_idx[w if w in word_to_idx else "<UNK>"] for w in words]
    row = np.full(length, word_to_idx["<NULL>"], np.int32)
    row[: len(words) + 2] = [word_to_idx["<START>"], *numbers, word_to_idx["<END>"]]
    return row


def sample_coco_minibatch(
    data: dict,
    batch_size: int = 100,
    split: str = "train",
    rng: np.random.Generator | None = None,
) -> tuple[np.ndarray, np.ndarray, np.ndarray | None]:
    """Draw captions with the features of their images.

    Parameters
    ----------
    data : dict
        As from ``load_coco_data`` or ``load_scenes``.
    batch_size : int
        Captions N.
    split : {"train", "val"}
        From which part.
    rng : numpy.random.Generator, optional
        Source of chance; a fresh one by default.

    Returns
    -------
    captions : ndarray of shape (N, T), int32
        Word numbers, drawn with replacement.
    features : ndarray of shape (N, D), float32
        Of the captions' images.
    urls : ndarray of shape (N,), or None
        Addresses of the images, where the data has them.

    Raises
    ------
    ValueError
        If there is no such split.
    """
    if split not in ("train", "val"):
        raise ValueError(f"split is 'train' or 'val', got {split!r}.")
    rng = np.random.default_rng() if rng is None else rng
    rows = rng.integers(len(data[f"{split}_captions"]), size=batch_size)
    images = data[f"{split}_image_idxs"][rows]
    urls = data.get(f"{split}_urls")
    return (
        data[f"{split}_captions"][rows],
        data[f"{split}_features"][images],
        None if urls is None else urls[images],
    )
