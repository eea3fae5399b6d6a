"""Answers about pictures, written for arrays or for tensors, and called alike."""

import ast
from collections.abc import Callable
from typing import Any

import numpy as np

from cs231n.engine import engine_of
from cs231n.pytorch.tensors import arrays, tensors
from cs231n.testing import WrongAnswer, beside_answers
from cs231n.testing.sources import sources

#: What only an answer that works on tensors says.
WORDS = {
    *("requires_grad", "requires_grad_", "grad", "zero_grad", "retain_grad"),
    *("detach", "gather", "no_grad", "data", "clone", "unsqueeze", "autograd"),
}


def either(answer: Callable, *args: Any, leaf: bool = False) -> Any:
    """Call an answer with arrays, or with tensors where its words are PyTorch's.

    Parameters
    ----------
    answer : callable
        A function of pictures, classes and a network.
    *args : object
        What it takes.
    leaf : bool, optional
        Whether the answer may change its first argument, which then is a copy; a
        tensor collects gradients.

    Returns
    -------
    result : object
        What it returned, with arrays in place of tensors; if that is None and the
        answer has changed its first argument in place, that.
    """
    return run_either(answer, speaks_tensors(answer), leaf, *args)


def speaks_tensors(answer: Callable) -> bool:
    """Tell whether an answer works on tensors, by the words in its source.

    Parameters
    ----------
    answer : callable
        A function.

    Returns
    -------
    bool
        False where there is no source.
    """
    try:
        nodes = [node for tree in sources(answer) for node in ast.walk(tree)]
    except WrongAnswer:
        return False
    return any(
        (isinstance(node, ast.Attribute) and node.attr in WORDS)
        or (isinstance(node, ast.Name) and node.id == "torch")
        for node in nodes
    )


@beside_answers
def run_either(answer: Callable, on_tensors: bool, leaf: bool, *args: Any) -> Any:
    """Call an answer with arrays or with tensors; see :func:`either`.

    Parameters
    ----------
    answer : callable
        The function.
    on_tensors : bool
        Whether to put tensors in place of arrays.
    leaf : bool
        Whether the first argument may be changed and, as a tensor, collects gradients.
    *args : object
        What it takes.

    Returns
    -------
    result : object
        Data.
    """
    own = [np.array(args[0]), *args[1:]] if leaf else list(args)
    given = tensors(engine_of(answer), own) if on_tensors else own
    if on_tensors and leaf:
        given[0].requires_grad_()
    result = arrays(answer(*given))
    if leaf and result is None and not np.array_equal(args[0], own[0]):
        return own[0]
    return result
