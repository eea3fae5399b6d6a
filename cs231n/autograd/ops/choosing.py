"""Choosing among elements: by places, by masks, by sides of a diagonal."""

import numpy as np

from cs231n.autograd import dtypes
from cs231n.autograd.history import record, write
from cs231n.autograd.ops.promotion import fit, promote
from cs231n.autograd.ops.shaping import axis
from cs231n.autograd.tensor import Tensor, method, need, wrap


def index_error(error, shape):
    """Return the error of an index that is out of range."""
    text = str(error).replace("axis", "dimension")
    return IndexError(f"{text} (the tensor has shape {tuple(shape)})")


def _where_along(index, dim):
    """Return the index of every element that ``gather`` along an axis reads."""
    grid = list(np.ogrid[tuple(slice(n) for n in index.shape)])
    grid[dim] = index
    return tuple(grid)


def _indices(index, step):
    index = need(index, step, "index")._a
    if index.dtype.kind not in "iu":
        raise RuntimeError(f"{step}(): Expected dtype int64 for index")
    return index


def _targets(step, x, dim, index):
    """Return where to write, and the places as an array; refuse those outside."""
    index, dim = _indices(index, step), axis(dim, x.ndim)
    if index.ndim != x.ndim:
        raise RuntimeError(
            f"{step}: expected an index of {x.ndim} dimensions; got {index.shape}."
        )
    n = x._a.shape[dim]
    if index.size and not 0 <= index.min() <= index.max() < n:
        raise RuntimeError(
            f"{step}: places from {index.min()} to {index.max()} are not all in 0 to "
            f"{n - 1}, dimension {dim} of {x._a.shape}."
        )
    return _where_along(index, dim), index


@method()
def gather(input, dim, index):
    """Choose one element along an axis for each of ``index``."""
    x, index = need(input, "gather")._a, _indices(index, "gather")
    dim = axis(dim, x.ndim)
    if index.ndim != x.ndim:
        raise RuntimeError(
            f"Index tensor must have the same number of dimensions as input tensor: "
            f"got {index.ndim} and {x.ndim}."
        )
    where, shape, dtype = _where_along(index, dim), x.shape, x.dtype
    try:
        if index.size and index.min() < 0:
            raise IndexError(f"index {index.min()} is out of bounds")
        out = x[where]
    except IndexError as error:
        raise RuntimeError(f"gather: {index_error(error, shape)}") from None

    def back(g):
        dx = np.zeros(shape, dtype)
        if index.shape[dim] == 1:
            dx[where] = g
        else:
            np.add.at(dx, where, g)
        return dx

    return record("gather", out, back, (input,))


@method()
def scatter(input, dim, index, src=None, *, value=None):
    """Write ``src`` or a number to one element along an axis for each of ``index``."""
    src = value if src is None else src
    where, index = _targets("scatter", input, dim, index)
    part = tuple(slice(n) for n in index.shape)
    data = src._a[part] if isinstance(src, Tensor) else src
    out = input._a.copy()
    out[where] = data
    like = src._a if isinstance(src, Tensor) else None

    def back(g):
        kept = g.copy()
        kept[where] = 0
        if like is None:
            return kept, None
        to_src = np.zeros(like.shape, g.dtype)
        to_src[part] = g[where]
        return kept, to_src

    inputs = (input, src if isinstance(src, Tensor) else None)
    return record("scatter", out, back, inputs)


@method()
def scatter_add(input, dim, index, src):
    """Add ``src`` to one element along an axis for each of ``index``."""
    where, index = _targets("scatter_add", input, dim, index)
    part, shape = tuple(slice(n) for n in index.shape), src._a.shape
    out = input._a.copy()
    np.add.at(out, where, src._a[part])

    def back(g):
        to_src = np.zeros(shape, g.dtype)
        to_src[part] = g[where]
        return g, to_src

    return record("scatter_add", out, back, (input, src))


@method("index_select")
def index_select(input, dim, index):
    """Choose slices along an axis."""
    return input[(*(slice(None),) * axis(dim, input.ndim), index)]


@method("select")
def select(input, dim, index):
    """Return one slice along an axis."""
    return input[(*(slice(None),) * axis(dim, input.ndim), index)]


def take_along_dim(input, indices, dim):
    """Choose one element along an axis for each of ``indices``."""
    return gather(input, dim, indices)


def where(condition, input=None, other=None):
    """Take elements of one or the other; without both, return the places of True."""
    if input is None and other is None:
        return tuple(wrap(i) for i in np.nonzero(condition._a))
    given = [t for t in (input, other) if isinstance(t, Tensor)]
    if len(given) == 2:
        dtype = promote(*(t._a for t in given))
    elif given:
        dtype = given[0].dtype
        loose = next(t for t in (input, other) if not isinstance(t, Tensor))
        if isinstance(loose, float) and dtype.kind != "f":
            dtype = np.dtype(np.float32)
    else:
        dtype = np.asarray(input).dtype if isinstance(input, int) else np.float32
    arrays = [t._a if isinstance(t, Tensor) else t for t in (input, other)]
    mask = need(condition, "where")._a
    if mask.dtype.kind != "b":
        raise RuntimeError(
            f"where expected condition to be a boolean tensor, but got a tensor with "
            f"dtype {dtypes.spoken(mask.dtype)}"
        )
    out = np.where(mask, *(np.asarray(a, dtype) for a in arrays))
    likes = [
        (t._a.shape, t.dtype) if isinstance(t, Tensor) else None for t in (input, other)
    ]

    def back(g):
        parts = np.where(mask, g, 0), np.where(mask, 0, g)
        return tuple(
            like and fit(p, *like) for p, like in zip(parts, likes, strict=True)
        )

    inputs = tuple(t if isinstance(t, Tensor) else None for t in (input, other))
    return record("where", out, back, inputs)


Tensor.where = lambda self, condition, other: where(condition, self, other)


@method()
def masked_fill(input, mask, value):
    """Replace elements by a number where a mask of bools is True."""
    x, m = need(input, "masked_fill")._a, need(mask, "masked_fill", "mask")._a
    if m.dtype.kind != "b":
        raise RuntimeError(
            f"masked_fill_ only supports boolean masks, but got mask with dtype "
            f"{dtypes.spoken(m.dtype).lower()}; write mask == 0 or mask.bool()."
        )
    given = value if isinstance(value, Tensor) else None
    number = value if given is None else value.item()
    if x.dtype.kind != "f" and not float(number).is_integer():
        raise RuntimeError(
            f"value cannot be converted to type {x.dtype} without overflow"
        )
    try:
        np.broadcast_shapes(x.shape, m.shape)
    except ValueError:
        raise RuntimeError(
            f"masked_fill: a mask of shape {m.shape} does not fit a tensor of shape "
            f"{x.shape}."
        ) from None
    out = np.where(m, np.asarray(number, x.dtype), x)
    own, dtype = x.shape, x.dtype
    like = None if given is None else (given._a.shape, given.dtype)

    def back(g):
        kept = fit(np.where(m, np.zeros((), dtype), g), own, dtype)
        return kept, like and fit(np.where(m, g, 0), *like)

    return record("masked_fill", out, back, (input, given))


@method("masked_fill_")
def _masked_fill_(self, mask, value):
    """Replace elements in place where a mask is True; return self."""
    return write(self, "masked_fill_", lambda old: masked_fill(old, mask, value))


@method()
def masked_select(input, mask):
    """Return the elements where a mask is True, as one axis."""
    try:
        x, m = np.broadcast_arrays(input._a, mask._a)
    except ValueError:
        raise RuntimeError(
            f"masked_select: a mask of shape {mask._a.shape} does not fit "
            f"{input._a.shape}."
        ) from None
    if m.dtype.kind != "b":
        raise RuntimeError("masked_select: expected BoolTensor for mask")
    own, dtype = input._a.shape, x.dtype

    def back(g):
        dx = np.zeros(m.shape, dtype)
        dx[m] = g
        return fit(dx, own, dtype)

    return record("masked_select", x[m], back, (input,))


def nonzero(input, *, as_tuple=False):
    """Return the places of elements that are not zero."""
    places = np.nonzero(input._a)
    if as_tuple:
        return tuple(wrap(p) for p in places)
    return wrap(np.stack(places, axis=-1))


method()(nonzero)


__all__ = [
    "gather",
    "index_select",
    "masked_fill",
    "masked_select",
    "nonzero",
    "scatter",
    "scatter_add",
    "select",
    "take_along_dim",
    "where",
]
