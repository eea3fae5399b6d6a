"""What stands in the tester for what the answers define and make."""

import inspect
import keyword
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from types import FunctionType


class Opaque:
    """Something of the student's that is no data: it can only be handed back."""

    __slots__ = ("__weakref__", "_handle", "_remote")

    _handle: int
    _remote: Any  # the calls to its process

    def __repr__(self):
        return f"<{type(self).__name__} object>"

    def __elsewhere__(self, function, args, kwargs):
        """Call a function of the package where this is."""
        return self._remote.beside(function, args, kwargs)


def opaque_class(kind: str) -> type:
    """Make a class of what cannot be looked into.

    Parameters
    ----------
    kind : str
        What the student's class is called.

    Returns
    -------
    cls : type
        A subclass of :class:`Opaque` with that name.
    """
    name = kind[:80] if kind.isidentifier() else "object"
    return type(name, (Opaque,), {"__slots__": (), "__module__": "__main__"})


def stand_in(remote: Any, name: str, parameters: list[str]) -> "FunctionType":
    """Make a function that stands for one of the student's.

    Parameters
    ----------
    remote : grading.judge.remote_calls.RemoteCalls
        To the student's process.
    name : str
        What it is called; ``"Model.loss"`` for a method.
    parameters : list of str
        Names of its parameters.

    Returns
    -------
    function : types.FunctionType
        Calls the student's function; its source is that of the answer.
    """

    def answer(*args: Any, **kwargs: Any) -> Any:
        return remote.call(answer, args, kwargs)

    kind = inspect.Parameter.POSITIONAL_OR_KEYWORD
    function: Any = answer
    function.__name__, function.__qualname__ = name.rpartition(".")[2], name
    function.__module__ = "__main__"
    function.__signature__ = inspect.Signature(
        [
            inspect.Parameter(parameter, kind)
            for parameter in dict.fromkeys(parameters)
            if str(parameter).isidentifier() and not keyword.iskeyword(parameter)
        ]
    )
    function.__sources__ = lambda: remote.sources(name)
    function.__elsewhere__ = remote.beside
    remote.references.stand_ins[name] = answer
    return function


def class_stand_in(remote: Any, name: str, members: dict[str, object]) -> type:
    """Make a class that stands for one of the student's.

    Its objects live here; what they hold crosses with every call of a method. Of the
    special methods only ``__init__`` and ``__call__`` are the student's, so that no
    operator of theirs decides a comparison.

    Parameters
    ----------
    remote : grading.judge.remote_calls.RemoteCalls
        To the student's process.
    name : str
        What it is called.
    members : dict of {str: object}
        Parameters of its methods as lists; attributes that are data.

    Returns
    -------
    cls : type
        With the methods of the student's class.
    """
    body: dict[str, object] = {"__module__": "__main__"}
    for member, value in members.items():
        if not str(member).isidentifier():
            continue
        if member.startswith("__") and member not in ("__init__", "__call__"):
            continue  # whatever a forged message says
        if type(value) is list:
            value = stand_in(remote, f"{name}.{member}", value)
        elif member.startswith("__"):
            continue
        body[member] = value
    cls = type(name, (), body)
    remote.references.setup[name] = cls
    return cls
