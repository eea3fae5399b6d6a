"""Other shapes of the same numbers: views, and what is put together or apart."""

import math
import operator

import numpy as np

from cs231n.autograd.history import record, view
from cs231n.autograd.ops.promotion import fit
from cs231n.autograd.tensor import Tensor, method, need


def sizes(shape):
    """Return a shape from ints, one tuple, a list, or a ``.size()``."""
    if len(shape) == 1 and isinstance(shape[0], tuple | list):
        shape = shape[0]
    return tuple(operator.index(n) for n in shape)


def axis(dim, ndim, extra=0):
    """Return a dimension counted from the front."""
    n = max(1, ndim + extra)
    try:
        dim = operator.index(dim)
    except TypeError:
        raise TypeError(f"dim must be an int; got {type(dim).__name__}.") from None
    if not -n <= dim < n:
        raise IndexError(
            f"Dimension out of range (expected to be in range of [{-n}, {n - 1}], but "
            f"got {dim})"
        )
    return dim % n


_axis = axis


def _resolved(shape, size, step):
    """Put a number in place of -1, and refuse what does not fit."""
    known = math.prod(n for n in shape if n != -1)
    if shape.count(-1) == 1 and known and size % known == 0:
        shape = tuple(size // known if n == -1 else n for n in shape)
    if -1 in shape or math.prod(shape) != size:
        raise RuntimeError(
            f"{step}: shape '{list(shape)}' is invalid for input of size {size}"
        )
    return shape


def _same_memory(a, shape):
    """Return ``a`` in another shape if that needs no copy, else None."""
    out = a.reshape(shape)
    return out if np.may_share_memory(out, a) or a.size == 0 else None


def _reshaped(step, x, shape):
    before = x._a.shape
    how, back = lambda a: a.reshape(shape), lambda g: g.reshape(before)
    return view(step, x, how, back)


@method("view")
def _view(self, *shape, size=None):
    """Return the same memory in another shape; refuse where that needs a copy."""
    if len(shape) == 1 and isinstance(shape[0], np.dtype):
        raise NotImplementedError(
            "view() of another dtype reads the same bits anew, which is not on this "
            "tape; .to(dtype) converts the numbers."
        )
    shape = sizes(shape if size is None else (size,))
    shape = _resolved(shape, self._a.size, "view")
    if _same_memory(self._a, shape) is None:
        raise RuntimeError(
            f"view size is not compatible with input tensor's size and stride: after "
            f"transpose or permute, {tuple(self.shape)} cannot be seen as {shape} "
            f"without a copy. Use .reshape(...) instead, or .contiguous() before."
        )
    return _reshaped("view", self, shape)


@method()
def reshape(input, *dims, shape=None):
    """Return another shape: a view where possible, else a copy."""
    shape = dims if shape is None else (shape,)
    if len(shape) == 0 or shape == (None,):
        raise TypeError("reshape() needs a shape.")
    before = need(input, "reshape")._a.shape
    shape = _resolved(sizes(shape), input._a.size, "reshape")
    if _same_memory(input._a, shape) is not None:
        return _reshaped("view", input, shape)
    out = input._a.reshape(shape)
    return record("reshape", out, lambda g: g.reshape(before), (input,))


def function_of_shape(input, shape):
    """Return another shape: a view where possible, else a copy."""
    return reshape(input, tuple(shape))


@method("view_as", "reshape_as")
def _view_as(self, other):
    """Return the shape of another tensor."""
    return reshape(self, *other.shape)


@method()
def flatten(input, start_dim=0, end_dim=-1):
    """Join neighbouring axes into one."""
    shape = need(input, "flatten")._a.shape
    first, last = axis(start_dim, len(shape)), axis(end_dim, len(shape))
    middle = math.prod(shape[first : last + 1])
    return reshape(input, *shape[:first], middle, *shape[last + 1 :])


@method()
def unflatten(input, dim, sizes):
    """Split one axis into several."""
    shape, dim = input._a.shape, axis(dim, input.ndim)
    part = _resolved(tuple(sizes), shape[dim], "unflatten")
    return reshape(input, *shape[:dim], *part, *shape[dim + 1 :])


@method("ravel")
def ravel(input):
    """Return one axis."""
    return reshape(input, -1)


def _turned(step, x, order):
    back = tuple(np.argsort(order))
    return view(step, x, lambda a: a.transpose(order), lambda g: g.transpose(back))


@method("permute")
def _permute_method(self, *order, dims=None):
    """Put the axes into another order."""
    return permute(self, sizes(order if dims is None else (dims,)))


def permute(input, dims):
    """Put the axes into another order."""
    n = need(input, "permute").ndim
    order = tuple(axis(d, n) for d in dims)
    if sorted(order) != list(range(n)):
        raise RuntimeError(
            f"permute: dims must name each of the {n} dimensions once; got "
            f"{tuple(dims)}."
        )
    return _turned("permute", input, order)


@method("transpose", "swapaxes", "swapdims")
def transpose(input, dim0, dim1):
    """Exchange two axes."""
    n = need(input, "transpose").ndim
    order = list(range(n))
    i, j = axis(dim0, n), axis(dim1, n)
    if n:
        order[i], order[j] = j, i
    return _turned("transpose", input, tuple(order))


swapaxes = swapdims = transpose


@method("moveaxis", "movedim")
def moveaxis(input, source, destination):
    """Move axes to other places."""
    source = source if isinstance(source, tuple | list) else (source,)
    destination = (
        destination if isinstance(destination, tuple | list) else (destination,)
    )
    source = [axis(d, input.ndim) for d in source]
    destination = [axis(d, input.ndim) for d in destination]
    order = [d for d in range(input.ndim) if d not in source]
    for to, dim in sorted(zip(destination, source, strict=True)):
        order.insert(to, dim)
    return _turned("moveaxis", input, tuple(order))


movedim = moveaxis


@method("t")
def transpose_matrix(input):
    """Transpose a matrix."""
    if input.ndim > 2:
        raise RuntimeError(
            f"t() expects a tensor with <= 2 dimensions, but self is {input.ndim}D"
        )
    return _turned("t", input, tuple(range(input.ndim))[::-1])


Tensor.T = property(lambda x: _turned("T", x, tuple(range(x.ndim))[::-1]))
Tensor.mT = property(lambda x: transpose(x, -2, -1))


@method()
def unsqueeze(input, dim=None, *, axis=None):
    """Add an axis of size 1."""
    dim = axis if dim is None else dim
    shape = list(need(input, "unsqueeze")._a.shape)
    shape.insert(_axis(dim, len(shape), 1), 1)
    return _reshaped("unsqueeze", input, tuple(shape))


@method()
def squeeze(input, dim=None, **alias):
    """Drop axes of size 1: all, or those named."""
    dim = alias.get("axis", dim)
    shape = need(input, "squeeze")._a.shape
    dims = range(len(shape)) if dim is None else dim
    dims = dims if isinstance(dims, tuple | list | range) else (dims,)
    dims = {axis(d, len(shape)) for d in dims}
    kept = tuple(n for i, n in enumerate(shape) if i not in dims or n != 1)
    return _reshaped("squeeze", input, kept)


@method("expand")
def _expand(self, *shape):
    """Repeat axes of size 1 without copying; -1 keeps a size."""
    shape, own = sizes(shape), self._a.shape
    lead = len(shape) - len(own)
    shape = tuple(own[i - lead] if n == -1 else n for i, n in enumerate(shape))
    return broadcast_to(self, shape)


@method()
def broadcast_to(input, shape):
    """Repeat axes of size 1 without copying."""
    own, dtype = input._a.shape, input._a.dtype
    try:
        np.broadcast_to(input._a, shape)
    except ValueError:
        raise RuntimeError(
            f"expand: a tensor of shape {own} cannot be expanded to {tuple(shape)}."
        ) from None
    how = lambda a: np.broadcast_to(a, shape)
    return view("expand", input, how, lambda g: fit(g, own, dtype))


@method("expand_as")
def _expand_as(self, other):
    """Repeat axes of size 1 to the shape of another tensor."""
    return broadcast_to(self, other._a.shape)


__all__ = [
    "broadcast_to",
    "flatten",
    "moveaxis",
    "movedim",
    "permute",
    "ravel",
    "squeeze",
    "swapaxes",
    "swapdims",
    "transpose",
    "unflatten",
    "unsqueeze",
]
