"""How long an answer may take, by how long the solution takes for the same test.

A fixed limit has to be large, since some exercises are slow; then a loop without end
keeps a worker for that long. The solution's time is measured only for tests that take
longer than :data:`PATIENCE`, on the machine and at the load that the answer finds.
How long a whole notebook may keep others waiting follows from the solution, too.
"""

import math
import time
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from grading.judge.exam import Cell, Exam, Verdict

#: Seconds that every test may take, however fast the solution is.
PATIENCE = 2.0
#: How many times as long as the solution an answer may take.
FACTOR = 20
#: Seconds that a notebook may keep others waiting, beside what it takes by itself.
TURN = 3.0
#: How many times as long as the solution a notebook may take by itself.
ALLOWANCE = 2
_seconds: dict[tuple[str, str], float] = {}  # of the solution, by exam and test
_whole: dict[str, float] = {}  # of the solution to all tests, by exam


class Pace:
    """Watches over one test at a time.

    Parameters
    ----------
    exam : grading.judge.exam.Exam
        With its solutions.
    judge : callable
        ``judge(exam, answers)`` returns a verdict and the seconds of each test.

    Attributes
    ----------
    until : float or None
        When to ask :meth:`exceeded`, as ``time.monotonic`` counts; None for never.
    """

    def __init__(
        self,
        exam: "Exam",
        judge: "Callable[[Exam, dict[str, str]], tuple[Verdict, dict[str, float]]]",
    ) -> None:
        self._exam, self._judge = exam, judge
        self._began = 0.0
        self.until: float | None = None

    def start(self) -> None:
        """Start the time of a test."""
        self._began = time.monotonic()
        self.until = self._began + PATIENCE

    def stop(self) -> None:
        """Look away until the next test starts."""
        self.until = None

    def exceeded(self, test: "Cell") -> str:
        """Say whether the answer has had its time.

        Parameters
        ----------
        test : grading.judge.exam.Cell
            What runs.

        Returns
        -------
        why : str
            A sentence for the student, or nothing: then there is time until ``until``.
        """
        allowed = max(PATIENCE, FACTOR * self._solution(test))
        self.until = self._began + allowed if math.isfinite(allowed) else None
        if self.until is None or time.monotonic() < self.until:
            return ""
        self.until = None
        return (
            f"The answer took longer than {allowed:.0f} s for this test, over "
            f"{FACTOR} times what a right one needs. Does a loop never end?"
        )

    def _solution(self, test):
        """Return how long the solution takes; without end if it does not pass."""
        key = self._exam.digest, test.name
        if key not in _seconds:
            kept = [
                cell
                for cell in self._exam.cells
                if cell.kind != "test" or cell.name == test.name
            ]
            exam = replace(self._exam, cells=tuple(kept))
            verdict, seconds = self._judge(exam, _solutions(exam))
            passed = verdict.score == test.points
            _seconds[key] = seconds[test.name] if passed else math.inf
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
