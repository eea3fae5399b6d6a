"""Whatever a child starts ends with it; whatever it does, nobody else notices."""

import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest

from grading.sandbox import syscalls
from grading.sandbox.levels import IsolationError
from grading.sandbox.seccomp import column
from tests.sandbox.conftest import HANG, descendants, open_stage

pytestmark = pytest.mark.isolation

#: Python that a signal does not interrupt, for at least minutes.
LOOPS = {
    "python": "while True: pass",
    "swallowing": """
        while True:
            try:
                while True: pass
            except BaseException: pass
    """,
    "regular expression": "import re; re.match('(a+)+b', 'a' * 60)",
    "big integer": "pow(7, 10**12)",
    "libc": "import ctypes; ctypes.CDLL(None).sleep(1000)",
    "signals ignored": """
        import signal
        for number in set(signal.Signals) - {signal.SIGKILL, signal.SIGSTOP}:
            signal.signal(number, signal.SIG_IGN)
        signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())
        while True: pass
    """,
    "threads": """
        import threading
        def spin():
            while True: pass
        for _ in range(8): threading.Thread(target=spin).start()
        spin()
    """,
    "stopped": "import os, signal, threading\nthreading.Event().wait()",
}
#: Ways to leave work behind, which must not outlive or delay the end.
REMAINS = {
    "thread": "threading.Thread(target=time.sleep, args=(1000,)).start()",
    "atexit": "atexit.register(time.sleep, 1000)",
    "finaliser": """
        class Slow:
            def __del__(self): time.sleep(1000)
        import builtins; builtins.slow = Slow()
    """,
    "signal": """
        signal.signal(signal.SIGALRM, lambda *a: time.sleep(1000))
        signal.alarm(1)
    """,
}


def survivors(stage):
    """Processes below the zygote, supervisors of children included."""
    return descendants(stage.fork_server._zygote.process.pid)


def settled(stage, before, seconds=HANG):
    end = time.monotonic() + seconds
    while survivors(stage) - before and time.monotonic() < end:
        time.sleep(0.01)
    return not survivors(stage) - before


#: Ways to start another process; each raises, or leaves a negative number.
STARTS = {
    "fork": "started = os.fork()",
    "forkpty": "started = os.forkpty()[0]",
    "posix_spawn": "started = os.posix_spawn(sys.executable, ['x'], {})",
    "spawnv": "started = os.spawnv(os.P_NOWAIT, sys.executable, ['x'])",
    "subprocess": "started = subprocess.Popen([sys.executable, '-c', '']).pid",
    "without vfork": """
        subprocess._USE_VFORK = False
        started = subprocess.Popen([sys.executable, '-c', '']).pid
    """,
    "multiprocessing": """
        process = multiprocessing.get_context("fork").Process(target=print)
        process.start()
        started = process.pid
    """,
    "a pool": "started = len(multiprocessing.get_context('fork').Pool(2)._pool)",
    "futures": """
        with concurrent.futures.ProcessPoolExecutor(1) as pool:
            started = pool.submit(os.getpid).result()
    """,
    "fork of the C library": "started = libc.fork()",
    "vfork of the C library": "started = libc.vfork()",
    "system of the C library": "started = -1 if libc.system(b'true') else 1",
    "popen of the C library": "started = libc.popen(b'true', b'r') or -1",
    "daemon of the C library": "started = libc.daemon(1, 1)",
    "clone": f"started = libc.syscall({syscalls.CLONE[column()]}, 17, 0, 0, 0, 0)",
    "clone that shares memory": (
        f"started = libc.syscall({syscalls.CLONE[column()]}, 0x4111, 0, 0, 0, 0)"
    ),
    "clone with a parent": (
        f"started = libc.syscall({syscalls.CLONE[column()]}, 0x8011, 0, 0, 0, 0)"
    ),
    "clone3": f"""
        arguments = struct.pack("8Q", 0, 0, 0, 0, 17, 0, 0, 0)
        started = libc.syscall({syscalls.CLONE3[column()]}, arguments, 64)
    """,
}


@pytest.mark.parametrize("name", STARTS)
def test_no_process_can_be_started(stage, name):
    before = survivors(stage)
    head = """
    import concurrent.futures, ctypes, multiprocessing, os, struct, subprocess, sys
    libc = ctypes.CDLL(None)
    first = os.getpid()
    """
    code = textwrap.dedent(head) + textwrap.dedent(STARTS[name])
    answer = stage.ask(f"{code}\nanswer = started if os.getpid() == first else 1")
    # Where there are no terminals, forkpty finds that out first.
    refusals = {"PermissionError", "FileNotFoundError" if name == "forkpty" else ""}
    assert answer == -1 or answer[0] in refusals, answer
    assert settled(stage, before)


@pytest.mark.parametrize("name", LOOPS)
def test_no_loop_resists_being_killed(stage, name):
    before = survivors(stage)
    with stage.start(f"sock.sendall(b'on')\n{textwrap.dedent(LOOPS[name])}") as child:
        assert child.sock.recv(2) == b"on"
        assert child.ending(0.05) == "running"
        child.kill()
        assert child.ending(HANG) == "killed"
    assert settled(stage, before)


@pytest.mark.parametrize("name", REMAINS)
def test_the_end_waits_for_nothing(stage, name):
    head = "import atexit, threading, time, signal\nanswer = 1\n"
    # What is left behind lasts longer than this test waits.
    assert stage.play(head + textwrap.dedent(REMAINS[name])) == (1, "exit 0")


@pytest.mark.parametrize(
    ("code", "ending"),
    [
        ("import os; os._exit(7)", "exit 7"),
        ("raise SystemExit(3)", "exit 0"),  # caught by whoever runs the answer
        ("import ctypes; ctypes.string_at(0)", "signal 11"),
        (
            "import sys; sys.setrecursionlimit(10**9)\ndef f(): g()\ndef g(): f()\nf()",
            "",
        ),
        ("import os; os.abort()", ""),
        ("import os, signal; os.kill(os.getpid(), signal.SIGSEGV)", ""),
    ],
)
def test_how_it_ended(stage, code, ending):
    _, said = stage.play(code)
    assert said == ending or not ending
    assert stage.ask("answer = 'and the next one lives'") == "and the next one lives"


@pytest.mark.parametrize(
    "code",
    [
        "os.closerange(0, 1000)",
        "[os.dup2(0, n) for n in range(1, 30)]",
        "sock.shutdown(2)",
        "sock.close(); time.sleep(0.1)",
        "os.dup2(sock.fileno(), 1); sock.close(); os.write(1, b'forged')",
    ],
)
def test_closing_files_harms_oneself_only(stage, code):
    stage.play(f"import os, time\nanswer = 1\n{code}")
    assert stage.ask("answer = 2") == 2


def test_nobody_else_can_be_signalled(stage):
    with stage.start("import time\nsock.sendall(b'on')\ntime.sleep(1000)") as sibling:
        assert sibling.sock.recv(2) == b"on"
        others = [sibling.pid, os.getpid(), stage.fork_server._zygote.process.pid]
        others += sorted(survivors(stage))
        reached = stage.ask(
            f"""
            import ctypes, os, signal
            answer = []
            libc = ctypes.CDLL(None, use_errno=True)
            for pid in [os.getppid() or 99999, *{others}]:
                for number in (signal.SIGKILL, signal.SIGTERM, signal.SIGSTOP, 0):
                    try:
                        os.kill(pid, number)
                        answer.append(["kill", pid])
                    except OSError:
                        pass
                    for call in ("tkill", "tgkill"):
                        code = {{"tkill": (200, pid), "tgkill": (234, pid, pid)}}[call]
                        if libc.syscall(*code, number) == 0:
                            answer.append([call, pid])
                    try:
                        os.killpg(pid, number)
                        answer.append(["killpg", pid])
                    except OSError:
                        pass
            """
        )
        assert reached == []
        assert sibling.ending() == "running"


def test_killing_everybody_kills_oneself_at_most(stage):
    with stage.start("import time\nsock.sendall(b'on')\ntime.sleep(1000)") as sibling:
        assert sibling.sock.recv(2) == b"on"
        stage.play(
            """
            import os, signal
            for pid in (-1, 0):
                for number in (signal.SIGTERM, signal.SIGKILL):
                    try: os.kill(pid, number)
                    except OSError: pass
            """
        )
        assert sibling.ending() == "running"
    assert stage.ask("answer = 1") == 1


def test_signals_cannot_be_sent_by_a_file_either(stage):
    """A pipe's owner gets SIGIO, or any signal that is asked for, when bytes arrive."""
    with stage.start("import time\nsock.sendall(b'on')\ntime.sleep(1000)") as sibling:
        assert sibling.sock.recv(2) == b"on"
        stage.play(
            f"""
            import fcntl, os, signal
            for pid in ({sibling.pid}, {stage.fork_server._zygote.process.pid}):
                r, w = os.pipe()
                try:
                    fcntl.fcntl(r, fcntl.F_SETOWN, pid)
                    fcntl.fcntl(r, 10, int(signal.SIGKILL))  # F_SETSIG
                    flags = fcntl.fcntl(r, fcntl.F_GETFL)
                    fcntl.fcntl(r, fcntl.F_SETFL, flags | os.O_ASYNC)
                    os.write(w, b"x")
                except OSError:
                    pass
            """
        )
        assert sibling.ending(0.2) == "running"
    assert stage.ask("answer = 1") == 1


def test_a_dead_warm_process_takes_its_children_along(stage):
    with open_stage(stage.level) as fork_server:
        other = type(stage)(fork_server)
        child = other.start("import time\nsock.sendall(b'on')\ntime.sleep(1000)")
        assert child.sock.recv(2) == b"on"
        below = survivors(other)
        signal.pidfd_send_signal(fork_server._zygote.handle, signal.SIGKILL)
        assert child.ending(HANG) == "killed"
        child.close()
        assert _all_gone(below)
        with pytest.raises(IsolationError, match="has ended"):
            fork_server.child("tests.sandbox.stage:perform")


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_a_dead_judge_takes_everything_along(stage, number):
    code = f"""
import os, sys, time
from grading.sandbox.fork_server import ForkServer
from tests.sandbox.conftest import Stage, descendants
fork_server = ForkServer({stage.level!r}, preload=("tests.sandbox.stage",))
Stage(fork_server).start("while True: pass")
# A child that does not want to end with its parent.
stage = Stage(fork_server)
stage.start("import ctypes; ctypes.CDLL(None).prctl(1, 0)\\nwhile True: pass")
Stage(fork_server).start("import time; time.sleep(1000)")
holder = os.fork()  # a process that holds the judge's files open
if not holder:
    time.sleep(1000)
    os._exit(0)
zygote = fork_server._zygote.process.pid
print(holder, *descendants(zygote), zygote, flush=True)
time.sleep(1000)
"""
    judge = subprocess.Popen(
        [sys.executable, "-c", code],
        stdout=subprocess.PIPE,
        cwd=Path(__file__).parents[2],
    )
    with judge:
        holder, *numbers = map(int, judge.stdout.readline().split())
        judge.send_signal(number)
    try:
        assert len(numbers) >= 7
        assert _all_gone(numbers)
    finally:
        os.kill(holder, signal.SIGKILL)


def _all_gone(numbers, seconds=HANG):
    end = time.monotonic() + seconds
    while any(map(_alive, numbers)) and time.monotonic() < end:
        time.sleep(0.02)
    return not any(map(_alive, numbers))


def _alive(number):
    try:
        return "\nState:\tZ" not in Path(f"/proc/{number}/status").read_text()
    except OSError:
        return False
