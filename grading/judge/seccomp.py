"""The filter that refuses system calls no answer needs.

A refused call fails with EPERM, so Python raises ``PermissionError``. Calls newer than
the table fail with ENOSYS, as on an older kernel.
"""

import ctypes
import os
import platform
import struct
import sys

from grading.judge import kernel

#: AUDIT_ARCH of the machines we have numbers for, and the column of the table below.
_ARCHITECTURES = {"x86_64": (0xC000003E, 0), "aarch64": (0xC00000B7, 1)}

#: Numbers on x86_64 and aarch64 (None: it has no such call), refused on every rung.
_REFUSED = {
    # Namespaces, mounts, quotas: an answer lives where it was put.
    "unshare": (272, 97),
    "setns": (308, 268),
    "mount": (165, 40),
    "umount2": (166, 39),
    "pivot_root": (155, 41),
    "chroot": (161, 51),
    "open_tree": (428, 428),
    "move_mount": (429, 429),
    "fsopen": (430, 430),
    "fsconfig": (431, 431),
    "fsmount": (432, 432),
    "fspick": (433, 433),
    "mount_setattr": (442, 442),
    "quotactl": (179, 60),
    "quotactl_fd": (443, 443),
    "swapon": (167, 224),
    "swapoff": (168, 225),
    # Other processes' memory and files.
    "ptrace": (101, 117),
    "process_vm_readv": (310, 270),
    "process_vm_writev": (311, 271),
    "kcmp": (312, 272),
    "pidfd_getfd": (438, 438),
    "process_madvise": (440, 440),
    "process_mrelease": (448, 448),
    "migrate_pages": (256, 238),
    "move_pages": (279, 239),
    # The kernel itself, and the parts of it that broke most often.
    "kexec_load": (246, 104),
    "kexec_file_load": (320, 294),
    "reboot": (169, 142),
    "init_module": (175, 105),
    "finit_module": (313, 273),
    "delete_module": (176, 106),
    "bpf": (321, 280),
    "perf_event_open": (298, 241),
    "userfaultfd": (323, 282),
    "io_uring_setup": (425, 425),
    "io_uring_enter": (426, 426),
    "io_uring_register": (427, 427),
    "add_key": (248, 217),
    "request_key": (249, 218),
    "keyctl": (250, 219),
    "syslog": (103, 116),
    "acct": (163, 89),
    "settimeofday": (164, 170),
    "clock_settime": (227, 112),
    "clock_adjtime": (305, 266),
    "adjtimex": (159, 171),
    "iopl": (172, None),
    "ioperm": (173, None),
    "modify_ldt": (154, None),
    "lookup_dcookie": (212, 18),
    "vhangup": (153, 58),
    "sethostname": (170, 161),
    "setdomainname": (171, 162),
    "personality": (135, 92),
    "name_to_handle_at": (303, 264),
    "open_by_handle_at": (304, 265),
    "fanotify_init": (300, 262),
    "fanotify_mark": (301, 263),
    "uselib": (134, None),
    "ustat": (136, None),
    "sysfs": (139, None),
    "_sysctl": (156, None),
    "nfsservctl": (180, 42),
    "vmsplice": (278, 75),
    "remap_file_pages": (216, 234),
    "set_mempolicy_home_node": (450, 450),
    "seccomp": (317, 277),
    # Memory that no limit of a process counts.
    "memfd_create": (319, 279),
    "memfd_secret": (447, 447),
    "shmget": (29, 194),
    "shmat": (30, 196),
    "shmctl": (31, 195),
    "semget": (64, 190),
    "semctl": (66, 191),
    "semop": (65, 193),
    "semtimedop": (220, 192),
    "msgget": (68, 186),
    "msgsnd": (69, 189),
    "msgrcv": (70, 188),
    "msgctl": (71, 187),
    "mq_open": (240, 180),
    "mq_unlink": (241, 181),
    # The network, and names that another process could call.
    "socket": (41, 198),
    "connect": (42, 203),
    "bind": (49, 200),
    "listen": (50, 201),
    "accept": (43, 202),
    "accept4": (288, 242),
}
#: Refused, besides, where nothing but this filter keeps processes apart.
_PROCESSES = {
    "fork": (57, None),
    "vfork": (58, None),
    "execve": (59, 221),
    "execveat": (322, 281),
    "tkill": (200, 130),
    "rt_sigqueueinfo": (129, 138),
    "rt_tgsigqueueinfo": (297, 240),
    "pidfd_open": (434, 434),
    "pidfd_send_signal": (424, 424),
    "ioprio_set": (251, 30),
    "setpriority": (141, 140),
}
#: There, these may name nobody but the caller.
_ONESELF = {
    "kill": (62, 129),
    "tgkill": (234, 131),
    "prlimit64": (302, 261),
    "sched_setaffinity": (203, 122),
    "sched_setscheduler": (144, 119),
    "sched_setparam": (142, 118),
    "sched_setattr": (314, 274),
}
_CLONE, _CLONE3, _SOCKETPAIR = (56, 220), (435, 435), (53, 199)
#: From here on the table does not know what a call does; x32's calls lie above it too.
_UNKNOWN = 457
_NAMESPACES = 0x7E020080  # every CLONE_NEW* flag of clone
_THREAD = 0x10000

_ALLOW, _KILL, _ERRNO = 0x7FFF0000, 0x80000000, 0x00050000
_EPERM, _ENOSYS = _ERRNO | 1, _ERRNO | 38
# Opcodes of classic BPF: load a word, jump if equal / at least / any bit, and, return.
_LOAD, _EQUAL, _LEAST, _BITS, _AND, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x54, 0x06
_NUMBER, _ARCH = 0, 4  # offsets in struct seccomp_data


def supported():
    """Say whether the filter knows this machine's system calls.

    Returns
    -------
    known : bool
        True on x86_64 and aarch64.
    """
    return platform.machine() in _ARCHITECTURES and sys.platform == "linux"


def build(*, processes):
    """Assemble the filter for this process.

    Parameters
    ----------
    processes : bool
        Whether it may start processes and signal others. False where it has no process
        namespace of its own: then it can start threads only, which die with it.

    Returns
    -------
    program : bytes
        Instructions of classic BPF.

    Raises
    ------
    OSError
        On a machine whose system calls are not in the table.
    """
    machine = platform.machine()
    if not supported():
        raise OSError(f"There is no table of system calls for {machine!r}.")
    architecture, column = _ARCHITECTURES[machine]
    body = [(_LOAD, 0, 0, _ARCH), (_EQUAL, 1, 0, architecture), (_RETURN, 0, 0, _KILL)]
    body += [(_LOAD, 0, 0, _NUMBER), (_LEAST, 0, 1, _UNKNOWN), (_RETURN, 0, 0, _ENOSYS)]
    body += _refuse(_CLONE3[column], _ENOSYS)  # its flags cannot be seen; clone is next
    refused = _REFUSED if processes else _REFUSED | _PROCESSES
    for numbers in refused.values():
        body += _refuse(numbers[column])
    body += _on(_SOCKETPAIR[column], _stream_pair())
    body += _on(_CLONE[column], _clone_flags(processes))
    if not processes:
        for numbers in _ONESELF.values():
            body += _on(numbers[column], _argument_is(0, (0, os.getpid())))
    body += [(_RETURN, 0, 0, _ALLOW)]
    return b"".join(struct.pack("HBBI", *instruction) for instruction in body)


def install(program):
    """Put this thread, and all it starts, under a filter for good.

    Parameters
    ----------
    program : bytes
        As :func:`build` returns.
    """

    class Program(ctypes.Structure):
        _fields_ = (("length", ctypes.c_ushort), ("code", ctypes.c_char_p))

    kernel.prctl(kernel.NO_NEW_PRIVS, 1)
    fprog = Program(len(program) // 8, program)
    kernel.prctl(kernel.SECCOMP, 2, ctypes.byref(fprog))


def _refuse(number, verdict=_EPERM):
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


def _stream_pair():
    """AF_UNIX and connected kinds: a datagram socket could write to any address."""
    family = [_low(0), (_EQUAL, 1, 0, 1), (_RETURN, 0, 0, _EPERM)]
    kinds = [_low(1), (_AND, 0, 0, 0xF), (_EQUAL, 2, 0, 1), (_EQUAL, 1, 0, 5)]
    return [*family, *kinds, (_RETURN, 0, 0, _EPERM), (_RETURN, 0, 0, _ALLOW)]


def _clone_flags(processes):
    block = [_low(0), (_BITS, 0, 1, _NAMESPACES), (_RETURN, 0, 0, _EPERM)]
    if not processes:
        block += [(_BITS, 1, 0, _THREAD), (_RETURN, 0, 0, _EPERM)]
    return [*block, (_RETURN, 0, 0, _ALLOW)]
