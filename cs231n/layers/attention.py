"""Attention: every query takes a weighted mean of the values."""

import numpy as np

from cs231n import kernels
from cs231n.kernels.arrays import floats, shapes, upstream
from cs231n.kernels.options import whole
from cs231n.layers.affine import affine_backward, affine_forward

#: Parameters of multi-head attention: weights act as ``x @ W``.
PARAMETERS = ("Wq", "bq", "Wk", "bk", "Wv", "bv", "Wo", "bo")


def scaled_dot_product_attention_forward(
    query: np.ndarray,
    key: np.ndarray,
    value: np.ndarray,
    attn_mask: np.ndarray | None = None,
) -> tuple[np.ndarray, tuple]:
    """Mix values by how well their keys match each query.

    Parameters
    ----------
    query : ndarray of shape (..., S, E), float32 or float64
        Queries.
    key : ndarray of shape (..., T, E)
        Keys, with the same leading axes.
    value : ndarray of shape (..., T, V)
        Values, with the same leading axes.
    attn_mask : ndarray of bool, optional
        Broadcasts to (..., S, T); False or 0 means that the query may not see the
        key. A query that sees none gets zeros.

    Returns
    -------
    out : ndarray of shape (..., S, V)
        ``softmax(query @ key.T / sqrt(E)) @ value``.
    cache : tuple
        What :func:`scaled_dot_product_attention_backward` needs.

    Raises
    ------
    TypeError
        If the dtypes differ or are not float32 or float64.
    ValueError
        If the sizes do not fit.

    References
    ----------
    Vaswani et al. (2017), "Attention Is All You Need", section 3.2.1.
    """
    query, key, value = floats(query=query, key=key, value=value)
    _check_attention(query, key, value)
    out = np.empty((*query.shape[:-1], value.shape[-1]), query.dtype)
    return out, _attend(query, key, value, attn_mask, out)


def scaled_dot_product_attention_backward(
    dout: np.ndarray, cache: tuple
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Carry a gradient back through :func:`scaled_dot_product_attention_forward`.

    Parameters
    ----------
    dout : ndarray of shape (..., S, V)
        Gradient of the loss with respect to the output.
    cache : tuple
        As returned by :func:`scaled_dot_product_attention_forward`.

    Returns
    -------
    dquery, dkey, dvalue : ndarray
        Gradients with respect to queries, keys and values, of their shapes.
    """
    query, key, value = cache[:3]
    dout = upstream(dout, (*query.shape[:-1], value.shape[-1]), query.dtype)
    dquery, dkey, dvalue = (np.empty(a.shape, a.dtype) for a in (query, key, value))
    _attend_back(dout, cache, dquery, dkey, dvalue)
    return dquery, dkey, dvalue


def attend_forward(
    h: np.ndarray, grid: np.ndarray
) -> tuple[np.ndarray, np.ndarray, tuple]:
    """Take, for each hidden state, a weighted mean of the cells that match it.

    Parameters
    ----------
    h : ndarray of shape (N, T, H), float32 or float64
        Hidden states, the queries.
    grid : ndarray of shape (N, P, H)
        Features of the P cells of each picture, keys and values at once.

    Returns
    -------
    context : ndarray of shape (N, T, H)
        ``weights @ grid``.
    weights : ndarray of shape (N, T, P)
        ``softmax(h @ grid.T / sqrt(H))``, over the cells.
    cache : tuple
        What :func:`attend_backward` needs.

    Raises
    ------
    TypeError
        If the dtypes differ or are not float32 or float64.
    ValueError
        If the sizes do not fit.

    References
    ----------
    Luong et al. (2015), "Effective Approaches to Attention-based Neural Machine
    Translation", section 3.1, with the scale of Vaswani et al. (2017).
    """
    h, grid = floats(h=h, grid=grid)
    shapes(h=(h, "N T H"), grid=(grid, "N P H"))
    context, cache = scaled_dot_product_attention_forward(h, grid, grid)
    return context, cache[3], cache


def attend_backward(
    dcontext: np.ndarray, cache: tuple
) -> tuple[np.ndarray, np.ndarray]:
    """Carry a gradient back through :func:`attend_forward`.

    Parameters
    ----------
    dcontext : ndarray of shape (N, T, H)
        Gradient of the loss with respect to the context.
    cache : tuple
        As returned by :func:`attend_forward`.

    Returns
    -------
    dh : ndarray of shape (N, T, H)
        Gradient with respect to ``h``.
    dgrid : ndarray of shape (N, P, H)
        Gradient with respect to ``grid``: through the weights, and as values.
    """
    dh, dkey, dvalue = scaled_dot_product_attention_backward(dcontext, cache)
    return dh, dkey + dvalue


def multi_head_attention_forward(
    query: np.ndarray,
    key: np.ndarray,
    value: np.ndarray,
    params: dict,
    *,
    num_heads: int,
    attn_mask: np.ndarray | None = None,
) -> tuple[np.ndarray, tuple]:
    """Attend in several subspaces at once, between projections.

    Parameters
    ----------
    query : ndarray of shape (N, S, E), float32 or float64
        Sequences that ask.
    key, value : ndarray of shape (N, T, E)
        Sequences that are looked at.
    params : dict
        ``Wq, Wk, Wv, Wo`` of shape (E, E), acting as ``x @ W``, and ``bq, bk, bv,
        bo`` of shape (E,).
    num_heads : int
        Number of subspaces; it divides E.
    attn_mask : ndarray of bool, optional
        Broadcasts to (N, num_heads, S, T), for instance (S, T); False or 0 means that
        the query may not see the key.

    Returns
    -------
    out : ndarray of shape (N, S, E)
        Projected mixture of values.
    cache : tuple
        What :func:`multi_head_attention_backward` needs.

    Raises
    ------
    TypeError
        If the dtypes differ or are not float32 or float64.
    ValueError
        If the sizes do not fit, ``num_heads`` does not divide E, or a parameter is
        missing.

    References
    ----------
    Vaswani et al. (2017), "Attention Is All You Need", section 3.2.2.
    """
    query, key, value = floats(query=query, key=key, value=value)
    e = _check_heads(query, key, value, params, num_heads)
    inputs = {"q": query, "k": key, "v": value}
    heads, projections = [], {}
    for name, x in inputs.items():
        flat, projections[name] = affine_forward(
            x.reshape(-1, e), params["W" + name], params["b" + name]
        )
        heads.append(_split(flat.reshape(x.shape), num_heads))
    mixed = np.empty_like(query)
    attention = _attend(
        heads[0], heads[1], heads[2], attn_mask, _split(mixed, num_heads)
    )
    out, projections["o"] = affine_forward(
        mixed.reshape(-1, e), params["Wo"], params["bo"]
    )
    shapes_in = [x.shape for x in inputs.values()]
    return out.reshape(query.shape), (projections, attention, num_heads, shapes_in)


def multi_head_attention_backward(
    dout: np.ndarray, cache: tuple
) -> tuple[np.ndarray, np.ndarray, np.ndarray, dict]:
    """Carry a gradient back through :func:`multi_head_attention_forward`.

    Parameters
    ----------
    dout : ndarray of shape (N, S, E)
        Gradient of the loss with respect to the output.
    cache : tuple
        As returned by :func:`multi_head_attention_forward`.

    Returns
    -------
    dquery, dkey, dvalue : ndarray
        Gradients with respect to the three inputs. For self-attention their sum is
        the gradient of the one input.
    grads : dict
        Gradient of each parameter by its name.
    """
    projections, attention, num_heads, shapes_in = cache
    dout = upstream(dout, shapes_in[0], projections["o"][0].dtype)
    grads = {}
    dflat, grads["Wo"], grads["bo"] = affine_backward(
        dout.reshape(-1, dout.shape[-1]), projections["o"]
    )
    dmixed = _split(dflat.reshape(dout.shape), num_heads)
    dheads = [np.empty(shape, dout.dtype) for shape in shapes_in]
    _attend_back(dmixed, attention, *(_split(dx, num_heads) for dx in dheads))
    inputs = []
    for name, dhead in zip("qkv", dheads, strict=True):
        dx, grads["W" + name], grads["b" + name] = affine_backward(
            dhead.reshape(-1, dhead.shape[-1]), projections[name]
        )
        inputs.append(dx.reshape(dhead.shape))
    dquery, dkey, dvalue = inputs
    return dquery, dkey, dvalue, grads


def _attend(query, key, value, attn_mask, out):
    """Write the attention of views of any strides into ``out``; return the cache."""
    scale = 1 / np.sqrt(max(1, query.shape[-1])).item()
    weights = np.empty((*query.shape[:-1], key.shape[-2]), query.dtype)
    np.matmul(query, key.swapaxes(-1, -2), out=weights)
    weights *= scale
    if attn_mask is not None:
        np.copyto(weights, -np.inf, where=~_mask(attn_mask, weights.shape))
    if weights.size:
        rows = weights.reshape(-1, weights.shape[-1])
        kernels.impl.softmax(rows, rows)
    np.matmul(weights, value, out=out)
    return query, key, value, weights, scale


def _attend_back(dout, cache, dquery, dkey, dvalue):
    """Write the gradients of :func:`_attend` into views of any strides."""
    query, key, value, weights, scale = cache
    np.matmul(weights.swapaxes(-1, -2), dout, out=dvalue)
    dscores = np.empty_like(weights)
    np.matmul(dout, value.swapaxes(-1, -2), out=dscores)  # of the weights, so far
    if dscores.size:
        rows, seen = (a.reshape(-1, a.shape[-1]) for a in (dscores, weights))
        kernels.impl.softmax_backward(rows, seen, rows)
    dscores *= scale
    np.matmul(dscores, key, out=dquery)
    np.matmul(dscores.swapaxes(-1, -2), query, out=dkey)


def _split(x, num_heads):
    """View (N, S, E) as (N, heads, S, E / heads)."""
    n, s, e = x.shape
    return x.reshape(n, s, num_heads, e // num_heads).transpose(0, 2, 1, 3)


def _mask(mask, shape):
    mask = np.asarray(mask)
    try:
        return np.broadcast_to(mask != 0, shape)
    except ValueError:
        raise ValueError(
            f"attn_mask must broadcast to {shape}; got shape {mask.shape}."
        ) from None


def _check_attention(query, key, value):
    for name, array in (("key", key), ("value", value)):
        if array.ndim != query.ndim or array.shape[:-2] != query.shape[:-2]:
            raise ValueError(
                f"{name} must have the leading axes of query, {query.shape[:-2]}; "
                f"got shape {array.shape}."
            )
    if query.ndim < 2 or key.shape[-1] != query.shape[-1]:
        raise ValueError(
            f"query and key must end in (S, E) and (T, E); got {query.shape} and "
            f"{key.shape}."
        )
    if key.shape[-2] != value.shape[-2]:
        raise ValueError(
            f"value must have one row for each of the {key.shape[-2]} keys; got shape "
            f"{value.shape}."
        )


def _check_heads(query, key, value, params, num_heads):
    sizes = shapes(query=(query, "N S E"), key=(key, "N T E"), value=(value, "N T E"))
    missing = [name for name in PARAMETERS if name not in params]
    if missing:
        raise ValueError(
            f"params lacks {missing[0]!r}; it needs {', '.join(PARAMETERS)}."
        )
    for name in PARAMETERS:
        axes = "E1 E" if name.startswith("W") else "E"
        shapes(query=(query, "N S E"), **{f"params[{name!r}]": (params[name], axes)})
    if sizes["E"] % whole(num_heads, "num_heads", 1):
        raise ValueError(f"num_heads must divide E = {sizes['E']}; got {num_heads}.")
    return sizes["E"]
