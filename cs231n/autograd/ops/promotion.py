"""Steps on single elements: broadcasting, and the dtypes of results, as PyTorch has."""

import numbers

import numpy as np

from cs231n.autograd.history import asks, record
from cs231n.autograd.tensor import Tensor, need, wrap

_RANK = {"b": 0, "u": 1, "i": 1, "f": 2}
_FLOAT = np.dtype(np.float32)


def fit(g, shape, dtype):
    """Sum a gradient over the axes along which its input was repeated."""
    if g.shape != shape:
        lead = g.ndim - len(shape)
        axes = tuple(range(lead)) + tuple(
            i + lead for i, n in enumerate(shape) if n == 1 and g.shape[i + lead] != 1
        )
        g = np.add.reduce(g, axis=axes, keepdims=True) if axes else g
        g = g.reshape(shape)
    return g if g.dtype == dtype else g.astype(dtype)


def operands(step, a, b):
    """Return two arrays of one dtype, or an array and a Python number."""
    if type(a) is not Tensor and not isinstance(a, Tensor):
        y, x = operands(step, b, a)
        return x, y
    x = a._a
    if isinstance(b, Tensor):
        y = b._a
        if x.dtype == y.dtype:
            return x, y
        dtype = promote(x, y)
        return x.astype(dtype, copy=False), y.astype(dtype, copy=False)
    if isinstance(b, np.ndarray) and b.ndim:
        return operands(step, a, wrap(b))
    if isinstance(b, np.generic | np.ndarray):
        b = b.item()
    if not isinstance(b, numbers.Number) or isinstance(b, complex):
        raise TypeError(
            f"{step}(): cannot combine a Tensor with {type(b).__name__}"
            + (": an answer is still None." if b is None else ".")
        )
    if isinstance(b, float) and x.dtype.kind != "f":
        x = x.astype(_FLOAT)
    return x, b


def promote(x, y):
    """Return the dtype of two arrays together: 0-d ones count less, as in PyTorch."""
    kinds = _RANK[x.dtype.kind], _RANK[y.dtype.kind]
    if (x.ndim == 0) != (y.ndim == 0):
        strong, weak = (x, y) if y.ndim == 0 else (y, x)
        if _RANK[strong.dtype.kind] >= _RANK[weak.dtype.kind]:
            return strong.dtype
        return weak.dtype
    if kinds[0] != kinds[1] and 2 in kinds:
        return x.dtype if kinds[0] == 2 else y.dtype
    return np.promote_types(x.dtype, y.dtype)


def misfit(step, x, y):
    """Return the error of two shapes that do not broadcast."""
    x, y = np.shape(x), np.shape(y)
    pairs = enumerate(zip(x[::-1], y[::-1], strict=False), 1)
    at = next((i for i, (m, n) in pairs if m != n and 1 not in (m, n)), 1)
    return RuntimeError(
        f"{step}: the size of tensor a {x} must match the size of tensor b {y} at "
        f"dimension {-at}: {x[-at]} is not {y[-at]}, and neither is 1."
    )


def binary(step, ufunc, a, b, da, db, reads_a="", reads_b=""):
    """Record ``ufunc(a, b)``; ``reads_a`` names what the gradient of ``a`` reads."""
    x, y = operands(step, a, b)
    try:
        out = ufunc(x, y)
    except ValueError:
        raise misfit(step, x, y) from None
    ta, tb = (t if isinstance(t, Tensor) else None for t in (a, b))
    wa, wb = asks(ta, tb)
    if not (wa or wb):
        return wrap(out)
    like_a = (ta._a.shape, ta._a.dtype) if wa else None
    like_b = (tb._a.shape, tb._a.dtype) if wb else None
    reads = reads_a * wa + reads_b * wb
    x, y = x if "a" in reads else None, y if "b" in reads else None
    saved = [t for t, read in ((ta, x), (tb, y)) if t is not None and read is not None]

    def back(g):
        return (
            fit(da(g, x, y), *like_a) if like_a else None,
            fit(db(g, x, y), *like_b) if like_b else None,
        )

    return record(step, out, back, (ta, tb), saved, fresh=bool(reads_a))


def same(g, x, y):
    """Return the gradient as it came."""
    return g


def unary(step, x, function, slope, reads="x", floats=True):
    """Record ``function(x)``; ``slope(g, x or out)`` carries a gradient back."""
    x = need(x, step)
    a = x._a
    if floats and a.dtype.kind != "f":
        a = a.astype(_FLOAT)
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        out = function(a)
    if not asks(x)[0]:
        return wrap(out)
    seen = {"x": a, "out": np.asarray(out)}.get(reads)

    def back(g):
        with np.errstate(divide="ignore", invalid="ignore"):
            return slope(g, seen)

    return record(
        step, out, back, (x,), (x,) if reads == "x" else (), reads == "out", True
    )
