"""Features of scenes: what the small network sees, cell by cell and in all."""

from functools import cache
from pathlib import Path

import numpy as np

WEIGHTS = Path(__file__).with_name("scenenet.npz")
#: Channels, and cells along an edge, of the grid.
CHANNELS, CELLS = 64, 6
#: Parts along an edge over which the features are taken, 3 x 3 cells each.
PARTS = 2
#: Standard deviation of the features: at 1, the usual learning rates are too large for
#: a layer with 512 inputs.
SPREAD = 0.2
#: Raised whenever a feature changes.
VERSION = 4
#: Convolutions, and those of them that halve the picture.
LAYERS, POOLED = 5, (1, 2, 3)
BATCH = 8  # so that the columns of a layer stay in the cache


def scene_grid(images: np.ndarray) -> np.ndarray:
    """Describe every cell of pictures by what a network trained on ``scenes`` sees.

    Parameters
    ----------
    images : ndarray of shape (N, 48, 48, 3), uint8
        Pictures.

    Returns
    -------
    grid : ndarray of shape (N, 64, 6, 6), float16
        Activations of the last convolution, each for 8 x 8 pixels and what is around.

    Notes
    -----
    The layers are those of ``cs231n.nets.scenenet``, for pictures alone and with batch
    norm folded into the filters, so that this module needs no layer above it.
    """
    parts = [_forward(images[i : i + BATCH]) for i in range(0, len(images), BATCH)]
    return np.concatenate(parts).transpose(0, 3, 1, 2).astype(np.float16)


def summarise(grid: np.ndarray) -> np.ndarray:
    """Describe pictures by 512 numbers.

    Parameters
    ----------
    grid : ndarray of shape (N, 64, 6, 6)
        As from :func:`scene_grid`.

    Returns
    -------
    features : ndarray of shape (N, 512), float32
        From :func:`pool`, with the mean and the scale of the training pictures taken
        out: about mean 0 and standard deviation 0.2.
    """
    with np.load(WEIGHTS) as arrays:
        centre, scale = (arrays[k].astype(np.float32) for k in ("centre", "scale"))
    features = (pool(grid) - centre[..., None]) * (SPREAD / scale[..., None])
    return features.reshape(len(grid), -1)


def pool(grid: np.ndarray) -> np.ndarray:
    """Take mean and maximum of each channel in each of 2 x 2 parts of pictures.

    Parameters
    ----------
    grid : ndarray of shape (N, 64, 6, 6)
        As from :func:`scene_grid`.

    Returns
    -------
    pooled : ndarray of shape (N, 2, 64, 4), float32
        Means, then maxima; parts by rows.
    """
    n, c = grid.shape[:2]
    parts = grid.astype(np.float32).reshape(n, c, PARTS, 3, PARTS, 3)
    both = [parts.mean(axis=(3, 5)), parts.max(axis=(3, 5))]
    return np.stack(both, axis=1).reshape(n, 2, c, PARTS * PARTS)


def _forward(images):
    x = (images.astype(np.float32) - 115) / 60  # channels last throughout
    for i, (w, b) in enumerate(_folded(), start=1):
        x = np.maximum(_convolve(x, w) + b, 0)
        if i in POOLED:
            n, h, width, c = x.shape
            x = x.reshape(n, h // 2, 2, width // 2, 2, c).max(axis=(2, 4))
    return x


def _convolve(x, w):
    """Correlate (N, H, W, C) with filters (9 C, F), one pixel of zeros around."""
    n, h, width, c = x.shape
    padded = np.pad(x, ((0, 0), (1, 1), (1, 1), (0, 0)))
    columns = np.empty((n, h, width, 9 * c), np.float32)
    for k in range(9):
        i, j = divmod(k, 3)
        columns[..., k * c : (k + 1) * c] = padded[:, i : i + h, j : j + width]
    return (columns.reshape(-1, 9 * c) @ w).reshape(n, h, width, -1)


@cache
def _folded():
    """Fold batch norm into the filters: (9 C, F) and (F,) of each layer."""
    layers = []
    with np.load(WEIGHTS) as arrays:
        for i in range(1, LAYERS + 1):
            w, gamma, beta, mean, var = (
                arrays[f"{name}{i}"].astype(np.float64)
                for name in ("W", "gamma", "beta", "mean", "var")
            )
            scale = gamma / np.sqrt(var + 1e-5)
            w = (w * scale[:, None, None, None]).transpose(2, 3, 1, 0)
            b = beta - mean * scale
            layers.append(
                (w.reshape(-1, w.shape[-1]).astype(np.float32), b.astype(np.float32))
            )
    return tuple(layers)
