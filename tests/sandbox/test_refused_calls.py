"""What was tried is noticed, said in a sentence, and never charged to the honest."""

import pytest

from tests.sandbox.conftest import HANG

pytestmark = pytest.mark.isolation


def attempts(stage, code):
    with stage.start(code) as child:
        ending = child.ending(HANG)
        assert ending != "running"
        return child.attempts


def test_an_honest_answer_is_not_noticed(stage):
    code = """
    import asyncio, getpass, os, platform, random, subprocess, tempfile, threading, uuid
    import numpy as np
    np.savez("x.npz", a=np.ones(3)); np.load("x.npz")
    np.random.seed(1); np.linalg.svd(np.eye(30)); np.fft.fft(np.ones(8))
    asyncio.run(asyncio.sleep(0))
    thread = threading.Thread(target=print); thread.start(); thread.join()
    uuid.uuid4(), getpass.getuser(), platform.platform(), os.getlogin
    try: subprocess.run(["nvidia-smi"])
    except OSError: pass
    """
    assert attempts(stage, code) == ()


@pytest.mark.parametrize(
    ("code", "sentence"),
    [
        (
            "import urllib.request as u; u.urlopen('http://198.51.100.1', timeout=1)",
            "It asked for a network socket (IPv4), which was refused.",
        ),
        (
            "import socket; socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)",
            "It asked for a network socket (IPv6), which was refused.",
        ),
        (
            "import ctypes; ctypes.CDLL(None).ptrace(16, 1, 0, 0)",
            "It made the system call ptrace, which was refused.",
        ),
        (
            "import ctypes; ctypes.CDLL(None).unshare(0x10000000)",
            "It made the system call unshare, which was refused.",
        ),
        (
            "import os; os.chroot('.')",
            "It made the system call chroot, which was refused.",
        ),
    ],
)
def test_an_attempt_is_noticed(stage, code, sentence):
    assert attempts(stage, code) == (sentence,)
    assert attempts(stage, "") == ()


def test_many_attempts_are_one_sentence_and_stop_nobody(stage):
    code = """
    import socket, threading
    def knock():
        for _ in range(300):
            try: socket.socket()
            except OSError: pass
    threads = [threading.Thread(target=knock) for _ in range(4)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    """
    assert len(attempts(stage, code)) == 1


def test_attempts_of_a_killed_child_are_known(stage):
    code = """
    import socket
    try: socket.socket()
    except OSError: pass
    sock.sendall(b"on")
    while True:
        try: socket.socket()
        except OSError: pass
    """
    with stage.start(code) as child:
        assert child.sock.recv(2) == b"on"
        child.kill()
        assert child.ending(HANG) == "killed"
        assert len(child.attempts) == 1


def test_a_flood_of_attempts_does_not_hide_a_broken_limit(stage):
    code = """
    import socket, threading
    def knock():
        while True:
            try: socket.socket()
            except OSError: pass
    for _ in range(3): threading.Thread(target=knock).start()
    kept = []
    while True:
        kept.append(bytearray(1 << 20))
    """
    with stage.start(code) as child:
        child.kill() if child.ending(10.0) == "running" else None
        assert child.ending(HANG) in ("memory", "exit 0", "killed")
    assert stage.ask("answer = 1") == 1
