"""Values in the words of a sentence: no ``np.float64(0.5)``, no object's address."""

from collections.abc import Collection
from typing import Any

import numpy as np

from cs231n.languages import say, texts

#: What a value of a type is, and what several of them are.
_NOUNS = {
    "bool": texts("True or False", "truth values"),
    "int": texts("a whole number", "whole numbers"),
    "float": texts("a number", "numbers"),
    "complex": texts("a complex number", "complex numbers"),
    "str": texts("a text", "texts"),
    "bytes": texts("bytes", "values"),
    "list": texts("a list", "lists"),
    "tuple": texts("a tuple", "tuples"),
    "dict": texts("a dictionary", "dictionaries"),
    "set": texts("a set", "sets"),
    "frozenset": texts("a set", "sets"),
    "function": texts("a function", "functions"),
    "builtin_function_or_method": texts("a function", "functions"),
    "method": texts("a function", "functions"),
    "generator": texts("a generator", "generators"),
    "range": texts("a range", "ranges"),
    **dict.fromkeys(("map", "filter", "zip"), texts("an iterator", "iterators")),
    "module": texts("a module", "modules"),
    "type": texts("a class", "classes"),
    "ndarray": texts("an array", "arrays"),
    **dict.fromkeys(("Tensor", "Parameter"), texts("a tensor", "tensors")),
    "NoneType": texts("None", "values"),
}
_OF_ARRAYS = {
    "c": "complex numbers",
    "U": "texts",
    "S": "texts",
    "O": "Python objects",
    "M": "dates",
    "m": "dates",
}
#: Besides: nouns without their article, as they are said of one thing.
_ALONE = texts(
    *("Python objects", "dates"),
    *("truth value", "whole number", "number", "complex number", "text", "list"),
    *("tuple", "dictionary", "set", "function", "generator", "range", "iterator"),
    *("module", "class", "array", "tensor", "value", "entry", "entries"),
)
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
        return say("a tensor of shape {shape}", shape=tuple(value.shape))
    if type(value) in _CONTAINERS:
        return _container(value)
    if isinstance(value, np.dtype):
        return say("a dtype")
    noun = "type" if isinstance(value, type) else name
    if noun in _NOUNS:
        return say(_NOUNS[noun][0])
    return say("an object of class {name}", name=shortened(name))


def _plain(value):
    """Return numbers and texts of NumPy, and arrays of one, as Python has them."""
    is_one = isinstance(value, np.ndarray) and value.ndim == 0
    if (is_one and value.dtype.kind in "biufcUS") or isinstance(value, np.generic):
        return value.item()
    return value


def _array(array):
    of = _OF_ARRAYS.get(array.dtype.kind)
    if of:
        return say(
            "an array of {items} of shape {shape}", items=say(of), shape=array.shape
        )
    return say("an array of shape {shape}", shape=array.shape)


def _container(value):
    what = _NOUNS[type(value).__name__][0]
    if not value:
        return say("an empty {noun}", noun=say(what[2:]))
    if isinstance(value, dict):
        inside = "entries" if len(value) > 1 else "entry"
    else:
        inside = items(value)
    return say(
        "{what} of {count} {items}",
        what=say(what),
        count=len(value),
        items=say(inside),
    )


def items(values: Collection) -> str:
    """Name what values are together.

    Parameters
    ----------
    values : collection
        Not empty.

    Returns
    -------
    noun : str
        In English, such as ``"arrays"``; one value alone in the singular.
    """
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
    digits = int(value.bit_length() * 0.30103) + 1
    return say("a whole number of {digits} digits", digits=digits)


def _contents(value):
    """List the first parts of a container; of containers in it, what they are."""
    if isinstance(value, dict):
        parts = [f"{_key(key)} = {_part(item)}" for key, item in _first(value.items())]
    else:
        parts = [_part(item) for item in _first(value)]
    enough = 1
    while enough < len(parts) and sum(map(len, parts[: enough + 1])) <= 2 * _LETTERS:
        enough += 1
    more = [say("and more")] * (len(value) > enough)
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
    if value is None:
        return say("None: the answer ends without `return`")
    return kind(value)


def shortened(text: str) -> str:
    """Cut a text that would fill more than a line."""
    return text if len(text) <= _LETTERS else f"{text[:_LETTERS]}..."
