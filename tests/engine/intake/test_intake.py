"""Submissions are taken once, whole, and from nowhere else."""

import contextlib
import errno
import io
import json
import os
import re
import socket
import stat
import tracemalloc
from pathlib import Path

import pytest

from grading.engine.intake import folder as folder_module
from grading.engine.intake.folder import read_folder
from grading.engine.storage import store
from grading.engine.storage.names import (
    RefusedName,
    capped,
    checked_name,
    printable,
)
from tests.engine.intake.export_files import NOTEBOOK, names
from tests.engine.small_course import hand_in


def test_a_folder_tree(course, intake):
    hand_in(course, "ada", numbers=NOTEBOOK)
    folder = hand_in(course, "ben", words=NOTEBOOK)
    (folder / "numpy.py").write_text("")
    (folder / "deep").mkdir()
    (folder / "deep" / "numbers.ipynb").write_bytes(NOTEBOOK)
    (folder / "timestamp.txt").write_text("1999-01-01 00:00:00 UTC")
    collected = intake.from_tree()

    assert names(collected) == {
        "ada": ["numbers.ipynb"],
        "ben": ["numbers.ipynb", "words.ipynb"],
    }
    ben = collected.submissions[1]
    assert ben.flags == ("Left out 'numpy.py': no notebook.",)
    assert ben.time == ""  # the student wrote that file


@pytest.mark.parametrize(
    "name", ["numpy.py", "torch.py", "sitecustomize.py", "conftest.py", "evil.pth"]
)
def test_no_other_file_is_taken(course, intake, name):
    folder = hand_in(course, "ada", numbers=NOTEBOOK)
    (folder / name).write_text("raise SystemExit")

    (one,) = intake.from_tree().submissions
    assert [name for name, _ in one.files] == ["numbers.ipynb"]
    assert one.flags == (f"Left out {name!r}: no notebook.",)


@pytest.mark.parametrize(
    "make",
    [
        lambda path, secret: path.symlink_to(secret),
        lambda path, secret: path.symlink_to("nowhere"),
        lambda path, secret: path.symlink_to("/dev/zero"),
        lambda path, secret: os.mkfifo(path),
        lambda path, secret: path.mkdir(),
    ],
    ids=["link", "dangling", "device", "pipe", "folder"],
)
def test_what_is_no_plain_file_is_left_out(course, intake, tmp_path, make):
    secret = tmp_path / "secret.ipynb"
    secret.write_bytes(NOTEBOOK)
    folder = hand_in(course, "ada", words=NOTEBOOK)
    make(folder / "numbers.ipynb", secret)

    (one,) = intake.from_tree().submissions
    assert [name for name, _ in one.files] == ["words.ipynb"]
    assert "Left out 'numbers.ipynb': " in one.flags[0]


def test_a_socket_and_a_real_device_are_left_out(course, intake, tmp_path, monkeypatch):
    folder = hand_in(course, "ada", words=NOTEBOOK)
    monkeypatch.chdir(folder)  # the path of a socket may not be long
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("numbers.ipynb")
        with contextlib.suppress(PermissionError):  # root makes one, not everywhere
            os.mknod(folder / "z.ipynb", stat.S_IFCHR | 0o666, os.makedev(1, 5))

        (one,) = intake.from_tree().submissions
    assert [name for name, _ in one.files] == ["words.ipynb"]


@pytest.mark.parametrize("level", ["student", "assignment"])
def test_a_folder_that_is_a_link_is_refused(course, intake, tmp_path, level):
    target = tmp_path / "elsewhere"
    (target / "hw1").mkdir(parents=True)
    (target / "hw1" / "numbers.ipynb").write_bytes(NOTEBOOK)
    hand_in(course, "ben", numbers=NOTEBOOK)
    if level == "student":
        (course.submitted / "ada").symlink_to(target)
    else:
        (course.submitted / "ada").mkdir()
        (course.submitted / "ada" / "hw1").symlink_to(target / "hw1")
    collected = intake.from_tree()

    assert names(collected) == {"ben": ["numbers.ipynb"]}
    assert "is a link" in collected.problems[0]


@pytest.mark.parametrize("kind", ["loop", "long", "closed"])
def test_a_folder_that_cannot_be_looked_at_ends_no_collection(
    course, intake, monkeypatch, kind
):
    """Nobody may look into a folder that was unpacked with the mode 000."""
    hand_in(course, "ben", numbers=NOTEBOOK)
    student = course.submitted / "ada"
    if kind == "loop":
        student.symlink_to("ada")
    else:
        student.mkdir()
    if kind == "long":
        (student / "hw1").symlink_to("x" * 300)
    look = Path.lstat

    def closed(path):
        if kind == "closed" and path.parent == student:
            raise PermissionError(errno.EACCES, "Permission denied")  # root may look
        return look(path)

    monkeypatch.setattr(Path, "lstat", closed)
    collected = intake.from_tree()

    assert names(collected) == {"ben": ["numbers.ipynb"]}
    assert "is a link" in collected.problems[0]


@pytest.mark.parametrize("kind", ["folder", "pipe"])
def test_a_file_that_becomes_something_else_is_left_out(
    course, intake, monkeypatch, kind
):
    folder = hand_in(course, "ada", words=NOTEBOOK, numbers=NOTEBOOK)
    path = folder / "words.ipynb"
    before = os.open

    def changed(name, *how, **more):
        if name == path.name and path.is_file():
            path.unlink()
            path.mkdir() if kind == "folder" else os.mkfifo(path)
        return before(name, *how, **more)

    monkeypatch.setattr(os, "open", changed)
    (one,) = intake.from_tree().submissions

    assert [name for name, _ in one.files] == ["numbers.ipynb"]
    assert "Left out 'words.ipynb': it is no file" in one.flags[0]


def test_too_large_and_too_many(course, intake):
    folder = hand_in(course, "ada", words=NOTEBOOK)
    with open(folder / "numbers.ipynb", "wb") as file:
        file.truncate(65 << 20)
    for number in range(300):
        (folder / f"x{number}.txt").touch()

    (one,) = intake.from_tree().submissions
    assert "larger than 64 MB" in " ".join(one.flags)
    assert "and 295 more: no notebook." in " ".join(one.flags)
    assert [name for name, _ in one.files] == ["words.ipynb"]


def test_two_thousand_other_files_cost_no_points(course, intake):
    folder = hand_in(course, "ada", numbers=NOTEBOOK)
    for number in range(2000):
        (folder / f"a{number:04d}.txt").touch()
        (folder / f"a{number:04d}.ipynb").write_text(f"{number}")

    (one,) = intake.from_tree().submissions
    names = [name for name, _ in one.files]
    assert "numbers.ipynb" in names
    assert len(names) == 200
    (junk,) = [flag for flag in one.flags if "no notebook" in flag]
    assert re.fullmatch(r"Left out ('a\d+.txt'(, )?){5} and 1995 more: .*", junk)
    assert "and 1796 more: the submission has too much already." in " ".join(one.flags)


def test_large_files_are_never_in_memory(course, intake):
    folder = hand_in(course, "ada", numbers=NOTEBOOK)
    for number in range(3):
        with open(folder / f"{number}.ipynb", "wb") as file:
            file.truncate((60 << 20) + number)
    tracemalloc.start()
    (one,) = intake.from_tree().submissions
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert len(one.files) == 4
    assert peak < 8 * store.CHUNK


def test_a_submission_has_room_for_so_much(course, intake, monkeypatch):
    monkeypatch.setattr(folder_module, "MAX_TOTAL", 1000)
    folder = hand_in(course, "ada", numbers=b"n" * 600)
    (folder / "a.ipynb").write_bytes(b"a" * 600)
    (folder / "b.ipynb").write_bytes(b"b" * 300)

    (one,) = intake.from_tree().submissions
    assert [name for name, _ in one.files] == ["b.ipynb", "numbers.ipynb"]
    assert one.flags == ("Left out 'a.ipynb': the submission has too much already.",)


def test_a_hard_link_costs_neither_student_points(course, intake):
    ada = hand_in(course, "ada", numbers=NOTEBOOK) / "numbers.ipynb"
    eve = hand_in(course, "eve", words=NOTEBOOK) / "numbers.ipynb"
    os.link(ada, eve)
    os.link(ada, course.root / "elsewhere")
    first, second = intake.from_tree().submissions

    assert [name for name, _ in first.files] == ["numbers.ipynb"]
    assert [name for name, _ in second.files] == ["numbers.ipynb", "words.ipynb"]
    for one in (first, second):
        flag = "'numbers.ipynb' has another name elsewhere: a hard link."
        assert one.flags == (flag,)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files away")
def test_a_hard_link_to_another_users_file_is_left_out(course, intake, tmp_path):
    secret = tmp_path / "secret.ipynb"
    secret.write_bytes(NOTEBOOK)
    os.chown(secret, 12345, 12345)
    folder = hand_in(course, "eve", words=NOTEBOOK)
    os.link(secret, folder / "numbers.ipynb")

    (one,) = intake.from_tree().submissions
    assert [name for name, _ in one.files] == ["words.ipynb"]
    assert "another user's file" in one.flags[0]


def test_a_file_that_grows_is_left_out(tmp_path):
    (tmp_path / "a.ipynb").write_bytes(b"x" * 10)

    def keep(file, most):
        raise store.TooLarge

    assert read_folder(tmp_path, keep) == (
        {},
        ["Left out 'a.ipynb': it grew while it was read."],
    )


def test_a_file_that_changes_between_two_looks_is_kept_as_it_was_copied(tmp_path):
    class Changing(io.BytesIO):
        def seek(self, *place):
            self.getbuffer()[:1] = b"2"
            return super().seek(*place)

    kept = store.Store(tmp_path)
    digest = kept.put_file(Changing(b"1 notebook"), 100)
    assert kept.get(digest) == b"2 notebook"
    with pytest.raises(store.TooLarge):
        kept.put_file(io.BytesIO(b"x" * 101), 100)
    assert not list(tmp_path.glob(".*"))


@pytest.mark.parametrize(
    "name",
    [
        "a\nb.txt",
        "\x1b[31mred.txt",
        "\udcff.txt",
        "x" * 250,
        "<script>.txt",
        "\u202e.txt",
    ],
)
def test_no_name_reaches_a_flag_as_it_is(course, intake, name):
    folder = hand_in(course, "ada", numbers=NOTEBOOK)
    (folder / name).touch()

    (one,) = intake.from_tree().submissions
    (flag,) = one.flags
    assert len(flag) < 120
    assert not set("\x1b\u202e\udcff\n") & set(flag)
    assert [name for name, _ in one.files] == ["numbers.ipynb"]


def test_flags_are_few_and_short():
    flags = capped([f"{number} {'x' * 10_000}" for number in range(1000)])

    assert len(flags) == 50
    assert max(map(len, flags)) < 410
    assert flags[-1] == "And more: 951 flags."
    assert capped(flags) == flags


def test_a_change_after_the_intake_changes_nothing(course, intake):
    folder = hand_in(course, "ada", numbers=NOTEBOOK)
    (one,) = intake.from_tree().submissions
    (folder / "numbers.ipynb").write_bytes(b"changed")

    assert intake.store.get(one.files[0][1]) == NOTEBOOK


def test_the_same_bytes_are_written_down_once(course, intake):
    hand_in(course, "ada", numbers=NOTEBOOK)
    ledger = course.ledger / "hw1" / "collected.jsonl"
    intake.from_tree()
    before = ledger.read_bytes()
    intake.from_tree()

    assert ledger.read_bytes() == before


@pytest.mark.parametrize(
    "name", ["ada", "a b", "Zoë", "-x", "+1", "Smith, J", "=1+1", "@x", "o'neil", "李"]
)
def test_names_that_are_fine(course, intake, name):
    assert checked_name(name) == name
    hand_in(course, name, numbers=NOTEBOOK)
    assert names(intake.from_tree()) == {name: ["numbers.ipynb"]}


def test_one_name_in_two_spellings_is_one_student(course, intake):
    hand_in(course, "Zo\u00eb", numbers=NOTEBOOK)
    hand_in(course, "Zoe\u0308", words=NOTEBOOK)
    collected = intake.from_tree()

    assert len(collected.submissions) == 1
    assert collected.problems == ["Two folders are called 'Zo\u00eb'."]


@pytest.mark.parametrize(
    "name",
    [
        "",
        " ",
        ".",
        "..",
        ".hidden",
        "a/b",
        "a\\b",
        "a*",
        "[a]",
        "a\0b",
        "a\nb",
        "x" * 201,
        "a\u202eb",
        "a\ud800",
        "c:x",
    ],
)
def test_names_that_are_refused(name):
    with pytest.raises(RefusedName, match="cannot be a student's id"):
        checked_name(name)


def test_terminals_are_told_no_commands():
    assert printable("\x1b[31mred\x1b[0m\r\x07") == "red\ufffd\ufffd"
    assert "\x1b" not in printable("\x1b]0;title\x07 \x9b31m")
    assert printable("x" * 300) == "x" * 200 + "..."


def test_the_tree_is_json_safe(intake, course):
    hand_in(course, "ada", numbers=NOTEBOOK)
    (one,) = intake.from_tree().submissions

    assert json.loads(json.dumps(one.to_dict()))["student"] == "ada"
