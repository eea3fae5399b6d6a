"""Arithmetic and comparison of two tensors, or of a tensor and a number."""

import numbers

import numpy as np

from cs231n.autograd import dtypes
from cs231n.autograd.ops.promotion import binary, misfit, operands, same
from cs231n.autograd.tensor import Tensor, method, need, wrap


@method("add", "__add__")
def add(input, other, *, alpha=1):
    """Add, element by element."""
    other = other if alpha == 1 else other * alpha
    return binary("add", np.add, input, other, same, same)


@method("sub", "subtract", "__sub__")
def sub(input, other, *, alpha=1):
    """Subtract."""
    if any(isinstance(t, Tensor) and t._a.dtype.kind == "b" for t in (input, other)):
        raise RuntimeError(
            "Subtraction, the `-` operator, with a bool tensor is not supported. If "
            "you mean the opposite of a mask, use `~mask` or logical_not()."
        )
    other = other if alpha == 1 else other * alpha
    return binary("sub", np.subtract, input, other, same, lambda g, x, y: -g)


@method("mul", "multiply", "__mul__")
def mul(input, other):
    """Multiply."""
    times = lambda g, x, y: g * y
    return binary(
        "mul", np.multiply, input, other, times, lambda g, x, y: g * x, "b", "a"
    )


@method("div", "divide", "true_divide", "__truediv__")
def div(input, other, *, rounding_mode=None):
    """Divide; integers give float32."""
    if rounding_mode is not None:
        out = div(input, other)
        return out.floor() if rounding_mode == "floor" else out.trunc()
    return binary(
        "div",
        _quotient,
        input,
        other,
        lambda g, x, y: g / y,
        lambda g, x, y: -g * (x / y) / y,
        "b",
        "ab",
    )


def _quotient(x, y):
    with np.errstate(divide="ignore", invalid="ignore"):
        if np.result_type(x, y).kind != "f":
            return np.true_divide(x, y, dtype=dtypes.float32)
        return np.true_divide(x, y)


@method("pow", "__pow__")
def pow(input, exponent):
    """Raise to a power; either may be a number."""
    if exponent is not None and isinstance(exponent, int) and exponent == 2:
        return input.square()
    return binary(
        "pow",
        _power,
        input,
        exponent,
        _power_slope,
        lambda g, x, y: g * (_power(x, y) * np.log(np.where(x == 0, 1, x))),
        "ab",
        "ab",
    )


def _power_slope(g, x, y):
    with np.errstate(invalid="ignore"):
        slope = g * (y * _power(x, y - 1))
    return slope if np.all(y) else np.where(y == 0, 0, slope)


def _power(x, y):
    whole = np.result_type(x, y).kind in "iub"
    if whole and np.min(y, initial=0) < 0:
        raise RuntimeError("Integers to negative integer powers are not allowed.")
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.power(x, y)


def _swapped(function):
    return lambda self, other: function(other, self)


Tensor.__radd__, Tensor.__rmul__ = _swapped(add), _swapped(mul)
Tensor.__rsub__, Tensor.__rtruediv__ = _swapped(sub), _swapped(div)
Tensor.__rpow__ = lambda self, base: pow(base, self)


def _plain_binary(ufunc, step):
    """Return a function without gradient: comparisons, whole-number division."""

    def compare(input, other):
        x, y = operands(step, input, other)
        try:
            with np.errstate(divide="ignore", invalid="ignore"):
                return wrap(ufunc(x, y))
        except ValueError:
            raise misfit(step, x, y) from None

    compare.__name__ = compare.__qualname__ = step
    compare.__doc__ = f"NumPy's ``{ufunc.__name__}``, element by element."
    return compare


def _comparison(ufunc, step):
    function = _plain_binary(ufunc, step)

    def operator(self, other):
        return function(self, other) if _is_operand(other) else NotImplemented

    return function, operator


def _is_operand(value):
    return isinstance(value, Tensor | numbers.Number | np.ndarray | np.generic)


eq, Tensor.__eq__ = _comparison(np.equal, "eq")
ne, Tensor.__ne__ = _comparison(np.not_equal, "ne")
lt, Tensor.__lt__ = _comparison(np.less, "lt")
le, Tensor.__le__ = _comparison(np.less_equal, "le")
gt, Tensor.__gt__ = _comparison(np.greater, "gt")
ge, Tensor.__ge__ = _comparison(np.greater_equal, "ge")
logical_and = _plain_binary(np.logical_and, "logical_and")
logical_or = _plain_binary(np.logical_or, "logical_or")
logical_xor = _plain_binary(np.logical_xor, "logical_xor")
bitwise_and = _plain_binary(np.bitwise_and, "bitwise_and")
bitwise_or = _plain_binary(np.bitwise_or, "bitwise_or")
bitwise_xor = _plain_binary(np.bitwise_xor, "bitwise_xor")
floor_divide = _plain_binary(np.floor_divide, "floor_divide")


def remainder(input, other):
    """Return what division leaves, of the sign of the divisor."""
    whole = lambda g, x, y: -g * np.floor_divide(x, y)
    return binary("remainder", _rest, input, other, same, whole, "", "ab")


def _rest(x, y):
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.remainder(x, y)


for _function in (eq, ne, lt, le, gt, ge, logical_and, logical_or, logical_xor):
    method()(_function)
for _function in (bitwise_and, bitwise_or, bitwise_xor, floor_divide, remainder):
    method()(_function)
Tensor.__and__ = Tensor.__rand__ = bitwise_and
Tensor.__or__ = Tensor.__ror__ = bitwise_or
Tensor.__xor__ = Tensor.__rxor__ = bitwise_xor
Tensor.__floordiv__, Tensor.__rfloordiv__ = floor_divide, _swapped(floor_divide)
Tensor.__mod__, Tensor.__rmod__ = remainder, _swapped(remainder)


@method()
def maximum(input, other):
    """Return the larger of two, element by element; ties share the gradient."""
    return _extreme("maximum", np.maximum, np.greater, input, other)


@method()
def minimum(input, other):
    """Return the smaller of two, element by element; ties share the gradient."""
    return _extreme("minimum", np.minimum, np.less, input, other)


def _extreme(step, ufunc, wins, input, other):
    need(input, step), need(other, step, "other")
    part = lambda g, x, y: g * (wins(x, y) + 0.5 * (x == y)).astype(g.dtype)
    return binary(
        step, ufunc, input, other, part, lambda g, x, y: part(g, y, x), "ab", "ab"
    )


subtract = sub
multiply = mul
divide = true_divide = div

__all__ = [
    "add",
    "bitwise_and",
    "bitwise_or",
    "bitwise_xor",
    "div",
    "divide",
    "eq",
    "floor_divide",
    "ge",
    "gt",
    "le",
    "logical_and",
    "logical_or",
    "logical_xor",
    "lt",
    "maximum",
    "minimum",
    "mul",
    "multiply",
    "ne",
    "pow",
    "remainder",
    "sub",
    "subtract",
    "true_divide",
]
