"""Copies put together, taken apart, repeated and shifted."""

import numpy as np

from cs231n.autograd.history import asks, record
from cs231n.autograd.ops.promotion import promote
from cs231n.autograd.ops.shaping import axis, reshape, sizes, unsqueeze
from cs231n.autograd.tensor import Tensor, method, need, wrap


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
    counts = np.asarray(counts, np.intp)
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


def _several(tensors, step):
    """Return a list of tensors; refuse one tensor, and none."""
    if isinstance(tensors, Tensor):
        raise TypeError(f"{step}(): expected a list or tuple of Tensors, not a Tensor")
    tensors = [need(t, step, "tensors") for t in tensors]
    if not tensors:
        raise RuntimeError(f"{step}: expected a non-empty list of Tensors")
    return tensors


def cat(tensors, dim=0, **alias):
    """Put tensors one after another along an axis."""
    dim = alias.get("axis", dim)
    tensors = _several(tensors, "cat")
    # PyTorch lets an empty vector pass, whatever the others are.
    tensors = [t for t in tensors if t._a.shape != (0,)] or tensors[:1]
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
    tensors = _several(tensors, "stack")
    for i, t in enumerate(tensors):
        if t._a.shape != tensors[0]._a.shape:
            raise RuntimeError(
                f"stack expects each tensor to be equal size, but got "
                f"{list(tensors[0].shape)} at entry 0 and {list(t.shape)} at entry {i}"
            )
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
        if sections < 1:
            raise RuntimeError(f"split: sizes must be positive; got {sections}.")
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
    if chunks < 1:
        raise RuntimeError(f"chunk: expects a positive number; got {chunks}.")
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
    dim = axis(dim, input.ndim)
    if not 0 <= start <= start + length <= input._a.shape[dim]:
        raise RuntimeError(
            f"narrow: {start} to {start + length} leaves dimension {dim} of "
            f"{input._a.shape}."
        )
    return input[(*(slice(None),) * dim, slice(start, start + length))]


@method("flip")
def _flip_method(self, *dims):
    """Turn axes around."""
    return flip(self, sizes(dims))


def flip(input, dims):
    """Turn axes around."""
    dims = (dims,) if isinstance(dims, int) else tuple(dims)
    dims = tuple(axis(d, input.ndim) for d in dims)
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


__all__ = [
    "cat",
    "chunk",
    "clone",
    "concat",
    "concatenate",
    "flip",
    "hstack",
    "narrow",
    "repeat_interleave",
    "roll",
    "split",
    "stack",
    "tile",
    "unbind",
    "vstack",
]
