"""What every public layer asks of its settings, and how it says no."""

import operator

import numpy as np


def options(
    given: dict, name: str, required: tuple[str, ...], optional: dict | None = None
) -> list:
    """Read a ``*_param`` dictionary, refusing keys it does not know.

    Parameters
    ----------
    given : dict
        What the caller passed.
    name : str
        What the caller calls it.
    required : tuple of str
        Keys that must be there.
    optional : dict, optional
        Other keys and their defaults.

    Returns
    -------
    values : list
        The required values, then the optional ones, in the order asked for.

    Raises
    ------
    TypeError
        If ``given`` is no dictionary.
    ValueError
        If a key is missing or unknown.
    """
    optional = optional or {}
    if not isinstance(given, dict):
        raise TypeError(f"{name} must be a dictionary; got {type(given).__name__}.")
    known = [*required, *optional]
    missing = [key for key in required if key not in given]
    unknown = [key for key in given if key not in known]
    if missing or unknown:
        fault = f"lacks {missing[0]!r}" if missing else f"has no key {unknown[0]!r}"
        raise ValueError(f"{name} {fault}; its keys are {', '.join(known)}.")
    return [given.get(key, optional.get(key)) for key in known]


def whole(value: int, name: str, least: int) -> int:
    """Return ``value`` as an int of at least ``least``.

    Parameters
    ----------
    value : int
        What the caller passed.
    name : str
        What the caller calls it.
    least : int
        Smallest value allowed.

    Returns
    -------
    value : int
        The number.

    Raises
    ------
    ValueError
        If it is no whole number or is too small.
    """
    try:
        number = operator.index(value)
    except TypeError:
        number = least - 1
    if number < least or isinstance(value, bool | np.bool_):
        raise ValueError(
            f"{name} must be a whole number of at least {least}; got {value!r}."
        )
    return number


def pair(value: int | tuple[int, int], name: str, least: int) -> tuple[int, ...]:
    """Return ``value`` as two whole numbers, for height and width.

    Parameters
    ----------
    value : int or pair of int
        One number for both, or one for each.
    name : str
        What the caller calls it.
    least : int
        Smallest value allowed.

    Returns
    -------
    pair : tuple of int
        Numbers for height and width.

    Raises
    ------
    ValueError
        If it is neither, or too small.
    """
    if isinstance(value, tuple | list):
        if len(value) != 2:
            raise ValueError(
                f"{name} must be one number or two (height, width); got {value!r}."
            )
        return whole(value[0], name, least), whole(value[1], name, least)
    number = whole(value, name, least)
    return number, number


def mode(value: str) -> str:
    """Return ``value`` if it is ``'train'`` or ``'test'``.

    Parameters
    ----------
    value : str
        What the caller passed.

    Returns
    -------
    mode : str
        The same.

    Raises
    ------
    ValueError
        If it is anything else.
    """
    if value not in ("train", "test"):
        raise ValueError(f"Unknown mode {value!r}; use 'train' or 'test'.")
    return value
