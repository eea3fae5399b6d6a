"""Weighted sums: linear maps, convolutions, tables of vectors."""

import numpy as np

from cs231n import kernels, layers
from cs231n.autograd import dtypes
from cs231n.autograd.history import asks, record
from cs231n.autograd.nn.fused import fused, zeros_or
from cs231n.autograd.ops.products import times
from cs231n.autograd.tensor import need


def linear(input, weight, bias=None):
    """Weigh the last axis: ``input @ weight.T + bias``, weight (out, in)."""
    x, w = need(input, "linear")._a, need(weight, "linear", "weight")._a
    if x.dtype != w.dtype:
        raise RuntimeError(
            f"linear: mat1 and mat2 must have the same dtype, but got "
            f"{dtypes.spoken(x.dtype)} and {dtypes.spoken(w.dtype)}"
        )
    if w.ndim != 2 or x.ndim == 0 or x.shape[-1] != w.shape[1]:
        raise RuntimeError(
            f"linear: mat1 and mat2 shapes cannot be multiplied: an input of shape "
            f"{x.shape} and a weight of shape {w.shape} (out, in)."
        )
    if bias is not None and (bias._a.shape, bias.dtype) != ((len(w),), w.dtype):
        raise RuntimeError(
            f"linear: expected a bias of shape ({len(w)},) and {w.dtype}; got "
            f"{bias._a.shape} and {bias.dtype}."
        )
    flat = np.ascontiguousarray(x).reshape(-1, x.shape[-1])
    out = np.empty((len(flat), len(w)), x.dtype)
    kernels.impl.matmul(flat, w.T, out, bias=None if bias is None else bias._a)
    wants = asks(input, weight, bias)

    def back(g):
        g = np.ascontiguousarray(g).reshape(-1, len(w))
        db = None
        if wants[2]:
            db = np.empty(len(w), g.dtype)
            kernels.impl.row_sum(g, db)
        dx = times(g, w).reshape(x.shape) if wants[0] else None
        return dx, times(g.T, flat) if wants[1] else None, db

    out = out.reshape(*x.shape[:-1], len(w))
    saved = [t for t, wanted in ((weight, wants[0]), (input, wants[1])) if wanted]
    return record("linear", out, back, (input, weight, bias), saved, fresh=True)


def _conv_param(stride, padding, dilation, groups, weight):
    if padding == "valid":
        padding = 0
    elif padding == "same":
        step = dilation if isinstance(dilation, tuple) else (dilation,) * 2
        spans = [d * (k - 1) for d, k in zip(step, weight.shape[2:], strict=True)]
        if any(s % 2 for s in spans) or stride not in (1, (1, 1)):
            raise RuntimeError("conv2d: padding='same' needs stride 1 and odd kernels.")
        padding = tuple(s // 2 for s in spans)
    param = {"stride": stride, "pad": padding, "dilation": dilation, "groups": groups}
    return {k: v if isinstance(v, int) else tuple(v) for k, v in param.items()}


def _check_dtypes(step, input, weight, bias):
    for name, t in (("weight", weight), ("bias", bias)):
        if t is not None and need(t, step, name).dtype != need(input, step).dtype:
            raise RuntimeError(
                f"{step}: input and {name} must have the same dtype, but got "
                f"{dtypes.spoken(input.dtype)} and {dtypes.spoken(t.dtype)}"
            )


def conv2d(input, weight, bias=None, stride=1, padding=0, dilation=1, groups=1):
    """Slide filters (out, in / groups, h, w) over images (N, C, H, W)."""
    if need(input, "conv2d").ndim == 3:
        one = conv2d(
            input.unsqueeze(0), weight, bias, stride, padding, dilation, groups
        )
        return one.squeeze(0)
    _check_dtypes("conv2d", input, weight, bias)
    param = _conv_param(stride, padding, dilation, groups, weight)
    wants = asks(input)[0]

    def forward(x, w, b):
        return layers.conv_forward(x, w, zeros_or(b, len(w), w), param)

    def backward(g, cache):
        return layers.conv_backward(g, cache, need_dx=wants)

    return fused("conv2d", forward, backward, (input, weight, bias), (input, weight))


def conv_transpose2d(
    input,
    weight,
    bias=None,
    stride=1,
    padding=0,
    output_padding=0,
    groups=1,
    dilation=1,
):
    """Paint filters (in, out / groups, h, w) onto larger images."""
    _check_dtypes("conv_transpose2d", input, weight, bias)
    param = _conv_param(stride, padding, dilation, groups, weight)
    param["output_pad"] = output_padding

    def forward(x, w, b):
        return layers.conv_transpose_forward(
            x, w, zeros_or(b, w.shape[1] * groups, w), param
        )

    back = layers.conv_transpose_backward
    return fused(
        "conv_transpose2d", forward, back, (input, weight, bias), (input, weight)
    )


def embedding(input, weight, padding_idx=None):
    """Look up a row of ``weight`` for each whole number; one row may stay as it is."""
    ids = need(input, "embedding")._a
    if ids.dtype.kind not in "iu":
        raise RuntimeError(
            f"Expected tensor for argument #1 'indices' to have one of the following "
            f"scalar types: Long, Int; but got {dtypes.spoken(ids.dtype)}"
        )
    if ids.size and not 0 <= ids.min() <= ids.max() < len(weight):
        raise IndexError(
            f"index out of range in self: {ids.max() if ids.min() >= 0 else ids.min()} "
            f"in a table of {len(weight)} rows"
        )

    def backward(g, cache):
        dw = layers.word_embedding_backward(g, cache)
        if padding_idx is not None:
            dw[padding_idx] = 0
        return dw

    forward = lambda w: layers.word_embedding_forward(ids, w)
    return fused("embedding", forward, backward, (weight,), ())
