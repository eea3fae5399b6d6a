"""What the networks share: layers chosen by name, parameters in a file."""

import functools
import os
from collections.abc import Callable
from types import SimpleNamespace

import numpy as np

import cs231n.layers
from cs231n.checkpoint import read_state, write_state


def pick_layers(layers: dict[str, Callable] | None = None) -> SimpleNamespace:
    """Return the package's layers with some of them replaced.

    A network calls its layers by name, so a notebook can hand in the ones it wrote:
    ``pick_layers({"affine_forward": my_affine_forward})``. What a replacement returns
    in another float type is cast to that of its first argument, since a layer of the
    package may come next, and those do not mix types. Options by keyword, such as
    ``need_dx``, save the package's layers work and are not passed on.

    Parameters
    ----------
    layers : dict of str to callable, optional
        Replacements, by the name of the function in :mod:`cs231n.layers`.

    Returns
    -------
    namespace : types.SimpleNamespace
        Every layer function as an attribute.

    Raises
    ------
    ValueError
        If a name is not a layer of the package.
    """
    known = {
        name: value
        for name, value in vars(cs231n.layers).items()
        if callable(value) and not name.startswith("_")
    }
    unknown = sorted(set(layers or {}) - set(known))
    if unknown:
        raise ValueError(
            f"No layer is called {unknown[0]!r}; cs231n.layers has: "
            f"{', '.join(sorted(known))}."
        )
    chosen = {name: _keeps_dtype(layer) for name, layer in (layers or {}).items()}
    return SimpleNamespace(**(known | chosen))


def _keeps_dtype(layer):
    """Wrap a layer so that the arrays it returns have the dtype of its first input."""

    @functools.wraps(layer)
    def kept(x, *args, **_):
        def cast(value):
            if (
                isinstance(value, np.ndarray)
                and value.dtype.kind == x.dtype.kind == "f"
            ):
                return value.astype(x.dtype, copy=False)
            return value

        result = layer(x, *args)
        if isinstance(result, tuple):
            return tuple(map(cast, result))
        return cast(result)

    return kept


def check_batch(x: np.ndarray, features: int) -> None:
    """Refuse a batch that a network with this many inputs cannot take.

    Parameters
    ----------
    x : ndarray of shape (N, d1, ..., dk)
        The batch.
    features : int
        Numbers per example that the network expects.

    Raises
    ------
    ValueError
        If the examples have another size.
    """
    size = int(np.prod(x.shape[1:]))
    if size != features:
        raise ValueError(
            f"X has shape {x.shape}: {size} numbers per example; the first layer "
            f"expects {features}. Pass input_dim={size} to the network, or check that "
            f"the examples lie along the first axis."
        )


def check_images(x: np.ndarray, input_dim: tuple[int, ...]) -> None:
    """Refuse a batch that a network for images of this size cannot take.

    Parameters
    ----------
    x : ndarray
        The batch.
    input_dim : tuple of int
        Channels, height and width (C, H, W) that the network expects.

    Raises
    ------
    ValueError
        If the batch has another shape than (N, C, H, W).
    """
    if x.shape[1:] != input_dim or x.ndim != 4:
        wanted = ", ".join(map(str, input_dim))
        raise ValueError(
            f"X has shape {x.shape}; this network expects (N, {wanted}). Pass "
            f"input_dim=(C, H, W) to the network, or check that channels come before "
            f"height and width."
        )


def add_penalty(
    loss: float, grads: dict[str, np.ndarray], params: dict[str, np.ndarray], reg: float
) -> float:
    """Add the penalty on the weights to a loss and, written in place, to its gradients.

    Weights are the parameters whose name starts with ``W``; biases and the scales of a
    normalisation go free.

    Parameters
    ----------
    loss : float
        The loss without the penalty.
    grads : dict of str to ndarray
        Its gradients; those of weights are replaced, not changed.
    params : dict of str to ndarray
        The parameters by the same names.
    reg : float
        Strength of the penalty.

    Returns
    -------
    loss : float
        ``loss + 0.5 * reg * sum(W * W)``, summed over all weights.
    """
    for name, value in params.items():
        if name.startswith("W"):
            loss += 0.5 * reg * float(np.sum(value * value))
            grads[name] = grads[name] + reg * value
    return float(loss)


class Saved:
    """A model that can go to a file and come back.

    A subclass says with ``_state`` which dict is kept, and takes it with ``_restore``.
    """

    _state: Callable
    _restore: Callable

    def save(self, fname: str | os.PathLike[str]) -> None:
        """Write what the model has learned to a file, all or nothing.

        Parameters
        ----------
        fname : path-like
            Where to write.
        """
        write_state(fname, self._state())

    def load(self, fname: str | os.PathLike[str]) -> bool:
        """Take what a model of this kind wrote with :meth:`save`.

        Parameters
        ----------
        fname : path-like
            The file.

        Returns
        -------
        bool
            Always True, as older editions had it.

        Raises
        ------
        ValueError
            If the file holds a model of another kind, or of other names or shapes.
        """
        state, kept = read_state(fname), sorted(self._state())
        found = sorted(state) if isinstance(state, dict) else type(state).__name__
        if found != kept:
            raise ValueError(
                f"{fname} holds {found}; {type(self).__name__} keeps {kept}."
            )
        self._restore(state, fname)
        return True


class Network(Saved):
    """A model whose parameters can go to a file and come back.

    Attributes
    ----------
    params : dict of str to ndarray
        The parameters by name.
    """

    params: dict
    #: Attributes that a file keeps.
    _kept: tuple[str, ...] = ("params",)

    def _state(self):
        return {name: getattr(self, name) for name in self._kept}

    def _restore(self, state, fname):
        loaded = state["params"]
        shapes = {name: value.shape for name, value in loaded.items()}
        mine = {name: value.shape for name, value in self.params.items()}
        if shapes != mine:
            raise ValueError(
                f"{fname} holds another network: {shapes}; this one has {mine}."
            )
        self.params.update(loaded)
        for name in set(self._kept) - {"params"}:
            setattr(self, name, state[name])
