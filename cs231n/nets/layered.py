"""A convolutional network to look into: layers by name, gradients to its input."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from cs231n.autograd.engines import is_tensor
from cs231n.layers import relu_backward
from cs231n.nets.looking.blocks import KINDS, Rule, Step
from cs231n.nets.looking.checks import (
    check_class,
    check_layer,
    check_pictures,
    check_upstream,
)
from cs231n.nets.looking.recorded import recorded, values

#: The last layer: the mean over positions, one score for each class.
SCORES = "scores"


class Trace(dict):
    """What every layer of a network saw, by the layer's name.

    ``trace["fire9"]`` is the output of that layer. Made by :meth:`LayeredNet.forward`
    and taken by :meth:`LayeredNet.backward`.

    Attributes
    ----------
    caches : dict of str to object
        What the backward half of each layer needs.
    single : bool
        Whether the network was given one picture instead of a batch.
    """

    def __init__(self) -> None:
        super().__init__()
        self.caches: dict[str, Any] = {}
        self.single = False


class LayeredNet:
    """A network of fixed weights, whose layers have names.

    Parameters
    ----------
    params : dict of str to ndarray
        ``NAME.w`` (F, C, KH, KW) and ``NAME.b`` (F,), all of one dtype.
    steps : tuple of Step
        The layers in order, without the last one, ``"scores"``.

    Attributes
    ----------
    layers : tuple of str
        Names of the layers, the last of which is ``"scores"``.
    num_classes : int
        How many scores an image gets.
    """

    def __init__(self, params: dict[str, np.ndarray], steps: tuple[Step, ...]) -> None:
        self.params = params
        self.steps = {step[0]: tuple(step) for step in steps}
        self.layers = (*self.steps, SCORES)
        self.num_classes = len(params[f"{steps[-1][0]}.b"])

    def forward(self, x: np.ndarray, upto: str | None = None) -> tuple:
        """Score images, or compute what a layer makes of them.

        Parameters
        ----------
        x : ndarray of shape (N, 3, H, W) or (3, H, W)
            Normalised images, red first; see
            :func:`cs231n.data.images.preprocess_image`.
        upto : str, optional
            The last layer to compute; ``"scores"`` by default.

        Returns
        -------
        out : ndarray of shape (N, K), or (N, C, h, w) of a layer before the last
            Scores (logits), or activations; without the first axis for one image.
        cache : Trace
            For :meth:`backward`. ``cache["fire9"]`` is what that layer gave.

        Raises
        ------
        ValueError
            If the images are too small, have channels last, are not normalised, or no
            layer is called ``upto``.
        TypeError
            If the images are no array of floats.
        """
        cache = Trace()
        cache.single = check_pictures(x)
        x = self._in_dtype(x[None] if cache.single else x)
        for name in self._names(upto):
            x, cache.caches[name] = self._forward(name, x)
            cache[name] = x[0] if cache.single else x
        return cache[name], cache

    def backward(
        self,
        dout: np.ndarray | Mapping[str, np.ndarray],
        cache: Trace,
        *,
        to: str | None = None,
        guided: Rule = relu_backward,
        need_dw: bool = False,
    ) -> Any:
        """Carry a gradient back to the images.

        Parameters
        ----------
        dout : ndarray, or dict of str to ndarray
            Upstream gradient: of what :meth:`forward` returned, or of several layers
            at once, by name. Each is shaped like the output of its layer.
        cache : Trace
            As returned by :meth:`forward`.
        to : str, optional
            Stop at the output of this layer instead of the images.
        guided : callable, optional
            Another way back through every ReLU, called with the upstream gradient and
            an array that is positive where the ReLU's input was;
            :func:`~cs231n.nets.seeing.guided_relu_backward` for guided backpropagation.
        need_dw : bool, optional
            Whether the gradients of the weights are asked for; they cost a third.

        Returns
        -------
        dx : ndarray, shaped like the images
            Gradient with respect to the images, or to the output of the layer ``to``.
        grads : dict of str to ndarray
            Only with ``need_dw``: gradients by the names of ``params``.

        Raises
        ------
        ValueError
            If a gradient is not shaped like the output of its layer, or no layer that
            was computed has its name.
        """
        names = list(cache.caches)
        grads_in = dict(dout) if isinstance(dout, Mapping) else {names[-1]: dout}
        check_upstream(grads_in, cache, to)
        kept: dict[str, np.ndarray] | None = {} if need_dw else None
        dx: Any = None
        for name in reversed(names):
            if name in grads_in:
                new = self._in_dtype(grads_in[name], cache[name].dtype)
                new = new[None] if cache.single else new
                dx = new if dx is None else dx + new
            if name == to:
                break
            if dx is not None:
                dx = self._backward(name, dx, cache.caches[name], guided, kept)
        dx = dx[0] if cache.single else dx
        return dx if kept is None else (dx, kept)

    def features(self, x: Any, layers: Any = None) -> dict:
        """Look at several layers at once.

        Parameters
        ----------
        x : ndarray or Tensor of shape (N, 3, H, W)
            As for :meth:`forward`. What is made of a tensor remembers the way back.
        layers : sequence of str, optional
            Names; all layers by default.

        Returns
        -------
        features : dict of str to ndarray or Tensor
            Outputs of the layers, (N, C, h, w), by name.

        Raises
        ------
        ValueError
            If no layer has one of the names, or there are none.
        """
        wanted = self.layers if layers is None else tuple(layers)
        if not wanted:
            raise ValueError(f"Name some layers; there are {', '.join(self.layers)}.")
        for name in wanted:
            check_layer(name, self.layers)
        last = max(wanted, key=self.layers.index)
        seen = self._recorded(x, last) if is_tensor(x) else self.forward(x, last)[1]
        return {name: seen[name] for name in wanted}

    def __call__(self, x: Any, upto: str | None = None) -> Any:
        """Score images that are tensors, and remember the way back.

        Parameters
        ----------
        x : Tensor or ndarray of shape (N, 3, H, W)
            Normalised images.
        upto : str, optional
            The last layer to compute.

        Returns
        -------
        scores : Tensor or ndarray of shape (N, K)
            Logits, or the activations of ``upto``; of the kind that ``x`` is.
        """
        last = self._names(upto)[-1]
        if is_tensor(x):
            return self._recorded(x, last)[last]
        return self.forward(x, upto)[0]

    def eval(self) -> "LayeredNet":
        """Return the network as it is: it has no training mode, as PyTorch's have."""
        return self

    def parameters(self) -> list:
        """List the weights that collect gradients: none."""
        return []

    def zero_grad(self) -> None:
        """Do nothing: no weight collects gradients."""

    def check_class(self, y: Any) -> None:
        """Refuse class numbers that the network does not have.

        Parameters
        ----------
        y : int or ndarray of int
            Classes.

        Raises
        ------
        ValueError
            If one is not a whole number from 0 to ``num_classes - 1``.
        """
        check_class(y, self.num_classes)

    def _names(self, upto):
        if upto is None:
            return self.layers
        check_layer(upto, self.layers)
        return self.layers[: self.layers.index(upto) + 1]

    def _in_dtype(self, x, dtype=None):
        own = self.params[next(iter(self.params))].dtype
        return np.ascontiguousarray(
            x, np.result_type(x, own) if dtype is None else dtype
        )

    def _forward(self, name, x):
        if name == SCORES:
            return x.mean(axis=(2, 3)), x.shape
        step = self.steps[name]
        return KINDS[step[1]].forward(step, self.params, x)

    def _backward(self, name, dout, cache, rule=relu_backward, kept=None):
        if name == SCORES:
            dx = np.empty(cache, dout.dtype)
            dx[...] = (dout / (cache[2] * cache[3]))[:, :, None, None]
            return dx
        step = self.steps[name]
        return KINDS[step[1]].backward(step, dout, cache, rule, kept)

    def _recorded(self, x, last):
        """Return the outputs of the layers as tensors, one step of the tape each."""
        check_pictures(values(x), single=False)
        seen = {}
        for name in self._names(last):
            seen[name] = x = recorded(
                name,
                lambda a, name=name: self._forward(name, self._in_dtype(a)),
                lambda g, cache, name=name: self._backward(name, g, cache),
                x,
            )
        return seen
