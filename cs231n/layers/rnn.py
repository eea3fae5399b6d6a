"""The vanilla recurrent layer: one step, and a whole sequence."""

import numpy as np

from cs231n import kernels
from cs231n.layers import _sequence


def rnn_step_forward(
    x: np.ndarray, prev_h: np.ndarray, Wx: np.ndarray, Wh: np.ndarray, b: np.ndarray
) -> tuple[np.ndarray, tuple]:
    """Take one step of a tanh recurrent network.

    Parameters
    ----------
    x : ndarray of shape (N, D), float32 or float64
        Inputs of this step.
    prev_h : ndarray of shape (N, H)
        State before it.
    Wx : ndarray of shape (D, H)
        Weights of the input.
    Wh : ndarray of shape (H, H)
        Weights of the state.
    b : ndarray of shape (H,)
        Biases.

    Returns
    -------
    next_h : ndarray of shape (N, H)
        ``tanh(x @ Wx + prev_h @ Wh + b)``.
    cache : tuple
        What :func:`rnn_step_backward` needs.

    Raises
    ------
    TypeError
        If the dtypes differ or are not float32 or float64.
    ValueError
        If the sizes do not fit.
    """
    arrays, _ = _sequence.checked(1, x=x, prev_h=prev_h, Wx=Wx, Wh=Wh, b=b)
    return _sequence.one_step(_forward, *arrays)


def rnn_step_backward(
    dnext_h: np.ndarray, cache: tuple
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Carry a gradient back through :func:`rnn_step_forward`.

    Parameters
    ----------
    dnext_h : ndarray of shape (N, H)
        Gradient of the loss with respect to the next state.
    cache : tuple
        As returned by :func:`rnn_step_forward`.

    Returns
    -------
    dx : ndarray of shape (N, D)
        Gradient with respect to ``x``.
    dprev_h : ndarray of shape (N, H)
        Gradient with respect to ``prev_h``.
    dWx, dWh, db : ndarray
        Gradients with respect to the weights and biases, of their shapes.
    """
    return _sequence.one_step_back(_backward, dnext_h, cache)


def rnn_forward(
    x: np.ndarray, h0: np.ndarray, Wx: np.ndarray, Wh: np.ndarray, b: np.ndarray
) -> tuple[np.ndarray, tuple]:
    """Run a tanh recurrent network over whole sequences.

    Parameters
    ----------
    x : ndarray of shape (N, T, D), float32 or float64
        Inputs of all steps.
    h0 : ndarray of shape (N, H)
        State before the first.
    Wx : ndarray of shape (D, H)
        Weights of the input.
    Wh : ndarray of shape (H, H)
        Weights of the state.
    b : ndarray of shape (H,)
        Biases.

    Returns
    -------
    h : ndarray of shape (N, T, H)
        State after each step.
    cache : tuple
        What :func:`rnn_backward` needs.

    Raises
    ------
    TypeError
        If the dtypes differ or are not float32 or float64.
    ValueError
        If the sizes do not fit.
    """
    arrays, _ = _sequence.checked(1, x=x, h0=h0, Wx=Wx, Wh=Wh, b=b)
    return _forward(*arrays)


def rnn_backward(
    dh: np.ndarray, cache: tuple
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Carry gradients of all states back through :func:`rnn_forward`.

    Parameters
    ----------
    dh : ndarray of shape (N, T, H)
        Gradient of the loss with respect to each state, from that state's own use;
        what flows back through later steps is added here.
    cache : tuple
        As returned by :func:`rnn_forward`.

    Returns
    -------
    dx : ndarray of shape (N, T, D)
        Gradient with respect to ``x``.
    dh0 : ndarray of shape (N, H)
        Gradient with respect to ``h0``.
    dWx, dWh, db : ndarray
        Gradients with respect to the weights and biases, of their shapes.
    """
    return _sequence.all_steps_back(_backward, dh, cache)


def _forward(x, h0, Wx, Wh, b):
    h = _sequence.input_product(x, Wx, b)
    packed, before = kernels.impl.pack(Wh), h0
    for t in range(h.shape[1]):
        kernels.impl.matmul_packed(before, packed, h[:, t], add=True)
        kernels.impl.rnn_state_forward(h[:, t])
        before = h[:, t]
    return h, (x, h0, h, Wx, Wh)


def _backward(dh, cache):
    x, h0, h, Wx, Wh = cache
    da, flowing = np.empty_like(h), np.zeros_like(h0)
    packed = kernels.impl.pack(Wh.T)
    for t in reversed(range(h.shape[1])):
        kernels.impl.rnn_state_backward(h[:, t], dh[:, t], flowing, da[:, t])
        kernels.impl.matmul_packed(da[:, t], packed, flowing)
    before = _sequence.states_before(h0, h)
    dWh = _sequence.weight_gradient(before, da, np.empty_like(Wh))
    dx, dWx, db = _sequence.input_gradients(da, x, Wx)
    return dx, flowing, dWx, dWh, db
