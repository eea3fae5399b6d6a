"""Functions of single elements."""

import math

import numpy as np

from cs231n import kernels, layers
from cs231n.autograd import dtypes
from cs231n.autograd.ops.arithmetic import maximum, minimum
from cs231n.autograd.ops.promotion import unary
from cs231n.autograd.tensor import Tensor, method, need, wrap


@method("neg", "negative", "__neg__")
def neg(input):
    """Change the sign."""
    if need(input, "neg")._a.dtype.kind == "b":
        raise RuntimeError(
            "Negation, the `-` operator, on a bool tensor is not supported. If you "
            "mean the opposite of a mask, use `~mask` or logical_not()."
        )
    return unary("neg", input, np.negative, lambda g, _: -g, "", floats=False)


@method("__pos__")
def _positive(input):
    """Return the tensor itself: ``+x``."""
    return input


@method()
def exp(input):
    """Exponential."""
    return unary("exp", input, np.exp, lambda g, out: g * out, "out")


@method()
def log(input):
    """Natural logarithm."""
    return unary("log", input, np.log, lambda g, x: g / x)


@method()
def log2(input):
    """Logarithm to base 2."""
    return unary("log2", input, np.log2, lambda g, x: g / (x * float(np.log(2))))


@method()
def log10(input):
    """Logarithm to base 10."""
    return unary("log10", input, np.log10, lambda g, x: g / (x * float(np.log(10))))


@method()
def log1p(input):
    """Logarithm of one more."""
    return unary("log1p", input, np.log1p, lambda g, x: g / (1 + x))


@method()
def expm1(input):
    """Exponential less one."""
    return unary("expm1", input, np.expm1, lambda g, out: g * (out + 1), "out")


@method()
def sqrt(input):
    """Square root."""
    return unary("sqrt", input, np.sqrt, lambda g, out: g / (2 * out), "out")


@method()
def rsqrt(input):
    """One over the square root."""
    inverse = lambda x: 1 / np.sqrt(x)
    return unary("rsqrt", input, inverse, lambda g, out: g * (-0.5 * out**3), "out")


@method()
def reciprocal(input):
    """One over each element."""
    return unary("reciprocal", input, lambda x: 1 / x, lambda g, o: -g * (o * o), "out")


@method()
def square(input):
    """Square."""
    return unary("square", input, np.square, lambda g, x: g * (2 * x), floats=False)


@method("abs", "absolute", "__abs__")
def abs(input):
    """Absolute value; the gradient at 0 is 0."""
    return unary("abs", input, np.absolute, lambda g, x: g * np.sign(x), floats=False)


@method()
def sign(input):
    """Sign: -1, 0 or 1."""
    return unary("sign", input, np.sign, lambda g, _: 0 * g, "", floats=False)


def _stepwise(name, function):
    def round_off(input):
        return unary(name, input, function, lambda g, _: 0 * g, "", floats=False)

    round_off.__name__ = round_off.__qualname__ = name
    round_off.__doc__ = f"NumPy's ``{function.__name__}``; the gradient is 0."
    return method(name)(round_off) or round_off


floor, ceil = _stepwise("floor", np.floor), _stepwise("ceil", np.ceil)
round, trunc = _stepwise("round", np.round), _stepwise("trunc", np.trunc)


@method()
def sin(input):
    """Sine."""
    return unary("sin", input, np.sin, lambda g, x: g * np.cos(x))


@method()
def cos(input):
    """Cosine."""
    return unary("cos", input, np.cos, lambda g, x: g * -np.sin(x))


def _compiled(there, back):
    """Return both halves of a kernel, for arrays of any strides."""

    def forward(x):
        out = np.empty(x.shape, x.dtype)
        there(x if x.flags.c_contiguous else np.ascontiguousarray(x), out)
        return out

    def backward(g, out):
        dx = np.empty(out.shape, out.dtype)
        back(g if g.flags.c_contiguous else np.ascontiguousarray(g), out, dx)
        return dx

    return forward, backward


@method()
def tanh(input):
    """Hyperbolic tangent."""
    halves = _compiled(kernels.impl.tanh_forward, kernels.impl.tanh_backward)
    return unary("tanh", input, *halves, "out")


@method()
def sigmoid(input):
    """Squash to between 0 and 1."""
    halves = _compiled(kernels.impl.sigmoid_forward, kernels.impl.sigmoid_backward)
    return unary("sigmoid", input, *halves, "out")


@method()
def relu(input):
    """Replace negative elements by 0."""
    if need(input, "relu")._a.dtype.kind != "f":
        return wrap(np.maximum(input._a, 0))
    forward = lambda x: layers.relu_forward(x)[0]
    return unary("relu", input, forward, layers.relu_backward)


@method()
def erf(input):
    """Error function of Gaussian integrals."""
    f = np.vectorize(math.erf, otypes=[float])
    return unary(
        "erf",
        input,
        lambda x: f(x).astype(x.dtype),
        lambda g, x: g * (2 / math.pi**0.5 * np.exp(-x * x)),
    )


@method("clamp", "clip")
def clamp(input, min=None, max=None):
    """Cut to a range; elements at its bounds keep their gradient."""
    for bound in (min, max):
        if isinstance(bound, Tensor) and bound.ndim:
            low = input if min is None else maximum(input, min)
            return low if max is None else minimum(low, max)
    low, high = (b if b is None else _number(b) for b in (min, max))
    if low is None and high is None:
        raise RuntimeError(
            "torch.clamp: At least one of 'min' or 'max' must not be None"
        )
    x = need(input, "clamp")._a
    if x.dtype.kind != "f" and any(isinstance(b, float) for b in (low, high)):
        input = input.to(dtypes.float32)

    def slope(g, x):
        inside = np.ones(x.shape, bool) if low is None else x >= low
        return g * (inside if high is None else inside & (x <= high))

    return unary("clamp", input, lambda x: np.clip(x, low, high), slope, floats=False)


def _number(value):
    return value.item() if isinstance(value, Tensor | np.generic) else value


@method("logical_not")
def logical_not(input):
    """Return where elements are zero or False."""
    return wrap(np.logical_not(need(input, "logical_not")._a))


@method("bitwise_not", "__invert__")
def bitwise_not(input):
    """Turn a mask around."""
    return wrap(np.invert(need(input, "bitwise_not")._a))


@method()
def isnan(input):
    """Return where elements are NaN."""
    return wrap(np.isnan(need(input, "isnan")._a))


@method()
def isinf(input):
    """Return where elements are infinite."""
    return wrap(np.isinf(need(input, "isinf")._a))


@method()
def isfinite(input):
    """Return where elements are neither NaN nor infinite."""
    return wrap(np.isfinite(need(input, "isfinite")._a))


@method()
def lerp(input, end, weight):
    """Go from one to another by a weight: ``input + weight * (end - input)``."""
    return input + weight * (end - input)


negative = neg
absolute = abs
clip = clamp

__all__ = [
    "abs",
    "absolute",
    "bitwise_not",
    "ceil",
    "clamp",
    "clip",
    "cos",
    "erf",
    "exp",
    "expm1",
    "floor",
    "isfinite",
    "isinf",
    "isnan",
    "lerp",
    "log",
    "log1p",
    "log2",
    "log10",
    "logical_not",
    "neg",
    "negative",
    "reciprocal",
    "relu",
    "round",
    "rsqrt",
    "sigmoid",
    "sign",
    "sin",
    "sqrt",
    "square",
    "tanh",
    "trunc",
]
