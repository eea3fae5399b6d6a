"""Sums, means, extremes, norms and orders along axes."""

import builtins
import math

import numpy as np

from cs231n.autograd import dtypes
from cs231n.autograd.history import record
from cs231n.autograd.ops.pointwise import abs
from cs231n.autograd.ops.shaping import axis
from cs231n.autograd.tensor import method, need, wrap


def dims(step, x, dim, keepdim, alias):
    """Return axes counted from the front (None for all) and ``keepdim``.

    NumPy's names ``axis`` and ``keepdims`` do as well.
    """
    for name, value in alias.items():
        if name == "axis":
            dim = value
        elif name == "keepdims":
            keepdim = value
        elif not (name == "out" and value is None):
            raise TypeError(f"{step}() got an unexpected keyword argument {name!r}")
    if dim is None:
        return None, keepdim
    many = dim if isinstance(dim, tuple | list) else (dim,)
    many = tuple(axis(d, x._a.ndim) for d in many)
    if x._a.ndim == 0:
        return None, keepdim
    if len(set(many)) < len(many):
        raise RuntimeError(f"{step}: a dim appears twice in {dim}")
    return (None if len(many) == 0 else many), keepdim


def widen(g, shape, axes, keepdim):
    """Repeat a gradient of a reduction over what was reduced; costs no memory."""
    if not keepdim and axes is not None:
        kept = [1 if i in axes else n for i, n in enumerate(shape)]
        g = g.reshape(kept)
    elif axes is None:
        g = g.reshape((1,) * len(shape))
    return np.broadcast_to(g, shape)


@method()
def sum(input, dim=None, keepdim=False, *, dtype=None, **alias):
    """Add up; whole numbers and bools give int64."""
    axes, keepdim = dims("sum", need(input, "sum"), dim, keepdim, alias)
    if dtype is not None:
        input = input.to(dtype)
    x = input._a
    kind = np.int64 if x.dtype.kind in "iub" else x.dtype
    out, shape = x.sum(axis=axes, keepdims=keepdim, dtype=kind), x.shape
    return record("sum", out, lambda g: widen(g, shape, axes, keepdim), (input,))


@method()
def mean(input, dim=None, keepdim=False, *, dtype=None, **alias):
    """Mean; of floats only."""
    axes, keepdim = dims("mean", need(input, "mean"), dim, keepdim, alias)
    if dtype is not None:
        input = input.to(dtype)
    x = input._a
    if x.dtype.kind != "f":
        raise RuntimeError(
            f"mean(): could not infer output dtype. Input dtype must be either a "
            f"floating point or complex dtype. Got: {dtypes.spoken(x.dtype)}; write "
            f"x.float().mean()."
        )
    with np.errstate(invalid="ignore", divide="ignore"):
        out, shape = x.sum(axis=axes, keepdims=keepdim), x.shape
        count = x.size // np.size(out) if np.size(out) else 1
        out = out / count if count else out * np.nan
    share = 1 / builtins.max(1, count)
    return record(
        "mean", out, lambda g: widen(g * share, shape, axes, keepdim), (input,)
    )


@method()
def prod(input, dim=None, keepdim=False, **alias):
    """Product."""
    axes, keepdim = dims("prod", need(input, "prod"), dim, keepdim, alias)
    x = input._a
    out = x.prod(axis=axes, keepdims=keepdim)
    whole = np.asarray(out)

    def back(g):
        wide = widen(g, x.shape, axes, keepdim)
        if np.all(x != 0):
            return wide * widen(whole, x.shape, axes, keepdim) / x
        return wide * _others(x, axes)

    return record("prod", out, back, (input,), (input,), keeps=True)


def _others(x, axes):
    """Return for each element the product of those reduced with it."""
    axes = tuple(range(x.ndim)) if axes is None else axes
    front = [i for i in range(x.ndim) if i not in axes]
    moved = x.transpose(*front, *axes)
    flat = moved.reshape(*moved.shape[: len(front)], -1)
    ones = np.ones_like(flat[..., :1])
    before = np.cumprod(np.concatenate([ones, flat[..., :-1]], -1), -1)
    behind = np.cumprod(np.concatenate([ones, flat[..., :0:-1]], -1), -1)[..., ::-1]
    return (before * behind).reshape(moved.shape).transpose(np.argsort([*front, *axes]))


@method()
def var(input, dim=None, keepdim=False, *, correction=1, unbiased=None, **alias):
    """Variance, over one less than the number unless told otherwise."""
    if isinstance(dim, bool):  # x.var(False): the old way to say biased
        dim, unbiased = None, dim
    correction = correction if unbiased is None else int(unbiased)
    axes, keepdim = dims("var", need(input, "var"), dim, keepdim, alias)
    x = input._a
    if x.dtype.kind != "f":
        raise RuntimeError(
            f"std and var only support floating point dtypes, not "
            f"{dtypes.spoken(x.dtype)}; write x.float() first."
        )
    centred = x - x.mean(axis=axes, keepdims=True)
    out = np.square(centred).sum(axis=axes, keepdims=keepdim)
    free = builtins.max(0, x.size // builtins.max(1, np.size(out)) - correction)
    with np.errstate(invalid="ignore", divide="ignore"):
        out = out / np.asarray(free, x.dtype)
        share = 2 / np.float64(free)
    back = lambda g: widen(g * float(share), x.shape, axes, keepdim) * centred
    return record("var", out, back, (input,), (input,))


@method()
def std(input, dim=None, keepdim=False, *, correction=1, unbiased=None, **alias):
    """Return the standard deviation, the root of :func:`var`."""
    if isinstance(dim, bool):
        dim, unbiased = None, dim
    return var(
        input, dim, keepdim, correction=correction, unbiased=unbiased, **alias
    ).sqrt()


def _truth(step, function):
    def truth(input, dim=None, keepdim=False, **alias):
        axes, keepdim = dims(step, need(input, step), dim, keepdim, alias)
        return wrap(function(input._a, axis=axes, keepdims=keepdim))

    truth.__name__ = truth.__qualname__ = step
    truth.__doc__ = f"Whether {step} of the elements are true."
    return method(step)(truth) or truth


any, all = _truth("any", np.any), _truth("all", np.all)


@method()
def count_nonzero(input, dim=None):
    """Count the elements that are not zero."""
    return sum(input != 0, dim)


@method()
def norm(input, p="fro", dim=None, keepdim=False, **alias):
    """Return the p-norm of all numbers, or along axes; its gradient at 0 is 0."""
    axes, keepdim = dims("norm", need(input, "norm"), dim, keepdim, alias)
    x = input._a
    if x.dtype.kind != "f":
        raise RuntimeError(
            f"linalg.vector_norm: Expected a floating point or complex tensor as "
            f"input. Got {dtypes.spoken(x.dtype)}"
        )
    p = 2.0 if p in ("fro", None) else float(p)
    if math.isinf(p):
        return abs(input).amax(axes if axes else (), keepdim)
    if p == 0:
        return sum((input != 0).to(x.dtype), axes, keepdim)
    if p == 1:
        out = np.abs(x).sum(axis=axes, keepdims=keepdim)
    elif p == 2:
        out = np.sqrt(np.square(x).sum(axis=axes, keepdims=keepdim))
    else:
        out = (np.abs(x) ** p).sum(axis=axes, keepdims=keepdim) ** (1 / p)
    total = np.asarray(out)

    def back(g):
        wide = widen(g, x.shape, axes, keepdim)
        if p == 1:
            return wide * np.sign(x)
        whole = widen(total, x.shape, axes, keepdim)
        safe = np.where(whole == 0, 1, whole).astype(x.dtype)
        if p == 2:
            return wide * (x / safe)
        return wide * (np.sign(x) * (np.abs(x) / safe) ** (p - 1))

    return record("norm", out, back, (input,), (input,), keeps=True)


def vector_norm(x, ord=2, dim=None, keepdim=False, **alias):
    """Norm of all numbers as one vector, or along axes."""
    return norm(x, ord, dim, keepdim, **alias)


def linalg_norm(A, ord=None, dim=None, keepdim=False, **alias):
    """Norm of all numbers, or along axes."""
    whole = dim is None and "axis" not in alias
    if ord is not None and whole and A.ndim == 2 and ord not in ("fro",):
        raise NotImplementedError(
            f"linalg.norm of a matrix with ord={ord!r} and without dim is a norm of "
            f"the matrix as a map, which is not on this tape. Give dim, or leave ord "
            f"out for the root of the sum of squares."
        )
    return norm(A, 2 if ord is None else ord, dim, keepdim, **alias)


@method()
def logsumexp(input, dim, keepdim=False, **alias):
    """Logarithm of the sum of exponentials, without overflow."""
    axes, keepdim = dims("logsumexp", input, dim, keepdim, alias)
    x = input._a
    top = x.max(axis=axes, keepdims=True)
    top = np.where(np.isfinite(top), top, 0)
    with np.errstate(divide="ignore"):
        out = np.log(np.exp(x - top).sum(axis=axes, keepdims=True)) + top
    kept = out if keepdim else out.reshape(x.sum(axis=axes).shape)
    back = lambda g: widen(g, x.shape, axes, keepdim) * np.exp(x - out)
    return record("logsumexp", kept, back, (input,), (input,))


@method()
def cumsum(input, dim, **_):
    """Add up along an axis, step by step."""
    dim = axis(dim, input.ndim)
    back = lambda g: np.flip(np.cumsum(np.flip(g, dim), dim), dim)
    return record("cumsum", np.cumsum(input._a, dim), back, (input,))


@method()
def cumprod(input, dim, **_):
    """Multiply along an axis, step by step."""
    dim, x = axis(dim, input.ndim), input._a
    out = np.cumprod(x, dim)

    def back(g):
        if np.all(x != 0):
            return np.flip(np.cumsum(np.flip(g * out, dim), dim), dim) / x
        dx = np.zeros_like(x)
        last, g_last, x_last = (np.moveaxis(a, dim, -1) for a in (dx, g, x))
        for i in range(x.shape[dim]):
            rest = x_last.copy()
            rest[..., i] = 1
            tail = np.cumprod(rest, -1)[..., i:]
            last[..., i] = (g_last[..., i:] * tail).sum(-1)
        return dx

    return record("cumprod", out, back, (input,), (input,), keeps=True)


def isclose(input, other, rtol=1e-5, atol=1e-8, equal_nan=False):
    """Whether numbers are equal up to rounding."""
    return wrap(np.isclose(input._a, other._a, rtol, atol, equal_nan))


def allclose(input, other, rtol=1e-5, atol=1e-8, equal_nan=False):
    """Whether all numbers are equal up to rounding."""
    return bool(np.allclose(input._a, other._a, rtol, atol, equal_nan))


def equal(input, other):
    """Whether shapes and all numbers are the same."""
    return bool(np.array_equal(input._a, other._a))


for _function in (isclose, allclose, equal):
    method()(_function)

__all__ = [
    "all",
    "allclose",
    "any",
    "count_nonzero",
    "cumprod",
    "cumsum",
    "equal",
    "isclose",
    "logsumexp",
    "mean",
    "norm",
    "prod",
    "std",
    "sum",
    "var",
]
