"""What stands in the tester for what the answers define, and the line behind it."""

import inspect
import keyword
import tracemalloc
import types
import weakref

import numpy as np

from cs231n import testing
from grading.judge import classes
from grading.judge.values import NotData, Shared
from grading.judge.wire import Gone, Late, Refused, WireError


class Lost(BaseException):
    """The student's process can no longer be asked; ends the test cell at hand.

    Not an ``Exception``, so that no test cell catches it by accident.

    Parameters
    ----------
    status : str
        One of ``exam.STATUSES``.
    message : str
        A sentence for the student.
    """

    def __init__(self, status, message):
        super().__init__(message)
        self.status, self.message = status, message


class Opaque:
    """Something of the student's that is no data: it can only be handed back."""

    __slots__ = ("__weakref__", "_handle", "_line")

    def __repr__(self):
        return f"<{type(self).__name__} object>"


class Line:
    """The tester's end of the channel to one student's process.

    Parameters
    ----------
    channel : grading.judge.wire.Channel
        To a fresh process.
    clock : grading.judge.clock.Clock
        Says when calls must be over.
    sources : callable
        ``sources(name)`` gives the source of a function of the answers, and of the
        helpers it calls.

    Attributes
    ----------
    printed : list of str
        What the student's code has printed.
    """

    def __init__(self, channel, clock, sources):
        self._channel, self._clock = channel, clock
        self.sources = sources
        self.world = World(self)
        self.printed = []
        self._shared = None

    @property
    def noise(self):
        """Bytes that came over the line and belong to no frame."""
        return self._channel.noise

    def ask(self, *message):
        """Send a request and wait for its result.

        Parameters
        ----------
        *message : object
            What ``student.py`` knows, such as ``("seed", 1)``.

        Returns
        -------
        value : object
            The result.

        Raises
        ------
        Lost
            If the student's process cannot answer.
        """
        if self._shared is not None:  # from within a call: the same exchange goes on
            return self._exchange(message)
        self._channel.begin()
        one_call = message[0] != "load"
        self._channel.deadline = self._clock.deadline(one_call=one_call)
        self._shared = Shared(self.world, 0, watch=False)
        try:
            return self._exchange(message)
        finally:
            self._shared = None
            self.world.exported.clear()

    def call(self, target, args, kwargs):
        """Call something of the student's, as if it were here.

        Parameters
        ----------
        target : object
            A stand-in.
        args : tuple
            Positional arguments.
        kwargs : dict
            Arguments by name.

        Returns
        -------
        value : object
            What it returned.
        """
        errstate = {} if np.geterr() == _ERRSTATE else np.geterr()
        tracing = tracemalloc.is_tracing()
        if not tracing:
            return self.ask("call", target, args, kwargs, False, errstate)
        now, before = tracemalloc.get_traced_memory()
        value, peak = self.ask("call", target, args, kwargs, True, errstate)
        testing.PEAKS.extend((before, now + int(peak)))
        tracemalloc.reset_peak()  # what the crossing itself needed does not count
        return value

    def _exchange(self, message):
        try:
            self._send(message)
            kind, *rest = self._receive()
            while kind == "back":
                self._send(self._called_back(*rest))
                kind, *rest = self._receive()
            kind, result = self._result(kind, *rest)
        except Late:
            raise Lost("timeout", self._clock.late()) from None
        except Gone:
            raise Lost("died", "") from None
        except (WireError, TypeError, ValueError, KeyError) as error:
            raise Lost("refused", f"The answer returned {error}.") from None
        if kind == "error":
            raise result
        return result

    def _send(self, message):
        try:
            text, buffers = self._shared.pack(message)
        except NotData as error:
            raise Lost("refused", f"The test hands over {error}.") from None
        self._channel.send(text, buffers)

    def _receive(self):
        message = self._shared.unpack(*self._channel.receive())
        if type(message) not in (tuple, list) or not message:
            raise Refused("a message that says nothing")
        return message

    def _result(self, kind, value, *rest):
        self.printed.append(str(rest[-1]["printed"]))
        if kind == "refused":
            raise Refused(value)
        if kind == "error":
            return kind, classes.exception(value, *rest)
        return kind, value

    def _called_back(self, number, method, args, kwargs):
        """Call an object of a test that was handed to an answer."""
        target = self.world.exported[number]
        if method is not None and method not in _methods(target):
            raise Refused(f"a call of {method!r}, which was not offered")
        target = target if method is None else getattr(target, method)
        try:
            return ["value", target(*args, **kwargs)]
        except Exception as error:
            return ["error", *classes.described(error, 2000)]


_ERRSTATE = {"divide": "warn", "over": "warn", "under": "ignore", "invalid": "warn"}


class World:
    """What the tester makes of objects that are no data.

    Parameters
    ----------
    line : Line
        To the student's process.
    """

    def __init__(self, line):
        self._line = line
        self.setup = {}  # name of a class of the set-up cells -> class
        self.stand_ins = {}  # name -> function or class
        self.exported = {}  # number -> object of a test, for one exchange
        self._held = weakref.WeakValueDictionary()  # handle -> Opaque
        self.freed = []  # handles that nothing here refers to any longer

    def class_of(self, value):
        """Name the class of an object that crosses by what it holds."""
        name = type(value).__name__
        if self.setup.get(name) is type(value):
            return name
        return classes.package_name(type(value))

    def shell(self, name):
        """Make an object of the student's that crosses by what it holds."""
        cls = self.setup.get(name) or classes.package_class(name)
        return object.__new__(cls)

    def allow(self, value, items):
        """Refuse answers in place of an object's methods."""
        held = vars(value)
        for name, item in items.items():
            if isinstance(item, types.FunctionType) and held.get(name) is not item:
                raise NotData(f"an object whose {name} is a function")

    def dump(self, value, encoder):
        """Encode what is no data for the student's process."""
        if isinstance(value, Opaque):
            if value._line is not self._line:
                raise NotData("something of an answer that has been stopped")
            return ["h", value._handle]
        name = getattr(value, "__name__", None)
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
        return ["k", number, name, *_methods(value)]

    def load(self, node):
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
        value = object.__new__(_opaque_class(str(kind)))
        value._handle, value._line = handle, self._line
        self._held[handle] = value
        weakref.finalize(value, self.freed.append, handle).atexit = False
        return value


def _opaque_class(kind):
    """Make a class that is called like the student's."""
    name = kind[:80] if kind.isidentifier() else "object"
    return type(name, (Opaque,), {"__slots__": (), "__module__": "__main__"})


def _methods(value):
    """List the methods of an object of a test that an answer may call."""
    if isinstance(value, types.FunctionType | types.MethodType | type):
        return []
    return sorted(
        name
        for name in dir(type(value))
        if not name.startswith("_") and callable(getattr(type(value), name))
    )


def stand_in(line, name, parameters):
    """Make a function that stands for one of the student's.

    Parameters
    ----------
    line : Line
        To the student's process.
    name : str
        What it is called.
    parameters : list of str
        Names of its parameters.

    Returns
    -------
    function : types.FunctionType
        Calls the student's function; its source is that of the answer.
    """

    def answer(*args, **kwargs):
        return line.call(answer, args, kwargs)

    kind = inspect.Parameter.POSITIONAL_OR_KEYWORD
    answer.__name__ = answer.__qualname__ = name
    answer.__module__ = "__main__"
    answer.__signature__ = inspect.Signature(
        [
            inspect.Parameter(parameter, kind)
            for parameter in dict.fromkeys(parameters)
            if str(parameter).isidentifier() and not keyword.iskeyword(parameter)
        ]
    )
    answer.__sources__ = lambda: line.sources(name)
    line.world.stand_ins[name] = answer
    return answer
