"""Values in the words of a sentence: no ``np.float64(0.5)``, no object's address."""

from typing import Any

import numpy as np

_KINDS = {
    "NoneType": "None",
    "bool": "True or False",
    "int": "a whole number",
    "float": "a number",
    "complex": "a complex number",
    "str": "a text",
    "bytes": "bytes",
    "list": "a list",
    "tuple": "a tuple",
    "dict": "a dictionary",
    "set": "a set",
    "function": "a function",
    "method": "a function",
    "type": "a class",
}
_ENTRIES, _LETTERS = 8, 80


def kind(value: Any) -> str:
    """Say what a value is, without its contents.

    Parameters
    ----------
    value : object
        Anything an answer returned.

    Returns
    -------
    words : str
        Such as ``"a list"`` or ``"an array of float32, shape (2, 3)"``.
    """
    if isinstance(value, np.ndarray):
        return f"an array of {value.dtype}, shape {value.shape}"
    if isinstance(value, np.dtype):
        return "a dtype"
    if isinstance(value, np.generic):
        value = value.item()
    name = type(value).__name__
    return _KINDS.get(name, f"an object of class {name}")


def shown(value: Any) -> str:
    """Write a value as a person would.

    Parameters
    ----------
    value : object
        Anything an answer returned.

    Returns
    -------
    text : str
        Short: numbers without their types, the first entries of what is long.
    """
    if isinstance(value, np.ndarray):
        return shown(value.tolist()) if value.size <= _ENTRIES else kind(value)
    if isinstance(value, np.generic):
        value = value.item()
    if value is None or type(value) in (bool, int):
        return _short(str(value))
    if type(value) in (float, complex):
        return f"{value:.6g}"
    if type(value) in (str, bytes):
        return _short(repr(value))
    if type(value) is dict:
        return _listed([f"{shown(k)}: {shown(v)}" for k, v in value.items()], "{}")
    if type(value) is tuple and len(value) == 1:
        return f"({shown(value[0])},)"
    if type(value) in (list, tuple, set):
        brackets: dict[type, str] = {list: "[]", tuple: "()"}
        return _listed(map(shown, value), brackets.get(type(value)))
    if isinstance(value, np.dtype):
        return str(value)
    return value.__name__ if isinstance(value, type) else kind(value)


def _listed(parts, brackets):
    parts = list(parts)
    if len(parts) > _ENTRIES:
        parts = [*parts[:_ENTRIES], "..."]
    left, right = brackets or "{}"
    return f"{left}{', '.join(parts)}{right}"


def _short(text):
    return text if len(text) <= _LETTERS else f"{text[:_LETTERS]}..."
