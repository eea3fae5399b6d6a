"""Classes, functions and errors by name: what crosses in place of code."""

import builtins
import importlib
import inspect
import re
import types
from typing import Any

from grading.judge.protocol.pristine_numpy import np

_PACKAGE = "cs231n."
_MODELS = "cs231n.nets."  # whose objects hold data and nothing else
_BASES = (dict, list, tuple, set, frozenset, str, bytes, int, float, complex)
#: Longest text of an error that came from the other side.
MAX_TEXT = 4000
_SIMPLE = (str, int, float, bool, type(None))
_ERRORS = {
    name: cls
    for name, cls in vars(builtins).items()
    if isinstance(cls, type) and issubclass(cls, Exception)
}


def is_own(value: Any) -> bool:
    """Tell whether a value is a class that a cell of the notebook has made."""
    return isinstance(value, type) and value.__module__ == "__main__"


def package_name(cls: type) -> str | None:
    """Name a class of the package whose instances cross by what they hold.

    Parameters
    ----------
    cls : type
        Any class.

    Returns
    -------
    name : str or None
        Such as ``"cs231n.nets.linear:LinearSVM"``; None for any other class.
    """
    if cls is types.SimpleNamespace:
        return "types:SimpleNamespace"
    if not str(cls.__module__).startswith(_MODELS):
        return None
    name = f"{cls.__module__}:{cls.__qualname__}"
    return name if _imported(name) is cls and cls.__dictoffset__ else None


def package_class(name: str) -> type:
    """Return the class that :func:`package_name` named.

    Parameters
    ----------
    name : str
        Its name.

    Returns
    -------
    cls : type
        The class.

    Raises
    ------
    LookupError
        If the package has no such class.
    """
    if name == "types:SimpleNamespace":
        return types.SimpleNamespace
    cls = _imported(name) if str(name).startswith(_MODELS) else None
    if not isinstance(cls, type) or package_name(cls) != name:
        raise LookupError(f"The package has no class {name}.")
    return cls


def empty(cls: type) -> object:
    """Make an object of a class that crosses by what it holds, without anything in it.

    Parameters
    ----------
    cls : type
        From :func:`package_class`, or of the notebook.

    Returns
    -------
    value : object
        Its ``__init__`` has not run.
    """
    if cls is types.SimpleNamespace:
        return types.SimpleNamespace()
    return object.__new__(cls)


def package_function(value: object) -> str | None:
    """Name a function of the package or of NumPy.

    Parameters
    ----------
    value : object
        Anything.

    Returns
    -------
    name : str or None
        Such as ``"cs231n.layers.affine:affine_forward"``; None for anything else.
    """
    if isinstance(value, np.ufunc):
        name = f"numpy:{value.__name__}"
        return name if _imported(name) is value else None
    module = getattr(value, "__module__", None)
    if not isinstance(value, type | types.FunctionType) or not isinstance(module, str):
        return None
    name = f"{module}:{value.__qualname__}"
    return name if module.startswith(_PACKAGE) and _imported(name) is value else None


def package_object(name: str) -> Any:
    """Return what :func:`package_function` named."""
    return _imported(name)


def _imported(name):
    module, _, path = name.partition(":")
    try:
        value = importlib.import_module(module)
        for part in path.split("."):
            value = getattr(value, part)
    except (ImportError, AttributeError):
        return None
    return value


def plain(value: Any) -> Any:
    """Turn an object of a class derived from a built-in one into that.

    Parameters
    ----------
    value : object
        Anything.

    Returns
    -------
    plain : object
        A dict for a ``Counter``, a tuple for a named tuple; else ``value``.
    """
    base: Any
    for base in _BASES:
        if isinstance(value, base):
            return base(value)
    return value


def describe(value: object) -> tuple[str, list[str], dict[str, object]]:
    """Say of a name of a notebook what a test may do with it.

    Parameters
    ----------
    value : object
        What the name stands for.

    Returns
    -------
    kind : str
        "class" for one whose objects cross by what they hold, "function" for other
        classes and whatever else can be called, or "value".
    parameters : list of str
        Names of a function's parameters.
    members : dict of {str: object}
        Of a class: parameters of its methods as lists, and what else is data.
    """
    if is_own(value) and _is_open(value):
        return ("class", [], _members(value))
    if callable(value):
        return ("function", _parameters(value), _members(value))
    return ("value", [], {})


def _is_open(cls):
    """Tell whether all that an object of a class holds is in its ``__dict__``."""
    bases = cls.__mro__[:-1]
    return type(cls) is type and all(
        is_own(base) and "__slots__" not in vars(base) for base in bases
    )


def _members(value):
    """List methods of a notebook's class, and its attributes that are plain data."""
    found = {}
    bases = value.__mro__[:-1] if is_own(value) else ()
    for base in reversed([base for base in bases if is_own(base)]):
        for name, value in vars(base).items():
            if name.startswith("__") and name not in ("__init__", "__call__"):
                continue
            if isinstance(value, types.FunctionType):
                found[name] = _parameters(value)
            elif type(value) in _SIMPLE:
                found[name] = value
    return found


def _parameters(function):
    try:
        return list(inspect.signature(function).parameters)
    except (TypeError, ValueError):
        return []


def described(error: BaseException, most: int) -> tuple[list[str], tuple, str]:
    """Describe an error in data.

    Parameters
    ----------
    error : BaseException
        What was raised.
    most : int
        Longest text.

    Returns
    -------
    names : list of str
        Its class and those it derives from.
    args : tuple
        What to make it with again, where that is data.
    text : str
        What it says.
    """
    names = [cls.__name__[:80] for cls in type(error).__mro__][:20]
    try:
        text = str(error)[:most]
    except BaseException:
        text = ""
    args = error.args
    return names, args if _are_plain(args, most) else (text,), text


def _are_plain(args, most):
    """Tell whether an error can be made with these arguments again."""
    return (
        type(args) is tuple
        and len(args) <= 5
        and all(type(arg) in _SIMPLE for arg in args)
        and not any(type(arg) is str and len(arg) > most for arg in args)
    )


def exception(names: Any, args: Any, text: Any, *rest: object) -> Exception:
    """Make an error again that looks and is caught like the one described.

    Parameters
    ----------
    names, args, text
        As :func:`described` gave them, or anything else.
    *rest : object
        Ignored.

    Returns
    -------
    error : Exception
        Of the same built-in class, or of one made for it.
    """
    names = [name for name in names[:20] if type(name) is str] or ["Exception"]
    cls = _ERRORS.get(names[0])
    if cls is not None and _are_plain(args, MAX_TEXT):
        try:
            return cls(*args)
        except (TypeError, ValueError):
            pass
    base = next((_ERRORS[name] for name in names if name in _ERRORS), Exception)
    name = names[0] if re.fullmatch(r"[A-Za-z_]\w{0,80}", names[0]) else "Exception"
    text = str(text)[:MAX_TEXT]
    try:
        return type(name, (base,), {"__str__": lambda self: text})()
    except TypeError:  # a class that wants more to be made of
        return type(name, (Exception,), {"__str__": lambda self: text})()
