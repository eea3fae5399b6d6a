"""Convolution and its transpose, forward and backward, on NCHW images."""

from typing import Any

import numpy as np

from cs231n import kernels
from cs231n.kernels import Geometry
from cs231n.kernels.arrays import floats, shapes, upstream
from cs231n.kernels.options import options, pair, whole


def conv_forward(
    x: np.ndarray, w: np.ndarray, b: np.ndarray, conv_param: dict
) -> tuple[np.ndarray, tuple]:
    """Slide filters over images: cross-correlation plus a bias.

    Parameters
    ----------
    x : ndarray of shape (N, C, H, W), float32 or float64
        Images.
    w : ndarray of shape (F, C / groups, KH, KW)
        Filters.
    b : ndarray of shape (F,)
        Biases.
    conv_param : dict
        ``stride`` and ``pad`` (zeros on each side), in pixels, each a number or a
        pair (height, width); optional ``dilation`` (1), the step between the taps of
        a filter, and ``groups`` (1), into which channels and filters are split.

    Returns
    -------
    out : ndarray of shape (N, F, OH, OW), dtype of ``x``
        ``OH = floor((H + 2 * pad - dilation * (KH - 1) - 1) / stride) + 1``,
        likewise ``OW``.
    cache : tuple
        ``(x, w, b, conv_param)``, for :func:`conv_backward`.

    Raises
    ------
    TypeError
        If the dtypes differ or are not float32 or float64.
    ValueError
        If the channels do not match, a filter is larger than the padded image, or
        ``conv_param`` is wrong.
    """
    arrays = floats(x=x, w=w, b=b)
    geometry, size = _plan(arrays[0], arrays[1], arrays[2], conv_param)
    out = np.empty((len(x), len(w), *size), x.dtype)
    if len(w):
        kernels.impl.conv_forward(*arrays, out, geometry)
    return out, (x, w, b, conv_param)


def conv_backward(
    dout: np.ndarray, cache: tuple, *, need_dx: bool = True, need_dw: bool = True
) -> tuple[np.ndarray | Any, np.ndarray | Any, np.ndarray | Any]:
    """Carry a gradient back through :func:`conv_forward`.

    Parameters
    ----------
    dout : ndarray of shape (N, F, OH, OW)
        Gradient of the loss with respect to the output.
    cache : tuple
        As returned by :func:`conv_forward`.
    need_dx : bool, optional
        Whether the gradient of ``x`` is wanted; a first layer can save it, about a
        third of the work.
    need_dw : bool, optional
        Whether those of ``w`` and ``b`` are wanted; who looks for the gradient of the
        image alone can save them, about as much.

    Returns
    -------
    dx : ndarray of shape (N, C, H, W), or None
        Gradient with respect to ``x``.
    dw : ndarray of shape (F, C / groups, KH, KW), or None
        Gradient with respect to ``w``.
    db : ndarray of shape (F,), or None
        Gradient with respect to ``b``.
    """
    x, w, b = floats(x=cache[0], w=cache[1], b=cache[2])
    geometry, size = _plan(x, w, b, cache[3])
    dout = upstream(dout, (len(x), len(w), *size), x.dtype)
    dx = dw = db = None
    if need_dx:
        dx = np.zeros_like(x)  # what no filter has seen
        if len(w):
            kernels.impl.conv_dx(dout, w, dx, geometry)
    if need_dw:
        dw, db = np.empty_like(w), np.empty_like(b)
        if len(w):
            kernels.impl.conv_dw(x, dout, dw, db, geometry)
    return dx, dw, db


def conv_transpose_forward(
    x: np.ndarray, w: np.ndarray, b: np.ndarray, conv_param: dict
) -> tuple[np.ndarray, tuple]:
    """Paint filters onto a larger image: the transpose of a convolution.

    Parameters
    ----------
    x : ndarray of shape (N, C, H, W), float32 or float64
        Images; each pixel weighs the filters painted around it.
    w : ndarray of shape (C, F / groups, KH, KW)
        Filters.
    b : ndarray of shape (F,)
        Biases.
    conv_param : dict
        ``stride`` between painted filters and ``pad``, the border cut off the
        result, in pixels; optional ``dilation`` (1), ``groups`` (1) and
        ``output_pad`` (0), rows and columns added at the far edge.

    Returns
    -------
    out : ndarray of shape (N, F, OH, OW), dtype of ``x``
        ``OH = (H - 1) * stride - 2 * pad + dilation * (KH - 1) + 1 + output_pad``.
    cache : tuple
        ``(x, w, b, conv_param)``, for :func:`conv_transpose_backward`.

    Raises
    ------
    TypeError
        If the dtypes differ or are not float32 or float64.
    ValueError
        If the channels do not match, nothing is left after cutting the border, or
        ``conv_param`` is wrong.
    """
    arrays = floats(x=x, w=w, b=b)
    geometry, size = _plan_transpose(arrays[0], arrays[1], arrays[2], conv_param)
    out = np.zeros((len(x), len(b), *size), x.dtype)
    if len(w):
        kernels.impl.conv_dx(*arrays[:2], out, geometry)
    out += arrays[2][:, None, None]
    return out, (x, w, b, conv_param)


def conv_transpose_backward(
    dout: np.ndarray, cache: tuple
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Carry a gradient back through :func:`conv_transpose_forward`.

    Parameters
    ----------
    dout : ndarray of shape (N, F, OH, OW)
        Gradient of the loss with respect to the output.
    cache : tuple
        As returned by :func:`conv_transpose_forward`.

    Returns
    -------
    dx : ndarray of shape (N, C, H, W)
        Gradient with respect to ``x``.
    dw : ndarray of shape (C, F / groups, KH, KW)
        Gradient with respect to ``w``.
    db : ndarray of shape (F,)
        Gradient with respect to ``b``.
    """
    x, w, b = floats(x=cache[0], w=cache[1], b=cache[2])
    geometry, size = _plan_transpose(x, w, b, cache[3])
    dout = upstream(dout, (len(x), len(b), *size), x.dtype)
    dx, dw = np.empty_like(x), np.empty_like(w)
    if len(w):
        kernels.impl.conv_forward(dout, w, None, dx, geometry)
        kernels.impl.conv_dw(dout, x, dw, None, geometry)
    return dx, dw, dout.sum(axis=(0, 2, 3))


# The course asks for slow and fast versions; in the package both are the fast one.
conv_forward_naive = conv_forward_fast = conv_forward
conv_backward_naive = conv_backward_fast = conv_backward


def _plan(x, w, b, conv_param):
    """Return the geometry and output size of a convolution, checked."""
    geometry, _ = _geometry(conv_param, {})
    shapes(x=(x, "N C H W"))
    shapes(w=(w, "F C KH KW"), b=(b, "F"))
    _check_channels(x, "x", w, w.shape[1], geometry.groups)
    if len(w) % geometry.groups:
        raise ValueError(
            f"groups must divide the {len(w)} filters of w; got {geometry.groups}."
        )
    return geometry, geometry.output_size(x.shape[2:], w.shape[2:])


def _plan_transpose(x, w, b, conv_param):
    """Return geometry and output size of a transposed convolution, checked."""
    geometry, extra = _geometry(conv_param, {"output_pad": 0})
    shapes(x=(x, "N C H W"), w=(w, "C F KH KW"))
    _check_channels(b, "b", w, w.shape[1], geometry.groups, axis=0)
    if x.shape[1] % geometry.groups:
        raise ValueError(
            f"groups must divide the {x.shape[1]} channels of x; got {geometry.groups}."
        )
    extra = pair(extra, "output_pad", 0)
    size = [
        (x.shape[2 + i] - 1) * geometry.stride[i]
        - 2 * geometry.pad[i]
        + geometry.dilation[i] * (w.shape[2 + i] - 1)
        + 1
        + extra[i]
        for i in (0, 1)
    ]
    if min(size) < 1 or any(extra[i] >= geometry.stride[i] for i in (0, 1) if extra[i]):
        raise ValueError(
            f"conv_param gives an output of {size[0]} x {size[1]} pixels; pad must "
            "leave at least one, and output_pad must be smaller than stride."
        )
    return geometry, size


def _check_channels(array, name, w, each, groups, axis=1):
    wanted = each * groups
    if array.ndim <= axis or array.shape[axis] != wanted:
        raise ValueError(
            f"{name} must have {wanted} channels, {groups} group(s) of {each} as in "
            f"w of shape {w.shape}; got {name} of shape {array.shape}."
        )


def _geometry(conv_param, extra):
    stride, pad, dilation, groups, *rest = options(
        conv_param,
        "conv_param",
        ("stride", "pad"),
        {"dilation": 1, "groups": 1, **extra},
    )
    geometry = Geometry(
        pair(stride, "stride", 1),
        pair(pad, "pad", 0),
        pair(dilation, "dilation", 1),
        whole(groups, "groups", 1),
    )
    return geometry, rest[0] if rest else None
