"""The gated recurrent layer: one step, and a whole sequence.

The 3H columns of weights and biases are the gates r (reset) and z (update) and the
candidate n.
"""

import numpy as np

from cs231n import kernels
from cs231n.layers import _sequence


def gru_step_forward(x, prev_h, Wx, Wh, b):
    """Take one step of a GRU.

    Parameters
    ----------
    x : ndarray of shape (N, D), float32 or float64
        Inputs of this step.
    prev_h : ndarray of shape (N, H)
        State before it.
    Wx : ndarray of shape (D, 3H)
        Weights of the input.
    Wh : ndarray of shape (H, 3H)
        Weights of the state.
    b : ndarray of shape (3H,)
        Biases, added to the input's part.

    Returns
    -------
    next_h : ndarray of shape (N, H)
        State after the step.
    cache : tuple
        What :func:`gru_step_backward` needs.

    Raises
    ------
    TypeError
        If the dtypes differ or are not float32 or float64.
    ValueError
        If the sizes do not fit.

    Notes
    -----
    With ``a = x @ Wx + b`` and ``u = prev_h @ Wh``, each in three parts:
    ``r = sigmoid(a_r + u_r)``, ``z = sigmoid(a_z + u_z)``,
    ``n = tanh(a_n + r * u_n)`` and ``next_h = (1 - z) * n + z * prev_h``. The reset
    gate acts after the product, as in PyTorch.

    References
    ----------
    Cho et al. (2014), "Learning Phrase Representations using RNN Encoder-Decoder
    for Statistical Machine Translation", equations 5 to 8.
    """
    arrays, _ = _sequence.checked(3, x=x, prev_h=prev_h, Wx=Wx, Wh=Wh, b=b)
    return _sequence.one_step(_forward, *arrays)


def gru_step_backward(dnext_h, cache):
    """Carry a gradient back through :func:`gru_step_forward`.

    Parameters
    ----------
    dnext_h : ndarray of shape (N, H)
        Gradient of the loss with respect to the next state.
    cache : tuple
        As returned by :func:`gru_step_forward`.

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


def gru_forward(x, h0, Wx, Wh, b):
    """Run a GRU over whole sequences.

    Parameters
    ----------
    x : ndarray of shape (N, T, D), float32 or float64
        Inputs of all steps.
    h0 : ndarray of shape (N, H)
        State before the first.
    Wx : ndarray of shape (D, 3H)
        Weights of the input.
    Wh : ndarray of shape (H, 3H)
        Weights of the state.
    b : ndarray of shape (3H,)
        Biases.

    Returns
    -------
    h : ndarray of shape (N, T, H)
        State after each step.
    cache : tuple
        What :func:`gru_backward` needs.

    Raises
    ------
    TypeError
        If the dtypes differ or are not float32 or float64.
    ValueError
        If the sizes do not fit.
    """
    arrays, _ = _sequence.checked(3, x=x, h0=h0, Wx=Wx, Wh=Wh, b=b)
    return _forward(*arrays)


def gru_backward(dh, cache):
    """Carry gradients of all states back through :func:`gru_forward`.

    Parameters
    ----------
    dh : ndarray of shape (N, T, H)
        Gradient of the loss with respect to each state, from its own use.
    cache : tuple
        As returned by :func:`gru_forward`.

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
    steps, gates = _sequence.input_product(x, Wx, b)  # (T, N, 3H)
    size = h0.shape[1]
    products = np.empty_like(gates)
    states = np.empty((len(gates), *h0.shape), x.dtype)
    before = h0
    for gate, u, state in zip(gates, products, states, strict=True):
        kernels.impl.matmul(before, Wh, u)
        gate[:, : 2 * size] += u[:, : 2 * size]
        both = np.ascontiguousarray(gate[:, : 2 * size])
        kernels.impl.sigmoid_forward(both, both)
        r, z = both[:, :size], both[:, size:]
        n = gate[:, 2 * size :] + r * u[:, 2 * size :]
        kernels.impl.tanh_forward(n, n)
        gate[:, : 2 * size], gate[:, 2 * size :] = both, n
        state[...] = n + z * (before - n)
        before = state
    h = np.ascontiguousarray(states.transpose(1, 0, 2))
    return h, (steps, h0, states, gates, products, Wx, Wh)


def _backward(dh, cache):
    steps, h0, states, gates, products, Wx, Wh = cache
    size = h0.shape[1]
    da, du = np.empty_like(gates), np.empty_like(gates)
    flowing = np.zeros_like(h0)
    before = _sequence.states_before(h0, states)
    for t in reversed(range(len(states))):
        flowing += dh[:, t]
        r, z, n = (gates[t][:, k * size : (k + 1) * size] for k in range(3))
        u = products[t][:, 2 * size :]
        dn = flowing * (1 - z) * (1 - n * n)
        da[t][:, :size] = dn * u * r * (1 - r)
        da[t][:, size : 2 * size] = flowing * (before[t] - n) * z * (1 - z)
        da[t][:, 2 * size :] = dn
        du[t] = da[t]
        du[t][:, 2 * size :] *= r
        through = flowing * z
        kernels.impl.matmul(du[t], Wh.T, flowing)
        flowing += through
    dx, dWx, dWh, db = _sequence.weight_gradients(da, steps, before, Wx)
    t, n, g = du.shape
    kernels.impl.matmul(before.reshape(t * n, size).T, du.reshape(t * n, g), dWh)
    return dx, flowing, dWx, dWh, db
