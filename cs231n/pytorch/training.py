"""Training that involves an answer: a loop, an optimizer, a step."""

import functools
from collections.abc import Callable
from typing import Any

import numpy as np

from cs231n.engine import engine_of
from cs231n.pytorch.placing import device_named, placed, placed_like
from cs231n.pytorch.recording import expect_optimizer
from cs231n.pytorch.tensors import (
    arrays,
    expect_module,
    parameters,
    set_parameters,
    tensors,
)
from cs231n.testing import beside_answers, expect
from cs231n.testing.words import result


@beside_answers
def loss_gradients(
    model: Any, X: np.ndarray, y: np.ndarray
) -> tuple[float, dict[str, np.ndarray]]:
    """Compute the cross-entropy of a module's scores and its gradients.

    Parameters
    ----------
    model : nn.Module
        The answer.
    X : ndarray of shape (N, ...)
        A batch.
    y : ndarray of int, shape (N,)
        Its classes.

    Returns
    -------
    loss : float
        Mean cross-entropy.
    grads : dict of str to ndarray
        By parameter; parameters without a gradient are left out.

    Raises
    ------
    WrongAnswer
        If the answer is no module.
    """
    expect_module(model)
    loss = _loss(model, X, y)
    named = dict(model.named_parameters())
    torch = engine_of(model)
    grads = torch.autograd.grad(loss, list(named.values()), allow_unused=True)
    return loss.item(), {
        name: arrays(grad)
        for name, grad in zip(named, grads, strict=True)
        if grad is not None
    }


@beside_answers
def take_step(
    model: Any,
    optimizer: Any,
    X: np.ndarray,
    y: np.ndarray,
) -> dict[str, np.ndarray]:
    """Let an optimizer take one step on a batch.

    Parameters
    ----------
    model : nn.Module
        The answer.
    optimizer : optim.Optimizer
        The answer's other half.
    X : ndarray of shape (N, ...)
        A batch.
    y : ndarray of int, shape (N,)
        Its classes.

    Returns
    -------
    values : dict of str to ndarray
        The parameters afterwards.

    Raises
    ------
    WrongAnswer
        If the answers are no module and no optimizer.
    """
    expect_module(model)
    expect_optimizer(optimizer)
    optimizer.zero_grad()
    _loss(model, X, y).backward()
    optimizer.step()
    return parameters(model)


@beside_answers
def train_linear(
    train: Callable,
    batches: list[tuple[np.ndarray, np.ndarray]],
    W: np.ndarray,
    b: np.ndarray,
    *,
    learning_rate: float,
    epochs: int,
) -> dict:
    """Hand a training loop a linear network that takes notes, and plain SGD.

    Parameters
    ----------
    train : callable
        The answer: ``train(model, optimizer, loader, epochs)``.
    batches : list of (ndarray, ndarray)
        Examples (N, D) and their classes; the loader is a list of tensors like these.
    W, b : ndarray of shape (C, D) and (C,), float32
        First weights.
    learning_rate : float
        Of the optimizer.
    epochs : int
        Passed on.

    Returns
    -------
    notes : dict
        ``returned``, what the answer returned; ``W`` and ``b``, the weights afterwards;
        ``training`` and ``graph``, one bool for each forward pass: whether the network
        was in training mode, and whether autograd kept its graph.
    """
    torch = engine_of(train)
    where = device_named(train)
    model = _noting_linear(torch)(W, b).eval().to(where)
    optimizer = torch.optim.SGD(model.parameters(), lr=learning_rate)
    loader = placed(tensors(torch, batches), where)
    returned = train(model, optimizer, loader, epochs)
    return model.notes() | {"returned": arrays(returned)}


@beside_answers
def score_linear(
    check_accuracy: Callable,
    batches: list[tuple[np.ndarray, np.ndarray]],
    W: np.ndarray,
    b: np.ndarray,
) -> dict:
    """Hand an accuracy check a linear network that takes notes.

    Parameters
    ----------
    check_accuracy : callable
        The answer: ``check_accuracy(loader, model)``.
    batches : list of (ndarray, ndarray)
        Examples (N, D) and their classes; the loader is a list of tensors like these.
    W, b : ndarray of shape (C, D) and (C,), float32
        Weights.

    Returns
    -------
    notes : dict
        As from :func:`train_linear`.
    """
    torch = engine_of(check_accuracy)
    where = device_named(check_accuracy)
    model = _noting_linear(torch)(W, b).train().to(where)
    returned = check_accuracy(placed(tensors(torch, batches), where), model)
    return model.notes() | {"returned": arrays(returned)}


@functools.cache
def _noting_linear(torch):
    """Return the class of a linear network that notes the modes it is called in."""

    class NotingLinear(torch.nn.Linear):
        def __init__(self, W, b):
            super().__init__(W.shape[1], W.shape[0])
            self.training_seen, self.graph_seen = [], []
            set_parameters(self, {"weight": W, "bias": b})

        def forward(self, x):
            self.training_seen.append(self.training)
            self.graph_seen.append(torch.is_grad_enabled())
            return super().forward(x)

        def notes(self):
            values = parameters(self)
            return {
                "W": values["weight"],
                "b": values["bias"],
                "training": self.training_seen,
                "graph": self.graph_seen,
            }

    return NotingLinear


def _loss(model, X, y):
    torch = engine_of(model)
    X, y = placed_like(model, tensors(torch, [X, y]))
    scores = model(X)
    shape = tuple(getattr(scores, "shape", ()))
    expect(
        len(shape) == 2 and shape[0] == len(y) and shape[1] > y.max(),
        f"For {len(y)} examples the model should return scores of shape ({len(y)}, "
        f"classes), with more than {y.max()} classes; got {result(scores)}.",
    )
    return torch.nn.functional.cross_entropy(scores, y.long())
