"""The levels of isolation: what each level needs, and the command that starts it."""

import os
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from grading import ROOT
from grading.sandbox import landlock, namespaces, seccomp

if TYPE_CHECKING:
    from grading.sandbox.readable_paths import ReadablePaths

#: From the strongest to none at all.
LEVELS = ("bubblewrap", "namespaces", "landlock", "none")
#: Those whose children get processes, mounts and a network of their own.
WITH_SPACES = ("bubblewrap", "namespaces")
#: Memory in huge pages, and kept when it is free, as the C library does by itself once
#: a process has freed large arrays: a new one spends a tenth of its time on 4 kB pages.
_MEMORY = ("hugetlb=1", f"mmap_threshold={32 << 20}", f"trim_threshold={64 << 20}")


class IsolationError(Exception):
    """The machine cannot isolate as asked; the message says what is missing."""


class OverloadError(IsolationError):
    """The machine was too slow to say whether it can isolate as asked."""


class PreloadError(IsolationError):
    """A module cannot be loaded where student code is to run; no level mends that."""


def misplaced(paths: "ReadablePaths") -> str:
    """Say whether Python is installed around the project or the current folder.

    Parameters
    ----------
    paths : ReadablePaths
        What children may read.

    Returns
    -------
    reason : str
        Why that cannot be and what to do; empty if all is well.
    """
    for place in (ROOT, Path.cwd()):
        for path in paths.readable:
            if place.is_relative_to(path):
                return (
                    f"Student code must be able to read {path}, where Python is, and "
                    f"would find {place} in it. Give Python a folder of its own, with "
                    "`python -m venv .venv`."
                )
    return ""


def missing(level: str) -> str:
    """Say what a level lacks, as far as can be seen without trying it.

    Parameters
    ----------
    level : str
        One of `LEVELS`.

    Returns
    -------
    reason : str
        What is missing and how to get it; empty if nothing is.
    """
    if not sys.platform.startswith("linux"):
        return (
            "Isolation needs Linux; grade there, or in a container or virtual machine."
        )
    if level == "none":
        return ""
    if not seccomp.supported():
        return "There is a system call filter for x86_64 and aarch64 only."
    if level == "bubblewrap" and shutil.which("bwrap") is None:
        return "Install it: `sudo apt install bubblewrap`, or your system's package."
    if level == "landlock" and not landlock.version():
        return (
            "It needs Linux 5.13 or later with `landlock` among its security modules."
        )
    return ""


def command(level: str, paths: "ReadablePaths", control: int) -> list[str]:
    """Write the command that starts the zygote on a level.

    Parameters
    ----------
    level : str
        One of `LEVELS`.
    paths : ReadablePaths
        What its children may read.
    control : int
        File descriptor of its socket to the judge.

    Returns
    -------
    command : list of str
        For :class:`subprocess.Popen`.
    """
    enter = level == "namespaces"
    code = (
        f"import sys; sys.path.append({str(ROOT)!r}); "
        f"from grading.sandbox import zygote; zygote.main({control}, {enter})"
    )
    python = [sys.executable, "-P", "-s", "-B", "-c", code]
    if level == "bubblewrap":
        return namespaces.bubblewrap(shutil.which("bwrap") or "bwrap", paths) + python
    return python


def environment() -> dict[str, str]:
    """List all that student code finds in its environment, home folder apart.

    Returns
    -------
    variables : dict of str to str
        The same on every machine but for the path of Python.
    """
    threads = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")
    memory = ":".join(f"glibc.malloc.{name}" for name in _MEMORY)
    return dict.fromkeys(threads, "1") | {
        "PATH": os.path.dirname(sys.executable),
        "LANG": "C.UTF-8",
        "USER": "student",
        "LOGNAME": "student",
        "MPLBACKEND": "agg",
        "GLIBC_TUNABLES": memory,
        "PYTHONHASHSEED": "0",  # sets of strings iterate alike in every run
        "PYTHONDONTWRITEBYTECODE": "1",
    }
