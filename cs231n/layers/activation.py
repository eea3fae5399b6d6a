"""Elementwise nonlinearities, any shape in, the same shape out."""

import numpy as np

from cs231n import kernels
from cs231n.kernels.arrays import floats, upstream


def relu_forward(x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Replace negative elements by zero.

    Parameters
    ----------
    x : ndarray of any shape, float32 or float64
        Inputs.

    Returns
    -------
    out : ndarray, shaped like ``x``
        ``max(x, 0)``.
    cache : ndarray
        ``x``, for :func:`relu_backward`.
    """
    return leaky_relu_forward(x, slope=0.0)[0], x


def relu_backward(dout: np.ndarray, cache: np.ndarray) -> np.ndarray:
    """Carry a gradient back through :func:`relu_forward`.

    Parameters
    ----------
    dout : ndarray, shaped like the output
        Gradient of the loss with respect to the output.
    cache : ndarray
        As returned by :func:`relu_forward`.

    Returns
    -------
    dx : ndarray
        ``dout`` where ``x > 0``, else 0.
    """
    return leaky_relu_backward(dout, (cache, 0.0))


def leaky_relu_forward(
    x: np.ndarray, *, slope: float = 0.01
) -> tuple[np.ndarray, tuple]:
    """Multiply negative elements by a small slope.

    Parameters
    ----------
    x : ndarray of any shape, float32 or float64
        Inputs.
    slope : float, optional
        Factor for negative elements, between 0 and 1.

    Returns
    -------
    out : ndarray, shaped like ``x``
        ``max(x, slope * x)``.
    cache : tuple
        What :func:`leaky_relu_backward` needs.

    Raises
    ------
    ValueError
        If ``slope`` lies outside 0 to 1.
    """
    (data,) = floats(x=x)
    slope = float(slope)
    if not 0 <= slope <= 1:
        raise ValueError(f"slope must lie between 0 and 1; got {slope!r}.")
    out = np.empty(x.shape, x.dtype)
    kernels.impl.leaky_relu_forward(data, slope, out)
    return out, (x, slope)


def leaky_relu_backward(dout: np.ndarray, cache: tuple) -> np.ndarray:
    """Carry a gradient back through :func:`leaky_relu_forward`.

    Parameters
    ----------
    dout : ndarray, shaped like the output
        Gradient of the loss with respect to the output.
    cache : tuple
        As returned by :func:`leaky_relu_forward`.

    Returns
    -------
    dx : ndarray
        ``dout`` where ``x > 0``, else ``slope * dout``.
    """
    x, slope = cache
    (x,) = floats(x=x)
    dout = upstream(dout, x.shape, x.dtype)
    dx = np.empty(x.shape, x.dtype)
    kernels.impl.leaky_relu_backward(dout, x, slope, dx)
    return dx


def sigmoid_forward(x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Squash every element to between 0 and 1.

    Parameters
    ----------
    x : ndarray of any shape, float32 or float64
        Inputs.

    Returns
    -------
    out : ndarray, shaped like ``x``
        ``1 / (1 + exp(-x))``, without overflow.
    cache : ndarray
        ``out``, for :func:`sigmoid_backward`.
    """
    return _forward(kernels.impl.sigmoid_forward, x)


def sigmoid(x: np.ndarray) -> np.ndarray:
    """Squash every element to between 0 and 1, as :func:`sigmoid_forward` does.

    Parameters
    ----------
    x : ndarray of any shape, float32 or float64
        Inputs.

    Returns
    -------
    out : ndarray, shaped like ``x``
        ``1 / (1 + exp(-x))``, without overflow.
    """
    return sigmoid_forward(x)[0]


def sigmoid_backward(dout: np.ndarray, cache: np.ndarray) -> np.ndarray:
    """Carry a gradient back through :func:`sigmoid_forward`.

    Parameters
    ----------
    dout : ndarray, shaped like the output
        Gradient of the loss with respect to the output.
    cache : ndarray
        As returned by :func:`sigmoid_forward`.

    Returns
    -------
    dx : ndarray
        ``dout * out * (1 - out)``.
    """
    return _backward(kernels.impl.sigmoid_backward, dout, cache)


def tanh_forward(x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Squash every element to between -1 and 1.

    Parameters
    ----------
    x : ndarray of any shape, float32 or float64
        Inputs.

    Returns
    -------
    out : ndarray, shaped like ``x``
        Hyperbolic tangent.
    cache : ndarray
        ``out``, for :func:`tanh_backward`.
    """
    return _forward(kernels.impl.tanh_forward, x)


def tanh_backward(dout: np.ndarray, cache: np.ndarray) -> np.ndarray:
    """Carry a gradient back through :func:`tanh_forward`.

    Parameters
    ----------
    dout : ndarray, shaped like the output
        Gradient of the loss with respect to the output.
    cache : ndarray
        As returned by :func:`tanh_forward`.

    Returns
    -------
    dx : ndarray
        ``dout * (1 - out**2)``.
    """
    return _backward(kernels.impl.tanh_backward, dout, cache)


def gelu_forward(x: np.ndarray, *, exact: bool = False) -> tuple[np.ndarray, tuple]:
    """Weight every element by how large it is among Gaussian numbers.

    Parameters
    ----------
    x : ndarray of any shape, float32 or float64
        Inputs.
    exact : bool, optional
        Whether to use the definition instead of the customary formula with tanh; the
        two differ by up to 5e-4.

    Returns
    -------
    out : ndarray, shaped like ``x``
        ``x * P(Z <= x)`` with Gaussian Z, ``x / 2 * (1 + erf(x / sqrt(2)))``, or
        ``x / 2 * (1 + tanh(sqrt(2 / pi) * (x + 0.044715 * x**3)))``.
    cache : tuple
        What :func:`gelu_backward` needs.

    References
    ----------
    Hendrycks and Gimpel (2016), "Gaussian Error Linear Units", section 2.
    """
    impl = kernels.impl
    kernel = impl.gelu_exact_forward if exact else impl.gelu_forward
    return _forward(kernel, x)[0], (x, exact)


def gelu_backward(dout: np.ndarray, cache: tuple) -> np.ndarray:
    """Carry a gradient back through :func:`gelu_forward`.

    Parameters
    ----------
    dout : ndarray, shaped like the output
        Gradient of the loss with respect to the output.
    cache : tuple
        As returned by :func:`gelu_forward`.

    Returns
    -------
    dx : ndarray
        Gradient with respect to ``x``.
    """
    (x, exact), impl = cache, kernels.impl
    kernel = impl.gelu_exact_backward if exact else impl.gelu_backward
    return _backward(kernel, dout, x)


def silu_forward(x: np.ndarray) -> tuple[np.ndarray, tuple]:
    """Weight every element by its sigmoid.

    Parameters
    ----------
    x : ndarray of any shape, float32 or float64
        Inputs.

    Returns
    -------
    out : ndarray, shaped like ``x``
        ``x / (1 + exp(-x))``, without overflow.
    cache : tuple
        What :func:`silu_backward` needs.
    """
    gate, _ = sigmoid_forward(x)
    return x * gate, (x, gate)


def silu_backward(dout: np.ndarray, cache: tuple) -> np.ndarray:
    """Carry a gradient back through :func:`silu_forward`.

    Parameters
    ----------
    dout : ndarray, shaped like the output
        Gradient of the loss with respect to the output.
    cache : tuple
        As returned by :func:`silu_forward`.

    Returns
    -------
    dx : ndarray
        ``dout * gate * (1 + x * (1 - gate))`` with ``gate`` the sigmoid of ``x``.
    """
    x, gate = cache
    dout = upstream(dout, x.shape, x.dtype)
    dx = 1 - gate
    dx *= x
    dx += 1
    dx *= gate
    dx *= dout
    return dx


def _forward(kernel, x):
    (data,) = floats(x=x)
    out = np.empty(x.shape, x.dtype)
    kernel(data, out)
    return out, out


def _backward(kernel, dout, seen):
    (seen,) = floats(cache=seen)
    dout = upstream(dout, seen.shape, seen.dtype)
    dx = np.empty(seen.shape, seen.dtype)
    kernel(dout, seen, dx)
    return dx
