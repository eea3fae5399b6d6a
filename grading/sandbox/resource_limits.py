"""How much a child and everything it started are using, seen from outside."""

import contextlib
import os
import resource
import time

_PAGE = resource.getpagesize()
_GRACE = 30.0  # seconds that a judge may be late in ending a notebook


class ResourceLimits:
    """Limits that the kernel does not keep for several processes together.

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
        self.base = self._resident(str(child) if folder else "1")

    def broken(self) -> str | None:
        """Look once.

        Returns
        -------
        reason : str or None
            "memory", "processes", "files" or "time" if a limit is passed.
        """
        numbers = self._numbers()
        if time.monotonic() > self.end:
            return "time"
        if self._threads(numbers) > self.limits["processes"]:
            return "processes"
        if self._memory(numbers) > self.limits["memory_bytes"]:
            return "memory"
        if self.folder and self._too_full():
            return "files"
        return None

    def _numbers(self):
        if self.folder:
            return [str(self.child)]
        return [name for name in os.listdir("/proc") if name.isdigit()]

    def _memory(self, numbers):
        """Bytes beyond the loaded packages; shared pages count once if it matters."""
        rough = sum(self._resident(number) - self.base for number in numbers)
        if rough <= self.limits["memory_bytes"] or len(numbers) == 1:
            return rough
        return sum(map(_proportional, numbers))

    def _resident(self, number):
        text = _read(f"/proc/{number}/statm")
        return int(text.split()[1]) * _PAGE if text else 0

    def _threads(self, numbers):
        return sum(_field(f"/proc/{number}/status", "Threads:") for number in numbers)

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


def _proportional(number):
    return _field(f"/proc/{number}/smaps_rollup", "Pss:") * 1024


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
