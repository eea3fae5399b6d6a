"""The tester's end of the line to one student's process."""

import tracemalloc
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from cs231n import testing
from grading.judge import seeding
from grading.judge.exam import cut
from grading.judge.lent import Lent
from grading.judge.protocol import classes
from grading.judge.protocol.channel import ChannelError, Gone, Late, Refused
from grading.judge.protocol.data_types import NotData
from grading.judge.protocol.pristine_numpy import np
from grading.judge.protocol.shared import Shared
from grading.judge.references import References, methods

if TYPE_CHECKING:
    from grading.judge.clock import Clock
    from grading.judge.protocol.channel import Channel

_MESSAGE = 2000  # longest text about an answer
_PRINTED = 1 << 20  # letters kept for one test, before the limit of bytes applies
_FREED = 200  # handles that may be dead before the student's side hears of it
_LINES = 1 << 31  # which no cell has
_ERRSTATE = {"divide": "warn", "over": "warn", "under": "ignore", "invalid": "warn"}


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

    def __init__(self, status: str, message: str) -> None:
        message = cut(message, _MESSAGE)  # parts of it may be the student's
        super().__init__(message)
        self.status, self.message = status, message


class RemoteCalls:
    """The tester's end of the channel to one student's process.

    Parameters
    ----------
    channel : grading.judge.protocol.channel.Channel
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

    def __init__(self, channel: "Channel", clock: "Clock", sources: Callable) -> None:
        self._channel, self._clock = channel, clock
        self.sources = sources
        self.references = References(self)
        self.printed = []
        self._shared: Shared | None = None
        self._lost: Lost | None = None
        self._seed: int | None = None  # for the next call

    @property
    def noise(self) -> int:
        """Bytes that came over the line and belong to no frame."""
        return self._channel.noise

    def ask(self, *message: object) -> Any:
        """Send a request and wait for its result.

        Parameters
        ----------
        *message : object
            What ``student.py`` knows, such as ``("free", [1])``.

        Returns
        -------
        value : object
            The result.

        Raises
        ------
        Lost
            If the student's process cannot answer.
        """
        if self._lost is not None:
            raise self._lost
        if self._shared is not None:  # from within a call: the same exchange goes on
            return self._exchange(message)
        if len(self.references.freed) > _FREED:
            self._begin(("free", self.references.take_freed()))
        return self._begin(message)

    def _begin(self, message):
        self._channel.begin()
        one_call = message[0] not in ("ready", "load", "answer")
        self._channel.deadline = self._clock.deadline(one_call=one_call)
        self._shared = Shared(self.references, 0, watch=False)
        try:
            return self._exchange(message)
        finally:
            self._shared = None
            self.references.exported.clear()

    def load_answer(
        self, name: str, source: str, wanted: list[str], seed: int
    ) -> tuple[Exception | None, dict, int | None]:
        """Have a cell of the student's run, and random numbers follow a seed after it.

        Parameters
        ----------
        name, source : str
            The cell.
        wanted : list of str
            Names that it may give.
        seed : int
            For what the next test draws without a seed.

        Returns
        -------
        error : Exception or None
            What it raised.
        found : dict
            What ``student.py`` says of the names that are there.
        line : int or None
            At which the cell was interrupted, if it was.

        Raises
        ------
        Lost
            If the student's process cannot answer.
        """
        reply = self.ask("answer", name, source, wanted, seed)
        try:
            error, found, line = reply
            if type(found) is not dict or not all(map(_says, found.values())):
                raise Refused("names that stand for nothing")
            if line is not None and (type(line) is not int or not 0 <= line < _LINES):
                raise Refused("a line that is none")
            return error if error is None else classes.exception(*error), found, line
        except Exception as problem:
            lost = self._lost = self._why(problem)
            raise lost from None

    def seed(self, seed: int) -> None:
        """Have random numbers follow a seed from the next call on.

        Parameters
        ----------
        seed : int
            For what draws without one.

        Raises
        ------
        Lost
            If the student's process has ended.
        """
        if self._lost is None and self._channel.is_closed:
            self._lost = Lost("died", "")
        if self._lost is not None:
            raise self._lost
        self._seed = seed

    def call(self, target: object, args: tuple, kwargs: dict) -> object:
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
        settings: dict[str, Any] = {}
        if self._seed is not None:
            settings["seed"], self._seed = self._seed, None
        if np.geterr() != _ERRSTATE:
            settings["errstate"] = np.geterr()
        if tracemalloc.is_tracing():
            settings["trace"] = True
        state = seeding.torch_state()
        if state is not None:
            settings["torch"] = state
        now, before = tracemalloc.get_traced_memory()
        value, peak, state = self.ask(
            "call", target, args, kwargs or None, settings or None
        )
        if state is not None:
            seeding.torch_state(state)
        if tracemalloc.is_tracing():
            testing.PEAKS.extend((before, now + int(peak)))
            tracemalloc.reset_peak()  # what the crossing itself needed does not count
        return value

    def beside(self, helper: object, args: tuple, kwargs: dict) -> object:
        """Have a helper of the tests run where the answers are.

        Parameters
        ----------
        helper : function
            Of the package.
        args : tuple
            Positional arguments; copies of them go.
        kwargs : dict
            Arguments by name.

        Returns
        -------
        value : object
            What it returned.
        """
        lent = Lent(self.references)
        try:
            return self.call(helper, lent.copy(args), lent.copy(kwargs))
        finally:
            lent.notice()

    def _exchange(self, message):
        try:
            self._send(message)
            kind, *rest = self._receive()
            while kind == "back":
                self._send(self._called_back(*rest))
                kind, *rest = self._receive()
            kind, result = self._result(kind, *rest)
        except Exception as error:
            self._lost = self._why(error)
            raise self._lost from None
        if kind == "error":
            raise result
        return result

    def _why(self, error):
        """Say why the process is of no use any longer."""
        if isinstance(error, Late):
            return Lost("timeout", self._clock.late())
        if isinstance(error, Gone):
            return Lost("died", "")
        if isinstance(error, ChannelError):
            return Lost("refused", f"The answer returned {error}.")
        # Whatever a forged message makes Python say.
        kind = type(error).__name__
        return Lost("refused", f"The answer sent what means nothing ({kind}).")

    def _send(self, message):
        try:
            text, buffers = self._shared.pack(message)
        except NotData as error:
            self._lost = Lost("refused", f"The test hands over {error}.")
            raise self._lost from None
        self._channel.send(text, buffers)

    def _receive(self):
        message = self._shared.unpack(*self._channel.receive())
        if type(message) not in (tuple, list) or not message:
            raise Refused("a message that says nothing")
        return message

    def _result(self, kind, value, *rest):
        printed = rest[-1]
        if type(printed) is not str:
            raise Refused("printed text that is none")
        room = _PRINTED - sum(map(len, self.printed))
        if printed and room > 0:
            self.printed.append(printed[:room])
        if kind == "refused":
            raise Refused(cut(str(value), _MESSAGE))
        if kind == "error":
            return kind, classes.exception(value, *rest)
        return kind, value

    def _called_back(self, number, method, args, kwargs):
        """Call an object of a test that was handed to an answer."""
        target = self.references.exported[number]
        if method is not None and method not in methods(target):
            raise Refused(f"a call of {method!r}, which was not offered")
        target = target if method is None else getattr(target, method)
        try:
            return ("value", target(*args, **kwargs))
        except Exception as error:
            return ("error", *classes.described(error, _MESSAGE))


def _says(described):
    """Tell whether a name is described as ``classes.describe`` does it."""
    kinds = [type(part) for part in described] if type(described) is tuple else []
    return kinds == [str, list, dict]
