"""Answers that work on tensors, handed arrays and asked for arrays.

Tests of notebooks with tensors never touch one: every function here takes an answer (a
function, a module, a module with its optimizer) and data, works with it where it is,
and returns data: arrays, numbers, and lists and dictionaries of them. The tensors are
those of the engine that the answer is written for, PyTorch or :mod:`cs231n.autograd`.
A network is not trained where the answer is: :mod:`cs231n.pytorch.copies` takes a copy.
Nothing else in the package imports this one.
"""

from cs231n.pytorch.adversarial import build, play_linear
from cs231n.pytorch.copies import train_net, untrained_scores
from cs231n.pytorch.denoising import denoise
from cs231n.pytorch.either import differentiate, evaluate
from cs231n.pytorch.labelling import fit_and_label
from cs231n.pytorch.tensors import (
    call,
    forward,
    gradients,
    leaves,
    method,
    parameters,
    set_parameters,
)
from cs231n.pytorch.training import (
    loss_gradients,
    score_linear,
    take_step,
    train_linear,
)

__all__ = [
    "build",
    "call",
    "denoise",
    "differentiate",
    "evaluate",
    "fit_and_label",
    "forward",
    "gradients",
    "leaves",
    "loss_gradients",
    "method",
    "parameters",
    "play_linear",
    "score_linear",
    "set_parameters",
    "take_step",
    "train_linear",
    "train_net",
    "untrained_scores",
]
