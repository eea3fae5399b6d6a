"""Losses, with PyTorch's reductions."""

import builtins

import numpy as np

from cs231n import kernels
from cs231n.autograd import dtypes
from cs231n.autograd.history import asks, record
from cs231n.autograd.nn.activations import log_softmax, rows, softplus
from cs231n.autograd.ops.promotion import fit
from cs231n.autograd.tensor import Tensor, need, wrap


def _check_reduction(reduction):
    if reduction not in ("mean", "sum", "none"):
        raise ValueError(
            f"{reduction!r} is not a valid value for reduction: mean, sum or none."
        )


def _reduced(loss, reduction):
    _check_reduction(reduction)
    return loss if reduction == "none" else getattr(loss, reduction)()


def cross_entropy(
    input,
    target,
    weight=None,
    ignore_index=-100,
    reduction="mean",
    label_smoothing=0.0,
):
    """Cross entropy of scores (N, C, ...) and classes (N, ...) or probabilities."""
    x, y = need(input, "cross_entropy")._a, need(target, "cross_entropy", "target")._a
    _check_reduction(reduction)
    if y.dtype.kind == "f" and y.shape == x.shape:
        along = 1 if x.ndim > 1 else 0
        loss = -(log_softmax(input, along) * target).sum(along)
        return loss.mean() if reduction == "mean" else _reduced(loss, reduction)
    _check_classes(x, y, ignore_index)
    plain = weight is None and not label_smoothing
    if plain and reduction != "none" and not (y == ignore_index).any():
        return _fused_cross_entropy(input, y, reduction)
    along = 1 if x.ndim > 1 else 0
    logs = log_softmax(input, along)
    loss = nll_loss(logs, target, weight, ignore_index, reduction)
    if not label_smoothing:
        return loss
    shared = (
        -logs if weight is None else -logs * weight.reshape(-1, *[1] * (x.ndim - 2))
    )
    counted = wrap(y != ignore_index)
    even = shared.mean(along) * counted
    if reduction == "mean":
        even = even.sum() / _weights(y, weight, ignore_index, x.dtype).sum().item()
    elif reduction == "sum":
        even = even.sum()
    return (1 - label_smoothing) * loss + label_smoothing * even


def _check_classes(x, y, ignore_index):
    # In a browser `np.intp`, the dtype of our labels, is an int of 32 bits.
    if y.dtype not in (dtypes.int64, dtypes.uint8, np.intp):
        raise RuntimeError(
            f"cross_entropy: expected target dtype to be Long or Byte, but got "
            f"{dtypes.spoken(y.dtype)}"
        )
    wanted = (x.shape[0], *x.shape[2:]) if x.ndim > 1 else ()
    if y.shape != wanted:
        raise ValueError(
            f"cross_entropy: expected a target of shape {wanted} for scores of shape "
            f"{x.shape} (N, C, ...), got {y.shape}."
        )
    classes = x.shape[1] if x.ndim > 1 else len(x)
    wrong = y[(y != ignore_index) & ((y < 0) | (y >= classes))]
    if wrong.size:
        raise IndexError(f"Target {wrong.flat[0]} is out of bounds: {classes} classes.")


def _fused_cross_entropy(input, y, reduction):
    """Loss and gradient in one pass over the rows."""
    x = input._a if input.ndim > 1 else input._a[None]
    flat, shape = rows(x, 1)
    classes, n = y.reshape(-1).astype(np.int64), builtins.max(1, y.size)
    scale = 1 / n if reduction == "mean" else 1.0
    dx = np.empty_like(flat)
    total = kernels.impl.softmax_loss(flat, classes, scale, dx) if y.size else np.nan
    own = input._a.shape
    back = lambda g: np.moveaxis(dx.reshape(shape), -1, 1).reshape(own) * g
    out = np.asarray(total * scale, x.dtype)
    return record("cross_entropy", out, back, (input,), (input,))


def _weights(y, weight, ignore_index, dtype):
    counted = (y != ignore_index).astype(dtype)
    return counted if weight is None else counted * weight._a[np.where(counted, y, 0)]


def nll_loss(input, target, weight=None, ignore_index=-100, reduction="mean"):
    """Mean of minus the logarithms at the right classes."""
    y = target._a
    _check_classes(input._a, y, ignore_index)
    along = 1 if input.ndim > 1 else 0
    safe = wrap(np.where(y == ignore_index, 0, y).astype(np.int64))
    loss = -input.gather(along, safe.unsqueeze(along)).squeeze(along)
    shares = _weights(y, weight, ignore_index, input._a.dtype)
    loss = loss * wrap(shares)
    return (
        loss.sum() / shares.sum().item()
        if reduction == "mean"
        else _reduced(loss, reduction)
    )


def mse_loss(input, target, reduction="mean"):
    """Squared difference."""
    if reduction != "mean" or input.dtype != target.dtype:
        return _reduced((input - target).square(), reduction)
    a, b = input._a, target._a
    gap = (input.detach() - target.detach())._a
    scale = 2 / builtins.max(1, gap.size)
    likes = (a.shape, a.dtype), (b.shape, b.dtype)
    wants = asks(input, target)
    a = b = None

    def back(g):
        d = gap * (g * scale).astype(gap.dtype)
        return (
            fit(d, *likes[0]) if wants[0] else None,
            fit(-d, *likes[1]) if wants[1] else None,
        )

    flat = gap.reshape(-1)
    out = np.asarray(np.dot(flat, flat) / builtins.max(1, gap.size), gap.dtype)
    return record("mse_loss", out, back, (input, target))


def l1_loss(input, target, reduction="mean"):
    """Absolute difference."""
    return _reduced((input - target).abs(), reduction)


def smooth_l1_loss(input, target, reduction="mean", beta=1.0):
    """Absolute difference, squared where it is small."""
    gap = (input - target).abs()
    small = gap.detach() < beta
    loss = small * (0.5 / beta) * gap.square() + small.logical_not() * (
        gap - 0.5 * beta
    )
    return _reduced(loss, reduction)


def binary_cross_entropy_with_logits(
    input, target, weight=None, reduction="mean", pos_weight=None
):
    """Binary cross entropy of logits, in the stable form."""
    if input._a.shape != target._a.shape:
        raise ValueError(
            f"Target size ({target.shape}) must be the same as input size "
            f"({input.shape})"
        )
    if pos_weight is None:
        loss = input.clamp(min=0) - input * target + softplus(-input.abs())
    else:
        share = 1 + (pos_weight - 1) * target
        loss = (1 - target) * input + share * softplus(-input)
    return _reduced(loss if weight is None else loss * weight, reduction)


def binary_cross_entropy(input, target, weight=None, reduction="mean"):
    """Binary cross entropy of probabilities; logarithms end at -100."""
    p = need(input, "binary_cross_entropy")._a
    if p.size and not 0 <= p.min() <= p.max() <= 1:
        raise RuntimeError(
            "binary_cross_entropy: all elements of input should be between 0 and 1; "
            "take the sigmoid first, or binary_cross_entropy_with_logits."
        )
    low = lambda p: p.log().clamp(min=-100)
    loss = -(target * low(input) + (1 - target) * low(1 - input))
    return _reduced(loss if weight is None else loss * weight, reduction)


def kl_div(input, target, reduction="mean"):
    """Divergence of probabilities from logarithms of others."""
    safe = Tensor.clamp(target, min=1e-38)
    loss = target * (safe.log() - input)
    if reduction == "batchmean":
        return loss.sum() / len(input)
    return _reduced(loss, reduction)
