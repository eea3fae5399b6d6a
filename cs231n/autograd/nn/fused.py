"""A layer of ``cs231n.layers`` as one recorded step."""

import numpy as np

from cs231n.autograd.history import record
from cs231n.autograd.tensor import need


def fused(step, forward, backward, inputs, saved=None):
    """Record a layer as one step.

    Parameters
    ----------
    step : str
        Name of the step, for messages.
    forward : callable
        Takes the arrays of the inputs; returns ``(out, cache)``.
    backward : callable
        Takes ``(dout, cache)``; returns the gradient of each input, None for none.
    inputs : tuple of Tensor or None
        What the layer reads; None passes through.
    saved : tuple of Tensor, optional
        Inputs whose numbers the backward half reads; all of them by default.
    """
    arrays = [None if t is None else need(t, step)._a for t in inputs]
    try:
        out, cache = forward(*arrays)
    except (ValueError, TypeError) as error:
        raise RuntimeError(f"{step}: {error}") from None
    saved = inputs if saved is None else saved
    saved = [t for t in saved if t is not None]
    return record(step, out, lambda g: backward(g, cache), inputs, saved, fresh=True)


def zeros_or(b, n, like):
    """Return ``b``, or zeros where there is none."""
    return np.zeros(n, like.dtype) if b is None else b
