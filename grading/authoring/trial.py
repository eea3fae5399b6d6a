"""An exam's cells in this process: for authors who run a test a thousand times.

Nothing is isolated here and no outcome counts; the judge gives the points.
"""

import contextlib
import io
import linecache
import re
import signal
import warnings
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from cs231n import old_imports
from cs231n.workbook.cells import as_python, furnish
from grading.judge import seeding
from grading.judge.source import imports, plain
from grading.judge.student_session import defined
from grading.judge.tester import score_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from grading.judge.exam import Cell, Exam

_HIDDEN = re.compile(
    r"^[ \t]*### BEGIN HIDDEN TESTS.*?### END HIDDEN TESTS[^\n]*\n?", re.S | re.M
)
#: Seconds that a test may take.
_LIMIT = 120


class TooLong(BaseException):
    """A test takes longer than a test should."""


@dataclass(frozen=True)
class Found:
    """How a test ended."""

    passed: bool
    message: str = ""  #: class and text of the error
    named: bool = False  #: whether the text says what is wrong, and not only that
    score: float = 0.0  #: points


def visible(exam: "Exam") -> "Exam":
    """Leave out of an exam what students do not see.

    Parameters
    ----------
    exam : grading.judge.exam.Exam
        Whole.

    Returns
    -------
    exam : grading.judge.exam.Exam
        Without hidden parts, and without tests that had no other.
    """
    cells = []
    for cell in exam.cells:
        if cell.kind == "test" and "BEGIN HIDDEN TESTS" in cell.source:
            cell = replace(cell, source=_HIDDEN.sub("", cell.source))
            if not any("expect" in line for line in cell.source.splitlines()):
                continue
        cells.append(cell)
    return replace(exam, cells=tuple(cells))


class Trial:
    """The cells of an exam, set up and answered once.

    Parameters
    ----------
    exam : grading.judge.exam.Exam
        With the solutions as answers.
    """

    def __init__(self, exam: "Exam") -> None:
        self._names, self._notebook = {}, exam.notebook
        furnish(self._names)
        for cell in exam.cells:
            if cell.kind != "test":
                self.run(cell.name, cell.source)

    def run(self, name: str, source: str) -> None:
        """Run a cell in place of what ran under its name before.

        Parameters
        ----------
        name : str
            grade_id, or the id of a set-up cell.
        source : str
            Python.
        """
        source, file = as_python(source), f"<{name}>"
        lines = source.splitlines(keepends=True)
        linecache.cache[file] = (len(source), None, lines, file)  # for `expect_source`
        with _quiet():
            read = old_imports.on_the_tape(source, self._names)
            exec(compile(read, file, "exec"), self._names)

    @contextlib.contextmanager
    def instead(self, cell: "Cell", source: str) -> "Iterator[None]":
        """Let a variant stand in for an answer, and all that it defines besides.

        Parameters
        ----------
        cell : grading.judge.exam.Cell
            The answer, which runs again afterwards.
        source : str
            Python.

        Yields
        ------
        None
            Nothing.
        """
        before = dict(self._names)
        try:
            self._forget(cell.source)
            self.run(cell.name, source)
            yield
        finally:
            self._names.clear()
            self._names.update(before)
            self.run(cell.name, cell.source)  # for methods of classes

    def _forget(self, source):
        """Take away what a solution defines, or a variant would find it."""
        for name in imports.defined(plain.parsed(source)):
            self._names.pop(name, None)
        for name, owner in defined(source).items():
            cls = self._names.get(owner)
            if isinstance(cls, type) and name in vars(cls):
                delattr(cls, name)

    def test(self, cell: "Cell", seed: str = "", *, sources: bool = True) -> "Found":
        """Run a test.

        Parameters
        ----------
        cell : grading.judge.exam.Cell
            The test.
        seed : str, optional
            What the numbers that it draws come from.
        sources : bool, optional
            Whether the rules about sources are looked at; no numbers change those.

        Returns
        -------
        found : Found
            How it ended.
        """
        names = dict(self._names)
        seeding.fix(seeding.seed_of(self._notebook, cell.name))
        seeding.replace_rng(names, seed, cell.name)
        if not sources:
            names["expect_source"] = _not_read
        try:
            with _time_limit(), _quiet():
                score, _ = score_of(cell, names)
        except TooLong:
            return Found(False, f"It takes longer than {_LIMIT} s.", True)
        except Exception as error:
            named = getattr(error, "named", not isinstance(error, AssertionError))
            return Found(False, f"{type(error).__name__}: {error}", named)
        message = "" if score == cell.points else f"{score:g} of {cell.points:g} points"
        return Found(score == cell.points, message, score=score)


def _not_read(function, **rules):
    """Stand in for ``expect_source``."""


@contextlib.contextmanager
def _quiet():
    with contextlib.redirect_stdout(io.StringIO()), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


@contextlib.contextmanager
def _time_limit():
    def stop(number, frame):
        raise TooLong

    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, _LIMIT)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
