"""How long processes took by themselves, on a machine that others use, too."""

import contextlib
import os
import time
from collections.abc import Sequence

_TICK = os.sysconf("SC_CLK_TCK")
_UTIME, _STIME = 11, 12  # places in /proc/N/stat, behind the program's name


class OwnTime:
    """Seconds since now in which some processes were not kept waiting for a core.

    A process that sleeps takes time by its own choice; one that stands in line for a
    core does not. Where the kernel does not count the line, all time is their own.

    Parameters
    ----------
    numbers : sequence of int
        Ids of processes that work in turns. Those that have ended do not count.
    """

    def __init__(self, numbers: Sequence[int]) -> None:
        self._numbers = numbers
        self._began = time.monotonic()
        self._used, self._waited = self._counts()

    @property
    def seconds(self) -> float:
        """Seconds so far, or of processor time if threads used more than that."""
        wall = time.monotonic() - self._began
        used, waited = self._counts()
        in_line = min(max(0.0, waited - self._waited), wall)
        return max(used - self._used, wall - in_line)

    def _counts(self):
        """Add up the processor time of all threads, and the first one's in line."""
        used = waited = 0.0
        for number in self._numbers:
            with contextlib.suppress(OSError, ValueError, IndexError):
                used += _processor_seconds(number)
                waited += int(_read(number, "schedstat").split()[1]) / 1e9
        return used, waited


def _processor_seconds(number):
    fields = _read(number, "stat").rpartition(")")[2].split()
    return (int(fields[_UTIME]) + int(fields[_STIME])) / _TICK


def _read(number, name):
    with open(f"/proc/{number}/{name}") as file:
        return file.read()
