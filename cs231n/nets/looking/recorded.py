"""A layer as one recorded step, on the tape of the package or on PyTorch's."""

from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np

from cs231n.autograd.nn.fused import fused
from cs231n.autograd.tensor import Tensor


def values(x: Any) -> np.ndarray:
    """Return the numbers of a tensor, without its history.

    Parameters
    ----------
    x : Tensor
        Of either engine, on any device.

    Returns
    -------
    a : ndarray
        They may share memory.
    """
    return x.detach().cpu().numpy()


def recorded(name: str, forward: Callable, backward: Callable, x: Any) -> Any:
    """Compute a layer of a tensor, and remember the way back.

    Parameters
    ----------
    name : str
        Name of the layer, for messages.
    forward : callable
        Takes an array; returns ``(out, cache)``.
    backward : callable
        Takes ``(dout, cache)``; returns the gradient of the array.
    x : Tensor
        What the layer reads.

    Returns
    -------
    out : Tensor
        Of the same engine, on the same device.
    """
    if isinstance(x, Tensor):
        return fused(name, forward, backward, (x,), ())
    return _step().apply(x, forward, backward)


@cache
def _step() -> Any:
    """Return PyTorch's form of a step: an ``autograd.Function``."""
    import torch
    from torch.autograd.function import once_differentiable

    class Step(torch.autograd.Function):
        @staticmethod
        def forward(ctx: Any, x: Any, forward: Callable, backward: Callable) -> Any:
            out, ctx.cache = forward(values(x))
            ctx.way_back = backward
            return torch.from_numpy(out).to(x.device)

        @staticmethod
        @once_differentiable
        def backward(ctx: Any, grad: Any) -> tuple:
            dx = ctx.way_back(np.ascontiguousarray(values(grad)), ctx.cache)
            return torch.from_numpy(dx).to(grad.device), None, None

    return Step
