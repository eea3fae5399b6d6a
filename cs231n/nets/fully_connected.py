"""Fully connected networks of any depth on top of the package's layers."""

import itertools
from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from cs231n.nets.base import Network, add_penalty, check_batch, pick_layers
from cs231n.nets.old_options import read_old_options
from cs231n.runs.chance import generator, lasting


class TwoLayerNet(Network):
    """A network with one hidden layer: affine, ReLU, affine, softmax.

    Parameters
    ----------
    input_dim : int
        Numbers per example, D.
    hidden_dim : int
        Units of the hidden layer, H.
    num_classes : int
        Classes, C.
    weight_scale : float
        Standard deviation of the first weights.
    reg : float
        Strength of the penalty ``0.5 * reg * sum(W * W)`` on both weight matrices.
    dtype : dtype
        Of the parameters, and so of all arithmetic.
    rng : numpy.random.Generator, optional
        Draws the first weights.
    layers : dict of str to callable, optional
        Your own layers, by their name in :mod:`cs231n.layers`.

    Attributes
    ----------
    params : dict of str to ndarray
        ``W1`` (D, H), ``b1`` (H,), ``W2`` (H, C) and ``b2`` (C,).
    """

    def __init__(
        self,
        input_dim: int = 3 * 32 * 32,
        hidden_dim: int = 100,
        num_classes: int = 10,
        weight_scale: float = 1e-3,
        reg: float = 0.0,
        *,
        dtype: npt.DTypeLike = np.float32,
        rng: np.random.Generator | None = None,
        layers: dict[str, Callable] | None = None,
    ) -> None:
        rng = generator(rng)
        self.reg = reg
        self.layers = pick_layers(layers)
        self.params = {}
        for i, size in enumerate([(input_dim, hidden_dim), (hidden_dim, num_classes)]):
            weights = weight_scale * rng.standard_normal(size)
            self.params[f"W{i + 1}"] = weights.astype(dtype)
            self.params[f"b{i + 1}"] = np.zeros(size[1], dtype=dtype)

    def loss(
        self, X: np.ndarray, y: np.ndarray | None = None
    ) -> np.ndarray | tuple[float, dict[str, np.ndarray]]:
        """Compute scores, or the loss and its gradients.

        Parameters
        ----------
        X : ndarray of shape (N, d1, ..., dk)
            Examples with D numbers each.
        y : ndarray of int, shape (N,), optional
            Their classes.

        Returns
        -------
        scores : ndarray of shape (N, C)
            Without ``y``.
        loss, grads : float and dict of str to ndarray
            With ``y``: the loss, and a gradient for every parameter.
        """
        p, layers = self.params, self.layers
        check_batch(X, p["W1"].shape[0])
        X = X.astype(p["W1"].dtype, copy=False)
        hidden, first = layers.affine_forward(X, p["W1"], p["b1"])
        active, relu = layers.relu_forward(hidden)
        scores, second = layers.affine_forward(active, p["W2"], p["b2"])
        if y is None:
            return scores

        loss, dscores = layers.softmax_loss(scores, y)
        grads = {}
        dactive, grads["W2"], grads["b2"] = layers.affine_backward(dscores, second)
        dhidden = layers.relu_backward(dactive, relu)
        _, grads["W1"], grads["b1"] = layers.affine_backward(dhidden, first)
        return add_penalty(loss, grads, p, self.reg), grads


class FullyConnectedNet(Network):
    """A network of any depth: affine, normalisation, ReLU, dropout; then softmax.

    The normalisation and dropout are optional, and the last affine layer has neither.

    Parameters
    ----------
    hidden_dims : list of int
        Units of each hidden layer.
    input_dim : int
        Numbers per example, D.
    num_classes : int
        Classes, C.
    dropout_keep_ratio : float
        Share of the activations that dropout keeps; 1 for no dropout.
    normalization : {None, "batchnorm", "layernorm"}
        What stands before each ReLU.
    reg : float
        Strength of the penalty ``0.5 * reg * sum(W * W)``; weights only.
    weight_scale : float or "he"
        Standard deviation of the first weights; ``"he"`` takes ``sqrt(2 / inputs)`` for
        each layer.
    dtype : dtype
        Of the parameters, and so of all arithmetic.
    seed : int, optional
        Makes dropout draw the same mask in every call, for gradient checks.
    dropout, use_batchnorm : float and bool, optional
        Arguments of editions up to 2020; :mod:`cs231n.nets.old_options` reads them.
    rng : numpy.random.Generator, optional
        Draws the first weights and the dropout masks.
    layers : dict of str to callable, optional
        Your own layers, by their name in :mod:`cs231n.layers`.

    Attributes
    ----------
    params : dict of str to ndarray
        ``W1``, ``b1`` ... ``WL``, ``bL``, and ``gamma1``, ``beta1`` ... with
        normalisation.
    bn_params : list of dict
        Settings and running statistics of each normalisation.
    """

    _kept = ("params", "bn_params")

    def __init__(
        self,
        hidden_dims: list[int],
        input_dim: int = 3 * 32 * 32,
        num_classes: int = 10,
        dropout_keep_ratio: float = 1,
        normalization: str | None = None,
        reg: float = 0.0,
        weight_scale: float | str = 1e-2,
        dtype: npt.DTypeLike = np.float32,
        seed: int | None = None,
        *,
        dropout: float | None = None,
        use_batchnorm: bool | None = None,
        rng: np.random.Generator | None = None,
        layers: dict[str, Callable] | None = None,
    ) -> None:
        dropout_keep_ratio, normalization = read_old_options(
            dropout_keep_ratio, normalization, dropout, use_batchnorm
        )
        if normalization not in (None, "batchnorm", "layernorm"):
            raise ValueError(
                f"Unknown normalization {normalization!r}; use None, 'batchnorm' or "
                f"'layernorm'."
            )
        if not 0 < dropout_keep_ratio <= 1:
            raise ValueError(
                f"dropout_keep_ratio is the share that is kept, above 0 and at most 1; "
                f"got {dropout_keep_ratio!r}."
            )
        rng = generator(rng)
        self.normalization = normalization
        self.use_dropout = dropout_keep_ratio != 1
        self.reg = reg
        self.num_layers = 1 + len(hidden_dims)
        self.dtype = np.dtype(dtype)
        self.layers = pick_layers(layers)
        self.params = {}
        sizes = [input_dim, *hidden_dims, num_classes]
        for i, (fan_in, fan_out) in enumerate(itertools.pairwise(sizes), 1):
            he = weight_scale == "he"
            scale = np.sqrt(2 / fan_in) if he else float(weight_scale)
            weights = scale * rng.standard_normal((fan_in, fan_out))
            self.params[f"W{i}"] = weights.astype(dtype)
            self.params[f"b{i}"] = np.zeros(fan_out, dtype=dtype)
            if normalization and i < self.num_layers:
                self.params[f"gamma{i}"] = np.ones(fan_out, dtype=dtype)
                self.params[f"beta{i}"] = np.zeros(fan_out, dtype=dtype)
        self.dropout_param = {}
        if self.use_dropout:
            self.dropout_param = {"mode": "train", "p": dropout_keep_ratio}
            self.dropout_param |= (
                {"rng": lasting(rng)} if seed is None else {"seed": seed}
            )
        mode = {"mode": "train"} if normalization == "batchnorm" else {}
        hidden = range(self.num_layers - 1 if normalization else 0)
        self.bn_params = [dict(mode) for _ in hidden]

    def loss(
        self, X: np.ndarray, y: np.ndarray | None = None
    ) -> np.ndarray | tuple[float, dict[str, np.ndarray]]:
        """Compute scores, or the loss and its gradients.

        Parameters
        ----------
        X : ndarray of shape (N, d1, ..., dk)
            Examples with D numbers each.
        y : ndarray of int, shape (N,), optional
            Their classes. Without it, normalisation and dropout run in test mode.

        Returns
        -------
        scores : ndarray of shape (N, C)
            Without ``y``.
        loss, grads : float and dict of str to ndarray
            With ``y``: the loss, and a gradient for every parameter.
        """
        check_batch(X, self.params["W1"].shape[0])
        self._set_mode("test" if y is None else "train")
        out, caches = X.astype(self.dtype, copy=False), []
        for i in range(1, self.num_layers):
            out, cache = self._hidden_forward(out, i)
            caches.append(cache)
        last = self.num_layers
        scores, cache = self.layers.affine_forward(
            out, self.params[f"W{last}"], self.params[f"b{last}"]
        )
        if y is None:
            return scores

        loss, dout = self.layers.softmax_loss(scores, y)
        grads = {}
        dout, grads[f"W{last}"], grads[f"b{last}"] = self.layers.affine_backward(
            dout, cache
        )
        for i in reversed(range(1, last)):
            dout = self._hidden_backward(dout, caches[i - 1], i, grads)
        return add_penalty(loss, grads, self.params, self.reg), grads

    def _set_mode(self, mode):
        if self.use_dropout:
            self.dropout_param["mode"] = mode
        if self.normalization == "batchnorm":
            for bn_param in self.bn_params:
                bn_param["mode"] = mode

    def _hidden_forward(self, x, i):
        """Affine, normalisation, ReLU, dropout; the caches in that order."""
        p, layers = self.params, self.layers
        out, affine = layers.affine_forward(x, p[f"W{i}"], p[f"b{i}"])
        norm = dropout = None
        if self.normalization:
            forward = getattr(layers, f"{self.normalization}_forward")
            scale, shift = p[f"gamma{i}"], p[f"beta{i}"]
            out, norm = forward(out, scale, shift, self.bn_params[i - 1])
        out, relu = layers.relu_forward(out)
        if self.use_dropout:
            out, dropout = layers.dropout_forward(out, self.dropout_param)
        return out, (affine, norm, relu, dropout)

    def _hidden_backward(self, dout, caches, i, grads):
        """Return the gradient of the block's input; its parameters' go to ``grads``."""
        affine, norm, relu, dropout = caches
        layers = self.layers
        if self.use_dropout:
            dout = layers.dropout_backward(dout, dropout)
        dout = layers.relu_backward(dout, relu)
        if self.normalization:
            backward = getattr(layers, f"{self.normalization}_backward")
            dout, grads[f"gamma{i}"], grads[f"beta{i}"] = backward(dout, norm)
        dout, grads[f"W{i}"], grads[f"b{i}"] = layers.affine_backward(dout, affine)
        return dout
