"""What every public layer asks of its arrays, and how it says no."""

from typing import Any

import numpy as np
import numpy.typing as npt

FLOATS = (np.dtype(np.float32), np.dtype(np.float64))


def floats(**arrays: np.ndarray) -> list[np.ndarray]:
    """Return the named arrays in C order and one dtype, that of the first.

    Parameters
    ----------
    **arrays : ndarray
        Arrays by the name the caller knows them under.

    Returns
    -------
    arrays : list of ndarray
        The same values, each C-contiguous; copied only where it was not, or where
        whole numbers, or float32 beside float64, had to be converted.

    Raises
    ------
    TypeError
        If one is no NumPy array, the first is not float32 or float64, or another one
        does not convert to its dtype without loss.
    """
    first = next(iter(arrays))
    agree(**{first: arrays[first]})
    dtype = arrays[first].dtype
    arrays = {name: widened(array, dtype) for name, array in arrays.items()}
    agree(**arrays)
    return [_plain(array) for array in arrays.values()]


def widened(value: Any, dtype: np.dtype) -> Any:
    """Convert an array to a float dtype where that loses nothing; else leave it.

    Parameters
    ----------
    value : ndarray
        Of any dtype.
    dtype : dtype
        float32 or float64.

    Returns
    -------
    value : ndarray
        Of that dtype, if ``value`` held whole numbers that it can hold, or float32 that
        becomes float64.
    """
    if not isinstance(value, np.ndarray) or value.dtype == dtype:
        return value
    if value.dtype.kind in "biu":
        converted = value.astype(dtype)
        return converted if (converted == value).all() else value
    wider = value.dtype in FLOATS and value.dtype.itemsize < dtype.itemsize
    return value.astype(dtype) if wider else value


def agree(**arrays: Any) -> None:
    """Refuse arrays unless they have one dtype, float32 or float64; copy none."""
    first = next(iter(arrays))
    for name, array in arrays.items():
        if not isinstance(array, np.ndarray):
            raise TypeError(
                f"{name} must be a NumPy array; got {type(array).__name__}."
            )
        if array.dtype not in FLOATS:
            raise TypeError(
                f"{name} must be float32 or float64; got {array.dtype}. "
                f"Convert it with {name}.astype(np.float32)."
            )
        dtype = arrays[first].dtype
        if array.dtype != dtype:
            raise TypeError(
                f"{name} must be {dtype} like {first}; got {array.dtype}. "
                "Convert one of them with astype."
            )


def _plain(array):
    """Return a base-class array in C order; a copy only where it was not."""
    array = np.asarray(array)
    if array.flags.c_contiguous and array.flags.aligned:
        return array
    return np.require(array, requirements=["C", "A"])


def shapes(**arrays: tuple[np.ndarray, str]) -> dict[str, int]:
    """Bind the axes of the named arrays to letters, and check that they agree.

    Parameters
    ----------
    **arrays : tuple of (ndarray, str)
        Array and its axes, for example ``x=(x, "N C H W")``. A letter that occurs
        twice must stand for the same size both times.

    Returns
    -------
    sizes : dict of str to int
        Size of each letter.

    Raises
    ------
    ValueError
        If an array has the wrong number of axes or a size that does not match.
    """
    sizes: dict[str, int] = {}
    source: dict[str, str] = {}
    for name, (array, axes) in arrays.items():
        letters = axes.split()
        wanted = (
            f"{name} must have shape ({', '.join(letters)}{',' * (len(letters) == 1)})"
        )
        if array.ndim != len(letters):
            raise ValueError(f"{wanted}; got {array.shape}.")
        for letter, size in zip(letters, array.shape, strict=True):
            if sizes.setdefault(letter, size) != size:
                raise ValueError(
                    f"{wanted} with {letter} = {sizes[letter]} as in "
                    f"{source[letter]}; got {array.shape}."
                )
            source.setdefault(letter, name)
    return sizes


def upstream(
    dout: np.ndarray, shape: tuple[int, ...], dtype: npt.DTypeLike, name: str = "dout"
) -> np.ndarray:
    """Return an upstream gradient in C order, after checking it against the output.

    Parameters
    ----------
    dout : ndarray
        Gradient of the loss with respect to a layer's output.
    shape : tuple of int
        Shape of that output.
    dtype : dtype
        Its dtype.
    name : str, optional
        What the caller calls it.

    Returns
    -------
    dout : ndarray
        The same values, C-contiguous.

    Raises
    ------
    TypeError
        If it is no array of that dtype.
    ValueError
        If it has another shape.
    """
    if not isinstance(dout, np.ndarray) or dout.dtype != dtype:
        kind = dout.dtype if isinstance(dout, np.ndarray) else type(dout).__name__
        raise TypeError(f"{name} must be a {dtype} array like the output; got {kind}.")
    if dout.shape != tuple(shape):
        raise ValueError(
            f"{name} must have the output's shape {tuple(shape)}; got {dout.shape}."
        )
    return _plain(dout)


def labels(
    y: np.ndarray, name: str, shape: tuple[int, ...], classes: int
) -> np.ndarray:
    """Return class labels as int64 in C order, after checking their range.

    Parameters
    ----------
    y : ndarray of int
        Labels.
    name : str
        What the caller calls them.
    shape : tuple of int
        Shape they must have.
    classes : int
        How many classes there are.

    Returns
    -------
    y : ndarray of int64
        The labels.

    Raises
    ------
    TypeError
        If ``y`` is no array of whole numbers.
    ValueError
        If the shape is wrong or a label lies outside 0 to ``classes - 1``.
    """
    if not isinstance(y, np.ndarray) or y.dtype.kind not in "iu":
        kind = y.dtype if isinstance(y, np.ndarray) else type(y).__name__
        raise TypeError(f"{name} must be an array of whole numbers; got {kind}.")
    if y.shape != tuple(shape):
        raise ValueError(f"{name} must have shape {tuple(shape)}; got {y.shape}.")
    if y.size:
        low, high = int(y.min()), int(y.max())
        if low < 0 or high >= classes:
            wrong = low if low < 0 else high
            raise ValueError(
                f"{name} must lie between 0 and {classes - 1}; it holds {wrong}."
            )
    return np.ascontiguousarray(y, dtype=np.int64)
