"""Values in the words of a sentence: no ``np.float64(0.5)``, no object's address."""

from typing import Any

import numpy as np

#: What a value of a type is, and what several of them are.
_NOUNS = {
    "bool": ("True or False", "truth values"),
    "int": ("a whole number", "whole numbers"),
    "float": ("a number", "numbers"),
    "complex": ("a complex number", "complex numbers"),
    "str": ("a text", "texts"),
    "bytes": ("bytes", "values"),
    "list": ("a list", "lists"),
    "tuple": ("a tuple", "tuples"),
    "dict": ("a dictionary", "dictionaries"),
    "set": ("a set", "sets"),
    "frozenset": ("a set", "sets"),
    "function": ("a function", "functions"),
    "builtin_function_or_method": ("a function", "functions"),
    "method": ("a function", "functions"),
    "generator": ("a generator", "generators"),
    "range": ("a range", "ranges"),
    **dict.fromkeys(("map", "filter", "zip"), ("an iterator", "iterators")),
    "module": ("a module", "modules"),
    "type": ("a class", "classes"),
    "ndarray": ("an array", "arrays"),
    **dict.fromkeys(("Tensor", "Parameter"), ("a tensor", "tensors")),
    "NoneType": ("None", "values"),
}
_OF_ARRAYS = {
    "c": "complex numbers",
    "U": "texts",
    "S": "texts",
    "O": "Python objects",
    "M": "dates",
    "m": "dates",
}
_ENTRIES, _LETTERS = 8, 60
#: Of larger whole numbers nobody counts the digits.
_LARGE = 10**15
_CONTAINERS = (list, tuple, dict, set, frozenset)


def kind(value: Any) -> str:
    """Say what a value is, without its contents.

    Parameters
    ----------
    value : object
        Anything an answer returned.

    Returns
    -------
    words : str
        Such as ``"a list of 3 arrays"`` or ``"an array of shape (3, 4)"``.
    """
    value = _plain(value)
    name = type(value).__name__
    if isinstance(value, np.ndarray):
        return _array(value)
    if name in ("Tensor", "Parameter") and isinstance(
        getattr(value, "shape", 0), tuple
    ):
        return f"a tensor of shape {tuple(value.shape)}"
    if type(value) in _CONTAINERS:
        return _container(value)
    if isinstance(value, np.dtype):
        return "a dtype"
    noun = "type" if isinstance(value, type) else name
    return _NOUNS.get(noun, (f"an object of class {shortened(name)}",))[0]


def _plain(value):
    """Return numbers and texts of NumPy, and arrays of one, as Python has them."""
    is_one = isinstance(value, np.ndarray) and value.ndim == 0
    if (is_one and value.dtype.kind in "biufcUS") or isinstance(value, np.generic):
        return value.item()
    return value


def _array(array):
    of = _OF_ARRAYS.get(array.dtype.kind)
    return f"an array{f' of {of}' if of else ''} of shape {array.shape}"


def _container(value):
    what = _NOUNS[type(value).__name__][0]
    if not value:
        return f"an empty {what[2:]}"
    if isinstance(value, dict):
        return f"{what} of {len(value)} {'entries' if len(value) > 1 else 'entry'}"
    return f"{what} of {len(value)} {_items(value)}"


def _items(values):
    """Name what values are together, such as ``"arrays"``."""
    types = {type(_plain(value)).__name__ for value in values}
    if types == {"int", "float"}:
        types = {"float"}
    single, several = _NOUNS.get(types.pop(), ("a value", "values"))
    if types or several == "values":
        single, several = "a value", "values"
    if len(values) > 1 or several == "truth values":
        return several if len(values) > 1 else "truth value"
    return single.partition(" ")[2]


def in_words(value: Any) -> str:
    """Write the contents of a value as a person would.

    Parameters
    ----------
    value : object
        Anything an answer returned, or holds.

    Returns
    -------
    text : str
        Short: numbers without their types, shapes as ``(3, 4)``, the first entries of
        what is long; what the value is where it has no such contents.
    """
    value = _plain(value)
    if isinstance(value, np.ndarray):
        return in_words(value.tolist()) if _is_row(value) else kind(value)
    if value is None or type(value) is bool:
        return str(value)
    if type(value) in (int, float, complex):
        return _number(value)
    if type(value) is str:
        return f'"{shortened(" ".join(value.split()))}"'
    if is_shape(value):
        return f"({', '.join(map(_number, value))})"
    if type(value) in _CONTAINERS and not all(map(_is_inside, _values(value))):
        return _contents(value)
    if isinstance(value, np.dtype):
        return str(value)
    return shortened(value.__name__) if isinstance(value, type) else kind(value)


def _is_row(array):
    return array.ndim == 1 and 0 < array.size <= _ENTRIES and array.dtype.kind in "biuf"


def is_shape(value: Any) -> bool:
    """Tell whether a value may be the shape of an array with two axes or more.

    Parameters
    ----------
    value : object
        Anything.

    Returns
    -------
    bool
        True for tuples of a few whole numbers.
    """
    is_pair = type(value) is tuple and 1 < len(value) <= _ENTRIES
    return is_pair and all(type(_plain(item)) is int for item in value)


def _number(value):
    value = _plain(value)
    if type(value) is not int:
        return f"{value:.6g}"
    if abs(value) < _LARGE:
        return str(value)
    return f"a whole number of {int(value.bit_length() * 0.30103) + 1} digits"


def _contents(value):
    """List the first parts of a container; of containers in it, what they are."""
    if isinstance(value, dict):
        parts = [f"{_key(key)} = {_part(item)}" for key, item in _first(value.items())]
    else:
        parts = [_part(item) for item in _first(value)]
    enough = 1
    while enough < len(parts) and sum(map(len, parts[: enough + 1])) <= 2 * _LETTERS:
        enough += 1
    more = ["and more"] * (len(value) > enough)
    return ", ".join(parts[:enough] + more)


def _first(items):
    return [item for item, _ in zip(items, range(_ENTRIES), strict=False)]


def _part(value):
    return kind(value) if _is_inside(value) else in_words(value)


def _is_inside(value):
    """Tell whether a value in a container is left as what it is."""
    value = _plain(value)
    holds = isinstance(value, (*_CONTAINERS, np.ndarray))
    return holds and not is_shape(value)


def _values(container):
    return container.values() if isinstance(container, dict) else container


def _key(key):
    return shortened(key) if type(key) is str else _part(key)


def whole(value: Any) -> str:
    """Say what a value is and what it holds.

    Parameters
    ----------
    value : object
        Anything an answer returned.

    Returns
    -------
    words : str
        Such as ``"a list of 2 numbers, 0.5, 1"``.
    """
    what, holds = kind(value), in_words(value)
    return what if what == holds else f"{what}, {holds}"


def result(value: Any) -> str:
    """Say what an answer returned, without its contents.

    Parameters
    ----------
    value : object
        What it returned.

    Returns
    -------
    words : str
        As from :func:`kind`; of None, where it comes from.
    """
    return "None: the answer ends without `return`" if value is None else kind(value)


def shortened(text: str) -> str:
    """Cut a text that would fill more than a line."""
    return text if len(text) <= _LETTERS else f"{text[:_LETTERS]}..."
