"""The elementwise part of recurrent cells without a compiler.

One time step: every array is (N, H), or (N, 3H) and (N, 4H) for gates; rows may be far
apart. ``dh`` is the gradient of the state from its own use, ``flowing`` what comes back
from the next step.
"""

import numpy as np

from cs231n.kernels._numpy.pointwise import sigmoid_forward


def rnn_state_forward(state):
    """Take the hyperbolic tangent (in place)."""
    np.tanh(state, out=state)


def rnn_state_backward(state, dh, flowing, da):
    """Gradient of the activations: ``da`` is written in place."""
    np.multiply(dh + flowing, 1 - state * state, out=da)


def lstm_gates_forward(gates, prev_c, next_c, next_h):
    """Turn activations into gates i, f, o, g, and step the cell (all in place)."""
    h = prev_c.shape[1]
    logistic = gates[:, : 3 * h]
    logistic *= 0.5  # (1 + tanh(x / 2)) / 2, so that one call serves all gates
    np.tanh(gates, out=gates)
    logistic += 1
    logistic *= 0.5
    i, f, o, g = _split(gates, h)
    np.multiply(f, prev_c, out=next_c)
    np.multiply(i, g, out=next_h)
    next_c += next_h
    np.tanh(next_c, out=next_h)
    next_h *= o


def lstm_gates_backward(gates, prev_c, next_c, dh, flowing, dc, da):
    """Gradients of one step: ``da`` and ``dc`` are written in place.

    dc holds the gradient of the next cell state and becomes that of the previous one.
    """
    h = prev_c.shape[1]
    i, f, o, g = _split(gates, h)
    di, df, do, dg = _split(da, h)
    t, d = np.tanh(next_c), dh + flowing
    np.multiply(d * t, o * (1 - o), out=do)
    dc += d * o * (1 - t * t)
    np.multiply(dc * g, i * (1 - i), out=di)
    np.multiply(dc * prev_c, f * (1 - f), out=df)
    np.multiply(dc * i, 1 - g * g, out=dg)
    dc *= f


def gru_gates_forward(gates, product, kept, prev_h, next_h):
    """Turn activations into gates r, z, n, and step the state (all in place).

    gates holds the input's part and product the state's, whose last third goes into
    kept.
    """
    h = prev_h.shape[1]
    both = gates[:, : 2 * h]
    both += product[:, : 2 * h]
    sigmoid_forward(both, both)
    r, z, n = _split(gates, h)
    kept[...] = product[:, 2 * h :]
    n += r * kept
    np.tanh(n, out=n)
    np.subtract(prev_h, n, out=next_h)
    next_h *= z
    next_h += n


def gru_gates_backward(gates, kept, prev_h, dh, flowing, da, du):
    """Gradients of one step: ``da``, ``du`` and ``flowing`` are written in place.

    du is the gradient of kept; flowing becomes what z lets through to the state before.
    """
    h = prev_h.shape[1]
    r, z, n = _split(gates, h)
    dr, dz, dn = _split(da, h)
    flowing += dh
    np.multiply(flowing * (1 - z), 1 - n * n, out=dn)
    np.multiply(dn * kept, r * (1 - r), out=dr)
    np.multiply(flowing * (prev_h - n), z * (1 - z), out=dz)
    np.multiply(dn, r, out=du)
    flowing *= z


def _split(gates, h):
    return [gates[:, k : k + h] for k in range(0, gates.shape[1], h)]
