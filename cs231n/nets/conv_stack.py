"""Convolutions of 3 x 3 in a row, as in the networks that the package ships."""

import os
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from cs231n.layers import (
    conv_backward,
    conv_forward,
    max_pool_backward,
    max_pool_forward,
    relu_backward,
    relu_forward,
    spatial_batchnorm_backward,
    spatial_batchnorm_forward,
)
from cs231n.nets.saved import read_weights

CONV = {"stride": 1, "pad": 1}
POOL = {"pool_height": 2, "pool_width": 2, "stride": 2}


class ConvStack:
    """Convolutions with batch norm and ReLU; some of them halve the image.

    A subclass names its layers, and adds what comes behind them.

    Parameters
    ----------
    params : dict of str to ndarray
        ``W1``, ``gamma1``, ``beta1`` and so on, and whatever the subclass has.
    averages : dict of str to ndarray
        ``mean1``, ``var1`` and so on; 0 and 1 where they are missing.

    Attributes
    ----------
    filters : tuple of int
        Filters of each convolution.
    pooled : tuple of int
        Which of them, counted from 1, are followed by 2 x 2 max pooling.
    bn_params : list of dict
        Mode and running averages of each batch norm.
    """

    filters: tuple[int, ...]
    pooled: tuple[int, ...]

    def __init__(
        self, params: dict[str, np.ndarray], averages: dict[str, np.ndarray]
    ) -> None:
        self.params, self.bn_params = params, []
        dtype = params["W1"].dtype
        for i, number in enumerate(self.filters, start=1):
            self.bn_params.append(
                {
                    "mode": "test",
                    "running_mean": averages.get(f"mean{i}", np.zeros(number, dtype)),
                    "running_var": averages.get(f"var{i}", np.ones(number, dtype)),
                }
            )

    def features(self, x: np.ndarray) -> list[np.ndarray]:
        """List what every stage of the network sees.

        Parameters
        ----------
        x : ndarray of shape (N, 3, H, W)
            Normalised images.

        Returns
        -------
        features : list of ndarray
            Activations (N, C, h, w) after each of the blocks.
        """
        seen = []
        for i in range(1, len(self.filters) + 1):
            x, _ = self._block_forward(i, x)
            seen.append(x)
        return seen

    def save(self, path: str | os.PathLike[str], **others: np.ndarray) -> None:
        """Write weights and running averages in half precision.

        Parameters
        ----------
        path : path-like
            An ``.npz`` file.
        **others : ndarray
            What else belongs to the network.
        """
        arrays: dict[str, Any] = self.params | others
        for i, bn_param in enumerate(self.bn_params, start=1):
            arrays[f"mean{i}"] = bn_param["running_mean"]
            arrays[f"var{i}"] = bn_param["running_var"]
        half: dict[str, Any] = {k: v.astype(np.float16) for k, v in arrays.items()}
        np.savez_compressed(path, **half)

    def _set_mode(self, mode):
        for bn_param in self.bn_params:
            bn_param["mode"] = mode

    def _stack_forward(self, x):
        """Return the last activations, and a cache for each block."""
        caches = []
        for i in range(1, len(self.filters) + 1):
            x, cache = self._block_forward(i, x)
            caches.append(cache)
        return x, caches

    def _stack_backward(self, dx, caches, grads, *, need_dx=True):
        """Put the gradients of all blocks into ``grads``; return the image's."""
        for i, cache in reversed(list(enumerate(caches, start=1))):
            dx = _block_backward(i, dx, cache, grads, need_dx=need_dx or i > 1)
        return dx

    def _block_forward(self, i, x):
        w = self.params[f"W{i}"]
        out, conv_cache = conv_forward(x, w, np.zeros(len(w), w.dtype), CONV)
        gamma, beta = self.params[f"gamma{i}"], self.params[f"beta{i}"]
        out, norm_cache = spatial_batchnorm_forward(
            out, gamma, beta, self.bn_params[i - 1]
        )
        out, relu_cache = relu_forward(out)
        pool_cache = None
        if i in self.pooled:
            out, pool_cache = max_pool_forward(out, POOL)
        return out, (conv_cache, norm_cache, relu_cache, pool_cache)


def _block_backward(i, dout, cache, grads, *, need_dx):
    conv_cache, norm_cache, relu_cache, pool_cache = cache
    if pool_cache is not None:
        dout = max_pool_backward(dout, pool_cache)
    dout = relu_backward(dout, relu_cache)
    dout, grads[f"gamma{i}"], grads[f"beta{i}"] = spatial_batchnorm_backward(
        dout, norm_cache
    )
    dx, grads[f"W{i}"], _ = conv_backward(dout, conv_cache, need_dx=need_dx)
    return dx


def normalise(images: np.ndarray, dtype: npt.DTypeLike = np.float32) -> np.ndarray:
    """Turn pictures into what the network takes.

    Parameters
    ----------
    images : ndarray of shape (N, H, W, 3)
        Pixels, 0..255, any dtype.
    dtype : dtype-like
        float32 or float64.

    Returns
    -------
    x : ndarray of shape (N, 3, H, W)
        About -2..2.
    """
    x = np.ascontiguousarray(images.transpose(0, 3, 1, 2), dtype=dtype)
    x -= 115
    x /= 60
    return x


def from_bytes(images: np.ndarray, dtype: npt.DTypeLike = np.float32) -> np.ndarray:
    """Turn images into numbers from -1 to 1.

    Parameters
    ----------
    images : ndarray
        Whole numbers from 0 to 255, or floats from -1 to 1, which stay as they are.
    dtype : dtype-like
        float32 or float64.

    Returns
    -------
    x : ndarray
        Of the same shape, from -1 to 1.

    Raises
    ------
    ValueError
        If a number lies outside of its range.
    """
    low, high = (0, 255) if images.dtype.kind in "iu" else (-1, 1)
    if images.size and not (images.min() >= low and images.max() <= high):
        raise ValueError(
            f"Expected pixels from {low} to {high} in an array of {images.dtype}; got "
            f"{images.min():.4g} to {images.max():.4g}. Floats from 0 to 255 become "
            f"right by `images / 127.5 - 1`."
        )
    x = np.ascontiguousarray(images, dtype)
    return (x - 127.5) / 127.5 if high == 255 else x


def read_stack(
    describe: Callable[[np.ndarray], tuple[np.ndarray, np.ndarray]],
    x: np.ndarray,
    batch_size: int = 500,
) -> tuple[np.ndarray, np.ndarray]:
    """Describe any number of pictures, and say how likely each class is.

    Parameters
    ----------
    describe : callable
        Returns features (N, D) and logits (N, K) of N pictures.
    x : ndarray of shape (N, C, H, W)
        What the network takes.
    batch_size : int
        So many at once.

    Returns
    -------
    features : ndarray of shape (N, D)
        As described.
    probabilities : ndarray of shape (N, K)
        Of each class, with sum 1.
    """
    starts = range(0, max(len(x), 1), batch_size)
    parts = [describe(x[start : start + batch_size]) for start in starts]
    features, scores = map(np.concatenate, zip(*parts, strict=True))
    scores -= scores.max(axis=1, keepdims=True)
    np.exp(scores, out=scores)
    return features, scores / scores.sum(axis=1, keepdims=True)


def draw_stack(
    rng: np.random.Generator,
    filters: tuple[int, ...],
    dtype: npt.DTypeLike,
    channels: int = 3,
) -> dict[str, np.ndarray]:
    """Draw the weights of a stack after He et al. (2015).

    Parameters
    ----------
    rng : numpy.random.Generator
        Source of chance.
    filters : tuple of int
        Filters of each convolution.
    dtype : dtype-like
        float32 or float64.
    channels : int
        Channels of the images.

    Returns
    -------
    params : dict of str to ndarray
        ``W1``, ``gamma1``, ``beta1`` and so on.
    """
    params: dict[str, np.ndarray] = {}
    for i, number in enumerate(filters, start=1):
        w = rng.standard_normal((number, channels, 3, 3))
        params[f"W{i}"] = (w * np.sqrt(2 / (9 * channels))).astype(dtype)
        params[f"gamma{i}"] = np.ones(number, dtype)
        params[f"beta{i}"] = np.zeros(number, dtype)
        channels = number
    return params


def load_stack(
    path: str | os.PathLike[str], dtype: npt.DTypeLike
) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray]]:
    """Read what :meth:`ConvStack.save` wrote.

    Parameters
    ----------
    path : path-like
        The file.
    dtype : dtype-like
        float32 or float64.

    Returns
    -------
    params, averages : dict of str to ndarray
        As :class:`ConvStack` takes them.
    """
    every = read_weights(path, dtype)
    averages = {k: v for k, v in every.items() if k.startswith(("mean", "var"))}
    params = {k: v for k, v in every.items() if k.startswith(("W", "gamma", "b"))}
    return params, averages
