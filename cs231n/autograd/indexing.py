"""Reading and writing parts of a tensor, and choosing among its elements."""

import numpy as np

from cs231n import layers
from cs231n.autograd import dtypes
from cs231n.autograd.graph import Node, _Mode
from cs231n.autograd.history import (
    adopt,
    asks,
    check_leaf,
    overwrite,
    record,
    view,
    write,
)
from cs231n.autograd.promotion import fit, promote
from cs231n.autograd.shaping import axis
from cs231n.autograd.tensor import Tensor, edge, method, need, wrap


def _parts(index, ndim):
    """Return ``(basic, fancy)``: slices and numbers first, then arrays, as PyTorch.

    ``fancy`` indexes what ``basic`` gives, and is None where there are no arrays.
    """
    parts = [_part(i) for i in (index if isinstance(index, tuple) else (index,))]
    if not any(isinstance(p, np.ndarray) for p in parts):
        return tuple(parts), None
    used = sum(_axes(p) for p in parts)
    if any(p is ... for p in parts):
        at = next(i for i, p in enumerate(parts) if p is ...)
        parts[at : at + 1] = [slice(None)] * (ndim - used)
    basic, fancy = [], []
    for part in parts:
        if isinstance(part, np.ndarray):
            basic += [slice(None)] * _axes(part)
            fancy.append(part)
        else:
            basic.append(part)
            fancy += [] if isinstance(part, int) else [slice(None)]
    return tuple(basic), tuple(fancy)


def _part(i):
    """Return one part of an index as Python's or an array."""
    if isinstance(i, Tensor):
        i = i._a
        if i.dtype.kind == "f":
            raise IndexError(
                "tensors used as indices must be long, int, byte or bool tensors"
            )
    if isinstance(i, slice):
        if i.step is not None and i.step < 0:
            raise ValueError("step must be greater than zero; use .flip(dim)")
        bounds = (i.start, i.stop, i.step)
        return slice(*(b if b is None else int(b) for b in bounds))
    if i is None or i is ... or isinstance(i, bool):
        return i if not isinstance(i, bool) else np.array(i)
    if isinstance(i, list | range):
        i = np.array([int(k) if isinstance(k, Tensor) else k for k in i])
        i = i if i.size else i.astype(np.int64)
    if isinstance(i, np.ndarray) and i.dtype.kind in "iub":
        return int(i) if i.ndim == 0 and i.dtype.kind != "b" else i
    if isinstance(i, np.integer | int):
        return int(i)
    raise IndexError(
        f"only integers, slices, None, ..., lists and tensors of whole numbers or "
        f"bools are indices; got {type(i).__name__}."
    )


def _axes(part):
    """Return how many axes of the tensor a part of an index uses up."""
    if part is None or part is ...:
        return 0
    return part.ndim if isinstance(part, np.ndarray) and part.dtype.kind == "b" else 1


def _say(error, shape):
    text = str(error).replace("axis", "dimension")
    return IndexError(f"{text} (the tensor has shape {tuple(shape)})")


@method("__getitem__")
def _getitem(self, index):
    """Return a view for slices and numbers, a copy for lists and masks."""
    basic, fancy = _parts(index, self._a.ndim)
    shape, dtype = self._a.shape, self._a.dtype
    try:
        part = self._a[basic]
        if fancy is None:
            return _slice(self, basic)
        out = part[fancy]
    except IndexError as error:
        raise _say(error, shape) from None
    if not asks(self)[0]:
        return wrap(out)
    once = all(not isinstance(f, np.ndarray) or f.dtype.kind == "b" for f in fancy)
    rows = fancy[0] if len(fancy) == 1 and not once and len(shape) == 2 else None

    def back(g):
        if rows is not None and basic == (slice(None),) and rows.min(initial=0) >= 0:
            return layers.word_embedding_backward(g, (rows, shape, dtype))
        dx = np.zeros(shape, dtype)
        if once:
            dx[basic][fancy] = g
        else:
            np.add.at(dx[basic], fancy, g)
        return dx

    return record("index", out, back, (self,))


def _slice(x, index):
    shape, dtype = x._a.shape, x._a.dtype

    def how(a):
        out = a[index]
        return out if isinstance(out, np.ndarray) else a[(*index, ...)]

    def back(g):
        dx = np.zeros(shape, dtype)
        dx[index] = g
        return dx

    return view("select", x, how, back)


@method("__setitem__")
def _setitem(self, index, value):
    """Write into a part; the gradient of the part then goes to the value."""
    basic, fancy = _parts(index, self._a.ndim)
    recorded = _Mode.enabled
    if recorded:
        check_leaf(self)
    values = value._a if isinstance(value, Tensor) else np.asarray(value)
    if not isinstance(value, Tensor) and values.dtype.kind == "f":
        values = values.astype(
            self._a.dtype if self._a.dtype.kind == "f" else values.dtype
        )
    try:
        part = self._a[basic]
        where = basic
        if fancy is not None:
            part, where = part[fancy], None
        np.broadcast_to(values, np.shape(part))
    except IndexError as error:
        raise _say(error, self._a.shape) from None
    except ValueError:
        raise RuntimeError(
            f"shape mismatch: value tensor of shape {list(values.shape)} cannot be "
            f"broadcast to indexing result of shape {list(np.shape(part))}"
        ) from None
    if self._a.dtype.kind != "f" and values.dtype.kind == "f":
        values = values.astype(self._a.dtype)  # PyTorch truncates here
    history = edge(value) if recorded and isinstance(value, Tensor) else None
    before = edge(self) if recorded else None
    if where is not None:
        overwrite(self, "setitem", values, where)
    else:
        overwrite(wrap(self._a[basic]), "setitem", values, fancy)
        self._version[0] += 1
    if history is not None or before is not None:
        adopt(self, _written(before, history, basic, fancy, values))


def _written(before, history, basic, fancy, values):
    """Return the node of a write: the part's gradient goes to what was written."""
    shape, dtype = values.shape, values.dtype
    has, sent = before is not None, history is not None

    def back(g):
        part = g[basic] if fancy is None else g[basic][fancy]
        kept = None
        if has:
            kept = g.copy()
            target = kept if fancy is None else kept[basic]
            target[basic if fancy is None else fancy] = 0
        return kept, fit(np.asarray(part), shape, dtype) if sent else None

    return Node("setitem", back, (before, history))


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
        raise RuntimeError(f"gather: {_say(error, shape)}") from None

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
    index = _indices(index, "scatter")
    where = _where_along(index, axis(dim, input.ndim))
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
    index = _indices(index, "scatter_add")
    where = _where_along(index, axis(dim, input.ndim))
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
    number = value.item() if isinstance(value, Tensor) else value
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
    back = lambda g: fit(np.where(m, np.zeros((), dtype), g), own, dtype)
    return record("masked_fill", out, back, (input,))


@method("masked_fill_")
def _masked_fill_(self, mask, value):
    """Replace elements in place where a mask is True; return self."""
    return write(self, "masked_fill_", lambda old: masked_fill(old, mask, value))


@method()
def masked_select(input, mask):
    """Return the elements where a mask is True, as one axis."""
    x, m = np.broadcast_arrays(input._a, mask._a)
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


@method()
def tril(input, diagonal=0):
    """Keep what is on and below a diagonal."""
    back = lambda g: np.tril(g, diagonal)
    return record("tril", np.tril(need(input, "tril")._a, diagonal), back, (input,))


@method()
def triu(input, diagonal=0):
    """Keep what is on and above a diagonal."""
    back = lambda g: np.triu(g, diagonal)
    return record("triu", np.triu(need(input, "triu")._a, diagonal), back, (input,))


@method("diagonal")
def diagonal(input, offset=0, dim1=0, dim2=1):
    """Return a diagonal of the last of two axes as a copy."""
    shape, dtype = input._a.shape, input._a.dtype

    def back(g):
        dx = np.zeros(shape, dtype)
        rows = np.arange(g.shape[-1])
        at = np.moveaxis(dx, (dim1, dim2), (-2, -1))
        at[..., rows + max(0, -offset), rows + max(0, offset)] = g
        return dx

    out = np.diagonal(input._a, offset, dim1, dim2).copy()
    return record("diagonal", out, back, (input,))


@method()
def diag(input, diagonal=0):
    """Return the diagonal of a matrix, or a matrix with a diagonal."""
    n = need(input, "diag").ndim
    if n not in (1, 2):
        raise RuntimeError(
            f"diag(): Supports 1D or 2D tensors. Got {n}D; for others use diagonal()."
        )
    out = np.array(np.diag(input._a, diagonal))
    shape = input._a.shape

    def back(g):
        if n == 1:
            return np.diag(g, diagonal)
        dx = np.zeros(shape, g.dtype)
        rows = np.arange(len(g))
        dx[rows + max(0, -diagonal), rows + max(0, diagonal)] = g
        return dx

    return record("diag", out, back, (input,))


# Filling in place ---------------------------------------------------------------
@method("copy_")
def _copy_(self, src, non_blocking=False):
    """Take the numbers of another tensor; return self."""
    self[...] = src
    return self


@method("fill_")
def _fill_(self, value):
    """Take one number everywhere; return self."""
    self[...] = value
    return self


@method("zero_")
def _zero_(self):
    """Become zero; return self."""
    self[...] = 0
    return self


@method("fill_diagonal_")
def _fill_diagonal_(self, fill_value, wrap=False):
    """Write a number to the diagonal; return self."""
    rows = list(range(min(self._a.shape)))
    self[(rows,) * self.ndim] = fill_value
    return self


@method("scatter_")
def _scatter_(self, dim, index, src=None, *, value=None):
    """Do :func:`scatter` in place; return self."""
    return write(
        self, "scatter_", lambda old: scatter(old, dim, index, src, value=value)
    )


@method("scatter_add_", "index_put_add_")
def _scatter_add_(self, dim, index, src):
    """Do :func:`scatter_add` in place; return self."""
    return write(self, "scatter_add_", lambda old: scatter_add(old, dim, index, src))


def _in_place(name, function):
    def change(self, *args):
        return write(self, name, lambda old: function(old, *args))

    change.__doc__ = f"Do :func:`{name}` in place; return self."
    setattr(Tensor, f"{name}_", change)


_in_place("tril", tril)
_in_place("triu", triu)
