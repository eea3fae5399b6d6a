"""A pool of workers on this machine; what a dead one held is given back."""

import contextlib
import json
import os
import selectors
import subprocess
import sys
import tempfile
import time
from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from grading import ROOT
from grading.engine.judging.judge_host import NoIsolation

if TYPE_CHECKING:
    from grading.engine.judging.judge_host import HostPlan

#: Seconds a worker may need beyond the notebook's own limit.
GRACE = 60.0
#: Seconds a worker may take to start: it may have to draw the images first.
START = 300.0
#: Workers that die one after the other before any finishes a task.
MAX_STILLBORN = 3


class WorkersFailed(Exception):
    """Workers cannot be started; the message has their last words."""


@dataclass
class _Worker:
    process: subprocess.Popen
    log: object
    ready: bool = False
    buffer: bytes = b""
    key: str = ""  #: what it judges at the moment
    since: float = field(default_factory=time.monotonic)


class Pool:
    """Judges tasks in processes of this machine.

    Parameters
    ----------
    jobs : int
        Number of processes.
    plan : HostPlan
        How each sets its host up.
    seconds : float
        After so long with one task a worker is taken for hung, and killed.
    """

    def __init__(self, jobs: int, plan: "HostPlan", seconds: float) -> None:
        self.isolation = ""  #: of the workers, known once the first is ready
        self.capacity = jobs + 1  #: one task waits, so that no worker does
        self._plan, self._seconds = plan, seconds + GRACE
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
            [
                sys.executable,
                "-m",
                "grading.engine.judging.worker",
                self._plan.to_json(),
            ],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            env=_environment(),
            cwd=ROOT,
            # Ctrl-C is the coordinator's; it ends the workers itself.
            start_new_session=True,
        )
        worker = _Worker(process, log)
        self._selector.register(process.stdout, selectors.EVENT_READ, worker)
        return worker

    def submit(self, key: str, text: str) -> None:
        """Have a task judged.

        Parameters
        ----------
        key : str
            Names it in :meth:`wait`.
        text : str
            From ``Task.to_json``.
        """
        self._queue.append((key, text))
        self._feed()

    def _feed(self):
        for worker in self._workers:
            if self._queue and worker.ready and not worker.key:
                key, text = self._queue.popleft()
                worker.key, worker.since = key, time.monotonic()
                # If it is dead already, its silence will say so.
                with contextlib.suppress(BrokenPipeError):
                    worker.process.stdin.write(text.encode() + b"\n")
                    worker.process.stdin.flush()

    def wait(self, timeout: float = 1.0) -> list[tuple[str, dict | None]]:
        """Wait until something is judged.

        Parameters
        ----------
        timeout : float, optional
            Seconds.

        Returns
        -------
        done : list of (str, dict or None)
            Keys and replies; None if the worker died over it.

        Raises
        ------
        NoIsolation
            If this machine cannot isolate students and that is required.
        WorkersFailed
            If workers die before they can do anything.
        """
        done = []
        for event, _ in self._selector.select(timeout):
            done += self._hear(event.data)
        for worker in self._workers:
            patience = self._seconds if worker.ready else START
            idle = worker.ready and not worker.key
            if not idle and time.monotonic() - worker.since > patience:
                worker.process.kill()
        self._feed()
        return done

    def _hear(self, worker):
        data = os.read(worker.process.stdout.fileno(), 1 << 16)
        if not data:
            return self._bury(worker)
        *lines, worker.buffer = (worker.buffer + data).split(b"\n")
        replies = [json.loads(line) for line in lines]
        done = []
        for reply in replies:
            if "refused" in reply:
                raise NoIsolation(reply["refused"])
            if "isolation" in reply:
                worker.ready, self.isolation = True, reply["isolation"]
            else:
                done.append((worker.key, reply))
                worker.key, self._stillborn = "", 0
        return done

    def _bury(self, worker):
        """Replace a dead worker; return what it held."""
        self._selector.unregister(worker.process.stdout)
        self._workers.remove(worker)
        words = _end(worker)
        if not worker.ready:
            self._stillborn += 1
            if self._stillborn >= MAX_STILLBORN:
                raise WorkersFailed(f"Workers end as soon as they start:\n{words}")
        self._workers.append(self._start())
        return [(worker.key, None)] if worker.key else []

    @property
    def processes(self) -> list[int]:
        """Process ids of the workers."""
        return [worker.process.pid for worker in self._workers]

    def close(self) -> None:
        """End all workers, whatever they do."""
        for worker in self._workers:
            worker.process.kill()
        for worker in self._workers:
            _end(worker)
        self._workers = []
        self._selector.close()


def _end(worker):
    """Free what a dead worker held; return its last words."""
    with contextlib.suppress(BrokenPipeError):
        worker.process.stdin.close()
    worker.process.stdout.close()
    worker.process.wait()
    worker.log.seek(0)
    words = worker.log.read()[-2000:].decode("utf-8", "replace")
    worker.log.close()
    return words


def _environment():
    """One thread a worker: more workers than cores would only disturb each other."""
    threads = {
        name: os.environ.get(name, "1")
        for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")
    }
    return os.environ | threads
