"""Features of scenes: what the small network sees, in parts of the picture."""

from functools import cache
from pathlib import Path

import numpy as np

WEIGHTS = Path(__file__).with_name("shapenet.npz")
#: Layers that are described, and the parts along an edge over which each is averaged:
#: colours and edges where they are, and roughly where which figure is.
PARTS = {1: 4, 6: 2}
NUM_FEATURES = 4 * 4 * 16 + 2 * 2 * 64
#: Raised whenever a feature changes.
VERSION = 3
LAYERS = 6
BATCH = 2  # so that the columns of a layer stay in the cache


def scene_features(images: np.ndarray) -> np.ndarray:
    """Describe pictures by what a network trained on ``shapes10`` sees in them.

    Parameters
    ----------
    images : ndarray of shape (N, 48, 48, 3), uint8
        Pictures.

    Returns
    -------
    features : ndarray of shape (N, 512), float32
        Mean activation of the 16 channels of the first layer in each of 4 x 4 parts,
        then of the 64 channels of the sixth in each of 2 x 2; rows of parts first.

    Notes
    -----
    The layers are those of ``cs231n.nets.shapenet``, for pictures alone and with batch
    norm folded into the filters, so that this module needs no layer above it.
    """
    parts = [_forward(images[i : i + BATCH]) for i in range(0, len(images), BATCH)]
    return np.concatenate(parts)


def _forward(images):
    x, found = (images.astype(np.float32) - 115) / 60, []  # channels last throughout
    for i, (w, b) in enumerate(_folded(), start=1):
        x = np.maximum(_convolve(x, w) + b, 0)
        if i % 2 == 0:
            n, h, width, c = x.shape
            x = x.reshape(n, h // 2, 2, width // 2, 2, c).max(axis=(2, 4))
        if i in PARTS:
            found.append(_average(x, PARTS[i]).reshape(len(images), -1))
    return np.concatenate(found, axis=1)


def _average(x, grid):
    """Average activations over each part of a grid: (N, grid, grid, C)."""
    n, h, width, c = x.shape
    x = x.reshape(n, grid, h // grid, grid, width // grid, c)
    return x.mean(axis=(2, 4))


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
