"""The long short-term memory layer: one step, and a whole sequence.

The 4H columns of weights and biases are the gates i, f, o and the candidate g.
"""

import numpy as np

from cs231n import kernels
from cs231n.kernels.arrays import floats, shapes, upstream
from cs231n.layers import _sequence


def lstm_step_forward(
    x: np.ndarray,
    prev_h: np.ndarray,
    prev_c: np.ndarray,
    Wx: np.ndarray,
    Wh: np.ndarray,
    b: np.ndarray,
) -> tuple[np.ndarray, np.ndarray, tuple]:
    """Take one step of an LSTM.

    Parameters
    ----------
    x : ndarray of shape (N, D), float32 or float64
        Inputs of this step.
    prev_h, prev_c : ndarray of shape (N, H)
        Hidden and cell state before it.
    Wx : ndarray of shape (D, 4H)
        Weights of the input.
    Wh : ndarray of shape (H, 4H)
        Weights of the hidden state.
    b : ndarray of shape (4H,)
        Biases.

    Returns
    -------
    next_h, next_c : ndarray of shape (N, H)
        Hidden and cell state after the step.
    cache : tuple
        What :func:`lstm_step_backward` needs.

    Raises
    ------
    TypeError
        If the dtypes differ or are not float32 or float64.
    ValueError
        If the sizes do not fit.

    Notes
    -----
    ``i, f, o = sigmoid(.)`` and ``g = tanh(.)`` of the four parts of
    ``x @ Wx + prev_h @ Wh + b``; ``c = f * prev_c + i * g``, ``h = o * tanh(c)``.
    """
    arrays, _ = _sequence.checked(4, x=x, prev_h=prev_h, Wx=Wx, Wh=Wh, b=b)
    x, prev_h, Wx, Wh, b = arrays
    _, prev_c = floats(prev_h=prev_h, prev_c=prev_c)
    shapes(prev_h=(prev_h, "N H"), prev_c=(prev_c, "N H"))
    h, cache = _forward(x[:, None], prev_h, prev_c, Wx, Wh, b)
    return h[:, 0], cache[3][0].copy(), cache


def lstm_step_backward(
    dnext_h: np.ndarray, dnext_c: np.ndarray, cache: tuple
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Carry gradients back through :func:`lstm_step_forward`.

    Parameters
    ----------
    dnext_h, dnext_c : ndarray of shape (N, H)
        Gradients of the loss with respect to the next hidden and cell state.
    cache : tuple
        As returned by :func:`lstm_step_forward`.

    Returns
    -------
    dx : ndarray of shape (N, D)
        Gradient with respect to ``x``.
    dprev_h, dprev_c : ndarray of shape (N, H)
        Gradients with respect to the states before the step.
    dWx, dWh, db : ndarray
        Gradients with respect to the weights and biases, of their shapes.
    """
    shape, dtype = cache[1].shape, cache[1].dtype
    dnext_h = upstream(dnext_h, shape, dtype, name="dnext_h")
    dnext_c = upstream(dnext_c, shape, dtype, name="dnext_c")
    dx, dprev_h, dprev_c, *rest = _backward(dnext_h[:, None], dnext_c, cache)
    return dx[:, 0], dprev_h, dprev_c, *rest


def lstm_forward(
    x: np.ndarray, h0: np.ndarray, Wx: np.ndarray, Wh: np.ndarray, b: np.ndarray
) -> tuple[np.ndarray, tuple]:
    """Run an LSTM over whole sequences; the cell state starts at zero.

    Parameters
    ----------
    x : ndarray of shape (N, T, D), float32 or float64
        Inputs of all steps.
    h0 : ndarray of shape (N, H)
        Hidden state before the first.
    Wx : ndarray of shape (D, 4H)
        Weights of the input.
    Wh : ndarray of shape (H, 4H)
        Weights of the hidden state.
    b : ndarray of shape (4H,)
        Biases.

    Returns
    -------
    h : ndarray of shape (N, T, H)
        Hidden state after each step.
    cache : tuple
        What :func:`lstm_backward` needs.

    Raises
    ------
    TypeError
        If the dtypes differ or are not float32 or float64.
    ValueError
        If the sizes do not fit.
    """
    arrays, _ = _sequence.checked(4, x=x, h0=h0, Wx=Wx, Wh=Wh, b=b)
    x, h0, Wx, Wh, b = arrays
    return _forward(x, h0, np.zeros_like(h0), Wx, Wh, b)


def lstm_backward(
    dh: np.ndarray, cache: tuple
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Carry gradients of all hidden states back through :func:`lstm_forward`.

    Parameters
    ----------
    dh : ndarray of shape (N, T, H)
        Gradient of the loss with respect to each hidden state, from its own use.
    cache : tuple
        As returned by :func:`lstm_forward`.

    Returns
    -------
    dx : ndarray of shape (N, T, D)
        Gradient with respect to ``x``.
    dh0 : ndarray of shape (N, H)
        Gradient with respect to ``h0``.
    dWx, dWh, db : ndarray
        Gradients with respect to the weights and biases, of their shapes.
    """
    h0, h = cache[1], cache[4]
    dh = upstream(dh, h.shape, h.dtype, name="dh")
    dx, dh0, _, dWx, dWh, db = _backward(dh, np.zeros_like(h0), cache)
    return dx, dh0, dWx, dWh, db


def _forward(x, h0, c0, Wx, Wh, b):
    gates = _sequence.input_product(x, Wx, b)
    (n, steps), size = x.shape[:2], h0.shape[1]
    h, cells = np.empty((n, steps, size), x.dtype), np.empty((steps, n, size), x.dtype)
    packed, before_h, before_c = kernels.impl.pack(Wh), h0, c0
    for t in range(steps):
        kernels.impl.matmul_packed(before_h, packed, gates[:, t], add=True)
        kernels.impl.lstm_gates_forward(gates[:, t], before_c, cells[t], h[:, t])
        before_h, before_c = h[:, t], cells[t]
    return h, (x, h0, c0, cells, h, gates, Wx, Wh)


def _backward(dh, dc, cache):
    x, h0, c0, cells, h, gates, Wx, Wh = cache
    da, flowing, dc = np.empty_like(gates), np.zeros_like(h0), dc.copy()
    packed = kernels.impl.pack(Wh.T)
    for t in reversed(range(len(cells))):
        before, states = cells[t - 1] if t else c0, (cells[t], dh[:, t])
        kernels.impl.lstm_gates_backward(
            gates[:, t], before, *states, flowing, dc, da[:, t]
        )
        kernels.impl.matmul_packed(da[:, t], packed, flowing)
    before = _sequence.states_before(h0, h)
    dWh = _sequence.weight_gradient(before, da, np.empty_like(Wh))
    dx, dWx, db = _sequence.input_gradients(da, x, Wx)
    return dx, flowing, dc, dWx, dWh, db
