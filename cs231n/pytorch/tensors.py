"""Answers that work on tensors, called with arrays."""

from collections.abc import Callable
from typing import Any

import numpy as np

from cs231n.autograd.engines import is_tensor
from cs231n.engine import engine_of
from cs231n.pytorch.placing import placed_like
from cs231n.testing import beside_answers, expect
from cs231n.testing.words import result


@beside_answers
def call(
    answer: Callable, *args: Any, changed: int | None = None, **kwargs: Any
) -> Any:
    """Call an answer with tensors in place of arrays.

    Parameters
    ----------
    answer : callable
        A function or a module.
    *args, **kwargs : object
        What it takes; arrays become tensors, in lists and dictionaries too. A tensor
        shares its memory with the array, so an answer that works in place shows.
    changed : int, optional
        Which argument to return, for an answer that works in place and returns
        nothing. A grader lends copies: what happens to them happens to no array here.

    Returns
    -------
    result : object
        What it returned, with arrays in place of tensors; or ``args[changed]``.
    """
    torch = engine_of(answer)
    found = arrays(answer(*tensors(torch, args), **tensors(torch, kwargs)))
    return found if changed is None else args[changed]


@beside_answers
def method(model: Any, name: str, *args: Any, **kwargs: Any) -> Any:
    """Call a method of a module that takes arrays and returns them.

    Parameters
    ----------
    model : nn.Module
        The answer.
    name : str
        Of the method.
    *args, **kwargs : object
        What it takes, as it is.

    Returns
    -------
    result : object
        What it returned, with arrays in place of tensors.

    Raises
    ------
    WrongAnswer
        If the answer is no module or has no such method.
    """
    expect_module(model)
    expect(
        callable(getattr(model, name, None)),
        f"{type(model).__name__} has no method {name}: run the cell that adds it.",
    )
    return arrays(getattr(model, name)(*args, **kwargs))


@beside_answers
def forward(
    model: Any, x: np.ndarray, *more: Any, training: bool = False, **named: Any
) -> np.ndarray:
    """Compute the scores of a module.

    Parameters
    ----------
    model : nn.Module
        The answer.
    x : ndarray of shape (N, ...)
        A batch, of the parameters' dtype.
    *more, **named : object
        What else the module takes; arrays become tensors.
    training : bool, optional
        Whether to run it in training mode.

    Returns
    -------
    scores : ndarray
        What the module returns.

    Raises
    ------
    WrongAnswer
        If the answer is no module.
    """
    expect_module(model)
    model.train(training)
    torch = engine_of(model)
    args = placed_like(model, tensors(torch, [x, *more]))
    with torch.no_grad():
        return arrays(model(*args, **placed_like(model, tensors(torch, named))))


@beside_answers
def gradients(
    answer: Callable, *args: np.ndarray | list[np.ndarray], dout: np.ndarray
) -> list:
    """Carry a gradient back to every array an answer was called with.

    Parameters
    ----------
    answer : callable
        Returns one tensor.
    *args : ndarray or list of ndarray
        What it takes; each array of floats becomes a leaf that wants a gradient.
    dout : ndarray
        Upstream gradient, shaped like the result.

    Returns
    -------
    grads : list
        One gradient for each array of floats, in order; None where no path of
        operations leads from it to the result.

    Raises
    ------
    WrongAnswer
        If the answer does not return a tensor shaped like ``dout``.
    """
    torch = engine_of(answer)
    leaves: list = []
    out = answer(*tensors(torch, args, leaves))
    expect(
        is_tensor(out) and out.shape == dout.shape,
        f"Return a tensor of shape {dout.shape}; got {result(out)}.",
    )
    if not out.requires_grad:
        return [None] * len(leaves)
    grads = torch.autograd.grad(out, leaves, torch.from_numpy(dout), allow_unused=True)
    return [None if grad is None else arrays(grad) for grad in grads]


@beside_answers
def leaves(answer: Callable, *args: Any) -> list[bool]:
    """Tell which of the tensors that an answer returns collect gradients.

    Parameters
    ----------
    answer : callable
        Returns a list of tensors.
    *args : object
        What it takes; arrays become tensors.

    Returns
    -------
    collecting : list of bool
        For each tensor: autograd was asked for its gradient, and no operation made it
        from others.
    """
    found = answer(*tensors(engine_of(answer), args))
    return [tensor.requires_grad and tensor.is_leaf for tensor in found]


@beside_answers
def parameters(model: Any) -> dict[str, np.ndarray]:
    """Read the parameters that a module has registered.

    Parameters
    ----------
    model : nn.Module
        The answer.

    Returns
    -------
    values : dict of str to ndarray
        Copies, by name.

    Raises
    ------
    WrongAnswer
        If the answer is no module.
    """
    expect_module(model)
    return {name: arrays(value).copy() for name, value in model.named_parameters()}


@beside_answers
def set_parameters(model: Any, values: dict[str, np.ndarray]) -> None:
    """Give a module other parameters.

    Parameters
    ----------
    model : nn.Module
        The answer.
    values : dict of str to ndarray
        By the names that :func:`parameters` lists.

    Raises
    ------
    WrongAnswer
        If the answer is no module.
    """
    expect_module(model)
    torch = engine_of(model)
    with torch.no_grad():
        for name, value in model.named_parameters():
            value.copy_(torch.from_numpy(values[name]))


@beside_answers
def expect_module(model: Any) -> None:
    """Fail unless an answer is a module.

    Parameters
    ----------
    model : object
        The answer.

    Raises
    ------
    WrongAnswer
        If it is none.
    """
    expect(
        isinstance(model, engine_of(model).nn.Module),
        f"The model should be an nn.Module; got {result(model)}.",
    )


def tensors(torch: Any, value: Any, leaves: list | None = None) -> Any:
    """Put tensors in place of arrays, in lists and dictionaries too.

    Parameters
    ----------
    torch : module
        The engine.
    value : object
        Data; a tensor shares its memory with the array it replaces, unless that is
        read-only.
    leaves : list, optional
        Gets every tensor of floats, which then wants a gradient.

    Returns
    -------
    value : object
        The same with tensors.
    """
    if isinstance(value, np.ndarray):
        # PyTorch warns of arrays that it may not write to.
        tensor = torch.from_numpy(value if value.flags.writeable else value.copy())
        if leaves is not None and tensor.is_floating_point():
            leaves.append(tensor.requires_grad_())
        return tensor
    if isinstance(value, list | tuple):
        return type(value)(tensors(torch, item, leaves) for item in value)
    if isinstance(value, dict):
        return {key: tensors(torch, item, leaves) for key, item in value.items()}
    return value


def arrays(value: Any) -> Any:
    """Put arrays in place of tensors, in lists and dictionaries too.

    Parameters
    ----------
    value : object
        What an answer returned.

    Returns
    -------
    value : object
        The same with arrays.
    """
    if is_tensor(value):
        return value.detach().cpu().numpy()
    if isinstance(value, list | tuple):
        return type(value)(arrays(item) for item in value)
    if isinstance(value, dict):
        return {key: arrays(item) for key, item in value.items()}
    return value
