"""What is in flight: tasks being judged, and the notebooks that wait for them."""

from collections import Counter, defaultdict, deque
from collections.abc import Callable
from dataclasses import replace
from typing import Protocol

#: A notebook that ends so many judging processes is not judged again. Before the last
#: time it waits until nothing else runs: the fault may have been the machine's.
MAX_DEATHS = 3
#: Notebooks that may wait for a verdict; more would only fill the memory.
MAX_WAITING = 200


class Backend(Protocol):
    """What judges tasks: a pool on this machine, or a cluster."""

    @property
    def capacity(self) -> int:
        """Tasks that it takes at a time."""

    def submit(self, key: str, text: str) -> None:
        """Have a task judged."""

    def wait(self, timeout: float = 1.0) -> list[tuple[str, dict | None]]:
        """Return keys and replies of what is judged; None where a worker died."""

    def close(self) -> None:
        """End the workers."""


class InFlight:
    """Tasks under way on a pool or a cluster.

    Parameters
    ----------
    open_backend : callable
        Makes a Pool or a Cluster, when the first task is there.
    hurry : bool, optional
        Whether a notebook that takes long is put off while others wait.
    """

    def __init__(
        self, open_backend: Callable[[], Backend], *, hurry: bool = False
    ) -> None:
        self._open_backend, self._hurry = open_backend, hurry
        self._backend: Backend | None = None
        self._waiting, self._tasks = defaultdict(list), {}
        self._put_off: list[str] = []  # for when nobody waits behind them
        self._deaths, self._aside = Counter(), deque()

    def __enter__(self):
        return self

    def __exit__(self, *error):
        if self._backend is not None:
            self._backend.close()

    def __bool__(self):
        return bool(self._waiting)

    @property
    def has_room(self) -> bool:
        """Whether another task would find a worker soon."""
        capacity = self._backend.capacity if self._backend else 1
        waiting = sum(map(len, self._waiting.values()))
        return self._active < capacity and waiting < MAX_WAITING

    @property
    def _active(self):
        return len(self._waiting) - len(self._aside) - len(self._put_off)

    def join(self, key: str, notebook: object, make_task: Callable) -> None:
        """Let a notebook wait for a verdict.

        Parameters
        ----------
        key : str
            Of its task.
        notebook : object
            Given back by :meth:`landed`.
        make_task : callable
            Makes the task, if no other notebook waits for the same.
        """
        self._waiting[key].append(notebook)
        if key not in self._tasks:
            if self._backend is None:
                self._backend = self._open_backend()
            self._tasks[key] = replace(make_task(), hurry=self._hurry)
            self._send(key)

    def landed(
        self, timeout: float = 1.0, *, last: bool = True
    ) -> list[tuple[str, dict | None, list]]:
        """Wait until something is judged.

        Parameters
        ----------
        timeout : float, optional
            Seconds.
        last : bool, optional
            Whether all notebooks there are have joined.

        Returns
        -------
        done : list of (str, dict or None, list)
            Keys, replies and the notebooks that waited; None in place of a reply if
            workers died over it, again and again.
        """
        if not self._active and (last or not self.has_room):
            self._send_those_left()
        done: list = []
        if self._backend is None:
            return done
        for key, reply in self._backend.wait(timeout):
            if reply is not None and reply.get("put_off"):
                self._put_off.append(key)
            elif reply is not None or self._is_deadly(key):
                del self._tasks[key]
                done.append((key, reply, self._waiting.pop(key)))
        return done

    def _send(self, key):
        self._backend.submit(key, self._tasks[key].to_json())

    def _send_those_left(self):
        """Send what takes long, all at once; then what is deadly, one by one."""
        keys, self._put_off = self._put_off, []
        for key in keys or [self._aside.popleft()]:
            self._tasks[key] = replace(self._tasks[key], hurry=False)
            self._send(key)

    def _is_deadly(self, key):
        """Count a death; try again unless it was the last."""
        self._deaths[key] += 1
        if self._deaths[key] == MAX_DEATHS:
            return True
        if self._deaths[key] == MAX_DEATHS - 1:
            self._aside.append(key)
        else:
            self._send(key)
        return False
