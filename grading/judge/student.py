"""The student's process: runs set-up and answers, and does what the tester asks.

It trusts the tester and is not trusted by it. It never holds a test: only the set-up
cells, the student's own cells, and what the tests pass to them.
"""

import ast
import builtins
import contextlib
import errno
import inspect
import io
import os
import random
import sys
import types
from tracemalloc import get_traced_memory, is_tracing, start, stop
from typing import TYPE_CHECKING

from cs231n import old_imports
from cs231n.workbook import cells
from grading.judge import interrupting, seeding
from grading.judge.protocol import classes
from grading.judge.protocol.channel import Channel, ChannelError
from grading.judge.protocol.data_types import NotData
from grading.judge.protocol.pristine_numpy import np
from grading.judge.protocol.shared import Shared
from grading.judge.room import importing

if TYPE_CHECKING:
    from socket import socket

_AWAIT = ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
_TEXT = 2000  # longest message of an error
#: What Python announces before it starts another process. The kernel refuses that
#: anyway where answers are isolated, without saying what is wrong.
_STARTS = {"os.fork", "os.forkpty", "os.posix_spawn", "os.system", "subprocess.Popen"}
_ALONE = "An answer cannot start another process; let it compute in its own"


def main(sock: "socket") -> None:
    """Serve the tester at the other end of a socket until it hangs up.

    Parameters
    ----------
    sock : socket.socket
        The only way out of this process.
    """
    with contextlib.suppress(ChannelError):
        beforehand = importing.receive(sock)
        student = _Student(Channel(sock, follows=True))
        student.begin(**beforehand)
        sys.addaudithook(_stay_alone)
        student.serve()


def _stay_alone(event, arguments):
    if event in _STARTS:
        raise PermissionError(errno.EPERM, _ALONE)


class _Student:
    def __init__(self, channel):
        self.channel = channel
        self.module = types.ModuleType("__main__")
        self.names = vars(self.module)
        sys.modules["__main__"] = self.module
        self.printed = _Printed()
        sys.stdout = self.printed
        cells.furnish(self.names)
        old_imports.provide(colab=True)
        self.names["__builtins__"] = _own_builtins()
        self.references = _References(self)
        self.shared = None

    def begin(self, environment=(), modules=(), cells=()):
        """Do what needs no answers: perhaps nobody has handed in any yet."""
        os.environ.update(environment)
        importing.bring(modules)
        for name, source in cells:
            with contextlib.suppress(BaseException):  # the tester runs it, and says why
                self._load(name, source, True)

    def serve(self):
        """Answer one request after the other."""
        while True:
            self.shared = Shared(self.references, 1, watch=True)
            self._answer(self._receive())
            self.channel.end()

    def back(self, number, method, args, kwargs):
        """Ask the tester to call an object of its own, and wait for the result."""
        self._send(("back", number, method, args, kwargs))
        while True:
            kind, *rest = self._receive()
            if kind == "value":
                return rest[0]
            if kind == "error":
                raise classes.exception(*rest)
            self._answer((kind, *rest))

    def _receive(self):
        return self.shared.unpack(*self.channel.receive())

    def _send(self, message):
        self.channel.send(*self.shared.pack(message))

    def _answer(self, message):
        kind, *rest = message
        try:
            reply = ("value", _REQUESTS[kind](self, *rest))
        except BaseException as error:  # whatever an answer raises
            reply = ("error", *classes.described(error, _TEXT))
        try:
            self._send((*reply, self.printed.take()))
        except NotData as error:
            self._send(("refused", str(error), self.printed.take()))

    def _ready(self):
        """Say that what there is to do beforehand is done."""

    def _load(self, name, source, setup):
        """Run a cell."""
        before = dict(self.names)
        try:
            read = old_imports.on_the_tape(source, self.names)
            _run(compile(read, f"<{name}>", "exec", _AWAIT, True), self.names)
        finally:
            if setup:
                self.references.know(self.names, before)

    def _answer_cell(self, name, source, wanted, seed):
        """Run an answer; return its error, what some names stand for then, and a line.

        The line is that of the statement at which the judge has interrupted the cell.
        """
        error = None
        try:
            with interrupting.interruptible():
                self._load(name, source, False)
        except interrupting.Interrupted as stop:
            return None, {}, interrupting.line_of(stop, f"<{name}>")
        except BaseException as found:  # whatever an answer raises
            error = classes.described(found, _TEXT)
        self._seed(seed)
        return error, self._find(wanted), None

    def _find(self, names):
        """Tell what some names stand for, as far as the tester needs to know."""
        return {
            name: self.references.describe(name, self.names[name])
            for name in names
            if name in self.names
            and not self.references.is_setup(name, self.names[name])
        }

    def _seed(self, seed):
        """Make unseeded random numbers the same in every run."""
        random.seed(seed)
        with contextlib.suppress(Exception):  # answers may have broken NumPy
            seeding.fix(seed)

    def _call(self, target, args, kwargs, settings):
        """Call an answer; return the result, its peak of memory, PyTorch's state."""
        kwargs, settings = kwargs or {}, settings or {}
        if "seed" in settings:
            self._seed(settings.pop("seed"))
        if not settings:
            return target(*args, **kwargs), 0, None
        seeding.torch_state(settings.get("torch"))
        with np.errstate(**settings.get("errstate", {})):
            if not settings.get("trace"):
                return target(*args, **kwargs), 0, seeding.torch_state()
            value, peak = _traced(target, args, kwargs)
        return value, peak, seeding.torch_state()

    def _free(self, handles):
        for handle in handles:
            self.references.free(handle)


def _run(code, names):
    """Run a cell; one that awaits something, as IPython lets it, in a loop."""
    found = eval(code, names)
    if inspect.iscoroutine(found):
        import asyncio

        asyncio.run(found)


def _traced(target, args, kwargs):
    """Call an answer and measure the most memory it has at any time."""
    start()
    try:
        value = target(*args, **kwargs)
        if not is_tracing():
            raise RuntimeError("The answer stopped the measurement of its memory.")
        return value, get_traced_memory()[1]
    finally:
        stop()


def _own_builtins():
    """Give the notebook built-in names of its own, so that changing them changes it."""
    module = types.ModuleType("builtins")
    vars(module).update(vars(builtins))
    sys.modules["builtins"] = module
    return vars(module)


_REQUESTS = {
    "ready": _Student._ready,
    "load": _Student._load,
    "answer": _Student._answer_cell,
    "call": _Student._call,
    "free": _Student._free,
}


class _References:
    """What the student's side makes of objects that are no data."""

    def __init__(self, student):
        self._student = student
        self._setup = {}  # name of a class of the set-up cells -> class
        self._held = {}  # handle -> object
        self._handles = {}  # id(object) -> handle
        self._next = 0

    def know(self, names, before):
        """Learn the classes that a set-up cell has made."""
        for name, value in names.items():
            if before.get(name) is not value and classes.is_own(value):
                self._setup[name] = value

    def is_setup(self, name, value):
        """Tell whether a name still stands for the class that a set-up cell made."""
        return name in self._setup and self._setup[name] is value

    def describe(self, name, value):
        """Describe a name; learn the class if it is one."""
        described = classes.describe(value)
        if described[0] == "class" and value.__name__ == name:
            self._setup[name] = value
        return described

    def class_of(self, value):
        name = type(value).__name__
        if self._setup.get(name) is type(value):
            return name
        return classes.package_name(type(value))

    def shell(self, name):
        cls = self._setup.get(name) or classes.package_class(name)
        return classes.empty(cls)

    def allow(self, value, items):
        """Take whatever the tester says an object holds."""

    def allow_change(self, before, after):
        """Take whatever the tester has made of a container."""

    def dump(self, value, encoder):
        plain = classes.plain(value)
        if plain is not value:
            return encoder.node(plain)
        if isinstance(value, _Foreign):
            return ["k", value._number]
        name = getattr(value, "__name__", None)
        if type(name) is str and self._student.names.get(name) is value:
            return ["own", name, self._hold(value), type(value).__name__]
        return ["o", self._hold(value), type(value).__name__]

    def _hold(self, value):
        handle = self._handles.get(id(value))
        if handle is None:
            handle, self._next = self._next, self._next + 1
            self._held[handle] = value
            self._handles[id(value)] = handle
        return handle

    def free(self, handle):
        value = self._held.pop(handle, None)
        self._handles.pop(id(value), None)

    def load(self, node):
        tag, *rest = node
        if tag == "own":
            name, _, method = rest[0].partition(".")
            value = self._student.names[name]
            return getattr(value, method) if method else value
        if tag == "h":
            return self._held[rest[0]]
        if tag == "k":
            return _Foreign(self._student, *rest)
        if tag == "global":
            return classes.package_object(rest[0])
        raise NotData(f"a value of the unknown kind {tag!r}")


class _Foreign:
    """An object of the tester's: calling it, or a method of it, happens there."""

    def __init__(self, student, number, name, *methods):
        self._student, self._number = student, number
        self.__name__ = name
        for method in methods:
            setattr(self, method, _Method(self, method))

    def __call__(self, *args, **kwargs):
        return self._student.back(self._number, None, args, kwargs)


class _Method:
    def __init__(self, owner, name):
        self._owner, self.__name__ = owner, name

    def __call__(self, *args, **kwargs):
        owner = self._owner
        return owner._student.back(owner._number, self.__name__, args, kwargs)


class _Printed(io.TextIOBase):
    """Standard output that keeps the beginning of what is printed."""

    def __init__(self, most=64 << 10):
        self._most, self._parts, self._size = most, [], 0

    def writable(self):
        return True

    def write(self, text):
        if type(text) is not str:
            raise TypeError(f"write() argument must be str, not {type(text).__name__}")
        kept = text[: self._most - self._size]
        self._parts.append(kept)
        self._size += len(kept)
        return len(text)

    def take(self):
        """Return what was printed since the last time."""
        text = "".join(self._parts)
        self._parts, self._size = [], 0
        return text
