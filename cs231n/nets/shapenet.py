"""A small convolutional network, shipped with weights trained on ``shapes10``."""

from pathlib import Path

import numpy as np
import numpy.typing as npt

from cs231n.data import drawn
from cs231n.layers import affine_backward, affine_forward, softmax_loss
from cs231n.nets.base import add_penalty
from cs231n.nets.conv_stack import (
    ConvStack,
    draw_stack,
    load_stack,
    normalise,
    read_stack,
)

__all__ = ["FILTERS", "WEIGHTS", "ShapeNet", "normalise"]

#: Filters of the six convolutions; every second one is followed by pooling.
FILTERS = (16, 16, 32, 32, 64, 64)
WEIGHTS = Path(drawn.__file__).with_name("shapenet.npz")


class ShapeNet(ConvStack):
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

    filters, pooled = FILTERS, (2, 4, 6)

    def __init__(
        self,
        rng: np.random.Generator | None = None,
        num_classes: int = 10,
        dtype: npt.DTypeLike = np.float32,
        reg: float = 0.0,
    ) -> None:
        self.dtype, self.reg = np.dtype(dtype), reg
        if rng is None:
            super().__init__(*load_stack(WEIGHTS, self.dtype))
            return
        params, channels = draw_stack(rng, FILTERS, self.dtype), FILTERS[-1]
        w = rng.standard_normal((channels, num_classes))
        params["W7"] = (w * np.sqrt(1 / channels)).astype(self.dtype)
        params["b7"] = np.zeros(num_classes, self.dtype)
        super().__init__(params, {})

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
        x, caches = self._stack_forward(x)
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
        return self._stack_backward(dx, caches, grads), grads

    def read(
        self, x: np.ndarray, batch_size: int = 500
    ) -> tuple[np.ndarray, np.ndarray]:
        """Describe any number of pictures, and say which classes they show.

        Parameters
        ----------
        x : ndarray of shape (N, 3, H, W)
            Normalised images, sides divisible by 8.
        batch_size : int
            So many at once.

        Returns
        -------
        features : ndarray of shape (N, 64)
            Means of the last feature maps, which the linear layer takes.
        probabilities : ndarray of shape (N, K)
            Of each class, with sum 1.
        """
        return read_stack(self._describe, x, batch_size)

    def _describe(self, x):
        pooled = self._stack_forward(x)[0].mean(axis=(2, 3))
        return pooled, pooled @ self.params["W7"] + self.params["b7"]
