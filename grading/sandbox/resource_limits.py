"""How much a child is using, seen from outside: no answer can start another process."""

import contextlib
import os
import resource
import time

_PAGE = resource.getpagesize()
_GRACE = 30.0  # seconds that a judge may be late in ending a notebook


class ResourceLimits:
    """Limits that the kernel does not keep on every level of isolation.

    Parameters
    ----------
    child : int
        Process number as this process sees it.
    limits : dict
        Fields of :class:`~grading.sandbox.limits.Limits`.
    folder : str or None
        The child's private folder; None if the kernel limits its size.
    files : int
        Files and folders it may hold.

    Notes
    -----
    Where `folder` is None, ``/proc`` shows the child's process namespace only.
    """

    def __init__(
        self, child: int, limits: dict, folder: str | None, files: int
    ) -> None:
        self.child, self.limits, self.folder, self.files = child, limits, folder, files
        self.end = time.monotonic() + limits["notebook_seconds"] + _GRACE
        self._number = str(child) if folder else "1"
        self.base = self._resident()

    def broken(self) -> str | None:
        """Look once.

        Returns
        -------
        reason : str or None
            "memory", "processes", "files" or "time" if a limit is passed.
        """
        if time.monotonic() > self.end:
            return "time"
        if self._threads() > self.limits["processes"]:
            return "processes"
        if self._resident() - self.base > self.limits["memory_bytes"]:
            return "memory"
        if self.folder and self._too_full():
            return "files"
        return None

    def _resident(self):
        text = _read(f"/proc/{self._number}/statm")
        return int(text.split()[1]) * _PAGE if text else 0

    def _threads(self):
        return _field(f"/proc/{self._number}/status", "Threads:")

    def _too_full(self):
        size, folders = sum(_nameless(self.child)), [self.folder]
        for count, entry in enumerate(_entries(folders)):
            size += _blocks(entry)
            if count >= self.files:
                return True
        return size > self.limits["file_bytes"]


def children(parent: int) -> list[int]:
    """List the processes whose parent is a given one.

    Parameters
    ----------
    parent : int
        Process number.

    Returns
    -------
    numbers : list of int
        Their process numbers, from ``/proc``.
    """
    every = [int(name) for name in os.listdir("/proc") if name.isdigit()]
    return [one for one in every if _field(f"/proc/{one}/status", "PPid:") == parent]


def _nameless(child):
    """Bytes in files that have been deleted but are still open."""
    for entry in _entries([f"/proc/{child}/fd"]):
        with contextlib.suppress(OSError):
            found = os.stat(entry.path)
            yield found.st_blocks * 512 if found.st_nlink == 0 else 0


def _field(path, name):
    for line in _read(path).splitlines():
        if line.startswith(name):
            return int(line.split()[1])
    return 0


def _read(path):
    try:
        with open(path, encoding="ascii", errors="replace") as file:
            return file.read()
    except OSError:  # it ended in between
        return ""


def _entries(folders):
    """Yield everything in these folders, one by one: there may be very much."""
    while folders:
        with contextlib.suppress(OSError), os.scandir(folders.pop()) as entries:
            for entry in entries:
                yield entry
                if entry.is_dir(follow_symlinks=False):
                    folders.append(entry.path)


def _blocks(entry):
    try:
        return entry.stat(follow_symlinks=False).st_blocks * 512
    except OSError:
        return 0
