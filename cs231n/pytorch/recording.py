"""A network that an answer builds, as data: its operations, its numbers, its optimizer.

What is recorded crosses to whoever trains the network, who needs nothing else of the
answer. PyTorch only: the tape has no place to listen at.
"""

import contextlib
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from cs231n.engine import engine_of
from cs231n.pytorch.tensors import expect_module
from cs231n.testing import beside_answers, expect
from cs231n.testing.words import result


@beside_answers
def record(
    build: Callable, calls: list[tuple[tuple[int, ...], bool]], seed: int
) -> dict:
    """Build a network and record what it does with batches of some shapes.

    Parameters
    ----------
    build : callable
        The answer: ``build()`` returns a module and its optimizer.
    calls : list of (tuple of int, bool)
        Shape of a batch, and whether the network is in training mode.
    seed : int
        Of the first weights.

    Returns
    -------
    found : dict
        ``values``, arrays by number; ``parameters`` and ``fixed``, numbers of those;
        ``optimizer``, its class and its groups; ``graphs``, one for each call: the
        steps, the number of the batch and that of the result.

    Raises
    ------
    WrongAnswer
        If the answer is not a pair of a module and an optimizer.
    """
    import torch

    expect(engine_of(build) is torch, "This test needs a network made with PyTorch.")
    with torch.random.fork_rng(devices=[]), _no_shortcuts(torch):
        torch.manual_seed(seed)
        model, optimizer = pair(build())
        model.cpu()  # the record is data for any machine
        tensors = _Tensors()
        parameters = {tensors.enter(p): p.requires_grad for p in model.parameters()}
        for buffer in model.buffers():
            tensors.enter(buffer)
        groups = [_group(group, tensors) for group in optimizer.param_groups]
        before = tensors.values()
        graphs = [_graph(torch, model, tensors, *call) for call in calls]
    return {
        "values": tensors.values() | before,
        "parameters": [[n, bool(wanted)] for n, wanted in parameters.items()],
        "optimizer": [type(optimizer).__name__, groups],
        "graphs": graphs,
    }


def pair(built: Any) -> tuple[Any, Any]:
    """Fail unless an answer has built a module and an optimizer.

    Parameters
    ----------
    built : object
        What it returned.

    Returns
    -------
    model : nn.Module
        The first of the two.
    optimizer : optim.Optimizer
        The second.

    Raises
    ------
    WrongAnswer
        If it returned something else.
    """
    expect(
        isinstance(built, tuple) and len(built) == 2,
        f"Return the pair (model, optimizer); got {result(built)}.",
    )
    expect_module(built[0])
    expect_optimizer(built[1])
    return built


def expect_optimizer(optimizer: Any) -> None:
    """Fail unless an answer is an optimizer.

    Parameters
    ----------
    optimizer : object
        The answer.

    Raises
    ------
    WrongAnswer
        If it is none.
    """
    expect(
        isinstance(optimizer, engine_of(optimizer).optim.Optimizer),
        f"The optimizer should be one of torch.optim; got {result(optimizer)}.",
    )


class _Tensors:
    """Tensors by number; those that steps have made are not values."""

    def __init__(self) -> None:
        self._numbers: dict[int, int] = {}
        self._kept: list = []  # so that no other tensor gets the id of one of them
        self._given: list[int] = []

    def enter(self, tensor: Any, *, given: bool = True) -> int:
        """Return the number of a tensor, a new one for one never seen."""
        number = self._numbers.get(id(tensor))
        if number is None:
            number = self._numbers[id(tensor)] = len(self._kept)
            self._kept.append(tensor)
            if given:
                self._given.append(number)
        return number

    def values(self) -> dict[int, np.ndarray]:
        """Copy what no step has made."""
        kept = ((n, self._kept[n]) for n in self._given)
        return {n: tensor.detach().numpy().copy() for n, tensor in kept}


def _graph(torch, model, tensors, shape, training):
    """Record the forward pass of one batch."""
    from torch.utils._python_dispatch import TorchDispatchMode

    steps = []

    class Recorder(TorchDispatchMode):
        def __torch_dispatch__(self, function, types, args=(), kwargs=None):
            asked = [_node(args, tensors), _node(kwargs or {}, tensors)]
            out = function(*args, **(kwargs or {}))
            made = out if isinstance(out, tuple | list) else [out]
            numbers = [
                tensors.enter(one, given=False) if torch.is_tensor(one) else None
                for one in made
            ]
            steps.append([str(function), *asked, numbers])
            return out

    model.train(training)
    x = torch.randn(shape)
    batch = tensors.enter(x, given=False)
    with torch.no_grad(), Recorder():
        scores = model(x)
    expect(torch.is_tensor(scores), f"A model returns scores; got {result(scores)}.")
    return {"steps": steps, "batch": batch, "result": tensors.enter(scores)}


def _node(value, tensors):
    """Write the arguments of a step as data; a pair (kind, ...) is no data itself."""
    if type(value).__name__ in ("Tensor", "Parameter"):
        return ["tensor", tensors.enter(value)]
    if isinstance(value, list | tuple):
        return ["list", *(_node(item, tensors) for item in value)]
    if isinstance(value, dict):
        return {str(key): _node(item, tensors) for key, item in value.items()}
    if value is None or isinstance(value, bool | int | float | str):
        return value
    return ["torch", str(value)]  # a dtype, a layout, a device


def _group(group, tensors):
    """Write a group of an optimizer's parameters as data."""
    options = {
        name: value
        for name, value in group.items()
        if value is None or isinstance(value, bool | int | float | tuple)
    }
    return options, [tensors.enter(parameter) for parameter in group["params"]]


@contextlib.contextmanager
def _no_shortcuts(torch: Any) -> Iterator[None]:
    """Let attention run step by step in test mode too, as it does in training."""
    mha = torch.backends.mha
    before = mha.get_fastpath_enabled()
    mha.set_fastpath_enabled(False)
    try:
        yield
    finally:
        mha.set_fastpath_enabled(before)
