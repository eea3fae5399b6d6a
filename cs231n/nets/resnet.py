"""A small residual network on top of the package's layers."""

import itertools
from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from cs231n.nets.base import Network, add_penalty, check_images, pick_layers
from cs231n.runs.chance import generator

POOL = {"pool_height": 2, "pool_width": 2, "stride": 2}


class ResNet(Network):
    """Convolutions with shortcuts: a stem, some blocks, and a linear layer.

    The stem is a convolution of 3 x 3, batch normalisation, ReLU and 2 x 2
    max-pooling. A block puts ``relu(deep(x) + shortcut(x))`` in place of ``x``, where
    ``deep`` is two convolutions of 3 x 3, each with batch normalisation, and a ReLU
    between them. Where the number of filters changes, the first convolution has a
    stride of 2, which halves height and width, and the shortcut is a convolution of
    1 x 1 with that stride and a batch normalisation of its own; elsewhere the shortcut
    is ``x`` itself. The mean over the pixels goes to the linear layer and softmax.

    Parameters
    ----------
    input_dim : tuple of int
        Channels, height and width (C, H, W) of an image.
    widths : tuple of int
        Filters in each block; the stem has as many as the first.
    num_classes : int
        Classes, K.
    reg : float
        Strength of the penalty ``0.5 * reg * sum(W * W)``; weights only.
    dtype : dtype
        Of the parameters, and so of all arithmetic.
    shortcuts : bool
        Whether blocks have their shortcut; without, they are plain convolutions.
    rng : numpy.random.Generator, optional
        Draws the first weights, by the rule of He for each layer. Blocks begin as
        their shortcuts: the last scale of each, ``gamma1b`` and so on, is 0 at first.
    layers : dict of str to callable, optional
        Your own layers, by their name in :mod:`cs231n.layers`.

    Attributes
    ----------
    params : dict of str to ndarray
        For each convolution, called ``0`` in the stem and ``1a``, ``1b``, ``1s`` (the
        shortcut) in the first block: ``W0`` filters, ``gamma0`` and ``beta0``. ``W``
        and ``b`` of the linear layer.
    bn_params : dict of str to dict
        Mode and running averages of each batch normalisation, by the same names.

    References
    ----------
    He et al. (2016), "Deep Residual Learning for Image Recognition"; Goyal et al.
    (2017), "Accurate, Large Minibatch SGD", section 5.1: scales that begin at 0.
    """

    _kept = ("params", "bn_params")

    def __init__(
        self,
        input_dim: tuple[int, ...] = (3, 32, 32),
        widths: tuple[int, ...] = (32, 64, 128),
        num_classes: int = 10,
        reg: float = 0.0,
        dtype: npt.DTypeLike = np.float32,
        *,
        shortcuts: bool = True,
        rng: np.random.Generator | None = None,
        layers: dict[str, Callable] | None = None,
    ) -> None:
        rng = generator(rng)
        self.reg, self.dtype, self.input_dim = reg, np.dtype(dtype), tuple(input_dim)
        self.num_blocks, self.shortcuts = len(widths), shortcuts
        self.strides = [
            1 + (after != before)
            for before, after in itertools.pairwise([widths[0], *widths])
        ]
        self.layers = pick_layers(layers)
        self.params = {}
        self.bn_params: dict[str, dict] = {}
        self._add_conv("0", widths[0], input_dim[0], 3, rng)
        for i, (before, width) in enumerate(
            itertools.pairwise([widths[0], *widths]), 1
        ):
            self._add_conv(f"{i}a", width, before, 3, rng)
            self._add_conv(f"{i}b", width, width, 3, rng)
            if shortcuts:
                self.params[f"gamma{i}b"][...] = 0  # at first a block is its shortcut
            if shortcuts and width != before:
                self._add_conv(f"{i}s", width, before, 1, rng)
        weights = rng.standard_normal((widths[-1], num_classes)) / np.sqrt(widths[-1])
        self.params["W"] = weights.astype(dtype)
        self.params["b"] = np.zeros(num_classes, dtype=dtype)

    def _add_conv(self, name, filters, channels, size, rng):
        weights = rng.standard_normal((filters, channels, size, size))
        weights *= np.sqrt(2 / (channels * size * size))
        self.params[f"W{name}"] = weights.astype(self.dtype)
        self.params[f"gamma{name}"] = np.ones(filters, dtype=self.dtype)
        self.params[f"beta{name}"] = np.zeros(filters, dtype=self.dtype)
        self.bn_params[name] = {"mode": "train"}

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
        for bn_param in self.bn_params.values():
            bn_param["mode"] = "test" if y is None else "train"
        scores, caches = self._forward(X.astype(self.dtype, copy=False))
        if y is None:
            return scores

        loss, dscores = self.layers.softmax_loss(scores, y)
        grads = self._backward(dscores, caches)
        return add_penalty(loss, grads, self.params, self.reg), grads

    def _forward(self, x):
        layers = self.layers
        out, stem = self._conv_forward(x, "0")
        out, pool = layers.max_pool_forward(out, POOL)
        out, relu = layers.relu_forward(out)
        blocks = []
        for i in range(1, self.num_blocks + 1):
            out, cache = self._block_forward(out, i)
            blocks.append(cache)
        out, mean = layers.global_avg_pool_forward(out)
        scores, last = layers.affine_forward(out, self.params["W"], self.params["b"])
        return scores, (stem, pool, relu, blocks, mean, last)

    def _backward(self, dscores, caches):
        stem, pool, relu, blocks, mean, last = caches
        layers, grads = self.layers, {}
        dout, grads["W"], grads["b"] = layers.affine_backward(dscores, last)
        dout = layers.global_avg_pool_backward(dout, mean)
        for i in reversed(range(1, self.num_blocks + 1)):
            dout = self._block_backward(dout, blocks[i - 1], i, grads)
        dout = layers.max_pool_backward(layers.relu_backward(dout, relu), pool)
        self._conv_backward(dout, stem, "0", grads, need_dx=False)
        return grads

    def _block_forward(self, x, i):
        """Two convolutions beside a shortcut; their sum through a ReLU."""
        layers, stride = self.layers, self.strides[i - 1]
        out, first = self._conv_forward(x, f"{i}a", stride)
        out, middle = layers.relu_forward(out)
        out, second = self._conv_forward(out, f"{i}b")
        short = None
        if f"W{i}s" in self.params:
            x, short = self._conv_forward(x, f"{i}s", stride)
        out, end = layers.relu_forward(out + x if self.shortcuts else out)
        return out, (first, middle, second, short, end)

    def _block_backward(self, dout, caches, i, grads):
        """Return the gradient of the block's input; its parameters' go to ``grads``."""
        first, middle, second, short, end = caches
        dsum = self.layers.relu_backward(dout, end)
        dout = self._conv_backward(dsum, second, f"{i}b", grads)
        dout = self.layers.relu_backward(dout, middle)
        dx = self._conv_backward(dout, first, f"{i}a", grads)
        if not self.shortcuts:
            return dx
        if short is not None:
            dsum = self._conv_backward(dsum, short, f"{i}s", grads)
        return dx + dsum

    def _conv_forward(self, x, name, stride=1):
        """Convolution without bias, which the normalisation would take away again."""
        weights, gamma = self.params[f"W{name}"], self.params[f"gamma{name}"]
        conv_param = {"stride": stride, "pad": weights.shape[2] // 2}
        out, conv = self.layers.conv_forward(
            x, weights, np.zeros_like(gamma), conv_param
        )
        out, norm = self.layers.spatial_batchnorm_forward(
            out, gamma, self.params[f"beta{name}"], self.bn_params[name]
        )
        return out, (conv, norm)

    def _conv_backward(self, dout, caches, name, grads, need_dx=True):
        conv, norm = caches
        dout, grads[f"gamma{name}"], grads[f"beta{name}"] = (
            self.layers.spatial_batchnorm_backward(dout, norm)
        )
        dx, grads[f"W{name}"], _ = self.layers.conv_backward(
            dout, conv, need_dx=need_dx
        )
        return dx
