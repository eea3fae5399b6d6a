"""The initial weights of networks that write captions."""

import numpy as np

#: Columns of a cell's weights, in multiples of the hidden size.
GATES = {"rnn": 1, "lstm": 4, "gru": 3}


def draw_weights(
    rng: np.random.Generator, sizes: tuple[int, int, int, int], cell_type: str
) -> dict[str, np.ndarray]:
    """Draw the weights of embedding, projection, cell and scores.

    Parameters
    ----------
    rng : numpy.random.Generator
        Source of chance.
    sizes : tuple of int
        Words V, features D, numbers per word W and hidden size H.
    cell_type : {"rnn", "lstm", "gru"}
        The recurrent cell.

    Returns
    -------
    params : dict of str to ndarray
        Standard deviation one over the root of the numbers that come in; biases are 0,
        but for the forget gates of an LSTM, which are 1.

    References
    ----------
    Jozefowicz et al. (2015), "An Empirical Exploration of Recurrent Network
    Architectures", section 3.3, on the bias of the forget gate.
    """
    v, d, w, h = sizes
    gates = GATES[cell_type] * h
    params = {
        "W_embed": rng.standard_normal((v, w)) * 0.3,
        "W_proj": rng.standard_normal((d, h)) / np.sqrt(d),
        "b_proj": np.zeros(h),
        "Wx": rng.standard_normal((w, gates)) / np.sqrt(w),
        "Wh": rng.standard_normal((h, gates)) / np.sqrt(h),
        "b": np.zeros(gates),
        "W_vocab": rng.standard_normal((h, v)) / np.sqrt(h),
        "b_vocab": np.zeros(v),
    }
    if cell_type == "lstm":
        params["b"][h : 2 * h] = 1
    return params


def draw_attention(
    rng: np.random.Generator, cells: int, h: int
) -> dict[str, np.ndarray]:
    """Draw the weights of attention.

    Parameters
    ----------
    rng : numpy.random.Generator
        Source of chance.
    cells : int
        Cells of an image.
    h : int
        Hidden size.

    Returns
    -------
    params : dict of str to ndarray
        ``W_cells``, ``W_query``, ``b_query``, ``W_context`` and ``b_context``.
    """
    return {
        "W_cells": rng.standard_normal((cells, h)),
        "W_query": rng.standard_normal((h, h)) / np.sqrt(h),
        "b_query": np.zeros(h),
        "W_context": rng.standard_normal((h, h)) / np.sqrt(h),
        "b_context": np.zeros(h),
    }
