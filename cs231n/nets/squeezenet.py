"""SqueezeNet 1.0, trained on ImageNet, on the course's own layers."""

import os

import numpy as np
import numpy.typing as npt

from cs231n.data.images import SQUEEZENET_MEAN, SQUEEZENET_STD
from cs231n.data.squeezenet import load_squeezenet
from cs231n.layers import (
    conv_backward,
    conv_forward,
    max_pool_backward,
    max_pool_forward,
    relu_backward,
    relu_forward,
)

#: Mean of blue, green and red, 0..255, that the published weights expect removed.
CAFFE_MEAN = np.array([104.0, 117.0, 123.0])
#: The network from pixels to scores, in the order of its layers.
LAYERS = (
    *("conv1", "pool", "fire2", "fire3", "fire4", "pool"),
    *("fire5", "fire6", "fire7", "fire8", "pool", "fire9", "conv10"),
)
POOL = {"pool_height": 3, "pool_width": 3, "stride": 2}


class SqueezeNet:
    """A convolutional network of 1.2 million weights for ImageNet's 1000 classes.

    Parameters
    ----------
    path : path-like, optional
        The compressed weights; by default those in the data home.
    dtype : dtype-like
        float32 or float64.

    Attributes
    ----------
    params : dict of str to ndarray
        ``NAME.w`` (F, C, KH, KW) and ``NAME.b`` (F,). The first layer is turned so that
        it takes what :func:`cs231n.data.images.preprocess_image` makes, channels first.

    Raises
    ------
    DatasetError
        If the weights are missing or damaged.

    References
    ----------
    Iandola et al. (2016), "SqueezeNet: AlexNet-level accuracy with 50x fewer
    parameters", arXiv:1602.07360.
    """

    def __init__(
        self,
        path: str | os.PathLike[str] | None = None,
        dtype: npt.DTypeLike = np.float32,
    ) -> None:
        self.params = {}
        for name, (w, b) in load_squeezenet(path).items():
            if name == "conv1":
                w, b = _for_normalised_rgb(w, b)
            self.params[f"{name}.w"] = w.astype(dtype)
            self.params[f"{name}.b"] = b.astype(dtype)

    def forward(self, x: np.ndarray) -> tuple[np.ndarray, list]:
        """Score images.

        Parameters
        ----------
        x : ndarray of shape (N, 3, H, W)
            Normalised images, red first; 224 x 224 or thereabouts. dtype of ``params``.

        Returns
        -------
        scores : ndarray of shape (N, 1000)
            Logits of the classes.
        caches : list
            What :meth:`backward` needs.
        """
        caches = []
        for name in LAYERS:
            x, cache = self._layer_forward(name, x)
            caches.append(cache)
        return x.mean(axis=(2, 3)), [*caches, x.shape]

    def backward(self, dscores: np.ndarray, caches: list) -> np.ndarray:
        """Carry a gradient back to the pixels.

        Parameters
        ----------
        dscores : ndarray of shape (N, 1000)
            Gradient of a loss with respect to the scores.
        caches : list
            As returned by :meth:`forward`.

        Returns
        -------
        dx : ndarray of shape (N, 3, H, W)
            Gradient with respect to the images.
        """
        *caches, shape = caches
        dx = np.broadcast_to(dscores[:, :, None, None], shape) / (shape[2] * shape[3])
        dx = np.ascontiguousarray(dx, dtype=dscores.dtype)
        for name, cache in zip(reversed(LAYERS), reversed(caches), strict=True):
            dx = self._layer_backward(name, dx, cache)
        return dx

    def features(self, x: np.ndarray) -> list[np.ndarray]:
        """List what every stage of the network sees.

        Parameters
        ----------
        x : ndarray of shape (N, 3, H, W)
            As for :meth:`forward`.

        Returns
        -------
        features : list of ndarray
            Activations (N, C, h, w) after each of ``LAYERS``.
        """
        seen = []
        for name in LAYERS:
            x, _ = self._layer_forward(name, x)
            seen.append(x)
        return seen

    def _layer_forward(self, name, x):
        if name == "pool":
            return _pool_forward(x)
        if name.startswith("fire"):
            return self._fire_forward(name, x)
        return self._conv_forward(name, x, *((2, 0) if name == "conv1" else (1, 1)))

    def _layer_backward(self, name, dout, cache):
        if name == "pool":
            return _pool_backward(dout, cache)
        if name.startswith("fire"):
            return _fire_backward(dout, cache)
        return _conv_backward(dout, cache)

    def _conv_forward(self, name, x, stride, pad):
        w, b = self.params[f"{name}.w"], self.params[f"{name}.b"]
        out, conv_cache = conv_forward(x, w, b, {"stride": stride, "pad": pad})
        out, relu_cache = relu_forward(out)
        return out, (conv_cache, relu_cache)

    def _fire_forward(self, name, x):
        squeezed, cache = self._conv_forward(f"{name}/squeeze1x1", x, 1, 0)
        small, small_cache = self._conv_forward(f"{name}/expand1x1", squeezed, 1, 0)
        large, large_cache = self._conv_forward(f"{name}/expand3x3", squeezed, 1, 1)
        return np.concatenate([small, large], axis=1), (cache, small_cache, large_cache)


def _conv_backward(dout, cache):
    conv_cache, relu_cache = cache
    return conv_backward(relu_backward(dout, relu_cache), conv_cache)[0]


def _fire_backward(dout, cache):
    squeeze_cache, small_cache, large_cache = cache
    half = dout.shape[1] // 2
    dsqueezed = _conv_backward(np.ascontiguousarray(dout[:, :half]), small_cache)
    dsqueezed += _conv_backward(np.ascontiguousarray(dout[:, half:]), large_cache)
    return _conv_backward(dsqueezed, squeeze_cache)


def _pool_forward(x):
    """Pool windows of 3 by 2, the last of which may hang over the edge."""
    over = [(size - 3) % 2 for size in x.shape[2:]]
    # Activations are not negative, so zeros never win.
    out, cache = max_pool_forward(
        np.pad(x, ((0, 0), (0, 0), (0, over[0]), (0, over[1]))), POOL
    )
    return out, (x.shape, cache)


def _pool_backward(dout, cache):
    (_, _, height, width), pool_cache = cache
    return max_pool_backward(dout, pool_cache)[:, :, :height, :width]


def _for_normalised_rgb(w, b):
    """Fold the change from normalised RGB to Caffe's BGR into the first layer."""
    w = w[:, ::-1].astype(np.float64)
    std = 255 * SQUEEZENET_STD.astype(np.float64)
    mean = 255 * SQUEEZENET_MEAN.astype(np.float64) - CAFFE_MEAN[::-1]
    b = b + (w * mean[:, None, None]).sum(axis=(1, 2, 3))
    return w * std[:, None, None], b
