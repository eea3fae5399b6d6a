"""A student's tape, handed arrays and asked for arrays.

Tests of the notebook `autograd` never touch a tensor: each function here takes an
answer, a few lines of code that use the class ``Tensor`` of the notebook it was written
in, and arrays. It runs the lines where the answer is and returns data. Nothing else in
the package imports this module.
"""

import inspect
from collections.abc import Callable, Collection
from typing import Any

import numpy as np

from cs231n.testing.elsewhere import beside_answers
from cs231n.testing.words import result
from cs231n.testing.wrong import expect


@beside_answers
def run(
    answer: Callable,
    program: str,
    /,
    *wanted: str,
    fixed: Collection[str] = (),
    **values: Any,
) -> list:
    """Run lines that use an answer; return what some names stand for afterwards.

    Parameters
    ----------
    answer : function
        Any answer of the notebook; the lines may use all of its names.
    program : str
        Python, which may call ``returned`` of this module and name ``Callable``.
    *wanted : str
        Expressions to return.
    fixed : collection of str, optional
        Names in ``values`` that stay what they are.
    **values : object
        What the lines work with. Each array of floats becomes a tensor that collects
        gradients, of its own memory.

    Returns
    -------
    found : list
        The value of each expression, with arrays in place of tensors.

    Raises
    ------
    WrongAnswer
        If the lines call ``returned`` with None, or with another type than they name.
    """
    names = _names(answer, values, fixed)
    names |= {"returned": returned, "Callable": Callable}
    exec(program, names)
    return [_arrays(eval(expression, names)) for expression in wanted]


@beside_answers
def step(
    answer: Callable, program: str, /, dout: np.ndarray, **values: Any
) -> tuple[np.ndarray, list[np.ndarray]]:
    """Record one step, and carry a gradient back over this step alone.

    Parameters
    ----------
    answer : function
        Any answer of the notebook.
    program : str
        An expression such as ``"a + b"``, made of one recorded step.
    dout : ndarray
        Upstream gradient, shaped like the result.
    **values : object
        What the expression works with; arrays of floats become tensors.

    Returns
    -------
    out : ndarray
        What the step computed.
    grads : list of ndarray
        What its backward function returned, one gradient for each input.

    Raises
    ------
    WrongAnswer
        If the result is no recorded tensor, or gradients are not one for each input.
    """
    names = _names(answer, values, ())
    out = eval(program, names)
    inputs = [names[name] for name in values if type(names[name]) is names["Tensor"]]
    expect(
        isinstance(out, names["Tensor"]),
        f"{program} should be a Tensor, made by `record`; got {result(out)}.",
    )
    named = ", ".join(n for n in values if type(names[n]) is names["Tensor"])
    count = len(out.parents)
    expect(
        [*map(id, out.parents)] == [*map(id, inputs)],
        f"{program} should be recorded with its inputs as parents, in this order: "
        f"{named}; it has {count} parent{'' if count == 1 else 's'}.",
    )
    expect(
        callable(out.back),
        f"{program} should be recorded with a backward function; its back is no "
        f"function.",
    )
    grads = out.back(dout)
    expect(
        isinstance(grads, tuple | list) and len(grads) == len(inputs),
        f"The backward function of {program} should return a tuple with one gradient "
        f"for each of its {len(inputs)} inputs; got {result(grads)}.",
    )
    return _arrays(out), [_arrays(grad) for grad in grads]


def returned(value: Any, rule: str, kind: Any = object) -> None:
    """Fail if an answer returned nothing, or something of another type.

    Parameters
    ----------
    value : object
        What the answer returned.
    rule : str
        What it should return, such as ``"record should return a Tensor"``.
    kind : type, optional
        What it should be an instance of.

    Raises
    ------
    WrongAnswer
        If the value is None or of another type.
    """
    right = value is not None and isinstance(value, kind)
    expect(right, f"{rule}; got {result(value)}.")


def _names(answer, values, fixed):
    """Return the names of the answer's notebook, with tensors for arrays of floats."""
    answer = inspect.unwrap(getattr(answer, "__func__", answer))
    names = dict(answer.__globals__)
    for name, value in values.items():
        is_float = isinstance(value, np.ndarray) and value.dtype.kind == "f"
        if is_float and name not in fixed:
            value = names["Tensor"](value.copy(), requires_grad=True, name=name)
        names[name] = value
    return names


def _arrays(value: Any) -> Any:
    if type(value).__name__ == "Tensor":
        return np.array(value.data)
    if isinstance(value, list | tuple):
        return [_arrays(item) for item in value]
    if isinstance(value, dict):
        return {key: _arrays(item) for key, item in value.items()}
    return value
