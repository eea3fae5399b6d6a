"""A tester and a process for answers: what one sitting begins with."""

import contextlib
import json
import threading
import time
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any

from grading.judge.order import groups
from grading.judge.protocol.channel import Channel, ChannelError
from grading.judge.room.handed_out import handed_out

if TYPE_CHECKING:
    from grading.judge.exam import Exam
    from grading.sandbox.child import Child
    from grading.sandbox.limits import Limits

#: Seconds for which a pair waits for a notebook. Its supervisors count them, too.
KEPT = 10.0


class Pair:
    """A tester that reads the exam already, and an answers' process on its way.

    Parameters
    ----------
    rooms : grading.judge.preload.Rooms
        Starts both, side by side.
    exam : grading.judge.exam.Exam
        What the tester is told. It needs no answers for it.
    stage : int
        Place in the exam up to which set-up cells hand out what is in the room.
    limits : grading.sandbox.limits.Limits
        What each may use.
    kept : float, optional
        Seconds for which both may wait besides.

    Attributes
    ----------
    tester : grading.sandbox.child.Child
        Runs set-up cells and waits for a job.
    channel : grading.judge.protocol.channel.Channel
        To it.
    stage : int
        As above.
    """

    def __init__(
        self,
        rooms: Any,
        exam: "Exam",
        stage: int,
        limits: "Limits",
        kept: float = 0.0,
    ) -> None:
        self._rooms, self._exam, self.stage = rooms, exam, stage
        self._student: Child | None = None
        longer = replace(limits, notebook_seconds=limits.notebook_seconds + kept)
        self._order = rooms.order(longer)
        try:
            self.tester = rooms.tester(longer)
        except BaseException:
            self._order.cancel()
            raise
        self.channel = Channel(self.tester.sock)
        self._began = time.monotonic()
        self.channel.deadline = self._began + longer.notebook_seconds
        paper = {
            "cells": [asdict(cell) for cell in exam.cells],
            "seed": exam.notebook,
            "limits": asdict(limits),
            "environment": rooms.environment,
        }
        with contextlib.suppress(ChannelError):  # whoever talks to it will see
            self.channel.send(json.dumps(paper).encode())

    def student(self) -> "Child":
        """Wait for the process for answers, with what set-up cells hand out in it.

        Returns
        -------
        child : grading.sandbox.child.Child
            Whoever asks closes it.
        """
        if self._student is None:
            given = handed_out(self._exam.cells[: self.stage])
            self._student = self._rooms.furnish(self._order, given, self._exam)
        child, self._student = self._student, None
        return child

    def furnish(self) -> None:
        """Have the process for answers ready before anybody asks for it."""
        self._student = self.student()

    @property
    def is_fresh(self) -> bool:
        """Whether both processes live, and have not waited for long."""
        both = (self.tester, self._student)
        if any(child is None or child.ending() != "running" for child in both):
            return False
        return time.monotonic() < self._began + KEPT

    def close(self) -> None:
        """End the tester, and the process for answers if nobody has asked for it."""
        self.tester.close()
        self._order.cancel()
        if self._student is not None:
            self._student.close()


class Spare:
    """The pair for the next notebook, started while the last one's results are kept.

    Notebooks of one exam are judged one after the other, mostly: so the next one
    need not wait until two processes are there and have read the exam. Whatever
    goes wrong here is tried again, and told, by whoever needs a pair.

    Parameters
    ----------
    rooms : grading.judge.preload.Rooms
        As for :class:`Pair`.
    """

    def __init__(self, rooms: Any) -> None:
        self._rooms = rooms
        self._thread: threading.Thread | None = None
        self._pair: Pair | None = None
        self._key: tuple = ()

    def start(self, exam: "Exam", limits: "Limits") -> None:
        """Start a pair, and do not wait for it.

        Parameters
        ----------
        exam, limits
            What the next notebook needs, as far as anybody knows.
        """
        self.drop()
        order = groups(exam)
        if order:
            self._key = exam, order[0].stage, limits
            self._thread = threading.Thread(target=self._make, daemon=True)
            self._thread.start()

    def _make(self):
        exam, stage, limits = self._key
        with contextlib.suppress(Exception):
            pair = Pair(self._rooms, exam, stage, limits, KEPT)
            try:
                pair.furnish()
            except BaseException:
                pair.close()
                raise
            self._pair = pair

    def take(self, exam: "Exam", stage: int, limits: "Limits") -> Pair | None:
        """Return the pair that was started, if it is what is needed.

        Parameters
        ----------
        exam, stage, limits
            As for :class:`Pair`.

        Returns
        -------
        pair : Pair or None
            Whoever takes it closes it.
        """
        self._wait()
        if self._pair is None or self._key != (exam, stage, limits):
            return None
        if not self._pair.is_fresh:
            self.drop()
        pair, self._pair = self._pair, None
        return pair

    def drop(self) -> None:
        """End what nobody has taken."""
        self._wait()
        if self._pair is not None:
            self._pair.close()
        self._pair = None

    def _wait(self):
        if self._thread is not None:
            self._thread.join()
        self._thread = None
