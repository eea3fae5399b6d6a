"""What recurrent layers share: the products over all time steps at once."""

import numpy as np

from cs231n import kernels
from cs231n.kernels._check import floats, shapes, upstream


def checked(gates, **arrays):
    """Check the arguments of a recurrent layer or step; return arrays and H.

    ``x`` is (N, T, D) or (N, D); the state is (N, H); weights have ``gates * H``
    columns.
    """
    x, state, Wx, Wh, b = values = floats(**arrays)[:5]
    names = list(arrays)
    axes = "N T D" if x.ndim == 3 else "N D"
    shapes(**{names[0]: (x, axes), names[1]: (state, "N H"), "Wh": (Wh, "H G")})
    shapes(**{names[0]: (x, axes), "Wx": (Wx, "D G"), "Wh": (Wh, "H G"), "b": (b, "G")})
    h = state.shape[1]
    if Wh.shape[1] != gates * h:
        raise ValueError(
            f"Wh must have {gates} * H = {gates * h} columns; got shape {Wh.shape}."
        )
    return values, h


def one_step(forward, x, *rest):
    """Run a layer over a sequence of one step; x : (N, D)."""
    h, cache = forward(x[:, None], *rest)
    return h[:, 0], cache


def one_step_back(backward, dnext_h, cache):
    """Carry the gradient of the only state back; ``cache[1]`` is the one before."""
    before = cache[1]
    dnext_h = upstream(dnext_h, before.shape, before.dtype, name="dnext_h")
    dx, *rest = backward(dnext_h[:, None], cache)
    return dx[:, 0], *rest


def all_steps_back(backward, dh, cache):
    """Carry the gradients of all states back; ``cache[2]`` has the states (T, N, H)."""
    first, states = cache[1], cache[2]
    shape = (first.shape[0], states.shape[0], first.shape[1])
    return backward(upstream(dh, shape, first.dtype, name="dh"), cache)


def input_product(x, Wx, b):
    """Return ``x @ Wx + b`` for all steps, as (T, N, G) so that a step is one block."""
    n, t, d = x.shape
    steps = np.ascontiguousarray(x.transpose(1, 0, 2))  # (T, N, D)
    out = np.empty((t, n, Wx.shape[1]), x.dtype)
    kernels.impl.matmul(steps.reshape(t * n, d), Wx, out.reshape(t * n, len(b)), bias=b)
    return steps, out


def weight_gradients(da, steps, before, Wx):
    """Return ``dx, dWx, dWh, db`` from the gradients of all activations.

    da : (T, N, G); steps : (T, N, D); before : (T, N, H), the state before each step.
    """
    t, n, g = da.shape
    d, h = steps.shape[2], before.shape[2]
    flat = da.reshape(t * n, g)
    dx = np.empty((t, n, d), da.dtype)
    dWx, dWh = np.empty((d, g), da.dtype), np.empty((h, g), da.dtype)
    db = np.empty(g, da.dtype)
    kernels.impl.matmul(flat, Wx.T, dx.reshape(t * n, d))
    kernels.impl.matmul(steps.reshape(t * n, d).T, flat, dWx)
    kernels.impl.matmul(before.reshape(t * n, h).T, flat, dWh)
    kernels.impl.row_sum(flat, db)
    return np.ascontiguousarray(dx.transpose(1, 0, 2)), dWx, dWh, db


def states_before(first, states):
    """Return the state before each step: ``first``, then all but the last."""
    return np.concatenate([first[None], states[:-1]]) if len(states) else states
