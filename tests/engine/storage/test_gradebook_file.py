"""The gradebook is opened one way, and whoever holds it is waited for."""

import re
import subprocess
import sys

import pytest

from grading import ROOT
from grading import __main__ as cli
from grading.authoring.release import release
from grading.engine.storage import gradebook_file
from tests.engine.conftest import grade
from tests.engine.small_course import hand_in_right

#: Holds the database as formgrader does while it writes; ends with its input.
HOLDER = """
import sqlite3, sys, time
book = sqlite3.connect(sys.argv[1], isolation_level=None)
book.execute("BEGIN EXCLUSIVE")
print("held", flush=True)
time.sleep(float(sys.argv[2]))
book.execute("ROLLBACK")
"""


@pytest.fixture
def graded(course):
    hand_in_right(course, "ada")
    grade(course)
    cli.main(["--course", str(course.root), "marking", "hw1"])
    path = course.marking / "hw1" / "answers.csv"
    path.write_text(re.sub(r"2,,(?=\r?\n)", "2,1.5,", path.read_text()))
    return course


def held(course, seconds):
    """Let another process hold the gradebook; return the process."""
    line = [sys.executable, "-c", HOLDER, str(course.database), str(seconds)]
    process = subprocess.Popen(line, stdout=subprocess.PIPE, text=True)
    assert process.stdout.readline() == "held\n"
    return process


@pytest.mark.parametrize(
    ("command", "arguments"),
    [
        ("mark", ["hw1", "{marking}/hw1/answers.csv"]),
        ("export", ["hw1", "--for", "csv"]),
        ("export", ["hw1"]),
        ("feedback", ["hw1"]),
        ("marking", ["hw1", "--all"]),
        ("forget", ["ada"]),
    ],
)
def test_who_holds_the_gradebook_is_waited_for(graded, command, arguments, capsys):
    given = [one.format(marking=graded.marking) for one in arguments]
    if command == "marking":
        (graded.marking / "hw1" / "answers.csv").unlink()
    holder = held(graded, 1.0)
    status = cli.main(["--course", str(graded.root), command, *given])
    assert holder.wait() == 0
    holder.stdout.close()

    assert status == (command == "export")  # somebody is still to be marked
    assert "locked" not in capsys.readouterr().err


@pytest.mark.parametrize("command", ["mark", "export", "feedback", "forget"])
def test_who_never_lets_go_is_a_sentence(graded, command, capsys, monkeypatch):
    monkeypatch.setattr(gradebook_file, "PATIENCE", 0.2)
    monkeypatch.setattr(gradebook_file, "STATEMENT", 0.1)
    given = {
        "mark": ["hw1", str(graded.marking / "hw1" / "answers.csv")],
        "forget": ["ada"],
    }
    holder = held(graded, 600)
    line = ["--course", str(graded.root), command, *given.get(command, ["hw1"])]
    status = cli.main(line)
    holder.kill()
    holder.wait()
    holder.stdout.close()

    assert status == (2 if command == "export" else 1)  # 2: there is no table
    said = capsys.readouterr().err
    assert "database is locked" in said
    assert "close that and run the same command again" in said
    assert cli.main(line) == (command == "export")


def test_a_release_waits_too(graded, monkeypatch):
    monkeypatch.setattr(gradebook_file, "PATIENCE", 0.2)
    monkeypatch.setattr(gradebook_file, "STATEMENT", 0.1)
    holder = held(graded, 600)
    with pytest.raises(gradebook_file.GradebookError, match=r"has held it for 0\.2 s"):
        release(graded, solutions=graded.root / "solutions")
    holder.kill()
    holder.wait()
    holder.stdout.close()
    assert release(graded, solutions=graded.root / "solutions") == ["hw1"]


def test_nobody_opens_the_gradebook_in_another_way():
    found = [
        str(path.relative_to(ROOT))
        for path in (ROOT / "grading").rglob("*.py")
        if "sqlite:///" in path.read_text(encoding="utf-8")
        or "sqlite3.connect" in path.read_text(encoding="utf-8")
    ]
    config = "grading/nbgrader_config.py"
    assert sorted(found) == ["grading/engine/storage/gradebook_file.py", config]
