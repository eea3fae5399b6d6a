"""What matching pictures and texts comes to: losses, choices, ranks, overlaps.

The notebook ``assignment3/clip`` holds answers against these.
"""

import numpy as np

from cs231n.layers import softmax_loss

__all__ = ["choose", "clip_loss", "cosines", "linear_labels", "mean_iou", "ranked"]


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
    return _unit(texts) @ _unit(images).T


def _unit(rows):
    return rows / np.linalg.norm(rows, axis=-1, keepdims=True)


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
    return cosines(images, _unit(prompts).mean(axis=1)).argmax(axis=1)


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


def linear_labels(
    X: np.ndarray, y: np.ndarray, X_test: np.ndarray, num_classes: int
) -> np.ndarray:
    """Label patches by a linear layer, fitted by least squares to one-hot rows.

    Parameters
    ----------
    X : ndarray of shape (N, D)
        Features of labelled patches.
    y : ndarray of int, shape (N,)
        Their labels.
    X_test : ndarray of shape (M, D)
        Features of others.
    num_classes : int
        Labels are below it.

    Returns
    -------
    labels : ndarray of int, shape (M,)
        Guesses.
    """
    ones = [np.c_[rows, np.ones(len(rows))] for rows in (X, X_test)]
    weights = np.linalg.lstsq(ones[0], np.eye(num_classes)[y], rcond=None)[0]
    return (ones[1] @ weights).argmax(axis=1)
