"""A small convolutional network, shipped with weights trained on ``shapes10``."""

import os
from pathlib import Path

import numpy as np
import numpy.typing as npt

from cs231n.data import drawn
from cs231n.layers import (
    affine_backward,
    affine_forward,
    conv_backward,
    conv_forward,
    max_pool_backward,
    max_pool_forward,
    relu_backward,
    relu_forward,
    softmax_loss,
    spatial_batchnorm_backward,
    spatial_batchnorm_forward,
)
from cs231n.nets.base import add_penalty

#: Filters of the six convolutions; every second one is followed by pooling.
FILTERS = (16, 16, 32, 32, 64, 64)
CONV = {"stride": 1, "pad": 1}
POOL = {"pool_height": 2, "pool_width": 2, "stride": 2}
WEIGHTS = Path(drawn.__file__).with_name("shapenet.npz")


class ShapeNet:
    """Six convolutions of 3 x 3, each with batch norm and ReLU, and a linear layer.

    Parameters
    ----------
    rng : numpy.random.Generator, optional
        Draws fresh weights. By default the trained ones are loaded.
    num_classes : int
        Of fresh weights.
    dtype : dtype-like
        float32 or float64.
    reg : float
        Strength of the weights' decay in :meth:`loss`.

    Attributes
    ----------
    params : dict of str to ndarray
        ``W1 .. W6`` filters, ``gamma1``, ``beta1`` .. scale and shift, ``W7``, ``b7``.
    bn_params : list of dict
        Mode and running averages of each batch norm.
    """

    def __init__(
        self,
        rng: np.random.Generator | None = None,
        num_classes: int = 10,
        dtype: npt.DTypeLike = np.float32,
        reg: float = 0.0,
    ) -> None:
        self.dtype, self.reg = np.dtype(dtype), reg
        if rng is None:
            self.params, averages = _load(self.dtype)
        else:
            self.params, averages = _draw(rng, num_classes, self.dtype), {}
        self.bn_params = []
        for i, filters in enumerate(FILTERS, start=1):
            self.bn_params.append(
                {
                    "mode": "test",
                    "running_mean": averages.get(f"mean{i}", np.zeros(filters, dtype)),
                    "running_var": averages.get(f"var{i}", np.ones(filters, dtype)),
                }
            )

    def loss(
        self, X: np.ndarray, y: np.ndarray | None = None
    ) -> np.ndarray | tuple[float, dict[str, np.ndarray]]:
        """Score images, or compute a loss and its gradients, as ``Solver`` asks.

        Parameters
        ----------
        X : ndarray of shape (N, 3, 32, 32)
            Normalised images; see :func:`normalise`.
        y : ndarray of shape (N,), optional
            Classes.

        Returns
        -------
        scores : ndarray of shape (N, K)
            Without ``y``: logits, with the running averages.
        loss : float
            With ``y``: mean cross-entropy with the batch's own averages, plus
            ``0.5 * reg * sum(W**2)``.
        grads : dict of str to ndarray
            With ``y``: gradients by the names of ``params``.
        """
        if y is None:
            return self.forward(X)[0]
        self._set_mode("train")
        scores, caches = self.forward(X)
        self._set_mode("test")
        loss, dscores = softmax_loss(scores, y)
        _, grads = self.backward(dscores, caches)
        return add_penalty(loss, grads, self.params, self.reg), grads

    def forward(self, x: np.ndarray) -> tuple[np.ndarray, list]:
        """Score images.

        Parameters
        ----------
        x : ndarray of shape (N, 3, H, W)
            Normalised images, sides divisible by 8.

        Returns
        -------
        scores : ndarray of shape (N, K)
            Logits.
        caches : list
            What :meth:`backward` needs.
        """
        caches = []
        for i in range(1, len(FILTERS) + 1):
            x, cache = self._block_forward(i, x)
            caches.append(cache)
        pooled = x.mean(axis=(2, 3))
        scores, cache = affine_forward(pooled, self.params["W7"], self.params["b7"])
        return scores, [*caches, (x.shape, cache)]

    def backward(
        self, dscores: np.ndarray, caches: list
    ) -> tuple[np.ndarray, dict[str, np.ndarray]]:
        """Carry a gradient back to the pixels and the parameters.

        Parameters
        ----------
        dscores : ndarray of shape (N, K)
            Gradient of a loss with respect to the scores.
        caches : list
            As returned by :meth:`forward`.

        Returns
        -------
        dx : ndarray of shape (N, 3, H, W)
            Gradient with respect to the images.
        grads : dict of str to ndarray
            Gradients by the names of ``params``.
        """
        grads = {}
        *caches, (shape, cache) = caches
        dpooled, grads["W7"], grads["b7"] = affine_backward(dscores, cache)
        dx = np.empty(shape, dscores.dtype)
        dx[...] = (dpooled / (shape[2] * shape[3]))[:, :, None, None]
        for i, cache in reversed(list(enumerate(caches, start=1))):
            dx = _block_backward(i, dx, cache, grads)
        return dx, grads

    def features(self, x: np.ndarray) -> list[np.ndarray]:
        """List what every stage of the network sees.

        Parameters
        ----------
        x : ndarray of shape (N, 3, H, W)
            As for :meth:`forward`.

        Returns
        -------
        features : list of ndarray
            Activations (N, C, h, w) after each of the six blocks.
        """
        seen = []
        for i in range(1, len(FILTERS) + 1):
            x, _ = self._block_forward(i, x)
            seen.append(x)
        return seen

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write weights and running averages in half precision.

        Parameters
        ----------
        path : path-like
            An ``.npz`` file.
        """
        arrays = dict(self.params)
        for i, bn_param in enumerate(self.bn_params, start=1):
            arrays[f"mean{i}"] = bn_param["running_mean"]
            arrays[f"var{i}"] = bn_param["running_var"]
        np.savez_compressed(
            path, **{k: v.astype(np.float16) for k, v in arrays.items()}
        )

    def _set_mode(self, mode):
        for bn_param in self.bn_params:
            bn_param["mode"] = mode

    def _block_forward(self, i, x):
        w = self.params[f"W{i}"]
        out, conv_cache = conv_forward(x, w, np.zeros(len(w), w.dtype), CONV)
        gamma, beta = self.params[f"gamma{i}"], self.params[f"beta{i}"]
        out, norm_cache = spatial_batchnorm_forward(
            out, gamma, beta, self.bn_params[i - 1]
        )
        out, relu_cache = relu_forward(out)
        pool_cache = None
        if i % 2 == 0:
            out, pool_cache = max_pool_forward(out, POOL)
        return out, (conv_cache, norm_cache, relu_cache, pool_cache)


def _block_backward(i, dout, cache, grads):
    conv_cache, norm_cache, relu_cache, pool_cache = cache
    if pool_cache is not None:
        dout = max_pool_backward(dout, pool_cache)
    dout = relu_backward(dout, relu_cache)
    dout, grads[f"gamma{i}"], grads[f"beta{i}"] = spatial_batchnorm_backward(
        dout, norm_cache
    )
    dx, grads[f"W{i}"], _ = conv_backward(dout, conv_cache)
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


def _draw(rng, num_classes, dtype):
    """Draw weights after He et al. (2015)."""
    params, channels = {}, 3
    for i, filters in enumerate(FILTERS, start=1):
        w = rng.standard_normal((filters, channels, 3, 3))
        params[f"W{i}"] = (w * np.sqrt(2 / (9 * channels))).astype(dtype)
        params[f"gamma{i}"] = np.ones(filters, dtype)
        params[f"beta{i}"] = np.zeros(filters, dtype)
        channels = filters
    w = rng.standard_normal((channels, num_classes))
    params["W7"] = (w * np.sqrt(1 / channels)).astype(dtype)
    params["b7"] = np.zeros(num_classes, dtype)
    return params


def _load(dtype):
    with np.load(WEIGHTS) as arrays:
        every = {name: arrays[name].astype(dtype) for name in arrays}
    averages = {k: v for k, v in every.items() if k.startswith(("mean", "var"))}
    return {k: v for k, v in every.items() if k not in averages}, averages
