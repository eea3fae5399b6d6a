"""Scale and shift of a normalisation: one number a channel, however it is written."""

import numbers

import numpy as np

from cs231n.kernels.arrays import agree, widened


def scales(x, wanted, **given):
    """Return scale and shift as one number for each channel of ``x``.

    Parameters
    ----------
    x : ndarray of shape (N, C, ...)
        What is normalised.
    wanted : str
        The shape to name in an error.
    **given : ndarray or float
        By name: one number, or an array that broadcasts over everything but channels.

    Returns
    -------
    rows : list of ndarray
        Of shape (C,) and the dtype of ``x``.

    Raises
    ------
    TypeError
        If one is no number and no array, or its dtype does not convert safely.
    ValueError
        If one has another shape.
    """
    rows = []
    for name, value in given.items():
        array, size = as_floats(x, name, value), x.shape[1]
        if array.shape not in ((), (size,)) and not _by_channel(array.shape, x.shape):
            raise ValueError(f"{name} must have shape {wanted}; got {array.shape}.")
        rows.append(np.broadcast_to(array.ravel(), size).copy())
    return rows


def as_floats(x, name, value):
    """Return a number or an array in the dtype of ``x``, if that loses nothing."""
    if isinstance(value, numbers.Real) and not isinstance(value, np.ndarray):
        return np.asarray(value, x.dtype)
    array = widened(value, x.dtype)
    agree(x=x, **{name: array})
    return array


def _by_channel(shape, whole):
    channels = (1, whole[1], *(1 for _ in whole[2:]))
    return fits(shape, channels)


def fits(shape, whole):
    """Tell whether one shape broadcasts to another and leaves that as it is."""
    pairs = zip(reversed(shape), reversed(whole), strict=False)
    return len(shape) <= len(whole) and all(size in (1, most) for size, most in pairs)


def folded(gradient, shape):
    """Sum a gradient over the axes along which its parameter was repeated.

    Parameters
    ----------
    gradient : ndarray
        As if nothing had been repeated.
    shape : tuple of int
        Of the parameter.

    Returns
    -------
    gradient : ndarray
        Of that shape.
    """
    if gradient.size == int(np.prod(shape)):
        return gradient.reshape(shape)
    full = (1,) * (gradient.ndim - len(shape)) + tuple(shape)
    over = tuple(axis for axis, size in enumerate(full) if size == 1)
    return gradient.sum(axis=over, keepdims=True).reshape(shape)
