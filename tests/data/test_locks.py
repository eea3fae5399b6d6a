"""One process at a time, on POSIX and, played by a stand-in, on Windows."""

import errno
import importlib.util
import os
import sys
import threading
import types

import pytest

from cs231n.data import locks


class Windows(types.ModuleType):
    """``msvcrt`` as its documentation has it: locks on the byte at a file's position.

    A byte that is taken raises after a while, and so does one that is given back
    twice; ``busy`` is how often another process still has it.
    """

    LK_LOCK, LK_UNLCK = 1, 0

    def __init__(self, busy=0, fault=None):
        super().__init__("msvcrt")
        self.busy, self.fault, self.held, self.calls = busy, fault, set(), 0

    def locking(self, handle, mode, num):
        assert num == 1
        byte = (os.fstat(handle).st_ino, os.lseek(handle, 0, os.SEEK_CUR))
        self.calls += 1
        if self.fault is not None:
            raise OSError(self.fault, os.strerror(self.fault))
        if mode == self.LK_UNLCK:
            self.held.remove(byte)
        elif self.busy or byte in self.held:
            self.busy -= 1
            raise OSError(errno.EDEADLK, "Resource deadlock avoided")
        else:
            self.held.add(byte)


def on_windows(monkeypatch, **options):
    """Import the module afresh where there is no ``fcntl``."""
    system = Windows(**options)
    monkeypatch.setitem(sys.modules, "fcntl", None)
    monkeypatch.setitem(sys.modules, "msvcrt", system)
    spec = importlib.util.spec_from_file_location("locks_of_windows", locks.__file__)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module, system


def test_a_second_one_waits_until_the_first_is_done(tmp_path):
    path, order = tmp_path / "a.lock", []

    def second():
        with locks.locked(path):
            order.append("second")

    thread = threading.Thread(target=second)
    with locks.locked(path):
        thread.start()
        thread.join(0.2)
        order.append("first")
    thread.join(120)
    assert order == ["first", "second"]


@pytest.mark.parametrize("busy", [0, 3])
@pytest.mark.parametrize("content", [b"", b"what an older version wrote"])
def test_on_windows_the_first_byte_is_waited_for(monkeypatch, tmp_path, busy, content):
    module, system = on_windows(monkeypatch, busy=busy)
    path = tmp_path / "a.lock"
    path.write_bytes(content)
    with module.locked(path):
        assert system.held == {(path.stat().st_ino, 0)}
        assert system.calls == busy + 1
    assert system.held == set()
    assert path.read_bytes() == content


def test_on_windows_a_failure_gives_the_lock_back(monkeypatch, tmp_path):
    module, system = on_windows(monkeypatch)
    with pytest.raises(KeyError), module.locked(tmp_path / "a.lock"):
        raise KeyError
    assert system.held == set()
    with module.locked(tmp_path / "a.lock"):
        assert len(system.held) == 1


def test_on_windows_a_disk_without_locks_is_told_and_not_waited_for(
    monkeypatch, tmp_path
):
    module, _ = on_windows(monkeypatch, fault=errno.EINVAL)
    with (
        pytest.raises(OSError, match="Invalid argument"),
        module.locked(tmp_path / "a.lock"),
    ):
        pass
