"""What matching pictures and texts comes to: losses, choices, ranks, overlaps.

The notebook ``assignment3/clip`` holds answers against these.
"""

import numpy as np

from cs231n.layers import softmax_loss
from cs231n.nets.references.contrastive import unit_rows

__all__ = ["choose", "clip_loss", "cosines", "mean_iou", "ranked"]


def cosines(texts: np.ndarray, images: np.ndarray) -> np.ndarray:
    """Compare every text with every image.

    Parameters
    ----------
    texts : ndarray of shape (N, D)
        Features of texts, of any length.
    images : ndarray of shape (M, D)
        Features of images.

    Returns
    -------
    similarity : ndarray of shape (N, M)
        Cosines of the angles between them.
    """
    return unit_rows(texts) @ unit_rows(images).T


def clip_loss(
    zi: np.ndarray, zt: np.ndarray, scale: float, which: str = "both"
) -> tuple[float, np.ndarray, np.ndarray, float]:
    """Compute the symmetric contrastive loss and its gradients.

    Parameters
    ----------
    zi, zt : ndarray of shape (N, D)
        Features of images and of their texts.
    scale : float
        Factor of the similarities.
    which : {"both", "images", "texts"}, optional
        Whether both directions count, or each image chooses among the texts only, or
        each text among the images only.

    Returns
    -------
    loss : float
        Mean of the two cross-entropies.
    dzi, dzt : ndarray of shape (N, D)
        Gradients of the features.
    dscale : float
        Gradient of the factor.
    """
    similar, right = zi @ zt.T, np.arange(len(zi))
    logits = np.ascontiguousarray(similar * similar.dtype.type(scale))
    by_image, across = softmax_loss(logits, right)
    by_text, down = softmax_loss(np.ascontiguousarray(logits.T), right)
    weights = {"both": (0.5, 0.5), "images": (1, 0), "texts": (0, 1)}[which]
    loss = weights[0] * by_image + weights[1] * by_text
    slope = weights[0] * across + weights[1] * down.T
    factor = similar.dtype.type(scale)
    dscale = float((slope * similar).sum())
    return float(loss), factor * (slope @ zt), factor * (slope.T @ zi), dscale


def choose(images: np.ndarray, prompts: np.ndarray) -> np.ndarray:
    """Give each image the class whose prompts are nearest on average.

    Parameters
    ----------
    images : ndarray of shape (N, D)
        Features of images.
    prompts : ndarray of shape (C, P, D)
        Features of P prompts for each class.

    Returns
    -------
    classes : ndarray of int, shape (N,)
        Indices.
    """
    return cosines(images, unit_rows(prompts).mean(axis=1)).argmax(axis=1)


def ranked(queries: np.ndarray, gallery: np.ndarray, k: int) -> np.ndarray:
    """List what lies nearest to each query.

    Parameters
    ----------
    queries : ndarray of shape (N, D)
        Features of what is asked for.
    gallery : ndarray of shape (M, D)
        Features of what there is.
    k : int
        How many to list.

    Returns
    -------
    found : ndarray of int, shape (N, k)
        Nearest first; of equal ones the earlier first.
    """
    return np.argsort(-cosines(queries, gallery), axis=1, kind="stable")[:, :k]


def mean_iou(found: np.ndarray, truth: np.ndarray, num_classes: int) -> float:
    """Measure how far two labellings overlap.

    Parameters
    ----------
    found, truth : ndarray of int
        Labels, of one shape.
    num_classes : int
        Labels are below it.

    Returns
    -------
    score : float
        Mean of intersection over union, of the classes that occur in either.
    """
    pairs = np.zeros((num_classes, num_classes), np.int64)
    np.add.at(pairs, (np.ravel(truth), np.ravel(found)), 1)
    both = np.diag(pairs)
    either = pairs.sum(axis=0) + pairs.sum(axis=1) - both
    return float((both[either > 0] / either[either > 0]).mean())
