"""What the tester makes of objects that are no data."""

import re
import types
import weakref
from typing import Any

from grading.judge.protocol import classes
from grading.judge.protocol.data_types import NotData
from grading.judge.proxy import Opaque, opaque_class

#: What an attribute may be called: never as Python or NumPy call their own.
_ATTRIBUTE = re.compile(r"(?!__)[^\W\d]\w*")


class References:
    """What the tester makes of objects that are no data.

    Parameters
    ----------
    remote : grading.judge.remote_calls.RemoteCalls
        To the student's process.
    """

    def __init__(self, remote: Any) -> None:
        self._remote = remote
        self.setup = {}  # name of a class of the set-up cells -> class
        self.stand_ins = {}  # name -> function or class
        self.exported = {}  # number -> object of a test, for one exchange
        self._held = weakref.WeakValueDictionary()  # handle -> Opaque
        self.freed = []  # handles that nothing here refers to any longer

    def class_of(self, value: object) -> str | None:
        """Name the class of an object that crosses by what it holds."""
        name = type(value).__name__
        if self.setup.get(name) is type(value):
            return name
        return classes.package_name(type(value))

    def shell(self, name: str) -> Any:
        """Make an object of the student's that crosses by what it holds."""
        cls = self.setup.get(name) or classes.package_class(name)
        return classes.empty(cls)

    def allow(self, value: Any, items: dict) -> None:
        """Refuse answers in place of an object's methods, and what NumPy would ask for.

        NumPy looks for ``__array_interface__`` and its like in the object itself, and
        reads the memory they name.
        """
        held, cls = vars(value), type(value)
        for name, item in items.items():
            if not _ATTRIBUTE.fullmatch(name):
                raise NotData(f"an object with an attribute called {name[:40]!r}")
            if held.get(name) is item:
                continue
            is_method = callable(getattr(cls, name, None)) and callable(item)
            if is_method or holds_function(item):
                raise NotData(f"an object whose {name} is another one's")

    def allow_change(self, before: list, after: list) -> None:
        """Refuse answers in what a test made itself, such as a table of functions."""
        known = set(map(id, before))
        for item in after:
            if id(item) not in known and holds_function(item):
                raise NotData("a function among what the test made")

    def dump(self, value: Any, encoder: Any) -> list:
        """Encode what is no data for the student's process."""
        if isinstance(value, Opaque):
            if value._remote is not self._remote:
                raise NotData("something of an answer that has been stopped")
            return ["h", value._handle]
        name = getattr(value, "__qualname__", None)
        if type(name) is str and self.stand_ins.get(name) is value:
            return ["own", name]
        name = classes.package_function(value)
        if name is not None:
            return ["global", name]
        if isinstance(value, types.ModuleType):
            raise NotData("a module")
        return self._export(value, encoder)

    def _export(self, value, encoder):
        """Offer an object of a test to be called back."""
        number = len(self.exported)
        self.exported[number] = value
        encoder.shared.watch = True  # what it changes must be known on the other side
        name = getattr(value, "__name__", type(value).__name__)
        return ["k", number, name, *methods(value)]

    def take_freed(self) -> list[int]:
        """Return the handles that nothing here refers to, and forget them."""
        handles = [handle for handle in self.freed if handle not in self._held]
        self.freed.clear()
        return handles

    def load(self, node: list) -> Any:
        """Decode what is no data for the student's process."""
        tag, *rest = node
        if tag == "own" and rest[0] in self.stand_ins:
            return self.stand_ins[rest[0]]
        if tag in ("own", "o"):
            return self._opaque(*rest[-2:])
        if tag == "k":
            return self.exported[rest[0]]
        raise NotData(f"a value of the unknown kind {str(tag)[:20]!r}")

    def _opaque(self, handle, kind):
        if type(handle) is not int:
            raise NotData("a handle that is none")
        present = self._held.get(handle)
        if present is not None:
            return present
        value = object.__new__(opaque_class(str(kind)[:80]))
        value._handle, value._remote = handle, self._remote
        self._held[handle] = value
        weakref.finalize(value, self.freed.append, handle).atexit = False
        return value


def methods(value: object) -> list[str]:
    """List the methods of an object of a test that an answer may call.

    Parameters
    ----------
    value : object
        Something that is handed to an answer.

    Returns
    -------
    names : list of str
        Public ones; none for functions and classes, which are called themselves.
    """
    if isinstance(value, types.FunctionType | types.MethodType | type):
        return []
    return sorted(
        name
        for name in dir(type(value))
        if not name.startswith("_") and callable(getattr(type(value), name))
    )


def holds_function(value: Any) -> bool:
    """Tell whether a value is a function, or a container with one in it.

    Parameters
    ----------
    value : object
        Decoded; containers hold no circles.

    Returns
    -------
    found : bool
        Whether calling something in it would run an answer.
    """
    waiting, seen = [value], set()
    while waiting:
        value = waiting.pop()
        if isinstance(value, types.FunctionType):
            return True
        is_container = isinstance(value, list | tuple | set | frozenset | dict)
        if is_container and id(value) not in seen:
            seen.add(id(value))
            waiting += value.values() if isinstance(value, dict) else value
    return False
