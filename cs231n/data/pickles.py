"""Pickles of plain data, read without running anything that is in them."""

import io
import os
import pickle
import re
from typing import Any, BinaryIO

import numpy as np

from cs231n.data.errors import DatasetError

#: NumPy's codes of numbers, of text, and of objects, which all come through here.
_PLAIN = re.compile(r"[iuf][1248]|[SU][0-9]{1,6}|O8")


class _NdarrayName:
    """Stands for ``numpy.ndarray`` where a pickle names it."""


def _new_array(kind, shape, code):
    """Make the empty array that the next pickle instruction fills."""
    if kind is not _NdarrayName:
        raise pickle.UnpicklingError("an array of a foreign type")
    return np.ndarray.__new__(np.ndarray, (0,), "b")


def _new_dtype(code, *flags):
    """Make the dtype of a plain array."""
    code = code.decode("ascii") if isinstance(code, bytes) else code
    if not _PLAIN.fullmatch(code):
        raise pickle.UnpicklingError(f"an array of {code!r}")
    return np.dtype(code, copy=True)


def _new_scalar(dtype, raw):
    """Make one NumPy number from its bytes."""
    raw = raw.encode("latin1") if isinstance(raw, str) else raw
    if not isinstance(dtype, np.dtype) or dtype.hasobject or len(raw) != dtype.itemsize:
        raise pickle.UnpicklingError("a damaged number")
    return np.frombuffer(raw, dtype)[0]


def _from_buffer(raw, dtype, shape, order, *axes):
    """Make an array as protocol 5 writes it: bytes and their form."""
    plain = isinstance(dtype, np.dtype) and not dtype.hasobject and not axes
    if not plain or not isinstance(raw, bytes | bytearray) or order not in ("C", "F"):
        raise pickle.UnpicklingError("an array of a foreign form")
    return np.frombuffer(raw, dtype).reshape(shape, order=order)


def _encode(text, codec):
    """Give back bytes that Python 3 wrote into an old pickle as text."""
    if codec != "latin1" or not isinstance(text, str):
        raise pickle.UnpicklingError("an unknown text encoding")
    return text.encode("latin1")


_ALLOWED = {
    ("numpy.core.multiarray", "_reconstruct"): _new_array,
    ("numpy._core.multiarray", "_reconstruct"): _new_array,
    ("numpy.core.multiarray", "scalar"): _new_scalar,
    ("numpy._core.multiarray", "scalar"): _new_scalar,
    ("numpy.core.numeric", "_frombuffer"): _from_buffer,
    ("numpy._core.numeric", "_frombuffer"): _from_buffer,
    ("numpy", "ndarray"): _NdarrayName,
    ("numpy", "dtype"): _new_dtype,
    ("_codecs", "encode"): _encode,
}


class _PlainUnpickler(pickle.Unpickler):
    def find_class(self, module, name):
        """Give the stand-in for a name that a pickle calls for, or refuse it."""
        try:
            return _ALLOWED[module, name]
        except KeyError:
            raise pickle.UnpicklingError(f"the object {module}.{name}") from None


def read_plain_pickle(path: str | os.PathLike[str], *, max_bytes: int = 1 << 26) -> Any:
    """Read a pickle that holds only numbers, text, lists, dicts and plain arrays.

    Anything else in it is refused before it is made, so reading an untrusted file
    runs no code from it. Python 2 text comes back as ``str`` (Latin-1).

    Parameters
    ----------
    path : path-like
        The file.
    max_bytes : int
        A longer file is refused unread.

    Returns
    -------
    value : object
        What was pickled.

    Raises
    ------
    DatasetError
        If the file is missing, damaged, too long, or holds anything else.
    """
    try:
        with open(path, "rb") as file:
            raw = file.read(max_bytes + 1)
    except OSError as error:
        raise DatasetError(f"Cannot read {path}: {error.strerror}.") from None
    if len(raw) > max_bytes:
        raise DatasetError(
            f"{path} is longer than {max_bytes} bytes and was not unpickled."
        )
    return loads_plain(raw, path)


def loads_plain(raw: bytes, path: str | os.PathLike[str]) -> Any:
    """Read a pickle from memory; see :func:`read_plain_pickle`.

    Parameters
    ----------
    raw : bytes
        The pickle.
    path : path-like
        Where it comes from, for the message.

    Returns
    -------
    value : object
        What was pickled.

    Raises
    ------
    DatasetError
        If it is damaged or holds anything but plain values.
    """
    try:
        return _PlainUnpickler(io.BytesIO(raw), encoding="latin1").load()
    except pickle.UnpicklingError as error:
        raise DatasetError(
            f"{path} is not a pickle of plain arrays and was refused: {error}."
        ) from None
    except Exception as error:  # a damaged pickle can raise anything
        raise DatasetError(
            f"{path} is a damaged pickle: {type(error).__name__}: {error}."
        ) from None


def read_plain_npy(file: BinaryIO, path: str | os.PathLike[str]) -> Any:
    """Read an ``.npy`` file that may hold a pickled value in an object array.

    Parameters
    ----------
    file : binary file
        Opened at its beginning.
    path : path-like
        Where it comes from, for the message.

    Returns
    -------
    value : object
        The array, or the one value that an object array of no dimensions holds.

    Raises
    ------
    DatasetError
        If a pickle in it is damaged or holds anything but plain values.
    ValueError
        If it is no ``.npy`` file.
    """
    version = np.lib.format.read_magic(file)
    read = {(1, 0): np.lib.format.read_array_header_1_0}
    *_, dtype = read.get(version, np.lib.format.read_array_header_2_0)(file)
    if not dtype.hasobject:
        file.seek(0)
        return np.lib.format.read_array(file, allow_pickle=False)
    value = loads_plain(file.read(), path)
    single = isinstance(value, np.ndarray) and value.ndim == 0
    return value.item() if single else value
