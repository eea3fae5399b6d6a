"""Elementwise functions without a compiler: flat arrays in, written in place."""

import math

import numpy as np

#: sqrt(2 / pi), of the tanh form of GELU.
GELU_SCALE = float(np.sqrt(2 / np.pi))
GELU_CUBE = 0.044715

_NORMAL_LIMIT = 10  # up to there the polynomial is fitted
_NO_TAIL = 40  # nothing of the tail is left there, in any precision
#: exp(z**2) erfc(z), the highest power first, by the bytes of a number. The compiled
#: kernels have these numbers in `csrc/pointwise.inc`; a test compares them.
_TAIL_TERMS = {
    8: (
        *(6.89320015851254826e-12, -5.37978376685852799e-11, -1.17403135312096579e-11),
        *(7.98048608302326512e-10, -1.0913831966203679e-9, -7.64747351958403379e-9),
        *(2.25477935380316709e-8, 6.6012693925677853e-8, -3.36073478469442937e-7),
        *(-6.68075336279758132e-7, 4.71900876010762803e-6, 1.09514559604673919e-5),
        *(-6.42177326482263588e-5, -2.86030419817325141e-4, 4.61935166120319016e-4),
        *(7.83646775314896557e-3, 3.59919976973614305e-2, 1.04786521742791716e-1),
        *(2.22246391689562453e-1, 3.59582202061869983e-1, 2.69429985164670451e-1),
    ),
    4: (
        *(9.38850037e-6, -5.368606533e-5, -2.845515948e-4, 4.530722804e-4),
        *(7.835838268e-3, 3.599510186e-2, 1.047866323e-1, 2.222460082e-1),
        *(3.595821966e-1, 2.694299928e-1),
    ),
}


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

    NumPy has no error function, and Python's own goes element by element. The
    polynomial is that of ``csrc/pointwise.inc``.
    """
    z = np.minimum(np.abs(x) * math.sqrt(0.5), _NO_TAIL)
    s = 2.6 * (3 / (3 + np.minimum(z, _NORMAL_LIMIT))) - 1.6
    terms = _TAIL_TERMS[x.dtype.itemsize]
    tail = np.full_like(s, terms[0])
    for term in terms[1:]:
        tail *= s
        tail += term
    tail *= 0.5 * np.exp(-z * z)
    return np.where(x < 0, tail, 1 - tail)
