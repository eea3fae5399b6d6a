"""Dtypes and devices by PyTorch's names."""

from types import SimpleNamespace

import numpy as np

float32 = np.dtype(np.float32)
float64 = double = np.dtype(np.float64)
int64 = long = np.dtype(np.int64)
int32 = np.dtype(np.int32)
int16 = short = np.dtype(np.int16)
int8 = np.dtype(np.int8)
uint8 = np.dtype(np.uint8)

#: Names that hide Python's own are looked up by string.
DTYPES = {
    "float32": float32,
    "float": float32,
    "float64": float64,
    "double": float64,
    "int64": int64,
    "long": int64,
    "int32": int32,
    "int": int32,
    "int16": int16,
    "short": int16,
    "int8": int8,
    "uint8": uint8,
    "bool": np.dtype(np.bool_),
}
#: What PyTorch's messages call them.
SPOKEN = {
    "float32": "Float",
    "float64": "Double",
    "int64": "Long",
    "int32": "Int",
    "int16": "Short",
    "int8": "Char",
    "uint8": "Byte",
    "bool": "Bool",
}
_PYTHON = {bool: np.dtype(np.bool_), int: int64, float: float64}


def finfo(dtype=float32):
    """Return the limits of a dtype of floats: ``min``, ``max``, ``eps``, ``tiny``."""
    return _limits(np.finfo(as_dtype(dtype)), float, "eps", "tiny")


def iinfo(dtype):
    """Return the limits of a dtype of whole numbers: ``min`` and ``max``."""
    return _limits(np.iinfo(as_dtype(dtype)), int)


def _limits(info, kind, *more):
    names = ("min", "max", *more)
    return SimpleNamespace(**{n: kind(getattr(info, n)) for n in names})


def spoken(dtype):
    """Return the word PyTorch's messages use for a dtype."""
    return SPOKEN.get(dtype.name, dtype.name)


def as_dtype(value):
    """Return a dtype from whatever PyTorch code passes for one; None stays None."""
    if value is None or isinstance(value, np.dtype):
        return value
    if value in _PYTHON:
        return _PYTHON[value]
    kind = getattr(value, "dtype", None)
    if isinstance(kind, np.dtype):
        return kind
    if isinstance(value, str):
        known = {f"torch.{spoken(d)}Tensor": d for d in DTYPES.values()}
        if value in known:
            return known[value]
    if isinstance(value, type) and issubclass(value, np.generic):
        return np.dtype(value)
    raise TypeError(f"dtype must be one such as torch.float32; got {value!r}.")


class device:
    """Where a tensor lies: always the CPU here.

    Parameters
    ----------
    type : str or device
        ``"cpu"``; another may be named, but no tensor can be put there.
    index : int, optional
        Ignored.
    """

    def __init__(self, type="cpu", index=None):
        self.type = str(getattr(type, "type", type)).partition(":")[0]
        self.index = index

    def __eq__(self, other):
        return isinstance(other, device) and other.type == self.type

    def __hash__(self):
        return hash(self.type)

    def __str__(self):
        return self.type

    def __repr__(self):
        return f"device(type={self.type!r})"


CPU = device("cpu")


def check_device(where):
    """Refuse every device but the CPU; None is the CPU."""
    if where is not None and where is not CPU and device(where).type != "cpu":
        raise NotImplementedError(
            f"This tape runs on the CPU: pass device='cpu' instead of {str(where)!r}, "
            f"or choose PyTorch (CS231N_ENGINE=torch)."
        )


def is_device(value):
    """Tell whether a value names a device."""
    if isinstance(value, device):
        return True
    return isinstance(value, str) and not value.startswith("torch.")


__all__ = [
    "device",
    "double",
    "finfo",
    "float32",
    "float64",
    "iinfo",
    "int8",
    "int16",
    "int32",
    "int64",
    "long",
    "short",
    "uint8",
]
