"""What is data: the types, classes and generators that may cross, and how much."""

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from grading.judge.protocol.channel import Refused
from grading.judge.protocol.pristine_numpy import np

if TYPE_CHECKING:
    from numpy import dtype

DEPTH = 64
NODES = 500_000
DIGITS = 4096  # of an integer, hexadecimal
LETTERS = 4 << 20  # of a text
#: Kinds of NumPy types that are data, and the largest element of each in bytes.
_KINDS = {"b": 1, "i": 8, "u": 8, "f": 16, "c": 32, "U": 1 << 20, "S": 1 << 20}
GENERATORS = {
    name: getattr(np.random, name)
    for name in ("PCG64", "PCG64DXSM", "MT19937", "Philox", "SFC64")
}
#: Classes that are values, as what one passes for `dtype`.
TYPES = {
    cls.__name__: cls
    for cls in (bool, int, float, complex, str, bytes, list, tuple, dict, set, object)
} | {
    f"numpy.{cls.__name__}": cls
    for cls in (
        *(np.dtype(code).type for code in "?bhilqBHILQefdgFDGUS"),
        *(np.ndarray, np.generic, np.number, np.integer, np.floating),
    )
}
TYPE_NAMES = {cls: name for name, cls in TYPES.items()}
PLAIN = {bool, type(None), str, float}


class NotData(Refused):
    """A value that may not cross."""


def checked(dtype: "dtype") -> "dtype":
    """Return a dtype that is data.

    Parameters
    ----------
    dtype : numpy.dtype
        Any.

    Returns
    -------
    dtype : numpy.dtype
        The same.

    Raises
    ------
    NotData
        If its elements are objects, records, dates or far too large.
    """
    if dtype.itemsize > _KINDS.get(dtype.kind, -1) or dtype.hasobject:
        raise NotData(f"an array of dtype {str(dtype)[:60]}")
    return dtype


def dtype_of(code: Any) -> Any:
    """Read a dtype that came as text, such as ``"<f8"``."""
    if type(code) is not str:
        raise NotData("an array of an unknown dtype")
    return _dtype(code)


@lru_cache(maxsize=256)
def _dtype(code):
    if not re.fullmatch(r"[<>|=]?[a-zA-Z?]\d{0,8}", code):
        raise NotData("an array of an unknown dtype")
    return checked(np.dtype(code))


def sound(array: "np.ndarray") -> "np.ndarray":
    """Refuse elements that no program makes, and that NumPy takes for granted.

    Parameters
    ----------
    array : ndarray
        Bytes from elsewhere, seen as some dtype.

    Returns
    -------
    array : ndarray
        The same.

    Raises
    ------
    NotData
        If a truth is neither 0 nor 1, or a letter none of Unicode's.
    """
    if array.dtype.kind == "b" and array.size and array.view(np.uint8).max() > 1:
        raise NotData("an array of truths that are neither true nor false")
    if array.dtype.kind == "U" and array.size and array.dtype.itemsize:
        letters = array.view(np.dtype("u4").newbyteorder(array.dtype.byteorder))
        if letters.max() > 0x10FFFF:
            raise NotData("a text of letters that do not exist")
    return array


def frozen_state(state: Any) -> Any:
    """Turn the state of a random generator into tuples."""
    if isinstance(state, dict):
        return ("dict", *((key, frozen_state(item)) for key, item in state.items()))
    if isinstance(state, np.ndarray):
        return ("array", *state.tolist())
    return state


def thawed_state(state: Any) -> Any:
    """Turn what :func:`frozen_state` returned into a state again."""
    if isinstance(state, tuple):
        kind, *items = state
        if kind == "dict":
            return {key: thawed_state(item) for key, item in items}
        return np.array(items, dtype=np.uint64)
    return state
