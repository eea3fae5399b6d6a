"""No right to more: capabilities, namespaces, tracing, memory of others, secrets."""

import os
import platform

import pytest

from grading.sandbox import syscalls
from grading.sandbox.levels import environment

pytestmark = pytest.mark.isolation

#: The calls below, by number, from inside; `None` for success.
CALLS = """
import ctypes
libc = ctypes.CDLL(None, use_errno=True)
def call(number, *arguments):
    longs = [ctypes.c_long(a) if isinstance(a, int) else a for a in arguments]
    return ctypes.get_errno() if libc.syscall(number, *longs) < 0 else None
"""
COLUMN = {"x86_64": 0, "aarch64": 1}.get(platform.machine())
EPERM, ENOSYS = 1, 38


def test_every_refused_call_is_refused(stage):
    """With arguments that would do harm to nobody, if one got through."""
    numbers = {name: row[COLUMN] for name, row in syscalls.REFUSED.items()}
    wanted = {name: number for name, number in numbers.items() if number is not None}
    answer = stage.ask(
        f"{CALLS}\nanswer = {{n: call(k, -1, -1, -1, -1, -1) "
        f"for n, k in {wanted!r}.items()}}"
    )
    assert answer == dict.fromkeys(wanted, EPERM)


def test_without_process_namespace_more_is_refused(stage):
    numbers = {name: row[COLUMN] for name, row in syscalls.PROCESSES.items()}
    numbers = {n: k for n, k in numbers.items() if k is not None}
    answer = stage.ask(
        f"{CALLS}\nanswer = {{n: call(k, -1, -1, -1, -1, -1) "
        f"for n, k in {numbers!r}.items()}}"
    )
    if stage.spaces:
        assert EPERM not in {answer["execve"], answer["chmod"], answer["truncate"]}
    else:
        assert answer == dict.fromkeys(numbers, EPERM)


@pytest.mark.parametrize(
    ("name", "flag"),
    [
        ("mount", 0x20000),
        ("cgroup", 0x2000000),
        ("uts", 0x4000000),
        ("ipc", 0x8000000),
        ("user", 0x10000000),
        ("pid", 0x20000000),
        ("net", 0x40000000),
        ("user and all", 0x7E020000),
    ],
)
def test_no_namespace_within(stage, name, flag):
    clone, clone3 = syscalls.CLONE[COLUMN], syscalls.CLONE3[COLUMN]
    unshare = syscalls.REFUSED["unshare"][COLUMN]
    answer = stage.ask(
        f"""{CALLS}
import struct
arguments = struct.pack("8Q", {flag}, 0, 0, 0, 17, 0, 0, 0)
answer = [call({unshare}, {flag}), call({clone}, {flag} | 17, 0, 0, 0, 0),
          call({clone3}, arguments, len(arguments))]
"""
    )
    assert answer == [EPERM, EPERM, ENOSYS]


def test_nobody_without_rights(stage):
    answer = stage.ask(
        """
        import os
        def attempt(function, *arguments):
            try:
                function(*arguments)
                return "done"
            except OSError as error:
                return type(error).__name__
        answer = {
            "users": [os.getuid(), os.geteuid(), os.getgid(), os.getegid()],
            "become": [attempt(os.setuid, 0), attempt(os.setgid, 0),
                       attempt(os.setgroups, [0]), attempt(os.setresuid, 0, 0, 0)],
            "chroot": attempt(os.chroot, "."),
            "real time": attempt(
                os.sched_setscheduler, 0, os.SCHED_FIFO, os.sched_param(1)),
            "cores": attempt(os.sched_setaffinity, 0, os.sched_getaffinity(0)),
        }
        """
    )
    assert 0 not in answer["users"]
    assert "done" not in answer["become"]
    assert answer["chroot"] == "PermissionError"
    assert answer["real time"] == "PermissionError"
    assert answer["cores"] == "PermissionError"


def test_no_capability_is_left_nor_can_be_gained(stage):
    answer = stage.ask(
        f"""{CALLS}
import ctypes, struct
header = struct.pack("Ii", 0x20080522, 0)
data = ctypes.create_string_buffer(24)
libc.capget(header, data)
no_new_privileges = libc.prctl(39, 0, 0, 0, 0)
answer = [list(struct.unpack("6I", data.raw)), no_new_privileges]
answer.append(libc.capset(header, struct.pack("6I", *[0xFFFFFFFF] * 6)))
"""
    )
    (effective, permitted, inherited, *high), locked, gained = answer
    assert (inherited, high, locked, gained) == (0, [0, 0, 0], 1, -1)
    # Root's Python may lie where nobody can read; Landlock still says what is allowed.
    allowed = {0} if stage.spaces or os.geteuid() != 0 else {0, 1 << 2}
    assert {effective, permitted} <= allowed


def test_a_child_cannot_hide_from_its_warden_nor_outlive_it(stage):
    code = """
    import ctypes
    libc = ctypes.CDLL(None, use_errno=True)
    answer = [[libc.prctl(option, 0, 0, 0, 0), ctypes.get_errno()]
              for option in (1, 4, 22)]
    """
    assert stage.ask(code) == [[-1, EPERM]] * 3


def test_no_other_process_can_be_traced_or_read(stage):
    others = [stage.fork_server._zygote.process.pid, os.getpid()]
    answer = stage.ask(
        f"""{CALLS}
import os
buffer = ctypes.create_string_buffer(8)
answer = []
for pid in {{os.getppid(), 1, 2, *{others}}}:
    for request in (16, 0x4206):  # attach, seize
        answer.append(libc.ptrace(request, pid, 0, 0))
    for name in ("mem", "maps", "environ", "root/etc/passwd", "cwd/x", "fd/3"):
        if pid == os.getpid():
            continue
        try:
            open(f"/proc/{{pid}}/{{name}}", "rb").read(1)
            answer.append([pid, name])
        except OSError:
            pass
"""
    )
    assert set(map(str, answer)) == {"-1"}, answer


def test_which_processes_can_be_seen(stage):
    answer = stage.ask(
        """
        import os
        try:
            answer = [name for name in os.listdir("/proc") if name.isdigit()]
        except PermissionError:
            answer = []
        answer = [answer, os.path.exists("/proc/self"), os.getpid()]
        """
    )
    if stage.spaces:
        assert answer == [["1"], True, 1]
    else:  # nothing to read, but whether a process exists can be asked
        assert answer[:2] == [[], True]


def test_the_environment_tells_nothing(stage):
    answer = stage.ask("import os\nanswer = dict(os.environ)")
    folder = answer.pop("HOME")
    assert answer.pop("TMPDIR") == folder
    assert answer == environment()
    assert "NBGRADER_EXECUTION" not in answer


def test_the_host_name_is_hidden_with_namespaces(stage):
    name = stage.ask("import os\nanswer = os.uname().nodename")
    assert (name == "notebook") == stage.spaces


@pytest.mark.levels
def test_no_secret_of_the_judge_is_in_memory(stage):
    """The judge has one in its environment, so in its memory; a child reads its own."""
    assert os.environ["CS231N_TEST_SECRET"] == "hidden-from-students"
    if not stage.spaces:
        pytest.skip(f"memory cannot be read as a file by {stage.level}; see above")
    code = """
    import re
    known = "-".join(["known", "to", "students"])
    # Neither pattern matches itself.
    patterns = [rb"known[-]to[-]students", rb"hidden[-]from[-]students"]
    answer = [0, 0]
    with open("/proc/self/maps") as maps, open("/proc/self/mem", "rb", 0) as memory:
        for line in maps:
            place, rights, *_ = line.split()
            start, end = (int(number, 16) for number in place.split("-"))
            if rights.startswith("r") and "[v" not in line:
                memory.seek(start)
                text = memory.read(min(end - start, 1 << 26))
                for i, pattern in enumerate(patterns):
                    answer[i] += len(re.findall(pattern, text))
    """
    known, hidden = stage.ask(code)
    assert known > 0
    assert hidden == 0


def test_open_files_are_the_channel_only(stage):
    answer = stage.ask(
        """
        import os
        answer = []
        for number in range(200):
            try:
                answer.append([number, os.fstat(number).st_mode >> 12])
            except OSError:
                pass
        """
    )
    nothing, channel = 0o2, 0o14  # character device, socket
    assert [mode for _, mode in answer] == [nothing, nothing, nothing, channel]
