"""Tensors on disk: one ``.npz`` file of arrays, which never runs code."""

from collections import OrderedDict

from cs231n.autograd.tensor import Tensor, wrap
from cs231n.checkpoint import read_state, write_state


def save(obj, f):
    """Write tensors, numbers and texts, in dictionaries and lists as you like.

    The file is whole or not there. Modules are not saved: save their ``state_dict()``.
    """
    write_state(f, _arrays(obj))


def load(f, map_location=None, weights_only=True):
    """Read what :func:`save` wrote."""
    return _tensors(read_state(f))


def _arrays(value):
    if isinstance(value, Tensor):
        return {"tensor": value._a}
    if isinstance(value, OrderedDict | dict):
        return {"dict": {str(k): _arrays(v) for k, v in value.items()}}
    if isinstance(value, list | tuple):
        return type(value)(_arrays(v) for v in value)
    if hasattr(value, "state_dict"):
        raise TypeError(
            f"save() writes tensors and data, not a {type(value).__name__}: save "
            f"its state_dict()."
        )
    return value


def _tensors(value):
    if isinstance(value, dict):
        if set(value) == {"tensor"}:
            return wrap(value["tensor"])
        return OrderedDict((k, _tensors(v)) for k, v in value["dict"].items())
    if isinstance(value, list | tuple):
        return type(value)(_tensors(v) for v in value)
    return value
