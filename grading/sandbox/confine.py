"""What a child does to itself before the first line of a student's code."""

import math
import os
import resource

from grading.sandbox import landlock, linux, seccomp
from grading.sandbox.namespaces import PRIVATE, unshare_with_user
from grading.sandbox.readable_paths import DEVICES

#: Files and folders in the private folder, at most.
FILES = 4096
#: Open at one time; pipes and sockets hold memory that no other limit counts.
_OPEN = 64
_NICE = 5  # so that the supervisor and the judge get their turn
_NEW_SPACES = linux.NEWPID | linux.NEWNS | linux.NEWIPC


def separate() -> None:
    """Leave the zygote's namespaces; the next fork is process 1 of its own."""
    linux.prctl(linux.DUMPABLE, 1)  # else /proc/self is root's, after becoming nobody
    unshare_with_user(_NEW_SPACES)


def furnish(limits: dict) -> None:
    """Mount a private folder of limited size and a view of one's own processes.

    Parameters
    ----------
    limits : dict
        Fields of :class:`~grading.sandbox.limits.Limits`.
    """
    flags = linux.NOSUID | linux.NODEV | linux.NOEXEC
    options = f"mode=700,size={limits['file_bytes']},nr_inodes={FILES}"
    linux.mount("own", PRIVATE, "tmpfs", flags, options)
    linux.mount("proc", "/proc", "proc", flags)


def limit(limits: dict, *, count_threads: bool) -> None:
    """Set the limits of this process that its children inherit.

    Parameters
    ----------
    limits : dict
        Fields of :class:`~grading.sandbox.limits.Limits`.
    count_threads : bool
        Whether the kernel counts this user's threads within the namespace only.
    """
    bounds = {
        "AS": address_space() + limits["memory_bytes"],
        "CORE": 1,  # unlike 0, this also keeps a dump from the system's own collector
        "CPU": cpu_seconds(limits),
        "FSIZE": limits["file_bytes"],
        "MEMLOCK": 1 << 16,
        "MSGQUEUE": 0,
        "NOFILE": _OPEN,
        "NICE": 0,
        "RTPRIO": 0,
        "SIGPENDING": 1024,
    }
    if count_threads:
        bounds["NPROC"] = limits["processes"] + 1  # its supervisor counts, too
    for name, bound in bounds.items():
        resource.setrlimit(getattr(resource, f"RLIMIT_{name}"), (bound, bound))


def cpu_seconds(limits: dict) -> int:
    """Say how much processor time a process may use.

    Parameters
    ----------
    limits : dict
        Fields of :class:`~grading.sandbox.limits.Limits`.

    Returns
    -------
    seconds : int
        As much as every core can give within the time of the notebook.
    """
    return math.ceil(limits["notebook_seconds"]) * (os.cpu_count() or 1)


def address_space() -> int:
    """Measure the address space that this process starts with.

    Returns
    -------
    size : int
        Bytes; what the loaded packages take.
    """
    with open("/proc/self/statm") as file:
        return int(file.read().split()[0]) * resource.getpagesize()


def silence(keep: list[int]) -> None:
    """Point standard input and output at nothing and close every other file.

    Parameters
    ----------
    keep : list of int
        File descriptors that stay open.
    """
    nothing = os.open(os.devnull, os.O_RDWR)
    for number in (0, 1, 2):
        os.dup2(nothing, number)
    last = 2
    for number in sorted(keep):
        os.closerange(last + 1, number)
        last = number
    os.closerange(last + 1, 1 << 20)


def lock(settings: dict, folder: str) -> int | None:
    """Give up every right to more; there is no way back.

    Parameters
    ----------
    settings : dict
        "spaces", "fence", "readable", "capabilities"; see :mod:`zygote`.
    folder : str
        The only one that can be written to.

    Returns
    -------
    listener : int or None
        As of :func:`seccomp.install`.
    """
    spaces = settings["spaces"]
    if settings["fence"]:
        readable = [*settings["readable"], *DEVICES, *(["/proc"] if spaces else [])]
        landlock.restrict(readable, [folder, "/dev/null"], execute=spaces)
    linux.prctl(linux.NO_NEW_PRIVS, 1)
    linux.set_capabilities(settings["capabilities"])
    return seccomp.install(spaces=spaces)


def step_back() -> None:
    """Leave time and memory to others: last to be scheduled, first to be ended."""
    os.nice(_NICE)
    with open("/proc/self/oom_score_adj", "w") as file:
        file.write("1000")
