"""Products of matrices and vectors."""

import numpy as np

from cs231n import kernels
from cs231n.autograd import dtypes
from cs231n.autograd.history import asks, record
from cs231n.autograd.ops.promotion import fit
from cs231n.autograd.tensor import method, need


def _alike(step, a, b):
    """Refuse factors of two dtypes, as PyTorch does; return their arrays."""
    x, y = need(a, step)._a, need(b, step, "other")._a
    if x.dtype != y.dtype:
        raise RuntimeError(
            f"{step}: expected m1 and m2 to have the same dtype, but got: "
            f"{_lower(x)} != {_lower(y)}"
        )
    return x, y


def _lower(a):
    return dtypes.spoken(a.dtype).lower()


def times(x, y):
    """Multiply two matrices (or stacks of them) of one dtype."""
    if x.ndim != 2 or y.ndim != 2 or x.dtype.kind != "f":
        return np.matmul(x, y)
    out = np.empty((x.shape[0], y.shape[1]), x.dtype)
    if out.size and x.shape[1]:
        kernels.impl.matmul(_whole(x), _whole(y), out)
    else:
        out.fill(0)
    return out


def _whole(a):
    """Return a matrix whose strides are positive multiples of an element."""
    return a if min(a.strides) > 0 and a.flags.aligned else np.ascontiguousarray(a)


@method("matmul", "__matmul__")
def matmul(input, other):
    """Multiply matrices, stacks of them, or vectors."""
    x, y = _alike("matmul", input, other)
    if x.ndim == 0 or y.ndim == 0:
        raise RuntimeError(
            "both arguments to matmul need to be at least 1D, but they are "
            f"{x.ndim}D and {y.ndim}D"
        )
    inner = y.shape[0] if y.ndim == 1 else y.shape[-2]
    if x.shape[-1] != inner:
        raise RuntimeError(
            f"mat1 and mat2 shapes cannot be multiplied ({_by(x)} and {_by(y)}): the "
            f"last size of {x.shape} must be {inner}."
        )
    rows = x.ndim > 2 and y.ndim == 2  # a stack of rows times one matrix
    flat = x.reshape(-1, x.shape[-1]) if rows else x
    try:
        out = times(flat, y)
    except ValueError:
        raise RuntimeError(
            f"matmul: the leading sizes of {x.shape} and {y.shape} do not broadcast."
        ) from None
    wants_x, wants_y = asks(input, other)
    saved = [t for t, w in ((other, wants_x), (input, wants_y)) if w]
    back = lambda g: _factors(g, x, y, wants_x, wants_y)
    if rows:
        out = out.reshape(*x.shape[:-1], y.shape[1])
    return record("matmul", out, back, (input, other), saved, fresh=True)


def _factors(g, x, y, wants_x, wants_y):
    """Return the gradients of both factors."""
    if x.ndim > 2 and y.ndim == 2:
        g, flat = g.reshape(-1, g.shape[-1]), x.reshape(-1, x.shape[-1])
        dx, dy = _factors(g, flat, y, wants_x, wants_y)
        return None if dx is None else dx.reshape(x.shape), dy
    x2 = x[None] if x.ndim == 1 else x
    y2 = y[:, None] if y.ndim == 1 else y
    if x.ndim == 1:
        g = np.expand_dims(g, -1 if y.ndim == 1 else -2)
    if y.ndim == 1:
        g = np.expand_dims(g, -1)
    dx = dy = None
    if wants_x:
        dx = fit(times(g, y2.swapaxes(-1, -2)), x2.shape, x.dtype).reshape(x.shape)
    if wants_y:
        dy = fit(times(x2.swapaxes(-1, -2), g), y2.shape, y.dtype).reshape(y.shape)
    return dx, dy


def _by(a):
    return "x".join(map(str, a.shape))


def _ranked(step, input, other, ranks):
    """Refuse factors of other ranks than a function is for."""
    found = need(input, step).ndim, need(other, step, "other").ndim
    if found != ranks:
        if step == "dot":
            raise RuntimeError(
                f"1D tensors expected, but got {found[0]}D and {found[1]}D tensors"
            )
        raise RuntimeError(
            f"{step}: expected tensors of {ranks[0]} and {ranks[1]} dimensions; got "
            f"shapes {tuple(input.shape)} and {tuple(other.shape)}."
        )


@method()
def mm(input, mat2):
    """Multiply two matrices."""
    _ranked("mm", input, mat2, (2, 2))
    return matmul(input, mat2)


@method()
def bmm(input, mat2):
    """Multiply two stacks of matrices."""
    _ranked("bmm", input, mat2, (3, 3))
    if input.shape[0] != mat2.shape[0]:
        raise RuntimeError(
            f"bmm: expected stacks of one length; got {tuple(input.shape)} and "
            f"{tuple(mat2.shape)}."
        )
    return matmul(input, mat2)


@method()
def mv(input, vec):
    """Multiply a matrix by a vector."""
    _ranked("mv", input, vec, (2, 1))
    return matmul(input, vec)


@method()
def dot(input, tensor):
    """Inner product of two vectors."""
    _ranked("dot", input, tensor, (1, 1))
    if input.shape != tensor.shape:
        raise RuntimeError(
            f"inconsistent tensor size, expected tensor [{len(input)}] and src "
            f"[{len(tensor)}] to have the same number of elements"
        )
    return matmul(input, tensor)


@method("outer", "ger")
def outer(input, vec2):
    """Products of all pairs of two vectors."""
    _ranked("outer", input, vec2, (1, 1))
    return input.unsqueeze(1) * vec2.unsqueeze(0)


def einsum(equation, *operands):
    """Sum products over letters; each letter at most once in each operand."""
    if len(operands) == 1 and isinstance(operands[0], list | tuple):
        operands = operands[0]
    equation = equation.replace(" ", "")
    left, arrow, right = equation.partition("->")
    subs = left.split(",")
    if "." in equation or any(len(set(s)) != len(s) for s in subs):
        raise NotImplementedError(
            f"einsum({equation!r}): no ellipsis and no letter twice in one operand on "
            f"this tape; use diagonal() or permute() first."
        )
    if not arrow:
        letters = "".join(subs)
        right = "".join(sorted(c for c in set(letters) if letters.count(c) == 1))
    arrays = [need(t, "einsum", "operands")._a for t in operands]
    try:
        out = np.einsum(f"{left}->{right}", *arrays, optimize=len(arrays) > 1)
    except ValueError as error:
        shapes = " and ".join(str(a.shape) for a in arrays)
        raise RuntimeError(
            f"einsum({equation!r}) of shapes {shapes}: {error}"
        ) from None

    def back(g):
        return tuple(_of_operand(i, g, subs, right, arrays) for i in range(len(arrays)))

    return record("einsum", np.array(out), back, operands, operands)


def _of_operand(i, g, subs, right, arrays):
    """Return the gradient of one operand of :func:`einsum`."""
    others = [j for j in range(len(subs)) if j != i]
    known = set(right).union(*(subs[j] for j in others))
    own = "".join(c for c in subs[i] if c in known)
    inputs = ",".join([right, *(subs[j] for j in others)])
    part = np.einsum(
        f"{inputs}->{own}", g, *(arrays[j] for j in others), optimize=bool(others)
    )
    shape = [
        n if c in known else 1 for c, n in zip(subs[i], arrays[i].shape, strict=True)
    ]
    return np.broadcast_to(part.reshape(shape), arrays[i].shape)


__all__ = ["bmm", "dot", "einsum", "matmul", "mm", "mv", "outer"]
