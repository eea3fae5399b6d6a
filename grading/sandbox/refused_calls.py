"""What a child tried that the filter refuses, noticed by its supervisor."""

import errno
import fcntl
import struct

from grading.sandbox import syscalls
from grading.sandbox.seccomp import column

# ioctl numbers and structures of linux/seccomp.h.
_RECEIVE, _SEND = 0xC0502100, 0xC0182101
_NOTICE = "QIIiIQ6Q"  # id, process, flags; number, machine, place, six arguments
_ANSWER = "QqiI"  # id, value, error, flags
#: Families of sockets that lead out of the machine.
_NETWORK = {2: "IPv4", 10: "IPv6", 16: "netlink", 17: "packet", 40: "vsock"}


class RefusedCalls:
    """Refuse system calls that a filter asks about, and remember them.

    Parameters
    ----------
    listener : int
        File descriptor, as :func:`seccomp.install` returns.
    """

    def __init__(self, listener: int) -> None:
        self.listener = listener
        self._names = {
            syscalls.REFUSED[name][column()]: name for name in syscalls.NOTICED
        }
        self._sentences = set()

    def fileno(self) -> int:
        """Return the file descriptor to wait for.

        Returns
        -------
        listener : int
            As given.
        """
        return self.listener

    def refuse(self) -> None:
        """Answer one call with an error."""
        notice = bytearray(struct.calcsize(_NOTICE))
        try:
            fcntl.ioctl(self.listener, _RECEIVE, notice)
            mark, _, _, number, _, _, first, *_ = struct.unpack(_NOTICE, notice)
            error = self._judge(number, first & 0xFFFFFFFF)
            answer = struct.pack(_ANSWER, mark, 0, -error, 0)
            fcntl.ioctl(self.listener, _SEND, bytearray(answer))
        except OSError:  # the caller has ended in between
            pass

    def sentences(self) -> list[str]:
        """List what was tried.

        Returns
        -------
        sentences : list of str
            Sorted; one for each kind.
        """
        return sorted(self._sentences)

    def _judge(self, number, first):
        name = self._names.get(number, str(number))
        if name != "socket":
            self._sentences.add(f"It made the system call {name}, which was refused.")
            return errno.EPERM
        if first not in _NETWORK:
            return errno.EPERM
        self._sentences.add(
            f"It asked for a network socket ({_NETWORK[first]}), which was refused."
        )
        return errno.ENETUNREACH
