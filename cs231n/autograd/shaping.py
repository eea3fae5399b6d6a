"""Other shapes of the same numbers: views, and what is put together or apart."""

import math
import operator

import numpy as np

from cs231n.autograd import dtypes
from cs231n.autograd.history import asks, record, view
from cs231n.autograd.promotion import fit, promote
from cs231n.autograd.tensor import Tensor, method, need, wrap


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
def _view(self, *shape):
    """Return the same memory in another shape; refuse where that needs a copy."""
    if len(shape) == 1 and not isinstance(shape[0], int | tuple | list | Tensor):
        return self.to(shape[0])
    shape = _resolved(sizes(shape), self._a.size, "view")
    if _same_memory(self._a, shape) is None:
        raise RuntimeError(
            f"view size is not compatible with input tensor's size and stride: after "
            f"transpose or permute, {tuple(self.shape)} cannot be seen as {shape} "
            f"without a copy. Use .reshape(...) instead, or .contiguous() before."
        )
    return _reshaped("view", self, shape)


@method()
def reshape(input, *shape):
    """Return another shape: a view where possible, else a copy."""
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
def _permute_method(self, *dims):
    """Put the axes into another order."""
    return permute(self, sizes(dims))


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
def unsqueeze(input, dim):
    """Add an axis of size 1."""
    shape = list(need(input, "unsqueeze")._a.shape)
    shape.insert(axis(dim, len(shape), 1), 1)
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


@method("repeat")
def tile_all(self, *repeats):
    """Copy the whole along each axis, as NumPy's ``tile``."""
    repeats = sizes(repeats)
    if len(repeats) < self.ndim:
        raise RuntimeError(
            "Number of dimensions of repeat dims can not be smaller than number of "
            "dimensions of tensor"
        )
    own, lead = self._a.shape, len(repeats) - self.ndim
    padded = (1,) * lead + own
    apart = tuple(n for pair in zip(repeats, padded, strict=True) for n in pair)

    def back(g):
        return g.reshape(apart).sum(axis=tuple(range(0, len(apart), 2))).reshape(own)

    return record("repeat", np.tile(self._a, repeats), back, (self,))


@method()
def tile(input, *dims):
    """Copy the whole along each axis."""
    dims = sizes(dims)
    return tile_all(input, *(1,) * (input.ndim - len(dims)), *dims)


@method()
def repeat_interleave(input, repeats, dim=None):
    """Copy each element, row or column in place."""
    x = reshape(input, -1) if dim is None else input
    dim = 0 if dim is None else axis(dim, x.ndim)
    counts = repeats._a if isinstance(repeats, Tensor) else repeats
    out = np.repeat(x._a, counts, axis=dim)
    which = np.repeat(np.arange(x._a.shape[dim]), counts)
    own = x._a.shape

    def back(g):
        dx = np.zeros(own, g.dtype)
        np.add.at(np.moveaxis(dx, dim, 0), which, np.moveaxis(g, dim, 0))
        return dx

    return record("repeat_interleave", out, back, (x,))


@method("contiguous")
def _contiguous(self):
    """Return the tensor itself, or a copy whose memory is in order."""
    return self if self._a.flags.c_contiguous else clone(self)


@method()
def clone(input, **_):
    """Return a copy with the same history."""
    return record("clone", need(input, "clone")._a.copy(), lambda g: g, (input,))


def cat(tensors, dim=0, **alias):
    """Put tensors one after another along an axis."""
    dim = alias.get("axis", dim)
    tensors = [need(t, "cat", "tensors") for t in tensors]
    if not tensors:
        raise RuntimeError("cat: expected a non-empty list of Tensors")
    first = tensors[0]._a
    dim = axis(dim, first.ndim)
    for t in tensors[1:]:
        if t.ndim != first.ndim:
            raise RuntimeError(
                f"cat: Tensors must have same number of dimensions: got {first.ndim} "
                f"and {t.ndim}"
            )
        unlike = [i for i in range(first.ndim) if t._a.shape[i] != first.shape[i]]
        if unlike and unlike != [dim]:
            raise RuntimeError(
                f"cat: Sizes of tensors must match except in dimension {dim}; got "
                f"{first.shape} and {t._a.shape}."
            )
    arrays = [t._a for t in tensors]
    dtype = arrays[0].dtype
    for a in arrays[1:]:
        dtype = dtype if a.dtype == dtype else promote(np.empty(1, dtype), a)
    out = np.concatenate(arrays, axis=dim, dtype=dtype)
    if not any(asks(*tensors)):
        return wrap(out)
    ends = np.cumsum([a.shape[dim] for a in arrays])[:-1]
    kinds = [a.dtype for a in arrays]

    def back(g):
        parts = np.split(g, ends, axis=dim)
        return tuple(p.astype(k, copy=False) for p, k in zip(parts, kinds, strict=True))

    return record("cat", out, back, tensors)


concat = concatenate = cat


def stack(tensors, dim=0, **alias):
    """Put tensors of one shape side by side along a new axis."""
    dim = alias.get("axis", dim)
    tensors = [need(t, "stack", "tensors") for t in tensors]
    for i, t in enumerate(tensors):
        if t._a.shape != tensors[0]._a.shape:
            raise RuntimeError(
                f"stack expects each tensor to be equal size, but got "
                f"{list(tensors[0].shape)} at entry 0 and {list(t.shape)} at entry {i}"
            )
    if not tensors:
        raise RuntimeError("stack expects a non-empty TensorList")
    dim = axis(dim, tensors[0].ndim, 1)
    return cat([unsqueeze(t, dim) for t in tensors], dim)


def vstack(tensors):
    """Put tensors one below another."""
    return cat([t if t.ndim > 1 else reshape(t, 1, -1) for t in tensors], 0)


def hstack(tensors):
    """Put tensors side by side."""
    tensors = list(tensors)
    return cat(tensors, 0 if tensors[0].ndim < 2 else 1)


@method("split")
def split(tensor, split_size_or_sections, dim=0):
    """Cut into views of one size, or of the sizes of a list."""
    dim = axis(dim, tensor.ndim)
    total, sections = tensor._a.shape[dim], split_size_or_sections
    if isinstance(sections, int):
        sections = [min(sections, total - i) for i in range(0, total, sections)]
    if sum(sections) != total:
        raise RuntimeError(
            f"split: sizes {list(sections)} must add up to {total}, the size of "
            f"dimension {dim}."
        )
    starts = np.cumsum([0, *sections])[:-1]
    lead = (slice(None),) * dim
    return tuple(
        tensor[(*lead, slice(int(s), int(s) + n))]
        for s, n in zip(starts, sections, strict=True)
    )


@method()
def chunk(input, chunks, dim=0):
    """Cut into this many views, the last perhaps smaller."""
    return split(
        input, max(1, -(-input._a.shape[axis(dim, input.ndim)] // chunks)), dim
    )


@method()
def unbind(input, dim=0):
    """Return the slices along an axis."""
    lead = (slice(None),) * axis(dim, input.ndim)
    return tuple(input[(*lead, i)] for i in range(input._a.shape[len(lead)]))


@method("narrow")
def narrow(input, dim, start, length):
    """Return a view of some of an axis."""
    lead = (slice(None),) * axis(dim, input.ndim)
    return input[(*lead, slice(start, start + length))]


@method("flip")
def _flip_method(self, *dims):
    """Turn axes around."""
    return flip(self, sizes(dims))


def flip(input, dims):
    """Turn axes around."""
    dims = (dims,) if isinstance(dims, int) else tuple(dims)
    back = lambda g: np.flip(g, dims)
    return record("flip", np.flip(input._a, dims).copy(), back, (input,))


@method()
def roll(input, shifts, dims=None):
    """Shift elements, the last to the front."""
    less = tuple(-s for s in shifts) if isinstance(shifts, tuple | list) else -shifts
    back = lambda g: np.roll(g, less, dims)
    return record("roll", np.roll(input._a, shifts, dims), back, (input,))


@method("unfold")
def _unfold(self, dimension, size, step):
    """Return windows along an axis as a last axis."""
    dim, own = axis(dimension, self.ndim), self._a.shape
    windows = lambda a: np.moveaxis(
        np.lib.stride_tricks.sliding_window_view(a, size, dim), dim, 0
    )[::step]
    out = np.moveaxis(windows(self._a), 0, dim).copy()

    def back(g):
        dx = np.zeros(own, g.dtype)
        for i, part in enumerate(np.moveaxis(g, dim, 0)):
            at = np.moveaxis(dx, dim, -1)[..., i * step : i * step + size]
            at += part
        return dx

    return record("unfold", out, back, (self,))


@method("size")
def _size(self, dim=None):
    """Return the shape, or one size."""
    return self.shape if dim is None else self._a.shape[axis(dim, self.ndim)]


@method("numel", "nelement")
def numel(input):
    """Return the number of elements."""
    return input._a.size


@method("dim", "ndimension")
def _dim(self):
    """Return the number of axes."""
    return self._a.ndim


@method("stride")
def _stride(self, dim=None):
    """Return the steps between elements, in elements."""
    steps = tuple(s // self._a.itemsize for s in self._a.strides)
    return steps if dim is None else steps[dim]


@method("is_contiguous")
def _is_contiguous(self):
    """Tell whether the memory is in order."""
    return self._a.flags.c_contiguous


# Other dtypes -------------------------------------------------------------------
@method("to")
def _to(self, *args, dtype=None, device=None, copy=False, **_):
    """Return another dtype; the device must be the CPU."""
    for value in args:
        if isinstance(value, bool):
            continue
        if isinstance(value, Tensor):
            dtype = value.dtype
        elif dtypes.is_device(value):
            device = value
        else:
            dtype = value
    dtypes.check_device(device)
    dtype = self.dtype if dtype is None else dtypes.as_dtype(dtype)
    if dtype == self.dtype and not copy:
        return self
    before, out = self.dtype, self._a.astype(dtype)
    if dtype.kind != "f" or before.kind != "f":
        return wrap(out)
    return record("to", out, lambda g: g.astype(before, copy=False), (self,))


@method("type")
def _type(self, dtype=None, **_):
    """Return another dtype, or without an argument the name of this one."""
    if dtype is None:
        return f"torch.{dtypes.spoken(self.dtype)}Tensor"
    return self.to(dtypes.as_dtype(dtype))


@method("type_as")
def _type_as(self, other):
    """Return the dtype of another tensor."""
    return self.to(other.dtype)


def _conversion(name, dtype):
    def convert(self):
        return self.to(dtype)

    convert.__name__, convert.__doc__ = name, f"Return the numbers as {dtype}."
    setattr(Tensor, name, convert)


for _name, _dtype in dtypes.DTYPES.items():
    if _name in ("float", "double", "long", "int", "short", "bool"):
        _conversion(_name, _dtype)


@method("cpu")
def _cpu(self):
    """Return the tensor: it is on the CPU."""
    return self


@method("is_floating_point")
def is_floating_point(input):
    """Tell whether the numbers are float32 or float64."""
    return input._a.dtype.kind == "f"
