"""Numerical gradients of layers that write their outputs into blobs."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from cs231n.gradcheck.differences import eval_numerical_gradient_array


def eval_numerical_gradient_blobs(
    f: Callable, inputs: Sequence[Any], output: Any, h: float = 1e-5
) -> list[np.ndarray]:
    """Return the numerical gradients of a function that writes into a blob.

    Parameters
    ----------
    f : callable
        ``f(*inputs, output)`` computes ``output.vals`` from the ``vals`` of the inputs.
    inputs : sequence of blobs
        Objects with a float64 array ``vals``, which is varied in place and put back.
    output : blob
        Object with arrays ``vals`` and ``diffs``, the upstream gradient.
    h : float, optional
        Half the distance between the two points of each difference.

    Returns
    -------
    grads : list of ndarray
        Gradient of ``sum(output.vals * output.diffs)`` with respect to each input.

    Raises
    ------
    TypeError
        If the numbers of an input are not float64.
    """

    def values(_):
        f(*inputs, output)
        return output.vals

    return [
        eval_numerical_gradient_array(values, blob.vals, output.diffs, h)
        for blob in inputs
    ]


def eval_numerical_gradient_net(
    net: Any, inputs: Sequence[Any], output: Any, h: float = 1e-5
) -> list[np.ndarray]:
    """Return the numerical gradients of a network of blobs.

    Parameters
    ----------
    net : object
        Its ``forward()`` computes ``output.vals`` from the inputs.
    inputs, output, h
        As for :func:`eval_numerical_gradient_blobs`.

    Returns
    -------
    grads : list of ndarray
        Gradient with respect to each input.
    """
    return eval_numerical_gradient_blobs(lambda *_: net.forward(), inputs, output, h)
