"""Reading and writing parts of a tensor, and choosing among its elements."""

import numpy as np

from cs231n import layers
from cs231n.autograd.graph import Node, _Mode
from cs231n.autograd.history import (
    adopt,
    asks,
    check_leaf,
    overwrite,
    record,
    view,
)
from cs231n.autograd.ops.choosing import index_error
from cs231n.autograd.ops.promotion import fit
from cs231n.autograd.tensor import Tensor, edge, method, wrap


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
        raise index_error(error, shape) from None
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
    if values.dtype.kind not in "fiub":
        raise TypeError(
            f"can't assign a {type(value).__name__} to a tensor"
            + (": an answer is still None." if value is None else ".")
        )
    if not isinstance(value, Tensor) and values.dtype.kind == "f":
        values = values.astype(
            self._a.dtype if self._a.dtype.kind == "f" else values.dtype
        )
    try:
        part = self._a[basic]
        where = basic
        if fancy is not None:
            part, where = part[fancy], None
        extra = values.ndim - np.ndim(part)
        if extra > 0 and values.shape[:extra] == (1,) * extra:
            values = values.reshape(values.shape[extra:])
        np.broadcast_to(values, np.shape(part))
    except IndexError as error:
        raise index_error(error, self._a.shape) from None
    except ValueError:
        raise RuntimeError(
            f"shape mismatch: value tensor of shape {list(values.shape)} cannot be "
            f"broadcast to indexing result of shape {list(np.shape(part))}"
        ) from None
    if self._a.dtype.kind != "f" and values.dtype.kind == "f":
        values = values.astype(self._a.dtype)  # PyTorch truncates here
    recorded = recorded and self._a.dtype.kind == "f"
    history = edge(value) if recorded and isinstance(value, Tensor) else None
    before = edge(self) if recorded else None
    if where is not None:
        overwrite(self, "setitem", values, where)
    else:
        overwrite(wrap(self._a[basic]), "setitem", values, fancy)
        self._version[0] += 1
    if history is not None or before is not None:
        own = value._a.shape if isinstance(value, Tensor) else ()
        adopt(self, _written(before, history, basic, fancy, values, own))


def _written(before, history, basic, fancy, values, own):
    """Return the node of a write: the part's gradient goes to what was written."""
    like = values.shape, values.dtype
    has, sent = before is not None, history is not None

    def back(g):
        part = g[basic] if fancy is None else g[basic][fancy]
        kept = None
        if has:
            kept = g.copy()
            target = kept if fancy is None else kept[basic]
            target[basic if fancy is None else fancy] = 0
        return kept, fit(np.asarray(part), *like).reshape(own) if sent else None

    return Node("setitem", back, (before, history))
