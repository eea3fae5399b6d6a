"""A small network that finds the objects of ``scenes``, shipped with its weights."""

from pathlib import Path

import numpy as np
import numpy.typing as npt

from cs231n.data import drawn
from cs231n.layers import conv_backward, conv_forward, sigmoid_forward, softmax_loss
from cs231n.nets.conv_stack import ConvStack, draw_stack, load_stack, normalise

__all__ = ["CELL", "HEADS", "WEIGHTS", "SceneNet", "normalise", "targets"]

#: Filters of the five convolutions; the first three are followed by pooling.
FILTERS = (16, 32, 64, 64, 64)
#: Edge of a cell of the grid, in pixels.
CELL = 8
#: What is said of each cell, and by which of the 19 scores.
HEADS = {
    "object": slice(0, 1),
    "shape": slice(1, 9),
    "colour": slice(9, 17),
    "size": slice(17, 19),
}
WEIGHTS = Path(drawn.__file__).with_name("scenenet.npz")
POINTWISE = {"stride": 1, "pad": 0}


class SceneNet(ConvStack):
    """Five convolutions of 3 x 3, and a linear layer for each cell of 8 x 8 pixels.

    Of every cell it says whether the centre of an object lies there, and of which
    shape, colour and size the object is.

    Parameters
    ----------
    rng : numpy.random.Generator, optional
        Draws fresh weights. By default the trained ones are loaded.
    dtype : dtype-like
        float32 or float64.

    Attributes
    ----------
    params : dict of str to ndarray
        ``W1 .. W5`` filters, ``gamma1``, ``beta1`` .. scale and shift, ``W6``, ``b6``.
    bn_params : list of dict
        Mode and running averages of each batch norm.

    References
    ----------
    Redmon et al. (2016), "You Only Look Once: Unified, Real-Time Object Detection",
    section 2, has cells that speak for the object whose centre they hold.
    """

    filters, pooled = FILTERS, (1, 2, 3)

    def __init__(
        self,
        rng: np.random.Generator | None = None,
        dtype: npt.DTypeLike = np.float32,
    ) -> None:
        self.dtype = np.dtype(dtype)
        if rng is None:
            super().__init__(*load_stack(WEIGHTS, self.dtype))
            return
        params, channels = draw_stack(rng, FILTERS, self.dtype), FILTERS[-1]
        w = rng.standard_normal((HEADS["size"].stop, channels, 1, 1))
        params["W6"] = (w * np.sqrt(0.1 / channels)).astype(self.dtype)
        params["b6"] = np.zeros(len(w), self.dtype)
        super().__init__(params, {})

    def loss(
        self, X: np.ndarray, y: np.ndarray | None = None
    ) -> np.ndarray | tuple[float, dict[str, np.ndarray]]:
        """Score cells, or compute a loss and its gradients.

        Parameters
        ----------
        X : ndarray of shape (N, 3, 8 h, 8 w)
            Normalised images; see :func:`normalise`.
        y : ndarray of int, shape (N, 4, h, w), optional
            As from :func:`targets`. Where a number is -1, the cell does not count.

        Returns
        -------
        scores : ndarray of shape (N, 19, h, w)
            Without ``y``: logits, with the running averages; ``HEADS`` has their order.
        loss : float
            With ``y``: cross-entropy of all four answers with the batch's own averages,
            summed over cells and divided by N.
        grads : dict of str to ndarray
            With ``y``: gradients by the names of ``params``.
        """
        if y is None:
            return self.forward(X)[0]
        self._set_mode("train")
        scores, caches = self.forward(X)
        self._set_mode("test")
        loss, dscores = _cell_loss(scores, y)
        return loss, self.backward(dscores, caches)

    def forward(self, x: np.ndarray) -> tuple[np.ndarray, list]:
        """Score the cells of images.

        Parameters
        ----------
        x : ndarray of shape (N, 3, 8 h, 8 w)
            Normalised images.

        Returns
        -------
        scores : ndarray of shape (N, 19, h, w)
            Logits.
        caches : list
            What :meth:`backward` needs.
        """
        x, caches = self._stack_forward(x)
        scores, cache = conv_forward(x, self.params["W6"], self.params["b6"], POINTWISE)
        return scores, [*caches, cache]

    def backward(self, dscores: np.ndarray, caches: list) -> dict[str, np.ndarray]:
        """Carry a gradient back to the parameters.

        Parameters
        ----------
        dscores : ndarray of shape (N, 19, h, w)
            Gradient of a loss with respect to the scores.
        caches : list
            As returned by :meth:`forward`.

        Returns
        -------
        grads : dict of str to ndarray
            Gradients by the names of ``params``.
        """
        grads = {}
        *caches, cache = caches
        dx, grads["W6"], grads["b6"] = conv_backward(dscores, cache)
        self._stack_backward(dx, caches, grads, need_dx=False)
        return grads

    def find(self, images: np.ndarray) -> np.ndarray:
        """Say what is in each cell of pictures.

        Parameters
        ----------
        images : ndarray of shape (N, 8 h, 8 w, 3), uint8
            Pictures.

        Returns
        -------
        found : ndarray of int8, shape (N, 4, h, w)
            As :func:`targets` has it: 1 where an object is, and its shape, colour and
            size; -1 for these where none is.
        """
        scores, _ = self.forward(normalise(images, self.dtype))
        found = np.stack([scores[:, s].argmax(axis=1) for s in HEADS.values()], axis=1)
        found[:, 0] = scores[:, 0] > 0
        return np.where(
            found[:, :1] | [[[[1]], [[0]], [[0]], [[0]]]], found, -1
        ).astype(np.int8)


def targets(objects: np.ndarray, cells: int = 6) -> np.ndarray:
    """Write down what a network should say of each cell.

    Parameters
    ----------
    objects : ndarray of int, shape (N, K, 5)
        Shape, colour, size, x and y of each object in pixels; -1 where there is none.
    cells : int
        Cells along an edge.

    Returns
    -------
    y : ndarray of int8, shape (N, 4, cells, cells)
        Whether the centre of an object lies in the cell (1 or 0), and its shape,
        colour and size; -1 where there is none.
    """
    y = np.full((len(objects), 4, cells, cells), -1, np.int8)
    y[:, 0] = 0
    n, k = np.nonzero(objects[..., 0] >= 0)
    row, column = objects[n, k, 4] // CELL, objects[n, k, 3] // CELL
    y[n, 0, row, column] = 1
    y[n, 1:, row, column] = objects[n, k, :3]
    return y


def _cell_loss(scores, y):
    """Return the loss of all four answers over N, and the gradient of the scores."""
    num, dscores = len(scores), np.zeros_like(scores)
    logit, wanted = scores[:, :1], y[:, :1]
    dscores[:, :1] = (sigmoid_forward(logit)[0] - wanted) / num
    signed = np.where(wanted == 1, -logit, logit)  # log(1 + exp(signed)) is the loss
    loss = float(np.logaddexp(0, signed, dtype=np.float64).sum()) / num
    for i, part in enumerate(list(HEADS.values())[1:], start=1):
        n, row, column = np.nonzero(y[:, i] >= 0)
        if len(n):
            picked = scores[n, part, row, column]
            mean, gradient = softmax_loss(picked, y[n, i, row, column].astype(np.int64))
            dscores[n, part, row, column] = gradient * (len(n) / num)
            loss += mean * len(n) / num
    return loss, dscores
