"""What was killed leaves a folder, and the next run removes it."""

import os
import signal
import subprocess
import sys
import tempfile

import pytest

from grading.sandbox import leftovers
from grading.sandbox.fork_server import ForkServer


@pytest.fixture
def dead():
    """The number of a process that is gone."""
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    return process.pid


@pytest.fixture
def room(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def test_folders_of_the_dead_are_swept_and_no_others(room, dead):
    for name in (f"cs231n-notebook-{dead}-a", f"cs231n-fork-server-{dead}-b"):
        (room / name / "deep").mkdir(parents=True)
        (room / name / "deep" / "file").write_text("x")
    kept = {
        f"cs231n-notebook-{os.getpid()}-a",
        f"cs231n-notebook-{dead}",
        f"notebook-{dead}-a",
        "cs231n-notebook-x-a",
    }
    for name in kept:
        (room / name).mkdir()
    (room / f"cs231n-notebook-{dead}-file").write_text("a file is nobody's folder")
    (room / "elsewhere").mkdir()
    (room / f"cs231n-notebook-{dead}-link").symlink_to(room / "elsewhere")

    assert sorted(leftovers.sweep()) == [
        f"cs231n-fork-server-{dead}-b",
        f"cs231n-notebook-{dead}-a",
    ]
    assert kept | {"elsewhere"} < {path.name for path in room.iterdir()}
    assert len(list(room.iterdir())) == len(kept) + 3


def test_somebody_elses_folder_stays(room, dead, monkeypatch):
    (room / f"cs231n-notebook-{dead}-a").mkdir()
    monkeypatch.setattr(os, "geteuid", lambda: 12345)

    assert leftovers.sweep() == []


def test_a_number_that_is_none(room):
    (room / f"cs231n-notebook-{10**30}-a").mkdir()

    assert len(leftovers.sweep()) == 1


def test_a_killed_fork_server_leaves_nothing_for_long():
    first = ForkServer("none", preload=())
    folder = first._zygote.folder
    os.kill(first._zygote.process.pid, signal.SIGKILL)
    first._zygote.process.wait()
    assert os.path.isdir(folder)
    with ForkServer("none", preload=()) as second:
        assert not os.path.exists(folder)
        assert os.path.isdir(second._zygote.folder)
        again = second._zygote.folder
    first.close()
    assert not os.path.exists(again)
