"""The system calls that Python has no name for."""

import ctypes
import errno
import functools
import os
import platform
import struct
from typing import Any

#: Of `unshare`: new namespaces of mounts, names, System V objects, users, ...
NEWNS, NEWCGROUP, NEWUTS, NEWIPC = 0x20000, 0x2000000, 0x4000000, 0x8000000
NEWUSER, NEWPID, NEWNET = 0x10000000, 0x20000000, 0x40000000
#: Of `mount`.
RDONLY, NOSUID, NODEV, NOEXEC = 1, 2, 4, 8
REMOUNT, BIND, REC, PRIVATE = 0x20, 0x1000, 0x4000, 0x40000
#: Of `umount2`.
DETACH = 2
#: Of `prctl`.
PDEATHSIG, DUMPABLE, KEEPCAPS, SECCOMP, SUBREAPER, NO_NEW_PRIVS = 1, 4, 8, 22, 36, 38
#: Bits of a capability set.
CAP_DAC_READ_SEARCH = 1 << 2

_REMEDIES = {
    errno.ENOSPC: (
        "a container forbids them, or `sysctl user.max_user_namespaces` is too low: "
        "raise it, or grade outside of the container"
    ),
    errno.EPERM: (
        "a container or AppArmor forbids them: docs/isolation.md says how to allow them"
    ),
}
_PIVOT_ROOT = {"x86_64": 155, "aarch64": 41}


class SpacesError(Exception):
    """New namespaces are refused; the message says why and what to do."""


@functools.cache
def _libc():
    return ctypes.CDLL(None, use_errno=True)


@functools.cache
def _function(name):
    function = getattr(_libc(), name)
    function.restype = ctypes.c_long if name == "syscall" else ctypes.c_int
    return function


def call(name: str, *arguments: int | bytes | Any | None) -> int:
    """Call a function of the C library that returns a negative number on failure.

    Parameters
    ----------
    name : str
        For example ``"unshare"``.
    *arguments : int, bytes, None or ctypes object
        Integers are passed as C longs.

    Returns
    -------
    result : int
        What it returned.

    Raises
    ------
    OSError
        With the name of the call, if it failed.
    """
    function = _function(name)
    longs = [ctypes.c_long(a) if isinstance(a, int) else a for a in arguments]
    result = function(*longs)
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number), f"({name})")
    return result


def unshare(flags: int) -> None:
    """Leave the namespaces named by `flags` for new ones of one's own.

    Parameters
    ----------
    flags : int
        Some of ``NEWUSER | NEWPID | NEWNS | ...``.

    Raises
    ------
    SpacesError
        If this machine does not allow it.
    """
    try:
        call("unshare", flags)
    except OSError as error:
        remedy = _REMEDIES.get(
            error.errno or 0, "docs/isolation.md has the likely causes"
        )
        raise SpacesError(
            f"no new namespaces can be made ({error.strerror}); {remedy}"
        ) from None


def mount(
    source: str, target: str, kind: str | None, flags: int = 0, data: str | None = None
) -> None:
    """Mount a file system, or change how one is mounted.

    Parameters
    ----------
    source, target : str
        What, and over which path.
    kind : str or None
        "tmpfs", "proc"; None for a bind or a remount.
    flags : int, optional
        For example ``RDONLY | NOSUID``.
    data : str, optional
        Options of the file system.
    """
    strings = [None if s is None else os.fsencode(s) for s in (source, target, kind)]
    call("mount", *strings, flags, None if data is None else data.encode())


def pivot_root(root: str) -> None:
    """Make a folder the root of all paths, and the old root unreachable.

    Parameters
    ----------
    root : str
        A mount point.
    """
    os.chdir(root)
    call("syscall", _PIVOT_ROOT[platform.machine()], b".", b".")
    call("umount2", b".", DETACH)
    os.chdir("/")


def prctl(option: int, value: int, *more: int | Any) -> None:
    """Set one attribute of this process.

    Parameters
    ----------
    option, value : int
        For example ``NO_NEW_PRIVS, 1``.
    *more : int or ctypes object
        Further arguments of that option.
    """
    padding = (0,) * (3 - len(more))
    call("prctl", option, value, *more, *padding)


def set_capabilities(bits: int) -> None:
    """Keep only these capabilities, out of those that are permitted.

    Parameters
    ----------
    bits : int
        Permitted and effective afterwards, of the first 32; 0 gives up all.
    """
    header = struct.pack("Ii", 0x20080522, 0)  # version 3, this process
    data = struct.pack("6I", bits, bits, 0, 0, 0, 0)
    call("capset", header, data)


def die_with_parent() -> None:
    """Have the kernel kill this process when the process that forked it ends."""
    parent = os.getppid()
    prctl(PDEATHSIG, 9)
    if os.getppid() != parent:  # it ended in between
        os._exit(9)
