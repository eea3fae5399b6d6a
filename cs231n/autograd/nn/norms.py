"""Normalisation over the batch, the layer, groups of channels, and to length one."""

import builtins

import numpy as np

from cs231n import layers
from cs231n.autograd.history import record
from cs231n.autograd.nn.fused import fused, zeros_or
from cs231n.autograd.ops.shaping import axis
from cs231n.autograd.tensor import need


def batch_norm(
    input,
    running_mean,
    running_var,
    weight=None,
    bias=None,
    training=False,
    momentum=0.1,
    eps=1e-5,
):
    """Normalise every channel over the batch; keep running averages in place."""
    x = need(input, "batch_norm")._a
    c = x.shape[1]
    count = x.size // builtins.max(1, c)
    if training and count <= 1:
        raise ValueError(
            f"Expected more than 1 value per channel when training, got input size "
            f"{x.shape}"
        )
    param = {"mode": "train" if training else "test", "eps": eps, "momentum": 0.0}
    if not training:
        param["running_mean"], param["running_var"] = running_mean._a, running_var._a
    spatial = x.ndim != 2
    run = layers.spatial_batchnorm_forward if spatial else layers.batchnorm_forward
    back = layers.spatial_batchnorm_backward if spatial else layers.batchnorm_backward

    def forward(x, gamma, beta):
        wide = x.reshape(*x.shape, 1) if x.ndim == 3 else x
        gamma = np.ones(c, x.dtype) if gamma is None else gamma
        out, cache = run(wide, gamma, zeros_or(beta, c, x), param)
        return out.reshape(x.shape), cache

    def backward(g, cache):
        dx, dgamma, dbeta = back(g.reshape(*g.shape, 1) if g.ndim == 3 else g, cache)
        return dx.reshape(g.shape), dgamma, dbeta

    out = fused("batch_norm", forward, backward, (input, weight, bias), (input, weight))
    if training and running_mean is not None:
        unbiased = param["running_var"] * (count / (count - 1))
        for old, new in (
            (running_mean, param["running_mean"]),
            (running_var, unbiased),
        ):
            old._a *= 1 - momentum
            old._a += (momentum * new).astype(old._a.dtype)
    return out


def layer_norm(input, normalized_shape, weight=None, bias=None, eps=1e-5):
    """Normalise over the last axes."""
    x = need(input, "layer_norm")._a
    shape = (
        (normalized_shape,) if isinstance(normalized_shape, int) else normalized_shape
    )
    shape = tuple(shape)
    if x.shape[x.ndim - len(shape) :] != shape:
        raise RuntimeError(
            f"layer_norm: Given normalized_shape={list(shape)}, expected input with "
            f"shape [*, {', '.join(map(str, shape))}], but got input of size {x.shape}"
        )
    d = int(np.prod(shape))

    def forward(x, gamma, beta):
        gamma = np.ones(d, x.dtype) if gamma is None else gamma.reshape(d)
        beta = zeros_or(None if beta is None else beta.reshape(d), d, x)
        out, cache = layers.layernorm_forward(
            x.reshape(-1, d), gamma, beta, {"eps": eps}
        )
        return out.reshape(x.shape), cache

    def backward(g, cache):
        dx, dgamma, dbeta = layers.layernorm_backward(g.reshape(-1, d), cache)
        return dx.reshape(g.shape), dgamma.reshape(shape), dbeta.reshape(shape)

    return fused(
        "layer_norm", forward, backward, (input, weight, bias), (input, weight)
    )


def group_norm(input, num_groups, weight=None, bias=None, eps=1e-5):
    """Normalise groups of neighbouring channels of every sample."""
    c = need(input, "group_norm")._a.shape[1]
    wide = (*input._a.shape[:2], -1, 1)

    def forward(x, gamma, beta):
        gamma = np.ones(c, x.dtype) if gamma is None else gamma
        x4 = x if x.ndim == 4 else x.reshape(wide)
        out, cache = layers.spatial_groupnorm_forward(
            x4, gamma, zeros_or(beta, c, x), num_groups, {"eps": eps}
        )
        return out.reshape(x.shape), cache

    def backward(g, cache):
        g4 = g if g.ndim == 4 else g.reshape(wide)
        dx, dgamma, dbeta = layers.spatial_groupnorm_backward(g4, cache)
        return dx.reshape(g.shape), dgamma, dbeta

    return fused(
        "group_norm", forward, backward, (input, weight, bias), (input, weight)
    )


def normalize(input, p=2.0, dim=1, eps=1e-12):
    """Divide by the norm along an axis, or by ``eps`` if that is larger."""
    if p != 2:
        return input / input.norm(p, dim, keepdim=True).clamp(min=eps)
    x = need(input, "normalize")._a
    dim = axis(dim, x.ndim)
    length = np.sqrt(np.square(x).sum(axis=dim, keepdims=True))
    long, divisor = length > eps, np.maximum(length, x.dtype.type(eps))
    out = x / divisor

    def back(g):
        along = (g * out).sum(axis=dim, keepdims=True)
        return (g - out * (along * long)) / divisor

    return record("normalize", out, back, (input,), keeps=True)


def cosine_similarity(x1, x2, dim=1, eps=1e-8):
    """Cosine of the angle along an axis."""
    return (normalize(x1, 2.0, dim, eps) * normalize(x2, 2.0, dim, eps)).sum(dim)
