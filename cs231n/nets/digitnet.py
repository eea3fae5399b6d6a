"""A small network that reads digits, shipped with weights trained on ``glyphs``."""

from pathlib import Path

import numpy as np
import numpy.typing as npt

from cs231n.data import drawn
from cs231n.layers import (
    affine_backward,
    affine_forward,
    relu_backward,
    relu_forward,
    softmax_loss,
)
from cs231n.nets.conv_stack import (
    ConvStack,
    draw_stack,
    from_bytes,
    load_stack,
    read_stack,
)

__all__ = ["FEATURES", "WEIGHTS", "DigitNet", "as_pictures"]

#: Filters of the two convolutions; both are followed by pooling.
FILTERS = (16, 32)
SIDE = 28
#: Numbers by which the network describes a picture.
FEATURES = 64
WEIGHTS = Path(drawn.__file__).with_name("digitnet.npz")


class DigitNet(ConvStack):
    """Two convolutions of 3 x 3 with batch norm, ReLU and pooling, two linear layers.

    Parameters
    ----------
    rng : numpy.random.Generator, optional
        Draws fresh weights. By default the trained ones are loaded.
    dtype : dtype-like
        float32 or float64.

    Attributes
    ----------
    params : dict of str to ndarray
        ``W1``, ``W2`` filters, ``gamma1``, ``beta1`` .. scale and shift, ``W3``, ``b3``
        to the features, ``W4``, ``b4`` to the scores.
    bn_params : list of dict
        Mode and running averages of each batch norm.
    """

    filters, pooled = FILTERS, (1, 2)

    def __init__(
        self,
        rng: np.random.Generator | None = None,
        dtype: npt.DTypeLike = np.float32,
    ) -> None:
        self.dtype = np.dtype(dtype)
        if rng is None:
            super().__init__(*load_stack(WEIGHTS, self.dtype))
            return
        params = draw_stack(rng, FILTERS, self.dtype, channels=1)
        sizes = (FILTERS[-1] * (SIDE // 4) ** 2, FEATURES, 10)
        for i, gain in ((3, 2), (4, 1)):
            inner, outer = sizes[i - 3 : i - 1]
            w = rng.standard_normal((inner, outer)) * np.sqrt(gain / inner)
            params[f"W{i}"] = w.astype(self.dtype)
            params[f"b{i}"] = np.zeros(outer, self.dtype)
        super().__init__(params, {})

    def loss(
        self, X: np.ndarray, y: np.ndarray | None = None
    ) -> np.ndarray | tuple[float, dict[str, np.ndarray]]:
        """Score pictures, or compute a loss and its gradients, as ``Solver`` asks.

        Parameters
        ----------
        X : ndarray of shape (N, 1, 28, 28)
            Pictures from -1 to 1; see :func:`as_pictures`.
        y : ndarray of shape (N,), optional
            Digits.

        Returns
        -------
        scores : ndarray of shape (N, 10)
            Without ``y``: logits, with the running averages.
        loss : float
            With ``y``: mean cross-entropy with the batch's own averages.
        grads : dict of str to ndarray
            With ``y``: gradients by the names of ``params``.
        """
        if y is None:
            return self.forward(X)[1]
        self._set_mode("train")
        _, scores, caches = self.forward(X)
        self._set_mode("test")
        loss, dscores = softmax_loss(scores, y)
        return loss, self.backward(dscores, caches)

    def forward(self, x: np.ndarray) -> tuple[np.ndarray, np.ndarray, list]:
        """Describe pictures and score their digits.

        Parameters
        ----------
        x : ndarray of shape (N, 1, 28, 28)
            Pictures from -1 to 1.

        Returns
        -------
        features : ndarray of shape (N, 64)
            What the last hidden layer says, 0 or more.
        scores : ndarray of shape (N, 10)
            Logits.
        caches : list
            What :meth:`backward` needs.
        """
        x, caches = self._stack_forward(x)
        hidden, cache3 = affine_forward(x, self.params["W3"], self.params["b3"])
        hidden, cut = relu_forward(hidden)
        scores, cache4 = affine_forward(hidden, self.params["W4"], self.params["b4"])
        return hidden, scores, [*caches, cache3, cut, cache4]

    def backward(self, dscores: np.ndarray, caches: list) -> dict[str, np.ndarray]:
        """Carry a gradient back to the parameters.

        Parameters
        ----------
        dscores : ndarray of shape (N, 10)
            Gradient of a loss with respect to the scores.
        caches : list
            As returned by :meth:`forward`.

        Returns
        -------
        grads : dict of str to ndarray
            Gradients by the names of ``params``.
        """
        grads: dict[str, np.ndarray] = {}
        *caches, cache3, cut, cache4 = caches
        dhidden, grads["W4"], grads["b4"] = affine_backward(dscores, cache4)
        dhidden = relu_backward(dhidden, cut)
        dx, grads["W3"], grads["b3"] = affine_backward(dhidden, cache3)
        self._stack_backward(dx, caches, grads, need_dx=False)
        return grads

    def read(
        self, pictures: np.ndarray, batch_size: int = 500
    ) -> tuple[np.ndarray, np.ndarray]:
        """Describe any number of pictures, and say which digits they show.

        Parameters
        ----------
        pictures : ndarray of shape (N, 1, 28, 28)
            Pictures from -1 to 1.
        batch_size : int
            So many at once.

        Returns
        -------
        features : ndarray of shape (N, 64)
            What the last hidden layer says.
        probabilities : ndarray of shape (N, 10)
            Of each digit, with sum 1.
        """
        return read_stack(lambda x: self.forward(x)[:2], pictures, batch_size)


def as_pictures(images: np.ndarray, dtype: npt.DTypeLike = np.float32) -> np.ndarray:
    """Turn images into what the network takes.

    Parameters
    ----------
    images : ndarray of shape (N, 28, 28), (N, 1, 28, 28) or (N, 784)
        Whole numbers from 0 (paper) to 255 (ink), or floats from -1 to 1.
    dtype : dtype-like
        float32 or float64.

    Returns
    -------
    pictures : ndarray of shape (N, 1, 28, 28)
        From -1 to 1.

    Raises
    ------
    ValueError
        If the shape is another one, or a number lies outside of its range.
    """
    images = np.asarray(images)
    size = SIDE * SIDE
    if images.ndim < 2 or images.shape[1:] not in (
        (SIDE, SIDE),
        (1, SIDE, SIDE),
        (size,),
    ):
        raise ValueError(
            f"Expected images of shape (N, {SIDE}, {SIDE}), (N, 1, {SIDE}, {SIDE}) or "
            f"(N, {size}); got {images.shape}."
        )
    return from_bytes(images, dtype).reshape(-1, 1, SIDE, SIDE)
