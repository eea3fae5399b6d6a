"""Nonlinearities, dropout and softmax."""

import numpy as np

from cs231n import kernels, layers
from cs231n.autograd import dtypes
from cs231n.autograd.history import record, write
from cs231n.autograd.nn.fused import fused
from cs231n.autograd.ops import pointwise, randomness
from cs231n.autograd.ops.promotion import unary
from cs231n.autograd.ops.shaping import axis
from cs231n.autograd.tensor import method, need, wrap


def dropout(input, p=0.5, training=True, inplace=False):
    """Zero elements with probability ``p``, and scale up what is left."""
    if not 0 <= p <= 1:
        raise ValueError(f"dropout probability has to be between 0 and 1, but got {p}")
    if not training or p == 0:
        return input
    x = need(input, "dropout")._a
    kept = randomness.random_generator().random(x.shape, dtype=x.dtype) >= p
    mask = np.multiply(kept, 1 / (1 - p) if p < 1 else 0.0, dtype=x.dtype)
    return record("dropout", x * mask, lambda g: g * mask, (input,))


def _maybe_in_place(input, inplace, step, function):
    return write(input, step, function) if inplace else function(input)


def relu(input, inplace=False):
    """Replace negative elements by 0."""
    return _maybe_in_place(input, inplace, "relu_", pointwise.relu)


def leaky_relu(input, negative_slope=0.01, inplace=False):
    """Multiply negative elements by a slope."""
    forward = lambda x: layers.leaky_relu_forward(x, slope=negative_slope)
    apply = lambda x: fused("leaky_relu", forward, layers.leaky_relu_backward, (x,))
    return _maybe_in_place(input, inplace, "leaky_relu_", apply)


def gelu(input, approximate="none"):
    """Weigh elements by how large they are among Gaussian numbers."""
    forward = lambda x: layers.gelu_forward(x, exact=approximate == "none")
    return fused("gelu", forward, layers.gelu_backward, (input,))


def silu(input, inplace=False):
    """Weigh elements by their sigmoid."""
    apply = lambda x: fused("silu", layers.silu_forward, layers.silu_backward, (x,))
    return _maybe_in_place(input, inplace, "silu_", apply)


def elu(input, alpha=1.0, inplace=False):
    """Bend negative elements to ``alpha * (exp(x) - 1)``."""
    forward = lambda x: np.where(x > 0, x, alpha * np.expm1(np.minimum(x, 0)))
    slope = lambda g, x: g * np.where(x > 0, 1, alpha * np.exp(np.minimum(x, 0)))
    apply = lambda t: unary("elu", t, forward, slope)
    return _maybe_in_place(input, inplace, "elu_", apply)


def softplus(input, beta=1, threshold=20):
    """Smooth form of ReLU: ``log(1 + exp(x))`` without overflow."""
    forward = lambda x: np.logaddexp(0, x * beta) / beta
    slope = lambda g, x: layers.sigmoid_forward(x * beta)[0] * g
    return unary("softplus", input, forward, slope)


def logsigmoid(input):
    """Logarithm of the sigmoid without overflow."""
    return -softplus(-input)


def rows(x, dim):
    """View or copy with an axis last, as rows."""
    moved = np.ascontiguousarray(np.moveaxis(x, dim, -1))
    width = moved.shape[-1]
    return moved.reshape(moved.size // max(1, width), width), moved.shape


def _with_dim(step, input, dim, dtype):
    input = need(input, step)
    if dim is None:
        raise TypeError(f'{step}() missing 1 required positional arguments: "dim"')
    input = input if dtype is None else input.to(dtype)
    if input._a.dtype.kind != "f":
        raise RuntimeError(
            f'"{step}" not implemented for {dtypes.spoken(input.dtype)!r}: use .float()'
        )
    return input, axis(dim, input.ndim)


@method("softmax")
def softmax(input, dim=None, dtype=None, **alias):
    """Normalised exponentials along an axis; a row of only -inf is NaN."""
    input, dim = _with_dim("softmax", input, alias.get("axis", dim), dtype)
    x = input._a if input.ndim else input._a[None]
    flat, shape = rows(x, dim)
    out = np.empty_like(flat)
    if flat.size:
        kernels.impl.softmax(flat, out)
        blind = flat[:, 0] == -np.inf
        if blind.any():
            out[blind & (flat.max(axis=1) == -np.inf)] = np.nan
    unroll = lambda a: np.moveaxis(a.reshape(shape), -1, dim).reshape(input_shape)
    input_shape = input._a.shape

    def back(g):
        g, _ = rows(g.reshape(x.shape), dim)
        dx = np.empty_like(g)
        if g.size:
            kernels.impl.softmax_backward(g, out, dx)
        return unroll(dx)

    return record("softmax", unroll(out), back, (input,), keeps=True)


@method("log_softmax")
def log_softmax(input, dim=None, dtype=None, **alias):
    """Logarithm of the softmax along an axis, without overflow."""
    input, dim = _with_dim("log_softmax", input, alias.get("axis", dim), dtype)
    x = input._a
    out = x - x.max(axis=dim, keepdims=True)
    out -= np.log(np.exp(out).sum(axis=dim, keepdims=True))
    back = lambda g: g - np.exp(out) * g.sum(axis=dim, keepdims=True)
    return record("log_softmax", out, back, (input,), keeps=True)


def one_hot(tensor, num_classes=-1):
    """Return rows of zeros with a one where each number says."""
    n = int(tensor._a.max()) + 1 if num_classes == -1 else num_classes
    return wrap(np.eye(n, dtype=np.int64)[tensor._a])
