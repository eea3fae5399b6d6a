"""Answers that work on arrays or on tensors, whichever way they are written.

Their words tell which way is tried first; if they refuse it, they get the other. An
error is that of the first.
"""

import inspect
from collections.abc import Callable
from typing import Any

import numpy as np

from cs231n.autograd.engines import is_tensor
from cs231n.engine import engine_of
from cs231n.pytorch.tensors import arrays, tensors
from cs231n.testing import WrongAnswer, beside_answers, expect
from cs231n.testing.words import result

#: What only an answer that works on tensors says. ``backward`` is none of them: the
#: networks of arrays have it too, and who calls it on a tensor reads ``grad``.
WORDS = {
    *("torch", "requires_grad", "requires_grad_", "grad", "zero_grad"),
    *("detach", "gather", "no_grad", "clone", "unsqueeze", "autograd", "permute"),
}


@beside_answers
def evaluate(answer: Callable, *args: Any, leaf: bool = False, **kwargs: Any) -> Any:
    """Call an answer with arrays, or with tensors where its words are PyTorch's.

    Parameters
    ----------
    answer : callable
        A function that works on one of them, or on either.
    *args, **kwargs : object
        What it takes, with arrays.
    leaf : bool, optional
        Whether the answer may change its first argument, which then is a copy; a
        tensor collects gradients.

    Returns
    -------
    result : object
        What it returned, with arrays in place of tensors; with ``leaf``, if that is
        None and the answer has changed its first argument in place, that.
    """

    def run(on_tensors):
        own = [np.array(args[0]), *args[1:]] if leaf else list(args)
        if not on_tensors:
            found = answer(*own, **kwargs)
        else:
            torch = engine_of(answer)
            given = tensors(torch, own)
            if leaf:
                given[0].requires_grad_()
            found = answer(*given, **tensors(torch, kwargs))
        if leaf and found is None and not np.array_equal(args[0], own[0]):
            return own[0]
        return arrays(found)

    return _either_way(answer, run)


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

    def run(on_tensors):
        return _taped(answer, args, of) if on_tensors else _by_hand(answer, args)

    return _either_way(answer, run)


_WAYS = (
    "return (loss, gradient), both computed from arrays; or compute with tensors and "
    "return the loss, a scalar that remembers its gradient."
)


def _by_hand(answer, args):
    """Call a loss with arrays; it returns both."""
    found = answer(*args)
    if isinstance(found, tuple | list):
        return tuple(found)
    raise WrongAnswer(f"{_name(answer)} returns {result(found)}: {_WAYS}")


def _taped(answer, args, of):
    """Call a loss with tensors; the tape has the gradient."""
    torch = engine_of(answer)
    leaves: list = []
    handed = [
        tensors(torch, arg, leaves if i == of else None) for i, arg in enumerate(args)
    ]
    found = answer(*handed)
    expect(
        is_tensor(found) and found.requires_grad and found.shape in ((), (1,)),
        f"{_name(answer)} returns {result(found)}: {_WAYS}",
    )
    grads = torch.autograd.grad(found, leaves, allow_unused=True)
    filled = [
        np.zeros(leaf.shape, leaf.detach().numpy().dtype) if g is None else g.numpy()
        for leaf, g in zip(leaves, grads, strict=True)
    ]
    value = float(found.detach().numpy().reshape(()))
    return value, filled if isinstance(args[of], list | tuple) else filled[0]


def _either_way(answer, run):
    """Run with the kind that the answer's words ask for; if it refuses, the other."""
    on_tensors = speaks_tensors(answer)
    try:
        return run(on_tensors)
    except Exception as error:
        first = error
    try:
        return run(not on_tensors)
    except Exception:
        raise first from None


def speaks_tensors(answer: Callable) -> bool:
    """Tell whether an answer works on tensors, by the names in its code.

    Parameters
    ----------
    answer : callable
        A function.

    Returns
    -------
    bool
        False where there is no code.
    """
    function: Any = inspect.unwrap(getattr(answer, "__func__", answer))
    waiting, names = [getattr(function, "__code__", None)], set()
    while waiting:
        code = waiting.pop()
        if code is not None:
            names.update(code.co_names)
            waiting += [c for c in code.co_consts if inspect.iscode(c)]
    return not WORDS.isdisjoint(names)


def _name(answer):
    return getattr(answer, "__name__", "the answer")
