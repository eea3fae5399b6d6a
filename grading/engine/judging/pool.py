"""A pool of judges on this machine."""

from typing import TYPE_CHECKING

from grading.engine.judging.judge_host import NoIsolation
from grading.engine.processes.line_pool import START, Ended, LinePool

if TYPE_CHECKING:
    from grading.engine.judging.judge_host import HostPlan

#: Seconds a worker may need beyond the notebook's own limit.
GRACE = 60.0
#: Bytes of a reply: verdicts are capped, text by text.
MAX_REPLY = 32 << 20


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
    start : float, optional
        Seconds that a worker may take to start.
    """

    def __init__(
        self, jobs: int, plan: "HostPlan", seconds: float, start: float = START
    ) -> None:
        self.isolation = ""  #: of the workers, known once the first is ready
        self.capacity = jobs + 1  #: one task waits, so that no worker does
        self._workers = LinePool(
            ["-m", "grading.engine.judging.worker", plan.to_json()],
            jobs,
            seconds=seconds + GRACE,
            line_bytes=MAX_REPLY,
            greeted=self._greeted,
            start=start,
        )

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.close()

    def _greeted(self, reply):
        if "refused" in reply:
            raise NoIsolation(reply["refused"])
        self.isolation = reply["isolation"]

    def submit(self, key: str, text: str) -> None:
        """Have a task judged.

        Parameters
        ----------
        key : str
            Names it in :meth:`wait`.
        text : str
            From ``Task.to_json``.
        """
        self._workers.submit(key, text)

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
        return [
            (key, None if isinstance(reply, Ended) else reply)
            for key, reply in self._workers.wait(timeout)
        ]

    @property
    def processes(self) -> list[int]:
        """Process ids of the workers."""
        return self._workers.processes

    def close(self) -> None:
        """End all workers, whatever they do."""
        self._workers.close()
