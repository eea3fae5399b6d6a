"""A Dask cluster: the same tasks, judged on many machines.

Only text crosses: tasks and verdicts as JSON. What is judged is written down by the
coordinator, so a cluster that goes away loses nothing.
"""

import json
from typing import TYPE_CHECKING

from grading.engine.judging.judge_host import NoIsolation
from grading.engine.judging.worker import judge_remotely, look

if TYPE_CHECKING:
    from grading.engine.judging.judge_host import HostPlan


class ClusterFailed(Exception):
    """The cluster cannot be used; the message says why."""


class Cluster:
    """Judges tasks on the workers of a Dask scheduler.

    Parameters
    ----------
    address : str
        Such as ``"tcp://host:8786"``.
    plan : HostPlan
        How each worker sets its host up.

    Raises
    ------
    ClusterFailed
        If nobody answers there, or it has no workers.
    NoIsolation
        If isolation is required and no worker offers it.
    """

    def __init__(self, address: str, plan: "HostPlan") -> None:
        from distributed import Client

        self._plan, self._futures, self._texts = plan.to_json(), {}, {}
        try:
            self._client = Client(address, timeout=10, set_as_default=False)
        except (OSError, ValueError) as error:
            raise ClusterFailed(f"No Dask scheduler at {address}: {error}.") from None
        self.refused = {}  #: workers that may not judge, and why
        self._ask()

    def _ask(self):
        found = self._client.run(look, self._plan, on_error="return")
        self.refused = {
            worker: str(reply.get("refused") if isinstance(reply, dict) else reply)
            for worker, reply in found.items()
            if not isinstance(reply, dict) or "refused" in reply
        }
        good = {
            name: reply for name, reply in found.items() if name not in self.refused
        }
        if not good:
            self._client.close()
            if not found:
                raise ClusterFailed("The Dask scheduler has no workers; start some.")
            raise NoIsolation(
                f"No worker may judge. {next(iter(self.refused.values()))}"
            )
        self._good = list(good)
        self.isolation = min(reply["isolation"] for reply in good.values())

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.close()

    @property
    def capacity(self) -> int:
        """How many tasks the workers can be kept busy with."""
        workers = self._client.scheduler_info(n_workers=-1)["workers"]
        return 2 * max(1, sum(worker["nthreads"] for worker in workers.values()))

    def submit(self, key: str, text: str) -> None:
        """Have a task judged.

        Parameters
        ----------
        key : str
            Names it in :meth:`wait`.
        text : str
            From ``Task.to_json``.
        """
        self._texts[key] = text
        future = self._client.submit(
            judge_remotely, text, self._plan, pure=False, workers=self._allowed()
        )
        self._futures[future] = key

    def _allowed(self):
        """Name the workers that may judge; all, unless some were refused."""
        if not self.refused:
            return None
        here = self._client.scheduler_info(n_workers=-1)["workers"]
        return [name for name in here if name not in self.refused] or self._good

    def wait(self, timeout: float = 1.0) -> list[tuple[str, dict | None]]:
        """Wait until something is judged.

        Parameters
        ----------
        timeout : float, optional
            Seconds.

        Returns
        -------
        done : list of (str, dict or None)
            Keys and replies; None if workers died over it.

        Raises
        ------
        NoIsolation
            If a worker that joined later was the last one and offers none.
        """
        from distributed import wait

        try:
            with self._client.as_current():
                wait(
                    list(self._futures), timeout=timeout, return_when="FIRST_COMPLETED"
                )
        except TimeoutError:
            return []
        finished = [future for future in self._futures if future.done()]
        replies = [self._reply(future) for future in finished]
        return [reply for reply in replies if reply is not None]

    def _reply(self, future):
        key = self._futures.pop(future)
        text = self._texts.pop(key)
        if future.status != "finished":
            return key, None
        reply = json.loads(future.result())
        if "refused" in reply:
            self._ask()
            self.submit(key, text)
            return None
        return key, reply

    def close(self) -> None:
        """Leave the cluster; its workers go on for others."""
        self._client.cancel(list(self._futures))
        self._client.close()
