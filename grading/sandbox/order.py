"""A child that is on its way, so that several can come at the same time."""

import socket

from grading.sandbox.child import Child, listen
from grading.sandbox.levels import IsolationError, OverloadError

#: Seconds for one child.
BIRTH = 60.0


class Order:
    """A child that is on its way.

    Parameters
    ----------
    channel : socket.socket
        To the child.
    hear : socket.socket
        Of its supervisor.
    level : str
        The isolation that was asked for.
    """

    def __init__(self, channel: socket.socket, hear: socket.socket, level: str) -> None:
        self._channel, self._hear, self._level = channel, hear, level
        self._is_there = False

    def child(self) -> Child:
        """Wait for the child.

        Returns
        -------
        child : Child
            Isolated already.

        Raises
        ------
        IsolationError
            If there is none.
        """
        words, handles = listen(self._hear, BIRTH)
        if words.get("ready"):
            self._is_there = True
            return Child(self._channel, self._hear, handles[0])
        self.cancel()
        if "late" in words:
            raise busy(self._level, words["late"])
        reason = words.get("failed", _gone(self._level))
        raise IsolationError(f"No child could be isolated ({self._level}): {reason}.")

    def cancel(self) -> None:
        """Want no child any longer; one that comes ends when it finds nobody.

        A child that is there already stays as it is.
        """
        if not self._is_there:
            self._channel.close()
            self._hear.close()


def busy(level: str, why: str) -> OverloadError:
    """Say that this machine was too slow.

    Parameters
    ----------
    level : str
        The isolation that was asked for.
    why : str
        What was too slow.

    Returns
    -------
    error : OverloadError
        To be raised.
    """
    return OverloadError(
        f"This machine is too busy to say whether it can isolate by {level} "
        f"({why}). Try again with fewer jobs."
    )


def _gone(level):
    return f"the process that forks children ({level}) has ended"
