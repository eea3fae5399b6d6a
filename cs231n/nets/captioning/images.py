"""How a network that writes captions sees the image: at once, or cell by cell."""

from types import SimpleNamespace

import numpy as np

Weights = dict[str, np.ndarray]


def encode(
    features: np.ndarray, p: Weights, layers: SimpleNamespace
) -> tuple[np.ndarray, np.ndarray | None, tuple]:
    """Turn features into the first hidden state, and cells that can be looked at.

    Parameters
    ----------
    features : ndarray of shape (N, D) or (N, D, h, w)
        Features of images, or of the P = h * w cells of each.
    p : dict of str to ndarray
        The network's parameters.
    layers : namespace
        The layers that it uses.

    Returns
    -------
    h0 : ndarray of shape (N, H)
        The first state: the projected features, or the mean of the cells.
    memory : ndarray of shape (N, P, H), or None
        The cells, without which there is nothing to look at.
    cache : tuple
        What :func:`encode_back` needs.
    """
    if features.ndim == 2:
        h0, cache = layers.affine_forward(features, p["W_proj"], p["b_proj"])
        return h0, None, cache
    cells = features.reshape(*features.shape[:2], -1).transpose(0, 2, 1)
    seen, affine = layers.temporal_affine_forward(
        np.ascontiguousarray(cells), p["W_proj"], p["b_proj"]
    )
    seen, relu = layers.relu_forward(seen)
    memory = seen + p["W_cells"]
    return memory.mean(axis=1), memory, (affine, relu)


def encode_back(
    dh0: np.ndarray,
    dmemory: np.ndarray | None,
    cache: tuple,
    layers: SimpleNamespace,
) -> Weights:
    """Carry gradients back through :func:`encode`.

    Parameters
    ----------
    dh0 : ndarray of shape (N, H)
        Gradient with respect to the first state.
    dmemory : ndarray of shape (N, P, H), or None
        Gradient with respect to the cells.
    cache : tuple
        As returned by :func:`encode`.
    layers : namespace
        The layers of the network.

    Returns
    -------
    grads : dict of str to ndarray
        Of the parameters that :func:`encode` used.
    """
    grads: Weights = {}
    if dmemory is None:
        _, grads["W_proj"], grads["b_proj"] = layers.affine_backward(dh0, cache)
        return grads
    affine, relu = cache
    dmemory = dmemory + (dh0 / dmemory.shape[1])[:, None]
    grads["W_cells"] = dmemory.sum(axis=0)
    dseen = layers.relu_backward(dmemory, relu)
    _, grads["W_proj"], grads["b_proj"] = layers.temporal_affine_backward(dseen, affine)
    return grads


def look(
    h: np.ndarray, memory: np.ndarray | None, p: Weights, layers: SimpleNamespace
) -> tuple[np.ndarray, np.ndarray | None, tuple | None]:
    """Let each state look at the cells, and mix in what it finds.

    Parameters
    ----------
    h : ndarray of shape (N, T, H)
        Hidden states.
    memory : ndarray of shape (N, P, H), or None
        The cells; without them the states stay as they are.
    p : dict of str to ndarray
        The network's parameters.
    layers : namespace
        The layers that it uses.

    Returns
    -------
    out : ndarray of shape (N, T, H)
        ``tanh(h + context @ W_context + b_context)``.
    weights : ndarray of shape (N, T, P), or None
        How much each state looked at each cell.
    cache : tuple or None
        What :func:`look_back` needs.
    """
    if memory is None:
        return h, None, None
    query, ask = layers.temporal_affine_forward(h, p["W_query"], p["b_query"])
    context, weights, attend = layers.attend_forward(query, memory)
    mixed, mix = layers.temporal_affine_forward(context, p["W_context"], p["b_context"])
    out, tanh = layers.tanh_forward(h + mixed)
    return out, weights, (ask, attend, mix, tanh)


def look_back(
    dout: np.ndarray, cache: tuple | None, layers: SimpleNamespace
) -> tuple[np.ndarray, np.ndarray | None, Weights]:
    """Carry a gradient back through :func:`look`.

    Parameters
    ----------
    dout : ndarray of shape (N, T, H)
        Gradient with respect to the output.
    cache : tuple or None
        As returned by :func:`look`.
    layers : namespace
        The layers of the network.

    Returns
    -------
    dh : ndarray of shape (N, T, H)
        Gradient with respect to the states.
    dmemory : ndarray of shape (N, P, H), or None
        Gradient with respect to the cells.
    grads : dict of str to ndarray
        Of the parameters that :func:`look` used.
    """
    grads: Weights = {}
    if cache is None:
        return dout, None, grads
    ask, attend, mix, tanh = cache
    dmixed = layers.tanh_backward(dout, tanh)
    dcontext, grads["W_context"], grads["b_context"] = layers.temporal_affine_backward(
        dmixed, mix
    )
    dquery, dmemory = layers.attend_backward(dcontext, attend)
    dh, grads["W_query"], grads["b_query"] = layers.temporal_affine_backward(
        dquery, ask
    )
    return dh + dmixed, dmemory, grads
