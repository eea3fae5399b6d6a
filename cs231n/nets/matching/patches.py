"""Pictures cut into patches, and the class of each."""

import numpy as np

#: A patch belongs to an object that covers at least this share of it.
SHARE = 0.3


def cut_patches(images: np.ndarray, side: int = 8) -> np.ndarray:
    """Cut pictures into square patches.

    Parameters
    ----------
    images : ndarray of shape (N, H, W) or (N, H, W, C)
        Height and width are multiples of ``side``.
    side : int, optional
        Edge of a patch in pixels.

    Returns
    -------
    patches : ndarray of shape (N, H // side * (W // side), side * side * C)
        Patches row by row, each flat.

    Raises
    ------
    ValueError
        If the pictures do not divide into patches.
    """
    images = np.asarray(images)
    if images.ndim not in (3, 4):
        raise ValueError(f"Pictures have 3 or 4 axes; got the shape {images.shape}.")
    n, height, width = images.shape[:3]
    if side < 1 or height % side or width % side:
        raise ValueError(f"{height} x {width} pixels have no patches of edge {side}.")
    rows = images.reshape(n, height // side, side, width // side, side, -1)
    return rows.transpose(0, 1, 3, 2, 4, 5).reshape(
        n, height // side * (width // side), -1
    )


def label_patches(
    masks: np.ndarray, objects: np.ndarray, side: int = 8, share: float = SHARE
) -> np.ndarray:
    """Say which shape each patch of scenes shows.

    Parameters
    ----------
    masks : ndarray of int, shape (N, H, W)
        The object that covers each pixel, counted from 1, or 0; as in ``load_scenes``.
    objects : ndarray of int, shape (N, K, 5)
        The shape of each object comes first.
    side : int, optional
        Edge of a patch in pixels.
    share : float, optional
        Part of the patch that the objects have to cover together.

    Returns
    -------
    labels : ndarray of int64, shape (N, patches)
        0 for the background, else 1 + the shape that covers most of the patch.

    Raises
    ------
    ValueError
        If there are not as many masks as rows of objects.
    """
    masks, objects = np.asarray(masks), np.asarray(objects)
    if len(masks) != len(objects):
        raise ValueError(f"{len(masks)} masks and {len(objects)} rows of objects.")
    shapes = np.concatenate([np.zeros_like(objects[:, :1, 0]), objects[..., 0] + 1], 1)
    kinds = np.take_along_axis(shapes, masks.reshape(len(masks), -1).astype(int), 1)
    cut = cut_patches(kinds.reshape(masks.shape), side)
    counts = np.stack([(cut == k).sum(axis=2) for k in range(1, shapes.max() + 1)], -1)
    covered = counts.sum(axis=-1) >= share * side * side
    return np.where(covered, counts.argmax(axis=-1) + 1, 0)
