"""A notebook's set-up, answers and tests, run in a namespace of their own."""

import contextlib
import hashlib
import io
import linecache
import os
import re
import sys
import traceback
import types
import warnings
from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from cs231n import old_imports
from cs231n.languages import say
from cs231n.workbook.cells import as_python, furnish, names_in, run_test
from cs231n.workbook.exercises import Exercise
from cs231n.workbook.meanings import meaning_of
from cs231n.workbook.results import Result
from cs231n.workbook.saved import SavedCell, SavedNotebook

_UNWRITTEN = re.compile(r"([\w-]+): not written yet\.")


class SetUpFailed(Exception):
    """The cells above the exercises do not run; the message says where and why."""


class Room:
    """Where the cells of one notebook run, once from top to bottom.

    Parameters
    ----------
    notebook : SavedNotebook
        Its set-up and answers run at once, each answer once.
    numbers : str, optional
        What the tests' numbers come from; the same text gives the same numbers.

    Raises
    ------
    SetUpFailed
        If a set-up cell fails.
    """

    def __init__(self, notebook: SavedNotebook, numbers: str = "") -> None:
        self._numbers = numbers
        self._module = types.ModuleType("__main__")
        self._names = vars(self._module)
        self._failed: dict[str, str] = {}
        self._absent: dict[str, str] = {}  # names -> the cell that was to make them
        furnish(self._names)
        with self._inside(notebook):
            for cell in notebook.of_role("setup", "answer"):
                self._prepare(cell)
        self._notebook = notebook

    def _prepare(self, cell):
        try:
            self._run(cell)
        except (Exception, SystemExit) as error:
            said = explained(error, cell.name)
            if cell.role == "setup":
                first = cell.source.strip().partition("\n")[0]
                template = (
                    "The set-up cell that begins with {first!r} fails, so no test can "
                    "run. {said}"
                )
                raise SetUpFailed(say(template, first=first, said=said)) from None
            self._failed[cell.name] = said
            self._absent |= dict.fromkeys(names_in(cell.source), cell.name)
        else:
            self._failed.pop(cell.name, None)

    def _run(self, cell):
        source, file = _filed(cell)
        read = old_imports.on_the_tape(source, self._names)
        exec(compile(read, file, "exec"), self._names)

    def tested(self, exercise: Exercise) -> Result:
        """Run the tests of an exercise.

        Parameters
        ----------
        exercise : Exercise
            Of the notebook.

        Returns
        -------
        result : Result
            Its points, and the first message.
        """
        if exercise.is_open:
            return Result(exercise.name, "open", 0, exercise.points)
        said = _lost(exercise) or self._failed.get(exercise.name)
        if said:
            return Result(
                exercise.name, "fails", 0, exercise.points, exercise.name, said
            )
        points, test, message = 0.0, "", ""
        with self._inside(self._notebook):
            for cell in exercise.tests:
                try:
                    points += self._score(cell)
                except (Exception, SystemExit) as error:
                    if not message and _is_unwritten(error, exercise.name):
                        return Result(exercise.name, "open", 0, exercise.points)
                    test = test or cell.name
                    message = message or self._why(error, exercise.name)
        if points < exercise.points and not message:
            template = "The tests gave {points:g} of {all:g} points."
            message = say(template, points=points, all=exercise.points)
        state = "fails" if message else "passed"
        return Result(exercise.name, state, points, exercise.points, test, message)

    def _why(self, error, exercise):
        missing = self._absent.get(getattr(error, "name", None) or "")
        if missing in self._failed and isinstance(error, NameError | AttributeError):
            template = (
                "It needs {name}, whose cell does not run. Mend that one first: {said}"
            )
            return say(template, name=missing, said=self._failed[missing])
        return explained(error, exercise)

    def _score(self, cell):
        names = dict(self._names)
        if isinstance(names.get("rng"), np.random.Generator):
            names["rng"] = np.random.default_rng(seed_of(self._numbers, cell.name))
        np.random.seed(seed_of(cell.name) % 2**32)  # noqa: NPY002 (old answers draw so)
        source, file = _filed(cell)
        return run_test(source, file, cell.points, names)

    @contextlib.contextmanager
    def _inside(self, notebook: SavedNotebook) -> Iterator[None]:
        """Stand in the notebook's folder, as its kernel does; print nothing."""
        folder, main = os.getcwd(), sys.modules["__main__"]
        sys.path.insert(0, str(notebook.path.resolve().parent))
        sys.modules["__main__"] = self._module
        os.chdir(notebook.path.resolve().parent)
        quiet = contextlib.redirect_stdout(_Sink())
        noise = contextlib.redirect_stderr(_Sink())
        keyboard, sys.stdin = sys.stdin, io.StringIO()  # nobody sees a question
        try:
            with quiet, noise, warnings.catch_warnings():
                warnings.simplefilter("ignore")
                yield
        finally:
            sys.stdin = keyboard
            os.chdir(folder)
            sys.modules["__main__"] = main
            sys.path.pop(0)


def run_through(notebook: SavedNotebook) -> list[str]:
    """Run all cells from top to bottom, as a kernel that has just started does.

    Parameters
    ----------
    notebook : SavedNotebook
        Its answers and tests may fail; whatever else fails is a fault.

    Returns
    -------
    faults : list of str
        A sentence for each, on one line.
    """
    room = Room(replace(notebook, cells=()))
    faults = []
    with room._inside(notebook):
        for number, cell in enumerate(notebook.cells, start=1):
            try:
                if cell.is_code:
                    room._run(cell)
            except (Exception, SystemExit) as error:
                if cell.role not in ("answer", "test"):
                    said = explained(error, "").replace("\n", " ")
                    faults.append(f"cell {number} fails: {said}")
            if "matplotlib.pyplot" in sys.modules:
                sys.modules["matplotlib.pyplot"].close("all")
    return faults


def seed_of(*parts: str) -> int:
    """Derive a seed from texts.

    Parameters
    ----------
    *parts : str
        What the seed depends on.

    Returns
    -------
    seed : int
        Of 63 bits.
    """
    digest = hashlib.sha256("\0".join(parts).encode()).digest()
    return int.from_bytes(digest[:8], "little") >> 1


class _Sink(io.TextIOBase):
    """Takes what is printed and keeps nothing, however long it goes on."""

    def writable(self):
        return True

    def write(self, text):
        return len(text)


def _lost(exercise):
    """Say which cell of an exercise a student has deleted."""
    if exercise.answers and exercise.tests:
        return ""
    template = (
        "Its answer cell is missing from the notebook. Undo the deletion, or take a "
        "fresh copy of the notebook and paste your answers in."
    )
    if exercise.answers:
        template = (
            "Its tests are missing from the notebook. Undo the deletion, or take a "
            "fresh copy of the notebook and paste your answers in."
        )
    return say(template)


def _is_unwritten(error, exercise):
    unwritten = _UNWRITTEN.fullmatch(str(error))
    is_it = isinstance(error, NotImplementedError)
    return bool(is_it and unwritten and unwritten[1] == exercise)


def where_in_a_cell(error: BaseException) -> str:
    """Say in which line of a cell an error happened.

    Parameters
    ----------
    error : BaseException
        With its traceback.

    Returns
    -------
    where : str
        Such as ``"line 2 of double: return x[9]"``; empty if it was in no cell.
    """
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if re.fullmatch(r"<[\w-]+>", frame.filename)]
    own = [frame for frame in own if frame.filename in linecache.cache]
    if not own:
        return ""
    at, cell = own[-1], own[-1].filename.strip("<>")
    return say("line {0} of {cell}: {1}", at.lineno, at.line, cell=cell)


def _filed(cell: SavedCell) -> tuple[str, str]:
    """Put a cell where :mod:`inspect` finds its source; name the file."""
    source, file = as_python(cell.source), f"<{cell.name}>"
    lines = source.splitlines(keepends=True)
    linecache.cache[file] = (len(source), None, lines, file)
    return source, file


def explained(error: BaseException, exercise: str) -> str:
    """Say in sentences what an error means to the writer of an answer.

    Parameters
    ----------
    error : BaseException
        What ended a cell.
    exercise : str
        Whose answer or test it was.

    Returns
    -------
    message : str
        In full; an assertion's own words as they are.
    """
    if isinstance(error, NotImplementedError):
        unwritten = _UNWRITTEN.fullmatch(str(error))
        if unwritten and unwritten[1] != exercise:
            template = "It needs {name}, which is not written yet."
            return say(template, name=unwritten[1])
        return str(error) or say("Something in it is not written yet.")
    if isinstance(error, SyntaxError):
        line = f": {error.text.strip()}" if error.text else ""
        template = "Python cannot read line {0} of the answer{line} ({1})."
        return say(template, error.lineno, error.msg, line=line)
    if isinstance(error, AssertionError) and str(error):
        return str(error)
    said = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
    where = where_in_a_cell(error)
    said += "\n" + say("It happened in {where}", where=where) if where else ""
    said += f"\n{meaning}" if (meaning := meaning_of(error)) else ""
    if exercise and type(error) is NameError and not meaning:
        template = (
            "Give {name} a value in the answer's own cell: only set-up cells and "
            "answers run here."
        )
        said += "\n" + say(template, name=error.name)
    if isinstance(error, EOFError) or type(error).__name__ == "BdbQuit":
        template = "Nobody types here: take input() or breakpoint() out of the answer."
        said += "\n" + say(template)
    return said
