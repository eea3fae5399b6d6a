"""A small convolutional network on top of the package's layers."""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from cs231n.nets.base import Network, add_penalty, check_images, pick_layers
from cs231n.runs.chance import generator

POOL = {"pool_height": 2, "pool_width": 2, "stride": 2}


class ThreeLayerConvNet(Network):
    """Convolution, ReLU, 2 x 2 max-pooling, affine, ReLU, affine, softmax.

    The convolution keeps height and width: filters are padded by half their size.

    Parameters
    ----------
    input_dim : tuple of int
        Channels, height and width (C, H, W) of an image; even height and width.
    num_filters : int
        Filters of the convolution, F.
    filter_size : int
        Height and width of a filter, in pixels; odd.
    hidden_dim : int
        Units of the hidden affine layer.
    num_classes : int
        Classes, K.
    weight_scale : float
        Standard deviation of the first weights.
    reg : float
        Strength of the penalty ``0.5 * reg * sum(W * W)``; weights only.
    dtype : dtype
        Of the parameters, and so of all arithmetic.
    normalization : {None, "batchnorm", "groupnorm"}
        What stands between the convolution and its ReLU.
    groups : int
        Groups of channels for ``"groupnorm"``.
    rng : numpy.random.Generator, optional
        Draws the first weights.
    layers : dict of str to callable, optional
        Your own layers, by their name in :mod:`cs231n.layers`.

    Attributes
    ----------
    params : dict of str to ndarray
        ``W1`` (F, C, size, size), ``b1``, ``W2``, ``b2``, ``W3``, ``b3``; with a
        normalisation also ``gamma1`` and ``beta1``.
    bn_param : dict
        Mode and running averages of batch normalisation.
    """

    _kept = ("params", "bn_param")

    def __init__(
        self,
        input_dim: tuple[int, ...] = (3, 32, 32),
        num_filters: int = 32,
        filter_size: int = 7,
        hidden_dim: int = 100,
        num_classes: int = 10,
        weight_scale: float = 1e-3,
        reg: float = 0.0,
        dtype: npt.DTypeLike = np.float32,
        *,
        normalization: str | None = None,
        groups: int = 4,
        rng: np.random.Generator | None = None,
        layers: dict[str, Callable] | None = None,
    ) -> None:
        _check_options(input_dim, filter_size, normalization)
        rng = generator(rng)
        self.reg, self.dtype, self.input_dim = reg, np.dtype(dtype), tuple(input_dim)
        self.normalization, self.groups = normalization, groups
        self.layers = pick_layers(layers)
        self.bn_param = {"mode": "train"}
        channels, height, width = input_dim
        pooled = num_filters * (height // 2) * (width // 2)
        sizes = [
            (num_filters, channels, filter_size, filter_size),
            (pooled, hidden_dim),
            (hidden_dim, num_classes),
        ]
        biases = (num_filters, hidden_dim, num_classes)
        self.params = {}
        for i, (size, bias) in enumerate(zip(sizes, biases, strict=True), 1):
            weights = weight_scale * rng.standard_normal(size)
            self.params[f"W{i}"] = weights.astype(dtype)
            self.params[f"b{i}"] = np.zeros(bias, dtype=dtype)
        if normalization:
            shape = (num_filters,) if normalization == "batchnorm" else (1, -1, 1, 1)
            scale = np.ones(num_filters, dtype=dtype).reshape(shape)
            self.params |= {"gamma1": scale, "beta1": np.zeros_like(scale)}

    def loss(
        self, X: np.ndarray, y: np.ndarray | None = None
    ) -> np.ndarray | tuple[float, dict[str, np.ndarray]]:
        """Compute scores, or the loss and its gradients.

        Parameters
        ----------
        X : ndarray of shape (N, C, H, W)
            Images.
        y : ndarray of int, shape (N,), optional
            Their classes. Without it, batch normalisation runs in test mode.

        Returns
        -------
        scores : ndarray of shape (N, K)
            Without ``y``.
        loss, grads : float and dict of str to ndarray
            With ``y``: the loss, and a gradient for every parameter.
        """
        check_images(X, self.input_dim)
        self.bn_param["mode"] = "test" if y is None else "train"
        p, layers = self.params, self.layers
        pooled, first = self._first_forward(X.astype(self.dtype, copy=False))
        hidden, second = layers.affine_forward(pooled, p["W2"], p["b2"])
        active, relu = layers.relu_forward(hidden)
        scores, third = layers.affine_forward(active, p["W3"], p["b3"])
        if y is None:
            return scores

        loss, dscores = layers.softmax_loss(scores, y)
        grads = {}
        dactive, grads["W3"], grads["b3"] = layers.affine_backward(dscores, third)
        dhidden = layers.relu_backward(dactive, relu)
        dpooled, grads["W2"], grads["b2"] = layers.affine_backward(dhidden, second)
        self._first_backward(dpooled, first, grads)
        return add_penalty(loss, grads, p, self.reg), grads

    def _first_forward(self, x):
        """Convolution, normalisation, pooling, ReLU; the caches in that order.

        ReLU and maximum can change places, and after pooling there are fewer pixels.
        """
        p, layers = self.params, self.layers
        pad = (p["W1"].shape[2] - 1) // 2
        out, conv = layers.conv_forward(x, p["W1"], p["b1"], {"stride": 1, "pad": pad})
        norm = None
        if self.normalization == "batchnorm":
            out, norm = layers.spatial_batchnorm_forward(
                out, p["gamma1"], p["beta1"], self.bn_param
            )
        if self.normalization == "groupnorm":
            out, norm = layers.spatial_groupnorm_forward(
                out, p["gamma1"], p["beta1"], self.groups, {}
            )
        out, pool = layers.max_pool_forward(out, POOL)
        out, relu = layers.relu_forward(out)
        return out, (conv, norm, pool, relu)

    def _first_backward(self, dout, caches, grads):
        """Write the gradients of the first layer's parameters to ``grads``."""
        conv, norm, pool, relu = caches
        layers = self.layers
        dout = layers.max_pool_backward(layers.relu_backward(dout, relu), pool)
        if self.normalization:
            backward = getattr(layers, f"spatial_{self.normalization}_backward")
            dout, grads["gamma1"], grads["beta1"] = backward(dout, norm)
        _, grads["W1"], grads["b1"] = layers.conv_backward(dout, conv, need_dx=False)


def _check_options(input_dim, filter_size, normalization):
    if len(input_dim) != 3 or input_dim[1] % 2 or input_dim[2] % 2:
        raise ValueError(
            f"input_dim is (channels, height, width) with even height and width, which "
            f"2 x 2 pooling halves; got {input_dim!r}."
        )
    if filter_size % 2 != 1:
        raise ValueError(
            f"filter_size must be odd, so that padding by half of it keeps the size of "
            f"the image; got {filter_size!r}."
        )
    if normalization not in (None, "batchnorm", "groupnorm"):
        raise ValueError(
            f"Unknown normalization {normalization!r}; use None, 'batchnorm' or "
            f"'groupnorm'."
        )
