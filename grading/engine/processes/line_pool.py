"""A pool of processes that take a line of JSON and give one back.

The dead are replaced. Nothing waits for one of them: what goes in and what comes out
moves as far as the pipes let it, and pieces of a long line are joined once.
"""

import contextlib
import json
import os
import selectors
import signal
import subprocess
import sys
import tempfile
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from grading import ROOT

#: Seconds a process may take to start: it may have to draw the images first.
START = 300.0
#: Processes that die one after the other before any finishes a task.
MAX_STILLBORN = 3
#: Characters of what a dead process said last.
LAST_WORDS = 2000
_READ = 1 << 20


class WorkersFailed(Exception):
    """Processes cannot be started; the message has their last words."""


@dataclass(frozen=True)
class Ended:
    """A process that died over its task, in place of a reply."""

    signal: int = 0  #: that ended it; 0 if it ended by itself
    hung: bool = False  #: it took too long or said too much, and was killed


@dataclass(eq=False)
class _Worker:
    process: subprocess.Popen
    log: Any
    to_send: bytes | memoryview = b""
    ready: bool = False
    pieces: list = field(default_factory=list)  #: of a line that is not whole yet
    size: int = 0  #: of the pieces
    key: str = ""  #: what it works on at the moment
    since: float = field(default_factory=time.monotonic)
    hung: bool = False
    leaves: bool = False  #: it has said that it ends now; another takes its place


class LinePool:
    """Some processes and a queue of tasks for them.

    Parameters
    ----------
    command : list of str
        What ``python`` runs; it greets with a line, then answers line by line.
    jobs : int
        Number of processes.
    seconds : float
        After so long with one task a process is taken for hung, and killed.
    line_bytes : int
        Longest reply; who says more is killed.
    greeted : callable, optional
        Called as ``greeted(reply)`` with the first line of each process.
    first : str, optional
        A line that each process is given before any task.
    start : float, optional
        Seconds until a process must have greeted.
    """

    def __init__(
        self,
        command: list[str],
        jobs: int,
        *,
        seconds: float,
        line_bytes: int,
        greeted: Callable = lambda reply: None,
        first: str = "",
        start: float = START,
    ) -> None:
        self._command, self._greeted = command, greeted
        self._seconds, self._start_seconds = seconds, start
        self._line_bytes, self._first = line_bytes, first
        self._queue, self._stillborn = deque(), 0
        self._selector = selectors.DefaultSelector()
        self._workers = [self._start() for _ in range(jobs)]

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.close()

    def _start(self):
        log = tempfile.TemporaryFile()  # noqa: SIM115 - closed in _end
        process = subprocess.Popen(
            # Warnings about a student's source would fill the log.
            [sys.executable, "-W", "ignore", *self._command],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            bufsize=0,
            env=_environment(),
            cwd=ROOT,
            # Ctrl-C is the coordinator's; it ends the others itself.
            start_new_session=True,
        )
        worker = _Worker(process, log)
        os.set_blocking(process.stdin.fileno(), False)
        self._selector.register(process.stdout, selectors.EVENT_READ, worker)
        if self._first:
            self._send(worker, self._first)
        return worker

    def submit(self, key: str, text: str) -> None:
        """Queue a task.

        Parameters
        ----------
        key : str
            Names it in :meth:`wait`.
        text : str
            One line.
        """
        self._queue.append((key, text))
        self._feed()

    def _feed(self):
        for worker in self._workers:
            free = worker.ready and not worker.key and not worker.leaves
            if self._queue and free:
                worker.key, text = self._queue.popleft()
                worker.since = time.monotonic()
                self._send(worker, text)

    def _send(self, worker, text):
        waiting = bool(worker.to_send)
        worker.to_send = memoryview(bytes(worker.to_send) + text.encode() + b"\n")
        if not waiting:
            self._selector.register(worker.process.stdin, selectors.EVENT_WRITE, worker)
            self._write(worker)

    def _write(self, worker):
        """Write as much as the pipe takes now."""
        try:
            sent = os.write(worker.process.stdin.fileno(), worker.to_send)
        except BlockingIOError:
            return
        except BrokenPipeError:  # its silence will say that it is dead
            sent = len(worker.to_send)
        worker.to_send = worker.to_send[sent:]
        if not worker.to_send:
            self._selector.unregister(worker.process.stdin)

    def wait(self, timeout: float = 1.0) -> "list[tuple[str, dict | Ended]]":
        """Wait until something is done.

        Parameters
        ----------
        timeout : float, optional
            Seconds.

        Returns
        -------
        done : list of (str, dict or Ended)
            Keys and replies.

        Raises
        ------
        WorkersFailed
            If processes die before they can do anything.
        """
        done = []
        for event, _ in self._selector.select(timeout):
            worker = event.data
            if worker not in self._workers:  # buried a moment ago
                continue
            if event.fileobj is worker.process.stdin:
                self._write(worker)
            else:
                done += self._hear(worker)
        for worker in self._workers:
            patience = self._seconds if worker.ready else self._start_seconds
            idle = worker.ready and not worker.key
            if not idle and time.monotonic() - worker.since > patience:
                self._kill(worker)
        self._feed()
        return done

    def _kill(self, worker):
        worker.hung = True
        worker.process.kill()

    def _hear(self, worker):
        data = os.read(worker.process.stdout.fileno(), _READ)
        if not data:
            return self._bury(worker)
        *ends, rest = data.split(b"\n")
        done = []
        for end in ends:
            line = b"".join([*worker.pieces, end])
            worker.pieces, worker.size = [], 0
            done += self._take(worker, line)
        worker.pieces.append(rest)
        worker.size += len(rest)
        if worker.size > self._line_bytes:
            self._kill(worker)
        return done

    def _take(self, worker, line):
        """Take a whole line of a process; a strange one ends it."""
        try:
            reply = json.loads(line) if len(line) <= self._line_bytes else None
        except (ValueError, RecursionError):
            reply = None
        if not isinstance(reply, dict) or (worker.ready and not worker.key):
            self._kill(worker)
            return []
        if not worker.ready:
            self._greeted(reply)
            worker.ready = True
            return []
        worker.leaves = reply.pop("leaves", False)
        key, worker.key, self._stillborn = worker.key, "", 0
        return [(key, reply)]

    def _bury(self, worker):
        """Replace a dead process; return what it held."""
        self._selector.unregister(worker.process.stdout)
        if worker.to_send:
            self._selector.unregister(worker.process.stdin)
        self._workers.remove(worker)
        words = _end(worker)
        if not worker.ready:
            self._stillborn += 1
            if self._stillborn >= MAX_STILLBORN:
                raise WorkersFailed(f"Workers end as soon as they start:\n{words}")
        self._workers.append(self._start())
        ended = Ended(max(0, -worker.process.returncode), worker.hung)
        return [(worker.key, ended)] if worker.key else []

    @property
    def processes(self) -> list[int]:
        """Process ids."""
        return [worker.process.pid for worker in self._workers]

    def close(self) -> None:
        """End all processes, whatever they do."""
        for worker in self._workers:
            worker.process.kill()
        for worker in self._workers:
            _end(worker)
        self._workers = []
        self._selector.close()


def _end(worker):
    """Free what a dead process held; return its last words."""
    with contextlib.suppress(BrokenPipeError):
        worker.process.stdin.close()
    worker.process.stdout.close()
    worker.process.wait()
    worker.log.seek(max(0, worker.log.seek(0, os.SEEK_END) - LAST_WORDS))
    words = worker.log.read().decode("utf-8", "replace")
    worker.log.close()
    return words


def _environment():
    """One thread a process: more than cores would only disturb each other."""
    threads = {
        name: os.environ.get(name, "1")
        for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")
    }
    return os.environ | threads


def ran_out_of_time(ended: Ended) -> bool:
    """Tell whether a process used up its time, on the clock or of a processor.

    Parameters
    ----------
    ended : Ended
        What :meth:`LinePool.wait` gave.

    Returns
    -------
    late : bool
        Another try would end the same way.
    """
    return ended.hung or ended.signal == signal.SIGXCPU
