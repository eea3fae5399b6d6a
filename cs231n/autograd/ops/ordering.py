"""Elements in order along an axis."""

import numpy as np

from cs231n.autograd.ops.extremes import Pair
from cs231n.autograd.ops.shaping import axis
from cs231n.autograd.tensor import method, need, wrap


@method()
def sort(input, dim=-1, descending=False, stable=False):
    """Elements in order along an axis, and where they came from."""
    where = argsort(input, dim, descending)
    return Pair(input.gather(axis(dim, input.ndim), where), where)


@method()
def argsort(input, dim=-1, descending=False, stable=False):
    """Places of the elements in order along an axis; equals keep theirs."""
    x = need(input, "argsort")._a
    dim = axis(dim, x.ndim)
    if not descending:
        return wrap(np.argsort(x, axis=dim, kind="stable"))
    last = x.shape[dim] - 1
    turned = np.argsort(np.flip(x, dim), axis=dim, kind="stable")
    return wrap(last - np.flip(turned, dim))


@method()
def topk(input, k, dim=-1, largest=True, sorted=True):
    """Return the k largest along an axis, and their places."""
    dim = axis(dim, need(input, "topk").ndim)
    size = input._a.shape[dim] if input.ndim else 1
    if not 0 <= k <= size:
        raise RuntimeError(f"selected index k out of range: {k} of {size}")
    where = argsort(input, dim, largest)._a
    where = wrap(where[(*(slice(None),) * dim, slice(int(k)))].copy())
    return Pair(input.gather(dim, where), where)


__all__ = ["argsort", "sort", "topk"]
