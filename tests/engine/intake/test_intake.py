"""Submissions are taken once, whole, and from nowhere else."""

import contextlib
import json
import os
import socket
import stat

import pytest

from grading.engine.storage.names import RefusedName, checked_name, printable
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
        lambda path, secret: os.link(secret, path),
        lambda path, secret: os.mkfifo(path),
        lambda path, secret: path.mkdir(),
    ],
    ids=["link", "dangling", "device", "hard link", "pipe", "folder"],
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


def test_too_large_and_too_many(course, intake):
    folder = hand_in(course, "ada", words=NOTEBOOK)
    with open(folder / "numbers.ipynb", "wb") as file:
        file.truncate(65 << 20)
    for number in range(300):
        (folder / f"x{number}.txt").touch()

    (one,) = intake.from_tree().submissions
    assert "larger than 64 MB" in " ".join(one.flags)
    assert "More than 200 files" in one.flags[-1]


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
