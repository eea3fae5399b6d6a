"""The tester: runs set-up and test cells as they are, on answers that live elsewhere.

It is trusted, runs in a process of its own, one for a notebook, and talks to the judge,
which gives it student processes and watches the clock.
"""

import ast
import contextlib
import io
import json
import math
import socket
import sys
import time
import types

from grading.judge import entropy, rules
from grading.judge.exam import Cell, Limits, Outcome
from grading.judge.proxy import Line, Lost, stand_in
from grading.judge.wire import Channel

_MESSAGE = 2000  # longest message


def main(sock):
    """Grade one notebook for the judge at the other end of a socket.

    Parameters
    ----------
    sock : socket.socket
        To the judge.
    """
    channel = Channel(sock)
    text, _ = channel.receive()
    _Tester(sock, channel, json.loads(text)).run()


class _Tester:
    def __init__(self, sock, channel, job):
        self._sock, self._channel = sock, channel
        self._cells = [Cell(**cell) for cell in job["cells"]]
        self._answers = job["answers"]
        self._limits = Limits(**job["limits"])
        self._seed = job["seed"]
        self._done = set(job["done"])
        self._broken = dict(job["broken"])
        self._ends = time.monotonic() + job["seconds"]
        self._started = time.monotonic()
        self._module = types.ModuleType("__main__")
        self._names = vars(self._module)
        sys.modules["__main__"] = self._module
        self._line = None

    def run(self):
        """Run the cells in order."""
        for place, cell in enumerate(self._cells):
            self._started = time.monotonic()
            if cell.kind == "test":
                if cell.name not in self._done:
                    self._test(place, cell)
                continue
            if cell.kind == "setup":
                exec(compile(cell.source, f"<{cell.name}>", "exec"), self._names)
            if self._line is not None:
                self._load_or_lose(place)
        self._post("done")

    def _post(self, *message):
        self._channel.send(json.dumps(message).encode())

    # Students.

    def _student(self, place):
        """Start a student's process that has loaded the cells above a place."""
        while self._line is None:
            self._post("student")
            _, (fd,), _, _ = socket.recv_fds(self._sock, 1, 1)
            channel = Channel(
                socket.socket(fileno=fd), buffer_bytes=self._limits.value_bytes
            )
            self._line = Line(channel, self, self._sources)
            for above in range(place):
                if self._cells[above].kind != "test" and not self._load_or_lose(above):
                    break

    def _load_or_lose(self, place):
        """Load a cell in the student's process; tell whether the process lives."""
        cell = self._cells[place]
        source = cell.source
        if cell.kind == "answer":
            source = self._answers.get(cell.name)
            if source is None or cell.name in self._broken:
                return True
        try:
            self._load(cell, source)
        except Lost as lost:
            self._broken[cell.name] = self._why(lost)
            self._post("answer", cell.name, self._broken[cell.name])
            return False
        return True

    def _load(self, cell, source):
        if cell.kind == "setup":
            self._line.world.setup |= {
                name: value
                for name, value in self._names.items()
                if isinstance(value, type) and value.__module__ == "__main__"
            }
        try:
            self._line.ask("load", cell.name, source, cell.kind == "setup")
        except Exception as error:
            if cell.name not in self._broken:
                self._post("answer", cell.name, _said(error))
        if cell.kind == "answer":
            self._stand_in(cell)

    def _stand_in(self, cell):
        """Bind what an answer defines to what stands for it here."""
        wanted = _defined(cell.source)
        found = self._line.ask("find", list(wanted))
        for name, owner in wanted.items():
            self._names.pop(name, None)
            if name not in found:
                continue
            kind, parameters = found[name]
            if kind == "function":
                value = stand_in(self._line, name, parameters)
                self._names[name] = value
                if owner in self._names:
                    setattr(self._names[owner], name, value)

    def _sources(self, name):
        cells = [
            self._answers.get(cell.name, "") if cell.kind == "answer" else cell.source
            for cell in self._cells
            if cell.kind != "test"
        ]
        return rules.sources(name, cells)

    def _why(self, lost):
        """Ask the judge how a student's process ended."""
        self._line = None
        self._post("lost", lost.status)
        text, _ = self._channel.receive()
        return json.loads(text) or lost.message

    # The clock.

    def deadline(self):
        """Return the time at which a call that starts now must have ended."""
        now = time.monotonic()
        ends = {
            "call": now + self._limits.call_seconds,
            "cell": self._started + self._limits.cell_seconds,
            "notebook": self._ends,
        }
        self._first = min(ends, key=ends.get)
        return ends[self._first]

    def late(self):
        """Say which time ran out."""
        if self._first == "call":
            return f"One call took longer than {self._limits.call_seconds:g} seconds."
        if self._first == "cell":
            return f"This took longer than {self._limits.cell_seconds:g} seconds."
        return "The time for the whole notebook ran out."

    # Tests.

    def _test(self, place, cell):
        self._student(place)
        self._post("test", cell.name)
        began = self._started = time.monotonic()
        self._line.printed.clear()
        score, status, message, output = 0.0, "failed", "", io.StringIO()
        try:
            seed = entropy.seed_of(self._seed, cell.name)
            entropy.fix(seed)
            self._line.ask("seed", seed)
            with contextlib.redirect_stdout(output):
                score, status = self._score(cell)
        except Lost as lost:
            status, printed = lost.status, self._line.printed
            message = self._why(lost)
        except MemoryError as error:
            status, message = "memory", _said(error)
        except Exception as error:
            message = _said(error)
        if self._line is not None:
            printed = self._line.printed
        text = "".join([*printed, output.getvalue()])[: self._limits.output_bytes]
        outcome = Outcome(cell.name, cell.points, score, status, message, text)
        self._post("outcome", vars(outcome), time.monotonic() - began)

    def _score(self, cell):
        """Run a test cell; a number at its end is the score, as nbgrader counts."""
        tree = ast.parse(cell.source)
        last = None
        if tree.body and isinstance(tree.body[-1], ast.Expr):
            last = ast.Expression(tree.body.pop().value)
        names = dict(self._names)
        exec(compile(tree, f"<{cell.name}>", "exec"), names)
        value = eval(compile(last, f"<{cell.name}>", "eval"), names) if last else None
        if value is None:
            return cell.points, "passed"
        score = float(value)
        if not 0 <= score <= cell.points or not math.isfinite(score):
            raise ValueError(f"The test gave {score} of {cell.points} points.")
        return score, "passed" if score == cell.points else "partial"


def _defined(solution):
    """Map each name that an answer is to define to the class it becomes part of."""
    wanted = {}
    for node in ast.parse(solution).body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            owners = [
                call.args[0].id
                for call in node.decorator_list
                if isinstance(call, ast.Call) and call.args
            ]
            wanted[node.name] = owners[0] if owners else None
    return wanted


def _said(error):
    text = f"{type(error).__name__}: {error}"
    return text[:_MESSAGE]
