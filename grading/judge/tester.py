"""The tester: runs set-up and test cells as they are, on answers that live elsewhere.

It is trusted and runs in a process of its own, one for a notebook. It talks to the
judge, which gives it students' processes and watches over its time.
"""

import contextlib
import io
import json
import os
import socket
import sys
import types

from cs231n.workbook.cells import compiled, run_test
from grading.judge import seeding
from grading.judge.clock import Clock
from grading.judge.exam import Cell, Exam, Outcome
from grading.judge.order import groups
from grading.judge.protocol.channel import Channel, Gone
from grading.judge.remote_calls import Lost
from grading.judge.source import answer_source
from grading.judge.student_session import (
    StudentSession,
    defined,
    methods_asked_for,
    readable,
    said,
)
from grading.sandbox.limits import Limits


def main(sock: socket.socket) -> None:
    """Grade one notebook for the judge at the other end of a socket.

    Parameters
    ----------
    sock : socket.socket
        To the judge.
    """
    desk = _Desk(sock)
    tester = _Tester(desk, desk.hear())
    tester.read_ahead()
    tester.run(desk.hear())


class _Desk:
    """The judge, as the tester sees it."""

    def __init__(self, sock):
        self._sock, self._channel = sock, Channel(sock)

    def hear(self):
        text, _ = self._channel.receive()
        return json.loads(text)

    def say(self, *message):
        self._channel.send(json.dumps(message).encode())

    def new_process(self, number):
        self.say("student", number)
        handles = []
        while not handles:
            with contextlib.suppress(BlockingIOError):  # the judge is still at it
                said, handles, _, _ = socket.recv_fds(self._sock, 1, 1)
                if not said:
                    raise Gone("the judge is gone")
        return socket.socket(socket.AF_UNIX, socket.SOCK_STREAM, fileno=handles[0])

    def lost(self, status):
        self.say("lost", status)
        return self.hear()

    def failed(self, name, how, why):
        self.say("answer", name, how, why)

    def loads(self, name, patient):
        self.say("loads", name, patient)


class _Tester:
    def __init__(self, desk, paper):
        self._desk, self._paper = desk, paper
        self._cells = [Cell(**cell) for cell in paper["cells"]]
        self._exam = Exam(paper["seed"], tuple(self._cells))
        self._limits = Limits(**paper["limits"])
        self._seed = paper["seed"]
        os.environ.update(paper["environment"])
        self._start_over()

    def read_ahead(self):
        """Do what needs no answers: perhaps nobody has handed in any yet."""
        try:
            for group in groups(self._exam)[:1]:
                for cell in self._cells[: group.places[0]]:
                    if cell.kind == "setup":
                        self._execute(cell)
                self._ready = group.places[0]
            self._read_exam()
        except Exception:  # whoever needs it will say so
            self._start_over()

    def _read_exam(self):
        setup = [cell.source for cell in self._exam.of_kind("setup")]
        answer_source.sources("", setup, [])
        methods_asked_for(self._exam.cells)
        for cell in self._cells:
            if cell.kind == "answer":
                defined(cell.source)
            elif cell.kind == "test":
                compiled(cell.source, f"<{cell.name}>")

    def run(self, job):
        """Run the tests in order, and the set-up cells above them."""
        self._clock = Clock(self._limits, job["seconds"])
        self._secret = job["secret"]
        job = self._paper | job
        self._session = StudentSession(
            job, self._cells, job["answers"], self._clock, self._desk
        )
        hidden = False
        for number, group in enumerate(groups(self._exam, set(job["done"]))):
            if group.hidden and not hidden:
                self._start_over()
            hidden = group.hidden
            self._session.go_to(number, self._names)
            for place in group.places:
                if self._clock.is_over:
                    break
                self._set_up_to(place)
                self._test(place, self._cells[place])
        self._desk.say("done")

    def _start_over(self):
        """Forget what cells have made here."""
        self._names, self._ready = _namespace(), 0

    def _set_up_to(self, place):
        for cell in self._cells[self._ready : place]:
            if cell.kind == "setup":
                self._set_up(cell)
        self._ready = place

    def _set_up(self, cell):
        try:
            self._execute(cell)
        except Exception as error:
            self._desk.say("broken", cell.name, said(error))
            raise

    def _execute(self, cell):
        exec(compile(cell.source, f"<{cell.name}>", "exec"), self._names)

    def _test(self, place, cell):
        self._desk.say("test", cell.name)
        printed = io.StringIO()
        score, remote = 0.0, None
        try:
            seed = seeding.seed_of(self._seed, cell.name)
            self._session.prepare(place, seed)
            remote = self._session.remote
            self._desk.say("loaded")
            self._clock.start()
            remote.printed.clear()
            seeding.fix(seed)
            with contextlib.redirect_stdout(printed):
                names = dict(self._names)  # no test needs what another has left
                seeding.replace_rng(names, self._secret, cell.name)
                score, status = score_of(cell, names)
            message = ""
        except Lost as lost:
            status, message = self._session.drop(lost)
        except MemoryError as error:
            status, message = "memory", said(error)
        except Exception as error:
            status, message = "failed", self._session.explained(error)
        took = self._clock.took
        texts = [printed.getvalue(), *(remote.printed if remote else ())]
        output = readable(_capped("".join(texts), self._limits.output_bytes))
        message = readable(message)
        outcome = Outcome(cell.name, cell.points, score, status, message, output)
        noise = remote.noise if remote else 0
        self._desk.say("outcome", vars(outcome), took, noise)


def score_of(cell: Cell, names: dict) -> tuple[float, str]:
    """Run a test cell; a number at its end is the score, as nbgrader counts.

    Parameters
    ----------
    cell : grading.judge.exam.Cell
        The test.
    names : dict
        What it runs in.

    Returns
    -------
    score : float
        From 0 to the cell's points.
    status : str
        "passed" or "partial".

    Raises
    ------
    Exception
        Whatever the test raises; ValueError if its score is not to be had.
    """
    score = run_test(cell.source, f"<{cell.name}>", cell.points, names)
    return score, "passed" if score == cell.points else "partial"


def _namespace():
    """Make the module that the cells of a notebook run in."""
    module = types.ModuleType("__main__")
    sys.modules["__main__"] = module
    return vars(module)


def _capped(text, most):
    """Keep the beginning of a text, in bytes of UTF-8."""
    raw = text.encode(errors="replace")
    if len(raw) <= most:
        return raw.decode()
    return raw[:most].decode(errors="ignore") + "\n[cut]"
