"""Largest and smallest elements, and where they are."""

from collections import namedtuple

import numpy as np

from cs231n.autograd.history import record
from cs231n.autograd.ops.arithmetic import maximum, minimum
from cs231n.autograd.ops.reduction import dims
from cs231n.autograd.tensor import Tensor, method, need, wrap

Pair = namedtuple("Pair", ("values", "indices"))


def _extreme(step, input, dim, keepdim, alias, pick, pair):
    """Return the extremes of an axis and their places, or the extreme of all."""
    if isinstance(dim, Tensor):
        return pair(input, dim)
    axes, keepdim = dims(step, need(input, step), dim, keepdim, alias)
    x = input._a
    if axes is None:
        if x.size == 0:
            raise RuntimeError(f"{step}(): an empty tensor has none.")
        out = getattr(x, step)()
        return _all_extreme(step, input, out)
    along = _only(step, x, axes)
    where = np.expand_dims(pick(x, along), along)
    out = np.take_along_axis(x, where, along)

    def back(g):
        dx = np.zeros(x.shape, x.dtype)
        np.put_along_axis(dx, where, g.reshape(where.shape), along)
        return dx

    shown = (lambda a: a) if keepdim else (lambda a: a.squeeze(along))
    return Pair(record(step, shown(out), back, (input,)), wrap(shown(where)))


def _only(step, x, axes):
    """Return the one axis along which to look for places."""
    if len(axes) != 1:
        raise TypeError(f"{step}(): dim must be one int; got {axes}: see amax, amin.")
    if x.shape[axes[0]] == 0:
        raise IndexError(f"{step}(): dimension {axes[0]} of {x.shape} is empty.")
    return axes[0]


def _all_extreme(step, input, out):
    ties = input._a == out

    def back(g):
        return ties * (g / np.count_nonzero(ties)).astype(g.dtype)

    return record(step, out, back, (input,))


@method()
def max(input, dim=None, keepdim=False, **alias):
    """Largest element, or ``(values, indices)`` along an axis, or larger of two.

    Along an axis the first largest gets the gradient; of all, ties share it.
    """
    return _extreme(
        "max", input, alias.pop("other", dim), keepdim, alias, np.argmax, maximum
    )


@method()
def min(input, dim=None, keepdim=False, **alias):
    """Smallest element, or ``(values, indices)`` along an axis, or smaller of two."""
    return _extreme(
        "min", input, alias.pop("other", dim), keepdim, alias, np.argmin, minimum
    )


def _tied(step):
    def extreme(input, dim=(), keepdim=False, **alias):
        axes, keepdim = dims(step, need(input, step), dim, keepdim, alias)
        x = input._a
        out = getattr(x, step[1:])(axis=axes, keepdims=True)
        ties = x == out
        shown = (
            out
            if keepdim
            else out.reshape(
                [n for i, n in enumerate(x.shape) if axes is not None and i not in axes]
            )
        )

        def back(g):
            count = ties.sum(axis=axes, keepdims=True)
            return ties * (g.reshape(count.shape) / count).astype(g.dtype)

        return record(step, shown, back, (input,))

    extreme.__name__ = extreme.__qualname__ = step
    extreme.__doc__ = f"The {step[1:]} along axes; ties share the gradient."
    return method(step)(extreme) or extreme


amax, amin = _tied("amax"), _tied("amin")


def _place(step, function):
    def place(input, dim=None, keepdim=False, **alias):
        axes, keepdim = dims(step, need(input, step), dim, keepdim, alias)
        if axes is None and input._a.size == 0:
            raise IndexError(f"{step}(): an empty tensor has none.")
        along = None if axes is None else _only(step, input._a, axes)
        return wrap(function(input._a, axis=along, keepdims=keepdim))

    place.__name__ = place.__qualname__ = step
    place.__doc__ = f"Place of the {step[3:]}, the first of equals."
    return method(step)(place) or place


argmax, argmin = _place("argmax", np.argmax), _place("argmin", np.argmin)

__all__ = ["amax", "amin", "argmax", "argmin", "max", "min"]
