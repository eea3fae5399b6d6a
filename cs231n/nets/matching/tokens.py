"""Sentences about scenes as numbers, in the words that CLIP's users know."""

import numpy as np

from cs231n.data.captions import encode_caption
from cs231n.data.drawn.scene_words import vocabulary
from cs231n.data.drawn.scenes import LENGTH

_WORDS = {word: i for i, word in enumerate(vocabulary())}


def tokenize(texts: str | list[str]) -> np.ndarray:
    """Turn sentences about scenes into rows of word numbers.

    Parameters
    ----------
    texts : str or list of str
        One sentence or several. Words that no scene has become ``<UNK>``.

    Returns
    -------
    tokens : ndarray of int64, shape (N, 17)
        ``<START>``, the words, ``<END>``, and 0 for the rest.

    Raises
    ------
    TypeError
        If something is no text.
    ValueError
        If there is no text, or one has more than 15 words.
    """
    texts = [texts] if isinstance(texts, str) else list(texts)
    if not texts:
        raise ValueError("tokenize needs at least one text.")
    for text in texts:
        if not isinstance(text, str):
            raise TypeError(f"tokenize takes texts; got {type(text).__name__}.")
    split = [text.lower().replace(".", " ").replace(",", " ").split() for text in texts]
    for text, words in zip(texts, split, strict=True):
        if len(words) + 2 > LENGTH:
            raise ValueError(f"A text has at most {LENGTH - 2} words: {text!r}.")
    return np.stack([encode_caption(words, _WORDS, LENGTH) for words in split]).astype(
        np.int64
    )


def article(noun: str) -> str:
    """Put "a" or "an" before a noun.

    Parameters
    ----------
    noun : str
        For example ``"orange star"``.

    Returns
    -------
    phrase : str
        For example ``"an orange star"``.
    """
    return f"{'an' if noun[0] in 'aeiou' else 'a'} {noun}"
