"""Every command of the project: how it ends, whatever reads what it prints."""

import ast
import errno
import io
import os
import select
import subprocess
import sys

import pytest

from cs231n.runs import terminal
from grading import ROOT

#: Commands for programs, which read all they get.
FOR_PROGRAMS = {
    "grading/engine/judging/worker.py",
    "grading/engine/notebooks/reader.py",
}
FOLDERS = ("cs231n", "grading", "benchmarks", "datasets")


def ends(path):
    """List the statements below ``if __name__ == "__main__"``."""
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.If) and "__main__" in ast.unparse(node.test):
            yield from map(ast.unparse, node.body)


def test_every_command_ends_in_the_same_way():
    found = {}
    for folder in FOLDERS:
        for path in (ROOT / folder).rglob("*.py"):
            place = path.relative_to(ROOT).as_posix()
            if place.startswith("grading/mistakes/"):  # changes, not modules
                continue
            if place not in FOR_PROGRAMS and (last := [*ends(path)]):
                found[place] = last
    assert len(found) > 40
    leaves = {
        ("terminal.leave(main)",),
        ("terminal.leave(lambda: main(*sys.argv[1:]))",),
    }
    assert {p: e for p, e in found.items() if tuple(e) not in leaves} == {}


def unread(*command, out=True, err=False, **variables):
    """Run a command whose output nobody reads from the start."""
    reader, writer = os.pipe()
    os.close(reader)
    try:
        return subprocess.run(
            [sys.executable, "-m", *command],
            stdout=writer if out else subprocess.PIPE,
            stderr=writer if err else subprocess.PIPE,
            env=os.environ | {"PYTHONPATH": str(ROOT)} | variables,
            cwd=ROOT,
        )
    finally:
        os.close(writer)


@pytest.mark.skipif(sys.platform == "win32", reason="its pipes end otherwise")
@pytest.mark.parametrize("buffered", ["", "1"])
@pytest.mark.parametrize(
    "command",
    [
        ("cs231n.hint", "knn-no-loops", "--number", "1"),
        ("cs231n.data.fetch", "--list"),
        ("grading", "doctor"),
    ],
)
def test_a_command_that_nobody_reads_stops_without_a_word(command, buffered):
    done = unread(*command, PYTHONUNBUFFERED=buffered)
    assert (done.returncode, done.stderr) == (141, b"")


@pytest.mark.skipif(sys.platform == "win32", reason="its pipes end otherwise")
def test_complaints_that_nobody_reads_are_no_traceback():
    done = unread("cs231n.hint", "no-such-name", out=False, err=True)
    assert (done.returncode, done.stdout) == (141, b"")


@pytest.mark.skipif(sys.platform == "win32", reason="its pipes end otherwise")
@pytest.mark.parametrize("module", ["cs231n.check", "grading"])
def test_help_that_nobody_reads_is_no_traceback(module):
    done = unread(module, "--help")  # argparse says nothing itself, unbuffered
    assert done.returncode in (0, 141)
    assert done.stderr == b""


@pytest.mark.skipif(sys.platform == "win32", reason="its pipes end otherwise")
@pytest.mark.parametrize("before", ["", "import sys; sys.stdout = None"])
def test_a_broken_pipe_of_something_else_stays_an_error(before):
    program = [before, "from cs231n.runs import terminal"]
    program += ["def main(): raise BrokenPipeError(32, 'of a socket')"]
    program += ["terminal.leave(main)"]
    done = subprocess.run(
        [sys.executable, "-c", "\n".join(program)],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 1
    assert "of a socket" in done.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="its pipes end otherwise")
def test_an_error_is_told_whoever_stopped_reading_the_rest():
    reader, writer = os.pipe()
    os.close(reader)
    program = ["from cs231n.runs import terminal", "def main():", "    print('so far')"]
    program += ["    raise ValueError('what went wrong')", "terminal.leave(main)"]
    done = subprocess.run(
        [sys.executable, "-c", "\n".join(program)],
        cwd=ROOT,
        env=os.environ | {"PYTHONUNBUFFERED": ""},
        stdout=writer,
        stderr=subprocess.PIPE,
        text=True,
    )
    os.close(writer)
    assert done.returncode == 1
    assert done.stderr.endswith("ValueError: what went wrong\n")
    assert "BrokenPipe" not in done.stderr


class Gone(io.StringIO):
    """What Windows makes of a pipe that nobody reads."""

    def flush(self):
        raise OSError(errno.EINVAL, "Invalid argument")


@pytest.mark.parametrize(
    ("error", "output", "unread"),
    [
        (OSError(errno.EINVAL, "Invalid argument"), Gone(), True),
        (OSError(errno.EINVAL, "Invalid argument"), io.StringIO(), False),
        (OSError(errno.EPIPE, "Broken pipe"), Gone(), True),
        (OSError(errno.EPIPE, "Broken pipe"), None, False),
        (OSError(errno.EINVAL, "Invalid argument", "a?.txt"), Gone(), False),
        (OSError(errno.ENOSPC, "No space left"), Gone(), False),
    ],
)
def test_on_windows_an_invalid_argument_is_of_what_is_printed_or_an_error(
    monkeypatch, error, output, unread
):
    monkeypatch.delattr(select, "poll", raising=False)
    monkeypatch.setattr(sys, "stdout", output)
    monkeypatch.setattr(sys, "stderr", io.StringIO())
    assert terminal.is_unread(error) is unread


@pytest.mark.skipif(sys.platform == "win32", reason="its pipes end otherwise")
def test_who_reads_no_more_of_submit_is_told_that_there_is_no_zip(tmp_path):
    folder = tmp_path / "assignment1"
    folder.mkdir()
    (folder / "knn.ipynb").write_bytes(
        (ROOT / "assignments" / "assignment1" / "knn.ipynb").read_bytes()
    )
    out = str(tmp_path / "a.zip")
    done = unread("cs231n.submit", str(folder), "--no-run", "--out", out)
    assert (done.returncode, done.stderr) == (141, b"No zip was written.\n")
    assert not (tmp_path / "a.zip").exists()
