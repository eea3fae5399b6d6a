"""A fork server on every level of this machine, and a way to run code in it."""

import contextlib
import json
import os
import socket
import sys
import textwrap
from pathlib import Path

import pytest

from grading.sandbox.limits import Limits

#: Student code is isolated on Linux; students' own systems have nothing to test here.
collect_ignore_glob = [] if sys.platform.startswith("linux") else ["test_*"]

#: Bounds a hang only: what takes a moment here takes many on a busy machine.
HANG = 120.0
#: Small enough for an attack to run into them soon; time is not what is under test.
SMALL = Limits(
    notebook_seconds=HANG,
    memory_bytes=256 << 20,
    processes=16,
    file_bytes=8 << 20,
)


class Stage:
    """A fork server, and what becomes of code that is run in it."""

    def __init__(self, fork_server):
        self.fork_server, self.level = fork_server, fork_server.level
        self.spaces = fork_server.level in ("bubblewrap", "namespaces")

    def start(self, code, limits=SMALL):
        child = self.fork_server.child("tests.sandbox.stage:perform", limits)
        child.sock.sendall(textwrap.dedent(code).encode())
        child.sock.shutdown(socket.SHUT_WR)
        return child

    def play(self, code, limits=SMALL, seconds=2 * HANG):
        """Return `answer`, or None where there is none, and how the child ended."""
        with self.start(code, limits) as child:
            child.sock.settimeout(seconds)
            text = b"".join(iter(lambda: child.sock.recv(1 << 16), b""))
            ending = child.ending(seconds)
        try:
            return json.loads(text), ending
        except ValueError:
            return text.decode() or None, ending

    def ask(self, code, limits=SMALL):
        """Return `answer` of code that ends well."""
        answer, ending = self.play(code, limits)
        assert ending == "exit 0", (answer, ending)
        return answer


def descendants(pid):
    """Process numbers of everything below a process."""
    found, stack = set(), [pid]
    while stack:
        with contextlib.suppress(OSError):  # it has ended meanwhile
            for task in Path(f"/proc/{stack.pop()}/task").glob("*/children"):
                more = set(map(int, task.read_text().split())) - found
                found |= more
                stack += more
    return found


def open_stage(level, **options):
    """Start a fork server on a level, or skip with the machine's reason."""
    from grading.sandbox.fork_server import ForkServer
    from grading.sandbox.levels import IsolationError

    try:
        return ForkServer(level, preload=("numpy", "tests.sandbox.stage"), **options)
    except IsolationError as error:
        pytest.skip(str(error))


@pytest.fixture(scope="package", params=["bubblewrap", "namespaces", "landlock"])
def stage(request):
    os.environ["CS231N_TEST_SECRET"] = "hidden-from-students"
    with open_stage(request.param) as fork_server:
        yield Stage(fork_server)
    del os.environ["CS231N_TEST_SECRET"]
