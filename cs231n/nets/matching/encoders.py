"""Encoders of pictures and of captions, on the tape or on PyTorch."""

from typing import Any

import numpy as np

from cs231n.autograd.nn.fused import fused
from cs231n.layers import gru_backward, gru_forward

#: Numbers of a word, and of the state that reads a caption.
WORD, STATE = 64, 96
#: Filters of the convolution that mixes neighbouring cells.
FILTERS = 96


def picture_encoder(nn: Any, dim: int = 64) -> Any:
    """Build a network from the features of a picture's cells to one vector.

    Parameters
    ----------
    nn : module
        ``autograd.nn`` or ``torch.nn``.
    dim : int, optional
        Numbers of the vector.

    Returns
    -------
    net : nn.Module
        From (N, 64, 6, 6) to (N, dim): one convolution, batch norm, ReLU, pooling, and
        a linear layer.
    """
    return nn.Sequential(*_head(nn, dim))


def pixel_encoder(nn: Any, dim: int = 64) -> Any:
    """Build a network from the pixels of a picture to one vector.

    Parameters
    ----------
    nn : module
        ``autograd.nn`` or ``torch.nn``.
    dim : int, optional
        Numbers of the vector.

    Returns
    -------
    net : nn.Module
        From (N, 3, 48, 48) to (N, dim): two convolutions, the first with a stride of
        4, and pooling give 6 x 6 cells of 64 numbers; from there on it is
        :func:`picture_encoder`.
    """
    layers = [
        nn.Conv2d(3, 32, 4, stride=4, bias=False),
        nn.BatchNorm2d(32),
        nn.ReLU(),
        nn.Conv2d(32, 64, 3, padding=1, bias=False),
        nn.BatchNorm2d(64),
        nn.ReLU(),
        nn.MaxPool2d(2),
    ]
    return nn.Sequential(*layers, *_head(nn, dim))


def _head(nn, dim):
    return [
        nn.Conv2d(64, FILTERS, 3, padding=1, bias=False),
        nn.BatchNorm2d(FILTERS),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Flatten(),
        nn.Linear(FILTERS * 9, dim),
    ]


def caption_encoder(torch: Any, words: int, dim: int = 64) -> Any:
    """Build a network from the word numbers of captions to one vector each.

    Parameters
    ----------
    torch : module
        :mod:`cs231n.autograd` or PyTorch.
    words : int
        Size of the vocabulary, in which 0 is no word.
    dim : int, optional
        Numbers of the vector.

    Returns
    -------
    net : nn.Module
        From whole numbers (N, T) to (N, dim): embeddings, a GRU, and a linear layer
        for the state after the last word.
    """
    nn: Any = torch.nn

    class CaptionEncoder(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.embed = nn.Embedding(words, WORD)
            nn.init.normal_(self.embed.weight, std=0.3)
            self.gru = _gru(torch)
            self.out = nn.Linear(STATE, dim)

        def forward(self, tokens: Any) -> Any:
            states = self.gru(self.embed(tokens))
            last = (tokens != 0).sum(dim=1) - 1
            return self.out(states[torch.arange(len(tokens)), last])

    return CaptionEncoder()


def _gru(torch):
    """Build a GRU over whole captions, from (N, T, WORD) to (N, T, STATE)."""
    nn, ours = torch.nn, torch.__name__ == "cs231n.autograd"

    class Gru(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            if not ours:
                self.layer = nn.GRU(WORD, STATE, batch_first=True)
                return
            self.inputs = nn.Parameter(torch.randn(WORD, 3 * STATE) / WORD**0.5)
            self.states = nn.Parameter(torch.randn(STATE, 3 * STATE) / STATE**0.5)
            self.bias = nn.Parameter(torch.zeros(3 * STATE))

        def forward(self, x: Any) -> Any:
            if not ours:
                return self.layer(x)[0]
            return fused("gru", _read, _back, (x, self.inputs, self.states, self.bias))

    return Gru()


def _read(x, inputs, states, bias):
    start = np.zeros((len(x), STATE), x.dtype)
    return gru_forward(x, start, inputs, states, bias)


def _back(grad, cache):
    dx, _, dinputs, dstates, dbias = gru_backward(np.ascontiguousarray(grad), cache)
    return dx, dinputs, dstates, dbias
