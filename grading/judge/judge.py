"""The judge: an exam and answers in, a verdict out.

A pure function of its arguments: it reads no database and no course folder. It starts
the tester and the students' processes, watches the clock and keeps what came in.
"""

import json
import os
import signal
import socket
import time
from dataclasses import asdict

from grading.judge import tester
from grading.judge.exam import Outcome, Verdict
from grading.judge.notebook import as_python
from grading.judge.wire import Channel, Gone, Late

#: Seconds that a cell may take beyond its limit before its tester is stopped.
_GRACE = 2.0


class ExamError(Exception):
    """The exam itself cannot run: a set-up cell fails."""


def judge(exam, answers, limits, nursery):
    """Run the tests of an exam on a student's answers.

    Parameters
    ----------
    exam : grading.judge.exam.Exam
        What to run.
    answers : dict of {str: str}
        The student's cells by grade_id. An answer that is missing is not loaded.
    limits : grading.judge.exam.Limits
        What a submission may use.
    nursery : object
        ``nursery.child(target, limits)`` starts an isolated process.

    Returns
    -------
    verdict : grading.judge.exam.Verdict
        The same for the same arguments.
    seconds : dict of {str: float}
        How long each test took.

    Raises
    ------
    ExamError
        If the exam is at fault.
    """
    return _Sitting(exam, answers, limits, nursery).run()


class _Sitting:
    def __init__(self, exam, answers, limits, nursery):
        self._exam, self._limits, self._nursery = exam, limits, nursery
        self._answers = {name: as_python(text) for name, text in answers.items()}
        self._ends = time.monotonic() + limits.notebook_seconds
        self._outcomes, self._seconds, self._broken = {}, {}, {}
        self._student = None

    def run(self):
        """Start testers until every test has an outcome."""
        tests = self._exam.of_kind("test")
        while len(self._outcomes) < len(tests):
            if time.monotonic() >= self._ends:
                self._no_time_left(tests)
                break
            self._sit()
        outcomes = tuple(self._outcomes[test.name] for test in tests)
        verdict = Verdict(self._exam.digest, outcomes, self._broken)
        return verdict, self._seconds

    def _sit(self):
        """Run one tester until it is done or has to be stopped."""
        self._sock, pid = _forked(tester.main)
        self._channel = Channel(self._sock)
        self._testing = None
        try:
            self._channel.send(json.dumps(self._job()).encode())
            while self._heard():
                pass
        except (Gone, Late) as error:
            self._stopped(error)
        finally:
            self._end_student()
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)
            self._sock.close()

    def _job(self):
        return {
            "cells": [asdict(cell) for cell in self._exam.cells],
            "answers": self._answers,
            "limits": asdict(self._limits),
            "seed": self._exam.digest,
            "done": list(self._outcomes),
            "broken": self._broken,
            "seconds": self._ends - time.monotonic(),
        }

    def _heard(self):
        """Act on the tester's next message; tell whether another will come."""
        text, _ = self._channel.receive()
        kind, *rest = json.loads(text)
        if kind == "student":
            self._end_student()
            self._student = self._nursery.child(
                "grading.judge.student:main", self._limits
            )
            socket.send_fds(self._sock, [b"s"], [self._student.sock.fileno()])
        elif kind == "lost":
            self._channel.send(json.dumps(self._how_it_ended(*rest)).encode())
        elif kind == "answer":
            self._broken.setdefault(*rest)
        elif kind == "test":
            (self._testing,) = rest
            limit = time.monotonic() + self._limits.cell_seconds + _GRACE
            self._channel.deadline = min(limit, self._ends + _GRACE)
        elif kind == "outcome":
            outcome, took = rest
            self._outcomes[outcome["name"]] = Outcome(**outcome)
            self._seconds[outcome["name"]] = took
            self._testing = self._channel.deadline = None
        return kind != "done"

    def _how_it_ended(self, status):
        return "" if status != "died" else "The process of the answers ended by itself."

    def _end_student(self):
        if self._student is not None:
            self._student.kill()
            self._student.sock.close()
            self._student = None

    def _stopped(self, error):
        """Give the test at hand its outcome when the tester did not."""
        if self._testing is None:
            raise ExamError("The set-up cells of the exam do not run.")
        test = next(t for t in self._exam.cells if t.name == self._testing)
        status, message = "died", "The test ended before it was done."
        if isinstance(error, Late):
            status = "timeout"
            message = f"This took longer than {self._limits.cell_seconds:g} seconds."
        self._outcomes[test.name] = Outcome(
            test.name, test.points, 0.0, status, message
        )

    def _no_time_left(self, tests):
        for test in tests:
            self._outcomes.setdefault(
                test.name,
                Outcome(
                    test.name,
                    test.points,
                    0.0,
                    "timeout",
                    "The time for the whole notebook ran out before this test.",
                ),
            )


def _forked(main):
    """Run a function in a process of its own, at the other end of a socket."""
    here, there = socket.socketpair()
    pid = os.fork()
    if pid:
        there.close()
        return here, pid
    status = 1
    try:
        here.close()
        main(there)
        status = 0
    finally:
        os._exit(status)
