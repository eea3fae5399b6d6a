"""Answers that work on tensors, handed arrays and asked for arrays.

Tests of the PyTorch notebook never touch a tensor: every function here takes an answer
(a function, a module, a module with its optimizer) and data, works with it where it
is, and returns data: arrays, numbers, and lists and dictionaries of them. Nothing else
in the package imports this one, so PyTorch stays an extra.
"""

from cs231n.pytorch.tensors import (
    call,
    forward,
    gradients,
    leaves,
    parameters,
    set_parameters,
)
from cs231n.pytorch.training import (
    loss_gradients,
    score_linear,
    take_step,
    train_linear,
    train_net,
)

__all__ = [
    "call",
    "forward",
    "gradients",
    "leaves",
    "loss_gradients",
    "parameters",
    "score_linear",
    "set_parameters",
    "take_step",
    "train_linear",
    "train_net",
]
