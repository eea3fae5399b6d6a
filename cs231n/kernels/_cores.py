"""How many cores this process may use."""

import math
import os
from pathlib import Path

#: Where Linux shows control groups.
CGROUPS = Path("/sys/fs/cgroup")
MINE = Path("/proc/self/cgroup")


def cores():
    """Count the cores that this process may use, by affinity and by quota.

    Returns
    -------
    count : int
        At least 1.
    """
    try:
        count = len(os.sched_getaffinity(0))
    except AttributeError:  # not Linux
        count = os.cpu_count() or 1
    granted = quota()
    return count if granted >= count else max(1, math.ceil(granted))


def quota():
    """Read the processor time that the control groups of this process grant.

    Returns
    -------
    cores : float
        Seconds of processor time a second; infinity where nothing limits it.
    """
    return min(map(_quota_of, _folders()), default=math.inf)


def _folders():
    """List the folders of this process's groups and of all above, in both versions."""
    try:
        lines = MINE.read_text().splitlines()
    except OSError:
        return []
    found = {CGROUPS, CGROUPS / "cpu"}
    for line in lines:
        _, controllers, path = line.split(":", 2)
        if controllers and "cpu" not in controllers.split(","):
            continue
        root = CGROUPS / controllers if controllers else CGROUPS
        inside = Path(path.lstrip("/"))
        found |= {root / one for one in (inside, *inside.parents)}
    return sorted(found)


def _quota_of(folder):
    """Read one group's quota: cpu.max in version 2, two files in version 1."""
    try:
        if (folder / "cpu.max").is_file():
            words = (folder / "cpu.max").read_text().split()
        else:
            names = ("cpu.cfs_quota_us", "cpu.cfs_period_us")
            words = [(folder / name).read_text() for name in names]
        share, period = map(int, words)
    except (OSError, ValueError):  # "max", or nothing there
        return math.inf
    return share / period if share > 0 < period else math.inf
