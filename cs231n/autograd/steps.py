"""Layers of ``cs231n.layers`` that PyTorch spells otherwise, each as one step.

Answers do without these; the package's own networks are faster with them. Weights act
as ``x @ W``, as in :mod:`cs231n.layers`.
"""

import numpy as np

from cs231n import layers
from cs231n.autograd.nn.fused import fused
from cs231n.autograd.tensor import wrap


def rnn(x, h0, Wx, Wh, b):
    """Run a recurrent layer over (N, T, D); return all states (N, T, H)."""
    return fused("rnn", layers.rnn_forward, layers.rnn_backward, (x, h0, Wx, Wh, b))


def lstm(x, h0, Wx, Wh, b):
    """Run a layer of LSTM cells over (N, T, D); return all states (N, T, H)."""
    return fused("lstm", layers.lstm_forward, layers.lstm_backward, (x, h0, Wx, Wh, b))


def gru(x, h0, Wx, Wh, b):
    """Run a layer of GRU cells over (N, T, D); return all states (N, T, H)."""
    return fused("gru", layers.gru_forward, layers.gru_backward, (x, h0, Wx, Wh, b))


def attention(query, key, value, attn_mask=None):
    """Mix values by how well keys match each query.

    Returns
    -------
    out : Tensor of shape (..., S, V)
        The mixture.
    weights : Tensor of shape (..., S, T)
        How much of each value is in it, without history: to look at.
    """
    mask = None if attn_mask is None else attn_mask._a
    seen = []

    def forward(q, k, v):
        out, cache = layers.scaled_dot_product_attention_forward(q, k, v, mask)
        seen.append(cache[3])
        return out, cache

    back = layers.scaled_dot_product_attention_backward
    return fused("attention", forward, back, (query, key, value)), wrap(seen[0])


def space_to_depth(x, factor=2):
    """Put blocks of pixels into channels, ``factor ** 2`` times as many."""
    return _as_one(x, lambda a: _blocks(a, factor), lambda g: _unblocks(g, factor))


def depth_to_space(x, factor=2):
    """Put channels into blocks of pixels, the inverse of :func:`space_to_depth`."""
    return _as_one(x, lambda a: _unblocks(a, factor), lambda g: _blocks(g, factor))


def _as_one(x, there, back):
    return fused("space", lambda a: (there(a), None), lambda g, _: back(g), (x,), ())


def _blocks(a, f):
    n, c, h, w = a.shape
    a = a.reshape(n, c, h // f, f, w // f, f).transpose(0, 1, 3, 5, 2, 4)
    return np.array(a, order="C").reshape(n, c * f * f, h // f, w // f)


def _unblocks(a, f):
    n, c, h, w = a.shape
    a = a.reshape(n, c // (f * f), f, f, h, w).transpose(0, 1, 4, 2, 5, 3)
    return np.array(a, order="C").reshape(n, c // (f * f), h * f, w * f)
