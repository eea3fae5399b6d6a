"""Old spelling of :mod:`cs231n.vis`: the names people have in their fingers."""

from collections.abc import Sequence

import numpy as np

from cs231n.vis import rescale, tile

__all__ = ["vis_grid", "vis_nn", "visualize_grid"]


def visualize_grid(
    Xs: np.ndarray, ubound: float = 255.0, padding: int = 1
) -> np.ndarray:
    """Lay out images as one, each stretched to the range 0..ubound.

    Parameters
    ----------
    Xs : ndarray of shape (N, H, W, C)
        Images with any range of values.
    ubound : float, optional
        Largest value in the result.
    padding : int, optional
        Pixels of 0 between neighbours.

    Returns
    -------
    grid : ndarray of shape (H', W', C)
        The images, about as many across as down.
    """
    return ubound * tile(rescale(Xs), padding=padding)


def vis_grid(Xs: np.ndarray) -> np.ndarray:
    """Lay out images as one in the range 0..1.

    Parameters
    ----------
    Xs : ndarray of shape (N, H, W, C)
        Images with any range of values.

    Returns
    -------
    grid : ndarray of shape (H', W', C)
        The images, about as many across as down.
    """
    return rescale(tile(Xs, fill=Xs.max())[None])[0]


def vis_nn(rows: Sequence[Sequence[np.ndarray]]) -> np.ndarray:
    """Lay out rows of images as one image in the range 0..1.

    Parameters
    ----------
    rows : sequence of sequences of ndarray of shape (H, W, C)
        Images by row; rows of one length.

    Returns
    -------
    grid : ndarray of shape (H', W', C)
        One row of images under the other.
    """
    images = np.array([image for row in rows for image in row])
    return rescale(tile(images, columns=len(rows[0]), fill=images.max())[None])[0]
