"""Two players that learn from each other: an answer builds them, or moves them."""

import functools
import inspect
from collections.abc import Callable
from typing import Any

import numpy as np

from cs231n.engine import engine_of
from cs231n.pytorch.tensors import (
    arrays,
    expect_module,
    parameters,
    set_parameters,
    tensors,
)
from cs231n.testing import beside_answers


@beside_answers
def build(answer: Callable, **options: Any) -> Any:
    """Let an answer build a module, with those of the options that it takes.

    Editions of the course differ in what their functions take.

    Parameters
    ----------
    answer : callable
        Returns a module.
    **options : object
        By name.

    Returns
    -------
    model : nn.Module
        The module.

    Raises
    ------
    WrongAnswer
        If the answer returns none.
    """
    taken = inspect.signature(answer).parameters
    model = answer(**{name: value for name, value in options.items() if name in taken})
    expect_module(model)
    return model


@beside_answers
def play_linear(
    step: Callable,
    batches: list[tuple[np.ndarray, np.ndarray]],
    weights: list[np.ndarray],
    *,
    learning_rate: float,
) -> dict:
    """Hand a training step two linear networks, plain SGD, and losses without a curve.

    Parameters
    ----------
    step : callable
        The answer: ``step(D, G, D_solver, G_solver, discriminator_loss, generator_loss,
        real, noise)``.
    batches : list of (ndarray, ndarray)
        Real examples (N, D) and noise (N, Z), one pair for each call.
    weights : list of ndarray
        First weights: ``w`` (1, D), ``b`` (1,), ``V`` (D, Z), ``c`` (D,), float32.
    learning_rate : float
        Of both optimizers.

    Returns
    -------
    notes : dict
        ``weights`` afterwards, in the same order; ``returned``, of each call.
    """
    torch = engine_of(step)
    D, G = (_player(torch, *weights[i : i + 2]) for i in (0, 2))
    rules = [torch.optim.SGD(net.parameters(), lr=learning_rate) for net in (D, G)]

    def apart(logits_real, logits_fake):
        return logits_fake.mean() - logits_real.mean()

    def fooled(logits_fake):
        return -logits_fake.mean()

    play = functools.partial(step, D, G, *rules, apart, fooled)
    returned = [arrays(play(*tensors(torch, batch))) for batch in batches]
    found = [value for net in (D, G) for value in parameters(net).values()]
    return {"weights": found, "returned": returned}


def _player(torch, weight, bias):
    net = torch.nn.Linear(weight.shape[1], weight.shape[0])
    set_parameters(net, {"weight": weight, "bias": bias})
    return net
