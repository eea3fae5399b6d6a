"""The clock of one notebook: when what must be over, and what to say if it is not."""

import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from grading.sandbox.limits import Limits


class Clock:
    """Deadlines of calls, of cells and of the notebook.

    Parameters
    ----------
    limits : grading.judge.exam.Limits
        How long each may take.
    seconds : float
        What is left for the notebook.
    """

    def __init__(self, limits: "Limits", seconds: float) -> None:
        self._limits = limits
        self._ends = time.monotonic() + seconds
        self._reason = ""
        self.start()

    def start(self) -> None:
        """Start a cell."""
        self._started = time.monotonic()

    @property
    def took(self) -> float:
        """Seconds since the cell started."""
        return time.monotonic() - self._started

    @property
    def is_over(self) -> bool:
        """Whether the notebook's time is used up."""
        return time.monotonic() >= self._ends

    def deadline(self, *, one_call: bool) -> float:
        """Return the time at which what starts now must have ended.

        Parameters
        ----------
        one_call : bool
            Whether it is the call of an answer, or the loading of a cell.

        Returns
        -------
        deadline : float
            As ``time.monotonic`` counts.
        """
        limits = self._limits
        ends = {
            f"took longer than {limits.cell_seconds:g} s": self._started
            + limits.cell_seconds,
            "used up the time for the whole notebook": self._ends,
        }
        if one_call:
            end = time.monotonic() + limits.call_seconds
            ends[f"took longer than {limits.call_seconds:g} s for one call"] = end
        self._reason = min(ends, key=lambda reason: ends[reason])
        return ends[self._reason]

    def late(self) -> str:
        """Say which time ran out.

        Returns
        -------
        message : str
            A sentence for the student.
        """
        return f"The answer {self._reason}."
