"""Gradients that are too long are cut."""

import math

import numpy as np

from cs231n.autograd.ops.joining import cat
from cs231n.autograd.tensor import Tensor, wrap


def clip_grad_norm_(parameters, max_norm, norm_type=2.0, error_if_nonfinite=False):
    """Scale all gradients down together if they are too long; return their norm."""
    arrays = _gradients(parameters)
    if norm_type == math.inf:
        norm = max((float(np.abs(a).max(initial=0)) for a in arrays), default=0.0)
    elif norm_type == 2:
        norm = math.sqrt(sum(float(np.dot(a.ravel(), a.ravel())) for a in arrays))
    else:
        norm = sum(float((np.abs(a) ** norm_type).sum()) for a in arrays)
        norm **= 1 / norm_type
    if error_if_nonfinite and not math.isfinite(norm):
        raise RuntimeError(
            f"The norm of the gradients is {norm}: it cannot be clipped."
        )
    scale = float(max_norm) / (norm + 1e-6)
    if not scale >= 1:  # a norm that is NaN shows in every gradient
        for a in arrays:
            a *= scale
    return wrap(np.asarray(norm, arrays[0].dtype if arrays else np.float32))


def clip_grad_value_(parameters, clip_value):
    """Cut every element of every gradient to a range."""
    for a in _gradients(parameters):
        np.clip(a, -clip_value, clip_value, out=a)


def _gradients(parameters):
    parameters = [parameters] if isinstance(parameters, Tensor) else parameters
    return [p.grad._a for p in parameters if p.grad is not None]


def parameters_to_vector(parameters):
    """Return all parameters one after another."""
    return cat([p.reshape(-1) for p in parameters])


def vector_to_parameters(vec, parameters):
    """Write one vector into all parameters."""
    start = 0
    for p in parameters:
        p._a[...] = vec._a[start : start + p._a.size].reshape(p._a.shape)
        p._version[0] += 1
        start += p._a.size
