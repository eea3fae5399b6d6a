"""What recurrent layers share: the products over all time steps at once."""

import numpy as np

from cs231n import kernels
from cs231n.kernels.arrays import floats, shapes, upstream


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
    """Carry the gradients of all states back; ``cache[2]`` has the states (N, T, H)."""
    states = cache[2]
    return backward(upstream(dh, states.shape, states.dtype, name="dh"), cache)


def input_product(x, Wx, b):
    """Return ``x @ Wx + b`` of shape (N, T, G) for all steps at once."""
    out = np.empty((*x.shape[:2], len(b)), x.dtype)
    kernels.impl.matmul(_rows(x), Wx, _rows(out), bias=b)
    return out


def input_gradients(da, x, Wx):
    """Return ``dx, dWx, db`` from the gradients ``da`` (N, T, G) of all activations."""
    dx = np.empty(x.shape, x.dtype)
    dWx, db = np.empty_like(Wx), np.empty(Wx.shape[1], x.dtype)
    kernels.impl.matmul(_rows(da), Wx.T, _rows(dx))
    kernels.impl.row_sum(_rows(da), db)
    return dx, weight_gradient(x, da, dWx), db


def weight_gradient(inputs, da, out):
    """Sum the outer products of inputs and gradients over all samples and steps."""
    kernels.impl.matmul(_rows(inputs).T, _rows(da), out)
    return out


def states_before(first, states):
    """Return the state before each step: ``first``, then all but the last."""
    before = np.empty_like(states)
    before[:, :1] = first[:, None]
    before[:, 1:] = states[:, :-1]
    return before


def _rows(a):
    """View (N, T, D) as (N * T, D)."""
    n, t, d = a.shape
    return a.reshape(n * t, d)
