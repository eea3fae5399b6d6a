"""One isolated process, as the judge holds it."""

import contextlib
import json
import os
import select
import signal
import socket

_MESSAGE = 1 << 16


class Child:
    """One isolated process, and everything it starts.

    Parameters
    ----------
    sock : socket.socket
        The only channel to it.
    report : socket.socket
        Where its supervisor says how it ended.
    handle : int
        File descriptor that stands for the process (a pidfd).

    Attributes
    ----------
    sock : socket.socket
        As above; a stream.
    attempts : tuple of str
        What it tried that no answer needs, such as the network; known once it has
        ended. A sentence each, for an instructor to look at.
    seconds : float
        Of processor time that it and its supervisor needed; known once it has ended.
    pid : int
        Its number here; -1 if it ended before it could be asked.
    """

    def __init__(self, sock: socket.socket, report: socket.socket, handle: int) -> None:
        self.sock, self._report = sock, report
        self._handle: int | None = handle
        self.pid = _number(handle)
        self.attempts: tuple[str, ...] = ()
        self.seconds = 0.0
        self._ending: str | None = None
        self._killed = False

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self.close()

    def kill(self) -> None:
        """End it, and everything it ever started, at once; wait for nothing."""
        if self._ending is None and self._handle is not None:
            self._killed = True
            self.signal(signal.SIGKILL)

    def signal(self, number: int) -> None:
        """Send it a signal, if it is alive.

        Parameters
        ----------
        number : int
            One of those in :mod:`signal`.
        """
        if self._ending is None and self._handle is not None:
            with contextlib.suppress(ProcessLookupError):
                signal.pidfd_send_signal(self._handle, number)

    def ending(self, timeout: float = 0.0) -> str:
        """Say how it ended.

        Parameters
        ----------
        timeout : float, optional
            Seconds to wait for the end.

        Returns
        -------
        ending : str
            "running", "exit 0" (any code), "signal 11" (any number), "memory", "files",
            "processes", "time", or "killed".
        """
        if self._ending is None:
            words, _ = listen(self._report, timeout, late={"ending": None})
            self._ending = words.get("ending", "killed")
            self.attempts = tuple(words.get("attempts", ()))
            self.seconds = words.get("seconds", 0.0)
            if self._killed and self._ending == "signal 9":
                self._ending = "killed"
        return self._ending or "running"

    def close(self) -> None:
        """Kill it and close the channel."""
        self.kill()
        self.sock.close()
        self._report.close()
        if self._handle is not None:
            os.close(self._handle)
        self._handle = None


def listen(
    hear: socket.socket, timeout: float, late: dict | None = None
) -> tuple[dict, list[int]]:
    """Wait for one message.

    Parameters
    ----------
    hear : socket.socket
        Of packets, each a JSON text and perhaps a file descriptor.
    timeout : float
        Seconds.
    late : dict, optional
        What to return when nothing came; words that say so by default.

    Returns
    -------
    words : dict
        The message; empty if the other side is gone.
    handles : list of int
        File descriptors that came with it.
    """
    waiting = select.poll()
    waiting.register(hear, select.POLLIN)
    if not waiting.poll(timeout * 1000):
        return late or {"late": f"no answer in {timeout:.0f} s"}, []
    try:
        message, handles, _, _ = socket.recv_fds(hear, _MESSAGE, 1)
    except ConnectionError:  # it ended before it read what we said
        return {}, []
    return json.loads(message or "{}"), handles


def _number(handle):
    with open(f"/proc/self/fdinfo/{handle}") as file:
        fields = dict(line.split(":", 1) for line in file)
    return int(fields["Pid"])
