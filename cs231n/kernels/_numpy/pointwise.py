"""Elementwise functions without a compiler: flat arrays in, written in place."""

import math

import numpy as np

#: sqrt(2 / pi), of the tanh form of GELU.
GELU_SCALE = float(np.sqrt(2 / np.pi))
GELU_CUBE = 0.044715


def leaky_relu_forward(x, slope, out):
    """Multiply negative elements by ``slope``, at most 1 (``out`` in place)."""
    if slope == 0:
        np.maximum(x, 0, out=out)
    else:
        np.multiply(x, slope, out=out)
        np.maximum(x, out, out=out)


def leaky_relu_backward(dout, x, slope, dx):
    """Multiply ``dout`` by the slope at ``x`` (``dx`` in place)."""
    below = x <= 0  # false for NaN, which then lets dout through
    np.multiply(dout, ~below, out=dx)
    if slope:
        dx += slope * (dout * below)


def sigmoid_forward(x, out):
    """Logistic function, through tanh, which cannot overflow (``out`` in place)."""
    np.multiply(x, 0.5, out=out)
    np.tanh(out, out=out)
    out += 1
    out *= 0.5


def sigmoid_backward(dout, out, dx):
    """Multiply ``dout`` by ``out (1 - out)`` (``dx`` in place)."""
    np.subtract(1, out, out=dx)
    dx *= out
    dx *= dout


def tanh_forward(x, out):
    """Hyperbolic tangent (``out`` in place)."""
    np.tanh(x, out=out)


def tanh_backward(dout, out, dx):
    """Multiply ``dout`` by ``1 - out**2`` (``dx`` in place)."""
    np.multiply(out, out, out=dx)
    np.subtract(1, dx, out=dx)
    dx *= dout


def gelu_forward(x, out):
    """GELU in its tanh form (``out`` in place)."""
    np.multiply(x, x, out=out)
    out *= GELU_CUBE
    out += 1
    out *= x
    out *= GELU_SCALE
    np.tanh(out, out=out)
    out += 1
    out *= x
    out *= 0.5


def gelu_backward(dout, x, dx):
    """Multiply ``dout`` by the slope of GELU at ``x`` (``dx`` in place)."""
    square = x * x
    t = np.tanh(GELU_SCALE * x * (1 + GELU_CUBE * square))
    inner = GELU_SCALE * (1 + 3 * GELU_CUBE * square)
    np.multiply(dout, 0.5 * (1 + t) + 0.5 * x * (1 - t * t) * inner, out=dx)


def gelu_exact_forward(x, out):
    """GELU as it is defined, with the error function (``out`` in place)."""
    np.multiply(x, _normal_share(x), out=out)


def gelu_exact_backward(dout, x, dx):
    """Multiply ``dout`` by the slope of the exact GELU at ``x`` (``dx`` in place)."""
    density = np.exp(-0.5 * x * x) / math.sqrt(2 * math.pi)
    np.multiply(dout, _normal_share(x) + x * density, out=dx)


def _normal_share(x):
    """Return the share of Gaussian numbers below each element.

    NumPy has no error function; Python's own goes element by element.
    """
    tails = (0.5 * math.erfc(v) for v in (x * -math.sqrt(0.5)).ravel().tolist())
    return np.fromiter(tails, x.dtype, x.size).reshape(x.shape)
