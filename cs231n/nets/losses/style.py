"""Losses of style transfer with their gradients.

The notebook ``assignment3/style_transfer`` holds answers against these.
"""

from collections.abc import Sequence

import numpy as np


def content_loss(
    content_weight: float, content_current: np.ndarray, content_original: np.ndarray
) -> tuple[float, np.ndarray]:
    """Measure how far features are from those of the content picture.

    Parameters
    ----------
    content_weight : float
        Factor.
    content_current, content_original : ndarray of shape (N, C, H, W)
        Features of the picture that changes and of the one it should keep to.

    Returns
    -------
    loss : float
        ``content_weight`` times the sum of squared differences.
    dcurrent : ndarray of shape (N, C, H, W)
        Gradient with respect to ``content_current``.
    """
    apart = content_current - content_original
    loss = content_weight * float(np.vdot(apart, apart))
    return loss, _like(2 * content_weight * apart, content_current)


def gram_matrix(features: np.ndarray, normalize: bool = True) -> np.ndarray:
    """Correlate the channels of features over all positions.

    Parameters
    ----------
    features : ndarray of shape (N, C, H, W)
        Activations.
    normalize : bool, optional
        Whether to divide by ``C * H * W``.

    Returns
    -------
    gram : ndarray of shape (N, C, C)
        Products of channels, summed over positions.
    """
    flat = features.reshape(*features.shape[:2], -1)
    gram = np.einsum("nip,njp->nij", flat, flat, optimize=True)
    return gram / _size(features) if normalize else gram


def gram_backward(
    dgram: np.ndarray, features: np.ndarray, normalize: bool = True
) -> np.ndarray:
    """Carry a gradient back through :func:`gram_matrix`.

    Parameters
    ----------
    dgram : ndarray of shape (N, C, C)
        Upstream gradient, symmetric or not.
    features : ndarray of shape (N, C, H, W)
        What the matrix was computed of.
    normalize : bool, optional
        As there.

    Returns
    -------
    dfeatures : ndarray of shape (N, C, H, W)
        Gradient with respect to ``features``.
    """
    flat = features.reshape(*features.shape[:2], -1)
    dflat = np.matmul(dgram + np.swapaxes(dgram, 1, 2), flat)
    dflat = dflat / _size(features) if normalize else dflat
    return _like(dflat.reshape(features.shape), features)


def style_loss(
    feats: Sequence[np.ndarray],
    style_layers: Sequence[int],
    style_targets: Sequence[np.ndarray],
    style_weights: Sequence[float],
) -> tuple[float, list[np.ndarray]]:
    """Measure how far Gram matrices are from those of the style picture.

    Parameters
    ----------
    feats : sequence of ndarray, each of shape (N, C, H, W)
        Features of all layers.
    style_layers : sequence of int
        Which of them count.
    style_targets : sequence of ndarray, each of shape (N, C, C)
        Gram matrices of the style picture, one for each entry of ``style_layers``.
    style_weights : sequence of float
        Factors, one for each.

    Returns
    -------
    loss : float
        Weighted sum of squared differences.
    dfeats : list of ndarray
        Gradients with respect to all of ``feats``; zeros where no layer counts.
    """
    loss, dfeats = 0.0, [np.zeros_like(feature) for feature in feats]
    for layer, target, weight in zip(
        style_layers, style_targets, style_weights, strict=True
    ):
        part, dgram = content_loss(weight, gram_matrix(feats[layer]), target)
        loss += part
        dfeats[layer] += gram_backward(dgram, feats[layer])
    return loss, dfeats


def tv_loss(img: np.ndarray, tv_weight: float) -> tuple[float, np.ndarray]:
    """Measure how much neighbouring pixels differ.

    Parameters
    ----------
    img : ndarray of shape (N, 3, H, W)
        Pictures.
    tv_weight : float
        Factor.

    Returns
    -------
    loss : float
        ``tv_weight`` times the sum of squared differences, down and across.
    dimg : ndarray of shape (N, 3, H, W)
        Gradient with respect to ``img``.
    """
    loss, dimg = 0.0, np.zeros_like(img)
    for axis in (2, 3):
        step = np.diff(img, axis=axis)
        loss += tv_weight * float(np.vdot(step, step))
        before, after = [slice(None)] * 4, [slice(None)] * 4
        before[axis], after[axis] = slice(None, -1), slice(1, None)
        dimg[tuple(before)] -= 2 * tv_weight * step
        dimg[tuple(after)] += 2 * tv_weight * step
    return loss, dimg


def _size(features):
    return features.shape[1] * features.shape[2] * features.shape[3]


def _like(gradient, array):
    return gradient.astype(array.dtype, copy=False)
