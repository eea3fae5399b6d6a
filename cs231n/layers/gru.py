"""The gated recurrent layer: one step, and a whole sequence.

The 3H columns of weights and biases are the gates r (reset) and z (update) and the
candidate n.
"""

import numpy as np

from cs231n import kernels
from cs231n.layers import _sequence


def gru_step_forward(
    x: np.ndarray, prev_h: np.ndarray, Wx: np.ndarray, Wh: np.ndarray, b: np.ndarray
) -> tuple[np.ndarray, tuple]:
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


def gru_step_backward(
    dnext_h: np.ndarray, cache: tuple
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
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


def gru_forward(
    x: np.ndarray, h0: np.ndarray, Wx: np.ndarray, Wh: np.ndarray, b: np.ndarray
) -> tuple[np.ndarray, tuple]:
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


def gru_backward(
    dh: np.ndarray, cache: tuple
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
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
    gates = _sequence.input_product(x, Wx, b)
    (n, steps), size = x.shape[:2], h0.shape[1]
    h, kept = np.empty((n, steps, size), x.dtype), np.empty((steps, n, size), x.dtype)
    product = np.empty((n, 3 * size), x.dtype)
    packed, before = kernels.impl.pack(Wh), h0
    for t in range(steps):
        kernels.impl.matmul_packed(before, packed, product)
        kernels.impl.gru_gates_forward(gates[:, t], product, kept[t], before, h[:, t])
        before = h[:, t]
    return h, (x, h0, h, gates, kept, Wx, Wh)


def _backward(dh, cache):
    x, h0, h, gates, kept, Wx, Wh = cache
    size = h0.shape[1]
    da, du = np.empty_like(gates), np.empty_like(h)  # du: of the candidate's product
    flowing, before = np.zeros_like(h0), _sequence.states_before(h0, h)
    both, last = (kernels.impl.pack(w.T) for w in np.split(Wh, [2 * size], axis=1))
    for t in reversed(range(h.shape[1])):
        kernels.impl.gru_gates_backward(
            gates[:, t], kept[t], before[:, t], dh[:, t], flowing, da[:, t], du[:, t]
        )
        kernels.impl.matmul_packed(da[:, t, : 2 * size], both, flowing, add=True)
        kernels.impl.matmul_packed(du[:, t], last, flowing, add=True)
    dx, dWx, db = _sequence.input_gradients(da, x, Wx)
    dWh = np.empty_like(Wh)
    _sequence.weight_gradient(before, da[..., : 2 * size], dWh[:, : 2 * size])
    _sequence.weight_gradient(before, du, dWh[:, 2 * size :])
    return dx, flowing, dWx, dWh, db
