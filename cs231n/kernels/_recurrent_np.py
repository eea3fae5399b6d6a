"""The elementwise part of recurrent cells without a compiler."""

import numpy as np

from cs231n.kernels._pointwise_np import sigmoid_forward


def lstm_gates_forward(gates, prev_c, next_c, next_h):
    """Turn activations into gates i, f, o, g, and step the cell (all in place).

    gates : (N, 4H), rows may be far apart; the others : (N, H).
    """
    h = prev_c.shape[1]
    sigmoid_forward(gates[:, : 3 * h], gates[:, : 3 * h])
    np.tanh(gates[:, 3 * h :], out=gates[:, 3 * h :])
    i, f, o, g = (gates[:, k * h : (k + 1) * h] for k in range(4))
    np.multiply(f, prev_c, out=next_c)
    next_c += i * g
    np.tanh(next_c, out=next_h)
    next_h *= o


def lstm_gates_backward(gates, prev_c, next_c, dh, dc, da):
    """Gradients of one step: ``da`` and ``dc`` are written in place.

    gates, da : (N, 4H); dh : (N, H); dc holds the gradient of the next cell state
    and becomes that of the previous one.
    """
    h = prev_c.shape[1]
    i, f, o, g = (gates[:, k * h : (k + 1) * h] for k in range(4))
    di, df, do, dg = (da[:, k * h : (k + 1) * h] for k in range(4))
    t = np.tanh(next_c)
    np.multiply(dh * t, o * (1 - o), out=do)
    dc += dh * o * (1 - t * t)
    np.multiply(dc * g, i * (1 - i), out=di)
    np.multiply(dc * prev_c, f * (1 - f), out=df)
    np.multiply(dc * i, 1 - g * g, out=dg)
    dc *= f
