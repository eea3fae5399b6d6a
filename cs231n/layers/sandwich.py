"""Layers that often follow each other, as one."""

from typing import Any

import numpy as np

from cs231n.layers.activation import relu_backward, relu_forward
from cs231n.layers.affine import affine_backward, affine_forward
from cs231n.layers.batchnorm import (
    batchnorm_backward,
    batchnorm_forward,
    spatial_batchnorm_backward,
    spatial_batchnorm_forward,
)
from cs231n.layers.conv import conv_backward, conv_forward
from cs231n.layers.pool import max_pool_backward, max_pool_forward


def affine_relu_forward(
    x: np.ndarray, w: np.ndarray, b: np.ndarray
) -> tuple[np.ndarray, tuple]:
    """Affine layer, then ReLU.

    Parameters
    ----------
    x, w, b : ndarray
        As for :func:`affine_forward`.

    Returns
    -------
    out : ndarray of shape (N, M)
        Output of the ReLU.
    cache : tuple
        What :func:`affine_relu_backward` needs.
    """
    a, fc_cache = affine_forward(x, w, b)
    out, relu_cache = relu_forward(a)
    return out, (fc_cache, relu_cache)


def affine_relu_backward(
    dout: np.ndarray, cache: tuple, *, need_dx: bool = True
) -> tuple[np.ndarray | Any, np.ndarray, np.ndarray]:
    """Carry a gradient back through :func:`affine_relu_forward`.

    Parameters
    ----------
    dout : ndarray of shape (N, M)
        Gradient of the loss with respect to the output.
    cache : tuple
        As returned by :func:`affine_relu_forward`.
    need_dx : bool, optional
        Whether the gradient of ``x`` is wanted.

    Returns
    -------
    dx, dw, db : ndarray
        Gradients with respect to the inputs.
    """
    fc_cache, relu_cache = cache
    return affine_backward(relu_backward(dout, relu_cache), fc_cache, need_dx=need_dx)


def affine_bn_relu_forward(
    x: np.ndarray,
    w: np.ndarray,
    b: np.ndarray,
    gamma: np.ndarray,
    beta: np.ndarray,
    bn_param: dict,
) -> tuple[np.ndarray, tuple]:
    """Affine layer, batch normalisation, then ReLU.

    Parameters
    ----------
    x, w, b : ndarray
        As for :func:`affine_forward`.
    gamma, beta : ndarray of shape (M,)
        As for :func:`batchnorm_forward`.
    bn_param : dict
        As for :func:`batchnorm_forward`.

    Returns
    -------
    out : ndarray of shape (N, M)
        Output of the ReLU.
    cache : tuple
        What :func:`affine_bn_relu_backward` needs.
    """
    a, fc_cache = affine_forward(x, w, b)
    normal, bn_cache = batchnorm_forward(a, gamma, beta, bn_param)
    out, relu_cache = relu_forward(normal)
    return out, (fc_cache, bn_cache, relu_cache)


def affine_bn_relu_backward(
    dout: np.ndarray, cache: tuple
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Carry a gradient back through :func:`affine_bn_relu_forward`.

    Parameters
    ----------
    dout : ndarray of shape (N, M)
        Gradient of the loss with respect to the output.
    cache : tuple
        As returned by :func:`affine_bn_relu_forward`.

    Returns
    -------
    dx, dw, db, dgamma, dbeta : ndarray
        Gradients with respect to the inputs.
    """
    fc_cache, bn_cache, relu_cache = cache
    normal = relu_backward(dout, relu_cache)
    da, dgamma, dbeta = batchnorm_backward(normal, bn_cache)
    return *affine_backward(da, fc_cache), dgamma, dbeta


def conv_relu_forward(
    x: np.ndarray, w: np.ndarray, b: np.ndarray, conv_param: dict
) -> tuple[np.ndarray, tuple]:
    """Convolution, then ReLU.

    Parameters
    ----------
    x, w, b : ndarray
        As for :func:`conv_forward`.
    conv_param : dict
        As for :func:`conv_forward`.

    Returns
    -------
    out : ndarray of shape (N, F, OH, OW)
        Output of the ReLU.
    cache : tuple
        What :func:`conv_relu_backward` needs.
    """
    a, conv_cache = conv_forward(x, w, b, conv_param)
    out, relu_cache = relu_forward(a)
    return out, (conv_cache, relu_cache)


def conv_relu_backward(
    dout: np.ndarray, cache: tuple, *, need_dx: bool = True
) -> tuple[np.ndarray | Any, np.ndarray, np.ndarray]:
    """Carry a gradient back through :func:`conv_relu_forward`.

    Parameters
    ----------
    dout : ndarray of shape (N, F, OH, OW)
        Gradient of the loss with respect to the output.
    cache : tuple
        As returned by :func:`conv_relu_forward`.
    need_dx : bool, optional
        Whether the gradient of ``x`` is wanted.

    Returns
    -------
    dx, dw, db : ndarray
        Gradients with respect to the inputs.
    """
    conv_cache, relu_cache = cache
    return conv_backward(relu_backward(dout, relu_cache), conv_cache, need_dx=need_dx)


def conv_bn_relu_forward(
    x: np.ndarray,
    w: np.ndarray,
    b: np.ndarray,
    gamma: np.ndarray,
    beta: np.ndarray,
    conv_param: dict,
    bn_param: dict,
) -> tuple[np.ndarray, tuple]:
    """Convolution, spatial batch normalisation, then ReLU.

    Parameters
    ----------
    x, w, b : ndarray
        As for :func:`conv_forward`.
    gamma, beta : ndarray of shape (F,)
        As for :func:`spatial_batchnorm_forward`.
    conv_param : dict
        As for :func:`conv_forward`.
    bn_param : dict
        As for :func:`spatial_batchnorm_forward`.

    Returns
    -------
    out : ndarray of shape (N, F, OH, OW)
        Output of the ReLU.
    cache : tuple
        What :func:`conv_bn_relu_backward` needs.
    """
    a, conv_cache = conv_forward(x, w, b, conv_param)
    normal, bn_cache = spatial_batchnorm_forward(a, gamma, beta, bn_param)
    out, relu_cache = relu_forward(normal)
    return out, (conv_cache, bn_cache, relu_cache)


def conv_bn_relu_backward(
    dout: np.ndarray, cache: tuple
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Carry a gradient back through :func:`conv_bn_relu_forward`.

    Parameters
    ----------
    dout : ndarray of shape (N, F, OH, OW)
        Gradient of the loss with respect to the output.
    cache : tuple
        As returned by :func:`conv_bn_relu_forward`.

    Returns
    -------
    dx, dw, db, dgamma, dbeta : ndarray
        Gradients with respect to the inputs.
    """
    conv_cache, bn_cache, relu_cache = cache
    normal = relu_backward(dout, relu_cache)
    da, dgamma, dbeta = spatial_batchnorm_backward(normal, bn_cache)
    return *conv_backward(da, conv_cache), dgamma, dbeta


def conv_relu_pool_forward(
    x: np.ndarray, w: np.ndarray, b: np.ndarray, conv_param: dict, pool_param: dict
) -> tuple[np.ndarray, tuple]:
    """Convolution, ReLU, then max-pooling.

    Parameters
    ----------
    x, w, b : ndarray
        As for :func:`conv_forward`.
    conv_param : dict
        As for :func:`conv_forward`.
    pool_param : dict
        As for :func:`max_pool_forward`.

    Returns
    -------
    out : ndarray of shape (N, F, PH, PW)
        Output of the pooling.
    cache : tuple
        What :func:`conv_relu_pool_backward` needs.

    Notes
    -----
    ReLU comes after the pooling here, where there are fewer pixels: both take a
    maximum, so the order does not change the result.
    """
    a, conv_cache = conv_forward(x, w, b, conv_param)
    pooled, pool_cache = max_pool_forward(a, pool_param)
    out, relu_cache = relu_forward(pooled)
    return out, (conv_cache, pool_cache, relu_cache)


def conv_relu_pool_backward(
    dout: np.ndarray, cache: tuple, *, need_dx: bool = True
) -> tuple[np.ndarray | Any, np.ndarray, np.ndarray]:
    """Carry a gradient back through :func:`conv_relu_pool_forward`.

    Parameters
    ----------
    dout : ndarray of shape (N, F, PH, PW)
        Gradient of the loss with respect to the output.
    cache : tuple
        As returned by :func:`conv_relu_pool_forward`.
    need_dx : bool, optional
        Whether the gradient of ``x`` is wanted.

    Returns
    -------
    dx, dw, db : ndarray
        Gradients with respect to the inputs.
    """
    conv_cache, pool_cache, relu_cache = cache
    da = max_pool_backward(relu_backward(dout, relu_cache), pool_cache)
    return conv_backward(da, conv_cache, need_dx=need_dx)
