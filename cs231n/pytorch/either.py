"""Answers that work on arrays or on tensors, whichever way they are written."""

from collections.abc import Callable
from typing import Any

import numpy as np

from cs231n.engine import engine_of
from cs231n.pytorch.tensors import arrays, describe, is_tensor, tensors
from cs231n.testing import WrongAnswer, beside_answers, expect


@beside_answers
def evaluate(answer: Callable, *args: Any, **kwargs: Any) -> Any:
    """Call an answer with arrays, or with tensors where it refuses those.

    Parameters
    ----------
    answer : callable
        A function that works on either.
    *args, **kwargs : object
        What it takes, with arrays.

    Returns
    -------
    result : object
        What it returned, with arrays in place of tensors.
    """
    try:
        return answer(*args, **kwargs)
    except Exception as error:
        torch = engine_of(answer)
        handed = tensors(torch, args), tensors(torch, kwargs)
        return arrays(_instead(answer, error, *handed))


@beside_answers
def differentiate(answer: Callable, *args: Any, of: int) -> tuple[float, Any]:
    """Ask an answer for a loss and its gradient, in whichever way it is written.

    Handed arrays, it returns both. Or it computes with tensors and returns the loss
    alone, and the tape has the gradient.

    Parameters
    ----------
    answer : callable
        The loss.
    *args : object
        What it takes, with arrays.
    of : int
        Which argument the gradient is asked of: an array, or a list of arrays.

    Returns
    -------
    loss : float
        The value.
    gradient : ndarray or list of ndarray
        As the answer returned it, or like the argument.

    Raises
    ------
    WrongAnswer
        If the answer returns neither.
    """
    failed = None
    try:
        found = answer(*args)
    except Exception as error:
        failed = error
    else:
        if isinstance(found, tuple | list):
            return tuple(found)
        expect(found is not None, f"{_name(answer)} returns None: {_WAYS}")
        failed = WrongAnswer(f"{_name(answer)} returns {describe(found)}: {_WAYS}")
    torch = engine_of(answer)
    leaves: list = []
    handed = [
        tensors(torch, arg, leaves if i == of else None) for i, arg in enumerate(args)
    ]
    found = _instead(answer, failed, handed, {})
    if not (is_tensor(found) and found.requires_grad and found.shape in ((), (1,))):
        raise WrongAnswer(f"{_name(answer)} returns {describe(found)}: {_WAYS}")
    grads = torch.autograd.grad(found, leaves, allow_unused=True)
    filled = [
        np.zeros(leaf.shape, leaf.detach().numpy().dtype) if g is None else g.numpy()
        for leaf, g in zip(leaves, grads, strict=True)
    ]
    value = float(found.detach().numpy().reshape(()))
    return value, filled if isinstance(args[of], list | tuple) else filled[0]


_WAYS = (
    "return (loss, gradient), both computed from arrays; or compute with tensors and "
    "return the loss, a scalar that remembers its gradient."
)


def _instead(answer, error, args, kwargs):
    """Call an answer with tensors; if it refuses those too, say what it said first."""
    try:
        return answer(*args, **kwargs)
    except Exception:
        if isinstance(error, WrongAnswer) or _writes_numpy(answer):
            raise error from None
        raise


def _name(answer):
    return getattr(answer, "__name__", "the answer")


def _writes_numpy(answer):
    """Tell whether an answer names NumPy: then it is written for arrays."""
    return "np" in getattr(getattr(answer, "__code__", None), "co_names", ())
