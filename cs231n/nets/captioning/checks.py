"""What networks that write captions are given: what is wrong with it, in words."""

import numbers

import numpy as np

from cs231n.data.captions import check_words


def check_features(features: np.ndarray, width: int, cells: int | None = None) -> None:
    """Refuse features that a network does not take.

    Parameters
    ----------
    features : ndarray
        Features of images.
    width : int
        Numbers D per image, or per cell.
    cells : int, optional
        Cells of an image, for a network with attention.

    Raises
    ------
    ValueError
        If the shape is not (N, D), or (N, D, h, w) with h * w cells.
    """
    axes, wanted = (2, f"(N, {width})") if cells is None else (4, f"(N, {width}, h, w)")
    if features.ndim != axes or features.shape[1] != width:
        raise ValueError(
            f"features have shape {features.shape}; this network expects {wanted}. "
            f"Pass input_dim to the network, or give it other features."
        )
    if cells is not None and np.prod(features.shape[2:]) != cells:
        raise ValueError(
            f"features have {np.prod(features.shape[2:])} cells; this network expects "
            f"{cells}. Pass cells to the network, or give it other features."
        )


def check_captions(
    captions: np.ndarray, num_images: int, num_words: int, null: int
) -> None:
    """Refuse captions that are empty, no rows of words, or hold what is no word.

    Parameters
    ----------
    captions : ndarray
        Word numbers.
    num_images : int
        Images that they belong to, one each.
    num_words : int
        Words of the vocabulary.
    null : int
        The word that fills up.

    Raises
    ------
    ValueError
        If they are not of shape (num_images, T + 1) with T at least 1, a number is not
        in the vocabulary, or nothing follows the first word of a caption.
    """
    if captions.ndim != 2 or captions.dtype.kind not in "iu":
        raise ValueError(
            f"captions are whole numbers (N, T + 1); got {captions.dtype} of shape "
            f"{captions.shape}."
        )
    if len(captions) != num_images:
        raise ValueError(
            f"There are {len(captions)} captions for {num_images} images; expected one "
            f"for each."
        )
    if captions.shape[1] < 2:
        raise ValueError(
            f"captions have {captions.shape[1]} words; expected <START> and at least "
            f"one word after it."
        )
    check_words(captions, num_words)
    empty = np.flatnonzero((captions[:, 1:] == null).all(axis=1))
    if len(empty):
        raise ValueError(
            f"Caption {empty[0]} is empty: nothing but <NULL> comes after its first "
            f"word."
        )


def check_writing(
    method: str, methods: tuple[str, ...], max_length: int, temperature: float
) -> None:
    """Refuse a way of writing that does not exist.

    Parameters
    ----------
    method : str
        How words are chosen.
    methods : tuple of str
        The ways that exist.
    max_length : int
        Words at most.
    temperature : float
        Of drawn words.

    Raises
    ------
    ValueError
        If the method is unknown, or a number is out of range.
    """
    if method not in methods:
        raise ValueError(f"method is one of {', '.join(methods)}; got {method!r}.")
    if not isinstance(max_length, numbers.Integral) or max_length < 1:
        raise ValueError(
            f"max_length, a whole number, is at least 1; got {max_length!r}."
        )
    if not isinstance(temperature, numbers.Real) or not temperature > 0:
        raise ValueError(f"temperature, a number, is above 0; got {temperature!r}.")
