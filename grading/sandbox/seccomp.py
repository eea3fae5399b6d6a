"""The filter that refuses system calls no answer needs.

A refused call fails with EPERM, so Python raises ``PermissionError``. Calls newer than
the table fail with ENOSYS, as on an older kernel.
"""

import contextlib
import ctypes
import os
import platform
import struct
import sys

from grading.sandbox import linux, syscalls

#: AUDIT_ARCH of the machines we have numbers for, and the column of the table below.
ARCHITECTURES = {"x86_64": (0xC000003E, 0), "aarch64": (0xC00000B7, 1)}

_NAMESPACES = 0x7E020080  # every CLONE_NEW* flag of clone
_THREAD = 0x10000

_ALLOW, _KILL, _ASK, _ERRNO = 0x7FFF0000, 0x80000000, 0x7FC00000, 0x00050000
_EPERM, _ENOSYS = _ERRNO | 1, _ERRNO | 38
# Opcodes of classic BPF: load a word, jump if equal / at least / any bit, and, return.
_LOAD, _EQUAL, _LEAST, _BITS, _AND, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x54, 0x06
_FILTER, _LISTENER = 1, 8  # operation and flag of seccomp
_NUMBER, _ARCH = 0, 4  # offsets in struct seccomp_data


def supported() -> bool:
    """Say whether the filter knows this machine's system calls.

    Returns
    -------
    known : bool
        True on x86_64 and aarch64.
    """
    return platform.machine() in ARCHITECTURES and sys.platform == "linux"


def column() -> int:
    """Say which column of the tables in :mod:`syscalls` is this machine's.

    Returns
    -------
    column : int
        0 or 1.

    Raises
    ------
    OSError
        On a machine whose system calls are not in the tables.
    """
    if not supported():
        raise OSError(f"There is no table of system calls for {platform.machine()!r}.")
    return ARCHITECTURES[platform.machine()][1]


def build(*, spaces: bool, ask: bool = False) -> bytes:
    """Assemble the filter for this process.

    Parameters
    ----------
    spaces : bool
        Whether it has a process namespace of its own: then it sees nobody whom it could
        signal.
    ask : bool, optional
        Whether the calls that no honest answer makes are refused by whoever holds the
        listener of :func:`install`, so that they are noticed.

    Returns
    -------
    program : bytes
        Instructions of classic BPF.

    Raises
    ------
    OSError
        On a machine whose system calls are not in the table.
    """
    here = column()
    architecture = ARCHITECTURES[platform.machine()][0]
    body = [
        *[(_LOAD, 0, 0, _ARCH), (_EQUAL, 1, 0, architecture), (_RETURN, 0, 0, _KILL)],
        *[(_LOAD, 0, 0, _NUMBER), (_LEAST, 0, 1, syscalls.UNKNOWN)],
        (_RETURN, 0, 0, _ENOSYS),
        # Its flags cannot be seen, and programs fall back to clone.
        *_refuse(syscalls.CLONE3[here], _ENOSYS),
    ]
    for name, numbers in syscalls.REFUSED.items():
        body += _refuse(numbers[here], _verdict(name, ask))
    body += _on(syscalls.SOCKETPAIR[here], _stream_pair())
    body += _on(syscalls.CLONE[here], _threads_only())
    numbers, argument, values = syscalls.PRCTL
    body += _on(numbers[here], _argument_is_not(argument, values))
    body += [] if spaces else _alone(here)
    body += [(_RETURN, 0, 0, _ALLOW)]
    return b"".join(struct.pack("HBBI", *instruction) for instruction in body)


def install(*, spaces: bool) -> int | None:
    """Put this thread, and all it starts, under the filter for good.

    Parameters
    ----------
    spaces : bool
        As in :func:`build`.

    Returns
    -------
    listener : int or None
        File descriptor for :class:`~grading.sandbox.refused_calls.RefusedCalls`; None
        where the kernel, or a container's own filter, allows no such thing.
    """
    linux.prctl(linux.NO_NEW_PRIVS, 1)
    number = syscalls.SECCOMP[column()]
    with contextlib.suppress(OSError):
        program = _pointer(build(spaces=spaces, ask=True))
        return linux.call("syscall", number, _FILTER, _LISTENER, program)
    linux.call("syscall", number, _FILTER, 0, _pointer(build(spaces=spaces)))
    return None


def _pointer(program):
    class Program(ctypes.Structure):
        _fields_ = (("length", ctypes.c_ushort), ("code", ctypes.c_char_p))

    return ctypes.byref(Program(len(program) // 8, program))


def _verdict(name, ask):
    return _ASK if ask and name in syscalls.NOTICED else _EPERM


def _alone(here):
    """Refuse what would reach other processes where nothing else keeps them apart."""
    body = []
    for numbers in syscalls.PROCESSES.values():
        body += _refuse(numbers[here], _EPERM)
    for numbers in syscalls.ONESELF.values():
        body += _on(numbers[here], _argument_is(0, (0, os.getpid())))
    for numbers, argument, values in syscalls.OWNERS.values():
        body += _on(numbers[here], _argument_is_not(argument, values))
    return body


def _refuse(number, verdict):
    if number is None:
        return []
    return [(_EQUAL, 0, 1, number), (_RETURN, 0, 0, verdict)]


def _on(number, block):
    """Run a block, which ends in a verdict, for one system call only."""
    return [(_EQUAL, 0, len(block), number), *block]


def _low(argument):
    return (_LOAD, 0, 0, 16 + 8 * argument)  # little-endian: the low half comes first


def _argument_is(argument, allowed):
    jumps = [(_EQUAL, len(allowed) - i, 0, value) for i, value in enumerate(allowed)]
    return [_low(argument), *jumps, (_RETURN, 0, 0, _EPERM), (_RETURN, 0, 0, _ALLOW)]


def _argument_is_not(argument, refused):
    jumps = [(_EQUAL, len(refused) - i, 0, value) for i, value in enumerate(refused)]
    return [_low(argument), *jumps, (_RETURN, 0, 0, _ALLOW), (_RETURN, 0, 0, _EPERM)]


def _stream_pair():
    """AF_UNIX and connected kinds: a datagram socket could write to any address."""
    family = [_low(0), (_EQUAL, 1, 0, 1), (_RETURN, 0, 0, _EPERM)]
    kinds = [_low(1), (_AND, 0, 0, 0xF), (_EQUAL, 2, 0, 1), (_EQUAL, 1, 0, 5)]
    return [*family, *kinds, (_RETURN, 0, 0, _EPERM), (_RETURN, 0, 0, _ALLOW)]


def _threads_only():
    return [
        *[_low(0), (_BITS, 0, 1, _NAMESPACES), (_RETURN, 0, 0, _EPERM)],
        *[(_BITS, 1, 0, _THREAD), (_RETURN, 0, 0, _EPERM), (_RETURN, 0, 0, _ALLOW)],
    ]
