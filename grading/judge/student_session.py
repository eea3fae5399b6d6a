"""A student's process as the tester uses it: started, loaded, replaced when lost."""

import ast
import contextlib
import functools
import re
from typing import TYPE_CHECKING, Any

from cs231n.workbook.meanings import meaning_of
from grading.judge.order import leading
from grading.judge.protocol.channel import Channel
from grading.judge.proxy import class_stand_in, stand_in
from grading.judge.remote_calls import Lost, RemoteCalls
from grading.judge.source import answer_source
from grading.judge.source.shortened import imports, is_needed, shortened

if TYPE_CHECKING:
    from grading.judge.clock import Clock
    from grading.judge.exam import Cell

#: A process that is lost so often before a test begins has lost the test.
_ATTEMPTS = 3
#: How answers are loaded; a number instead is a line at which one took too long.
WHOLE, NOTHING = "whole", "nothing"
_UNSAFE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
_MISSING = re.compile(r"^NameError: name '(\w+)' is not defined")
_ADDRESS = re.compile(r" at 0x[0-9a-f]+>")


class StudentSession:
    """Answers to the tester's questions, from whichever process is alive.

    Parameters
    ----------
    job : dict
        What the judge said: ``limits``, ``broken`` and more.
    cells : list of grading.judge.exam.Cell
        The exam.
    answers : dict of {str: str}
        The student's cells.
    clock : grading.judge.clock.Clock
        Says when calls must be over.
    desk : object
        The judge: ``desk.new_process(number)`` returns a socket, ``desk.lost(status)``
        says how it ended, ``desk.loads(name, patient)`` and
        ``desk.failed(name, how, why)`` take note.

    Attributes
    ----------
    remote : grading.judge.remote_calls.RemoteCalls or None
        To the process that is alive.
    """

    def __init__(
        self,
        job: dict,
        cells: "list[Cell]",
        answers: dict[str, str],
        clock: "Clock",
        desk: Any,
    ) -> None:
        self._broken = dict(job["broken"])
        self._value_bytes = job["limits"]["value_bytes"]
        self._cells, self._answers = cells, answers
        self._clock, self._desk = clock, desk
        self._group, self._names = 0, {}
        self._loaded, self._loading, self._line = 0, None, None
        self._patient = set()  # answers that need what takes long
        self._lent = methods_asked_for(tuple(cells))
        self._run_before = {cell.name for cell in leading(cells)}
        self.remote: Any = None

    def go_to(self, number: int, names: dict) -> None:
        """Leave the process of one group of tests for that of another.

        Parameters
        ----------
        number : int
            Of the group, as :func:`grading.judge.order.groups` counts.
        names : dict
            The tester's namespace; what answers define is bound there.
        """
        self._group, self._names, self.remote = number, names, None

    def prepare(self, place: int, seed: int) -> None:
        """Have the cells above a place loaded, in a process that is alive.

        Parameters
        ----------
        place : int
            Position of the test that is next.
        seed : int
            For what the test draws without a seed.

        Raises
        ------
        Lost
            If no process lives that long.
        """
        for _ in range(_ATTEMPTS + 2 * len(self._answers)):
            self._clock.start()
            try:
                if self.remote is None:
                    self._start()
                if not self._load_to(place, seed):
                    self.remote.seed(seed)
                return
            except Lost as lost:
                if self._clock.is_over:
                    raise
                status, message = self.drop(lost)
        raise Lost(status, message)

    def drop(self, lost: Lost) -> tuple[str, str]:
        """Give up the process; return how it ended and a sentence about it."""
        self.remote = None
        status, message = self._desk.lost(lost.status)
        message = message or lost.message
        if self._loading is not None:
            self._leave_out(self._loading, status, message)
        self._loading = None
        return status, message

    def _leave_out(self, cell, status, message):
        """Leave out of a cell what took long, or all of it if that is no remedy."""
        line, self._line = self._line or 0, 0
        is_new = self._how(cell) == WHOLE and cell.name not in self._patient
        source = self._answers[cell.name]
        if status != "timeout" or not is_new:
            return self._note(cell, NOTHING, message)
        needed = is_needed(source, line)
        if needed or imports(source):
            self._patient.add(cell.name)
        if not needed:
            self._note(cell, line, f"{message} What it defines counts.")

    def _start(self):
        sock = self._desk.new_process(self._group)
        channel = Channel(sock, buffer_bytes=self._value_bytes)
        self.remote = RemoteCalls(channel, self._clock, self._sources)
        self.remote.ask("ready")
        self._loaded = 0

    def _load_to(self, place, seed):
        """Load cells; tell whether random numbers follow the seed by then."""
        is_seeded = False
        while self._loaded < place:
            cell = self._cells[self._loaded]
            if cell.kind == "setup":
                self._load_setup(cell)
                is_seeded = False
            elif cell.kind == "answer":
                is_seeded = self._load_answer(cell, seed) or is_seeded
            self._loaded += 1
        return is_seeded

    def _load_setup(self, cell):
        for name, value in self._names.items():
            if isinstance(value, type) and value.__module__ == "__main__":
                self.remote.references.setup[name] = value
        if cell.name in self._run_before:
            return
        with contextlib.suppress(
            Exception
        ):  # it runs here; there, answers may hinder it
            self.remote.ask("load", cell.name, cell.source, True)

    def _load_answer(self, cell, seed):
        source = self._answers.get(cell.name)
        wanted = dict(defined(cell.source))
        for name in wanted:
            self._names.pop(name, None)
        # Answers may write the classes of the set-up and their own anew.
        owners = {*self.remote.references.setup, *filter(None, wanted.values())}
        wanted = dict.fromkeys(sorted(owners)) | wanted
        how = self._how(cell)
        if source is None or how == NOTHING:
            return False
        if how != WHOLE:
            source = shortened(source, how)
        self._loading = cell
        self._desk.loads(cell.name, cell.name in self._patient)
        error, found, self._line = self.remote.load_answer(
            cell.name, source, list(wanted), seed
        )
        if self._line is not None:
            raise Lost("timeout", "The answer interrupted itself.")
        if error is not None:
            self._note(cell, how, said(error))
        self._loading = None
        self._bind(wanted, found)
        return True

    def explained(self, error: BaseException) -> str:
        """Say what an error of a test means to the writer of the answers.

        Parameters
        ----------
        error : BaseException
            What was raised, here or on the student's side.

        Returns
        -------
        message : str
            Class, message, and what is behind it, where that is known.
        """
        message = said(error)
        missing = _MISSING.search(message)
        if missing and (cell := self._broken_owner(missing[1])):
            why = self._broken[cell][1]
            return f"{missing[1]} belongs to {cell}, which did not run: {why}"
        try:
            meaning = meaning_of(error)
        except Exception:  # what an answer returned may not be printable
            meaning = ""
        return f"{message}\n{meaning}" if meaning else message

    def _broken_owner(self, name):
        """Name the answer that was to define a name and did not load."""
        broken = [cell for cell in self._cells if cell.name in self._broken]
        return next((c.name for c in broken if name in defined(c.source)), "")

    def _how(self, cell):
        """Tell how an answer is loaded: WHOLE, NOTHING of it, or but for a line."""
        return self._broken.get(cell.name, (WHOLE,))[0]

    def _note(self, cell, how, why):
        if self._broken.get(cell.name, ("",))[0] != how:
            self._desk.failed(cell.name, how, why)
        self._broken[cell.name] = (how, why)

    def _bind(self, wanted, found):
        """Bind what an answer defines to what stands for it here."""
        for name, owner in wanted.items():
            place, (kind, parameters, members) = _place(name, owner, found)
            if name in self._lent:
                self._lend(name, members)
                continue
            if kind == "class":
                value = class_stand_in(self.remote, name, members)
            elif kind == "function":
                value = stand_in(self.remote, place, parameters)
            else:
                continue
            self._names[name] = value
            if owner in self._names:
                setattr(self._names[owner], name, value)

    def _lend(self, name, members):
        """Give a class of the set-up what a class of that name has of what is asked.

        The class stays the exam's: nothing else of an answer's comes into it.
        """
        for method, parameters in members.items():
            if method in self._lent[name] and type(parameters) is list:
                value = stand_in(self.remote, f"{name}.{method}", parameters)
                setattr(self._names[name], method, value)

    def _sources(self, name):
        loaded = self._cells[: self._loaded]  # what comes later does not run yet
        setup = [cell.source for cell in loaded if cell.kind == "setup"]
        answers = []
        for cell in loaded:
            if cell.kind == "answer":
                source = self._answers.get(cell.name, "")
                broken = cell.name in self._broken
                answers.append(answer_source.unfinished(source) if broken else source)
        if not all(map(answer_source.is_plain, answers)):
            return []
        return answer_source.sources(name, setup, answers)


def _place(name, owner, found):
    """Tell where a name is: by itself, or in a class that was pasted whole."""
    nothing = (None, (), {})
    if name in found or owner not in found:
        return name, found.get(name, nothing)
    parameters = found[owner][2].get(name)
    if type(parameters) is not list:
        return name, nothing
    return f"{owner}.{name}", ("function", parameters, {})


@functools.cache
def methods_asked_for(cells: "tuple[Cell, ...]") -> dict[str, set[str]]:
    """Map each class of the set-up to the methods that answers are to add to it.

    Parameters
    ----------
    cells : tuple of grading.judge.exam.Cell
        Of an exam.

    Returns
    -------
    found : dict of {str: set of str}
        By class.
    """
    found = {}
    for cell in cells:
        if cell.kind == "setup":
            body = ast.parse(cell.source).body
            found |= {n.name: set() for n in body if isinstance(n, ast.ClassDef)}
        elif cell.kind == "answer":
            for method, owner in defined(cell.source).items():
                found.get(owner, set()).add(method)
    return found


@functools.cache
def defined(solution: str) -> dict[str, str | None]:
    """List what an answer is to define.

    Parameters
    ----------
    solution : str
        The cell with the solution.

    Returns
    -------
    wanted : dict of {str: str or None}
        Names of functions and classes, and of the class that a method belongs to.
    """
    wanted = {}
    for node in ast.parse(solution).body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            owners = [
                ast.unparse(call.args[0])
                for call in node.decorator_list
                if isinstance(call, ast.Call) and call.args
            ]
            wanted[node.name] = owners[0] if owners else None
    return wanted


def said(error: BaseException, most: int = 2000) -> str:
    """Write an error as a notebook shows it in its last line.

    Parameters
    ----------
    error : BaseException
        What was raised.
    most : int, optional
        Longest text.

    Returns
    -------
    text : str
        Class and message.
    """
    try:
        text = str(error)
    except Exception:  # what an answer returned may not be printable
        text = ""
    return readable(f"{type(error).__name__}: {text}"[:most])


def readable(text: str) -> str:
    """Take out of a text what no page, file or terminal should get.

    Parameters
    ----------
    text : str
        What an answer said.

    Returns
    -------
    text : str
        Without control characters, half characters, and addresses of objects, which
        differ from run to run.
    """
    text = text.encode(errors="replace").decode().replace("\r", "\n")
    return _ADDRESS.sub(">", _UNSAFE.sub("\N{REPLACEMENT CHARACTER}", text))
