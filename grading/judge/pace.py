"""How long an answer may take, by how long the solution takes for the same test.

A fixed limit has to be large, since some exercises are slow; then a loop without end
keeps a worker for that long. The solution's time is measured only for what takes
longer than :data:`PATIENCE`, on the machine and at the load that the answer finds.
How long a whole notebook may keep others waiting follows from the solution, too.
"""

import math
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from grading.judge.exam import Cell
from grading.sandbox.own_time import OwnTime

if TYPE_CHECKING:
    from grading.judge.exam import Exam, Verdict

#: Seconds that every test may take, however fast the solution is. Each test whose time
#: ran out halves it for the rest of the notebook, and again for its own exercise.
PATIENCE = 2.0
#: What is left of it, at least, for an exercise that has kept its time.
LEAST = 0.25
#: Seconds that a cell of an answer may take outside of its functions. Each cell whose
#: time ran out halves it for the others.
LOADING = 2.0
#: What is left of that, at least.
LEAST_LOADING = 0.5
#: How many times as long as the solution an answer may take.
FACTOR = 20
#: Seconds that a notebook may keep others waiting, beside what it takes by itself.
TURN = 4.5
#: How many times as long as the solution a notebook may take by itself.
ALLOWANCE = 2
#: Seconds, by the clock on the wall, that loading an answer may always take where
#: others keep the cores busy: an import may be at work.
MOST_LOADING = 6.0
Seconds = tuple[float, float]  # one's own, and by the clock on the wall
_SOON = 0.02  # seconds until a look, at least
_seconds: dict[tuple[str, str], Seconds] = {}  # of the solution, by exam and cell
_whole: dict[str, float] = {}  # of the solution to all tests, by exam
_NO_TEST = Cell("test", "no test", "pass")


class Stopwatch:
    """Measures tests and answers that are loaded, one at a time, and lets them be.

    Attributes
    ----------
    until : None
        As of :class:`Pace`: never.
    seconds : dict of {str: (float, float)}
        Own seconds, and those by the clock on the wall, by name of the cell.
    """

    until = None

    def __init__(self) -> None:
        self.seconds: dict[str, Seconds] = {}
        self._name = ""

    def start(self, cell: "Cell", processes: Sequence[int]) -> None:
        """Start the time of a test, or of an answer that is loaded.

        Parameters
        ----------
        cell, processes
            As for :meth:`Pace.start`.
        """
        self._name, self._own = cell.name, OwnTime(processes)
        self._began = time.monotonic()

    def stop(self) -> None:
        """Note the time of what has been started."""
        if self._name:
            wall = time.monotonic() - self._began
            self.seconds[self._name] = self._own.seconds, wall
        self._name = ""


class Pace:
    """Watches over one test, or one answer that is loaded, at a time.

    Parameters
    ----------
    exam : grading.judge.exam.Exam
        With its solutions.
    judge : callable
        ``judge(exam, answers)`` returns a verdict, and of each test and of loading each
        answer its own seconds and those by the clock on the wall.

    Attributes
    ----------
    until : float or None
        When to ask :meth:`exceeded`, as ``time.monotonic`` counts; None for never.
    """

    def __init__(
        self,
        exam: "Exam",
        judge: "Callable[[Exam, dict[str, str]], tuple[Verdict, dict[str, Seconds]]]",
    ) -> None:
        self._exam, self._judge = exam, judge
        self._exercises = _exercises(exam)
        self._late: Counter[str] = Counter()  # tests, by exercise
        self._interrupted: set[str] = set()  # answers
        self._began = 0.0
        self.until: float | None = None

    def start(self, cell: "Cell", processes: Sequence[int]) -> None:
        """Start the time of a test, or of an answer that is loaded.

        Parameters
        ----------
        cell : grading.judge.exam.Cell
            Which.
        processes : sequence of int
            Ids of those that are at it.
        """
        self._cell, self._own = cell, OwnTime(processes)
        self._began = time.monotonic()
        self.until = self._began + self._patience

    def stop(self) -> None:
        """Look away until something else starts."""
        self.until = None

    def exceeded(self) -> str:
        """Say whether the answer has had its time.

        Returns
        -------
        why : str
            A sentence for the student, or nothing: then there is time until ``until``.
        """
        least = MOST_LOADING if self._cell.kind == "answer" else PATIENCE
        if self._has_time(self._patience, least):
            return ""
        own, wall = self._solution(self._cell)
        allowed = max(self._patience, FACTOR * own)
        if self._has_time(allowed, max(least, FACTOR * wall)):
            return ""
        self.until = None
        if self._cell.kind == "answer":
            self._interrupted.add(self._cell.name)
            return (
                f"This cell took longer than {_round(allowed)} s outside of functions."
            )
        self._late[self._exercises[self._cell.name]] += 1
        return (
            f"The answer took longer than {_round(allowed)} s for this test, over "
            f"{FACTOR} times what a right one needs. Does a loop never end?"
        )

    @property
    def _patience(self):
        name = self._cell.name
        if self._cell.kind == "answer":  # loaded again, it needs as long again
            others = len(self._interrupted - {name})
            return max(LEAST_LOADING, LOADING / 2**others)
        late, own = self._late.total(), self._late[self._exercises[name]]
        return max(LEAST, PATIENCE / 2**late) / 2**own

    def _has_time(self, allowed, most):
        """Tell whether less than that is over, and when to ask again.

        Time in line for a core is the machine's, but nothing gets more than the most.
        """
        left = allowed - self._own.seconds
        end = self._began + most
        if left <= 0 or time.monotonic() >= end:
            return False
        soon = time.monotonic() + max(left, _SOON)
        self.until = min(soon, end) if math.isfinite(end) else None
        return True

    def _solution(self, cell):
        """Return how long the solution takes; without end if it does not pass."""
        key = self._exam.digest, cell.name
        if key not in _seconds:
            kept = [
                one for one in self._exam.cells if one.kind != "test" or one == cell
            ]
            if cell.kind == "answer":
                kept.append(_NO_TEST)
            exam = replace(self._exam, cells=tuple(kept))
            verdict, seconds = self._judge(exam, _solutions(exam))
            passed = cell.kind == "answer" or verdict.score == cell.points
            _seconds[key] = seconds[cell.name] if passed else (math.inf, math.inf)
        return _seconds[key]


class Turn:
    """How long one notebook is judged while others wait.

    Nobody loses points by it: a notebook whose turn is over comes again when nobody
    waits behind it, and has all the time that the limits give.

    Parameters
    ----------
    exam, judge
        As for :class:`Pace`.

    Attributes
    ----------
    until : float
        When to ask :attr:`is_over`, as ``time.monotonic`` counts.
    """

    def __init__(self, exam: "Exam", judge: "Callable") -> None:
        self._exam, self._judge = exam, judge
        self._began = time.monotonic()
        self.until = self._began + TURN

    @property
    def is_over(self) -> bool:
        """Whether the notebook has had its turn, beside what the solution takes."""
        if time.monotonic() < self.until:
            return False
        self.until = self._began + TURN + ALLOWANCE * self._solution()
        return time.monotonic() >= self.until

    def _solution(self):
        digest = self._exam.digest
        if digest not in _whole:
            began = time.monotonic()
            self._judge(self._exam, _solutions(self._exam))
            _whole[digest] = time.monotonic() - began
        return _whole[digest]


def _solutions(exam):
    return {cell.name: cell.source for cell in exam.of_kind("answer")}


def _exercises(exam):
    """Map tests and answers to the answer that is theirs: the last one above."""
    found, answer = {}, ""
    for cell in exam.cells:
        answer = cell.name if cell.kind == "answer" else answer
        found[cell.name] = answer
    return found


def _round(seconds):
    return f"{round(seconds, 1 if seconds < 2 else 0):g}"
