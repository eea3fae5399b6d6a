"""Normalisation without a compiler.

Batch statistics run over axes 0 and 2 of ``(N, C, S)``; group statistics over the
last two axes of ``(N, G, C / G, S)``. ``S`` is 1 for vectors, H * W for images.
"""

import numpy as np


def batch_norm_forward(x, gamma, beta, eps, out, mean, var, rstd):
    """Normalise each channel over the batch (the last four written in place)."""
    count = x.shape[0] * x.shape[2]
    np.mean(x, axis=(0, 2), out=mean)
    np.subtract(x, mean[:, None], out=out)
    var[...] = np.einsum("ncs,ncs->c", out, out) / count
    rstd[...] = 1 / np.sqrt(var + eps)
    out *= (gamma * rstd)[:, None]
    out += beta[:, None]


def batch_norm_backward(dout, x, gamma, mean, rstd, dx, dgamma, dbeta):
    """Gradient of :func:`batch_norm_forward` (the last three written in place)."""
    count = x.shape[0] * x.shape[2]
    np.subtract(x, mean[:, None], out=dx)
    np.sum(dout, axis=(0, 2), out=dbeta)
    dgamma[...] = np.einsum("ncs,ncs->c", dout, dx) * rstd
    dx *= (-dgamma * rstd / count)[:, None]
    dx += dout
    dx -= (dbeta / count)[:, None]
    dx *= (gamma * rstd)[:, None]


def scale_shift(x, scale, shift, out):
    """Multiply and shift each channel of ``(N, C, S)`` (``out`` in place)."""
    np.multiply(x, scale[:, None], out=out)
    out += shift[:, None]


def group_norm_forward(x, gamma, beta, eps, out, mean, rstd):
    """Normalise each group of each sample (the last three written in place).

    x, out : (N, G, C / G, S); gamma, beta : (G, C / G); mean, rstd : (N, G).
    """
    count = x.shape[2] * x.shape[3]
    np.mean(x, axis=(2, 3), out=mean)
    np.subtract(x, mean[:, :, None, None], out=out)
    var = np.einsum("ngcs,ngcs->ng", out, out) / count
    rstd[...] = 1 / np.sqrt(var + eps)
    out *= rstd[:, :, None, None]
    out *= gamma[:, :, None]
    out += beta[:, :, None]


def group_norm_backward(dout, x, gamma, mean, rstd, dx, dgamma, dbeta):
    """Gradient of :func:`group_norm_forward` (the last three written in place)."""
    count = x.shape[2] * x.shape[3]
    normal = (x - mean[:, :, None, None]) * rstd[:, :, None, None]
    np.sum(dout, axis=(0, 3), out=dbeta)
    dgamma[...] = np.einsum("ngcs,ngcs->gc", dout, normal)
    np.multiply(dout, gamma[:, :, None], out=dx)
    along = np.einsum("ngcs,ngcs->ng", dx, normal) / count
    dx -= dx.mean(axis=(2, 3), keepdims=True)
    normal *= along[:, :, None, None]
    dx -= normal
    dx *= rstd[:, :, None, None]
