"""Weights that follow others slowly, by PyTorch's names."""

import copy

import numpy as np

from cs231n.autograd.graph import no_grad
from cs231n.autograd.nn.module import Module
from cs231n.autograd.tensor import wrap


def get_ema_multi_avg_fn(decay=0.999):
    """Return a rule: keep ``decay`` of the average, take the rest from the weights."""
    if not 0 <= decay <= 1:
        raise ValueError(f"Invalid decay value {decay} provided. Use one from 0 to 1.")

    def follow(averages, weights, count):
        for average, weight in zip(averages, weights, strict=True):
            average._a += (weight._a - average._a) * average._a.dtype.type(1 - decay)

    return follow


def _even_mean(averages, weights, count):
    for average, weight in zip(averages, weights, strict=True):
        average._a += (weight._a - average._a) / (int(count) + 1)


class AveragedModel(Module):
    """A copy of a module whose weights are an average over training.

    Its first update copies the weights; later ones follow ``multi_avg_fn``, or the even
    mean.
    """

    def __init__(self, model, device=None, avg_fn=None, multi_avg_fn=None):
        super().__init__()
        self.module = copy.deepcopy(model)
        self.register_buffer("n_averaged", wrap(np.zeros((), np.int64)))
        self._follow = multi_avg_fn or _even_mean

    def forward(self, *args, **kwargs):
        """Run the averaged module."""
        return self.module(*args, **kwargs)

    @no_grad()
    def update_parameters(self, model):
        """Move towards the weights of a module."""
        own, other = list(self.module.parameters()), list(model.parameters())
        if self.n_averaged == 0:
            for average, weight in zip(own, other, strict=True):
                np.copyto(average._a, weight._a)
        else:
            self._follow(own, other, self.n_averaged)
        for average in own:
            average._version[0] += 1
        # Running statistics are not averaged: the copy has those of the model.
        for copied, buffer in zip(self.module.buffers(), model.buffers(), strict=True):
            copied.copy_(buffer)
        self.n_averaged += 1
