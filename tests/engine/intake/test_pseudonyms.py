"""Behind pseudonyms a course knows nobody's name, and the key brings all back."""

import csv
import io
import json

import pytest

from grading import __main__ as cli
from grading.engine.intake.roster import Roster
from tests.engine.conftest import grade
from tests.engine.intake.export_files import archive
from tests.engine.small_course import answered
from tests.engine.test_forgetting import holders

TABLE = """student,name,email,canvas_id,section
ada,Ada Lovelace,ada@x.org,501,A
ben,Ben Turing,ben@x.org,502,B
"""


@pytest.fixture
def command(course, monkeypatch, capsys):
    def run(*arguments):
        status = cli.main(["--course", str(course.root), *map(str, arguments)])
        return status, capsys.readouterr()

    return run


@pytest.fixture
def key(command, tmp_path):
    (tmp_path / "roster.csv").write_text(TABLE)
    path = tmp_path / "key.csv"
    assert command("pseudonyms", tmp_path / "roster.csv", "--key", path)[0] == 0
    return path


@pytest.fixture
def collected(course, command, key, tmp_path):
    """Both hand in on Canvas, one of them something that cannot be read."""
    data = {
        f"{name}_{number}_7{number}_numbers.ipynb": json.dumps(
            answered(course, "numbers")
        )
        for name, number in (("lovelaceada", 501), ("turingben", 502))
    }
    data["turingben_502_9_more.zip"] = b"PK no archive"
    path = archive(tmp_path / "export.zip", data)
    command("collect", "hw1", path, "--roster", key)
    grade(course)
    return course


def test_the_course_knows_no_names(collected, command, key):
    for verb in ("feedback", "report", "marking"):
        command(verb, "hw1")
    command("status", "hw1")
    for word in (b"lovelace", b"Lovelace", b"turing", b"Turing", b"x.org"):
        assert holders(collected, word) == [], word
    assert (collected.ledger / "roster.csv").read_text().startswith("student,section\n")


def test_the_key_brings_names_back(collected, command, key):
    _, said = command("export", "hw1", "--for", "csv", "--roster", key)
    rows = list(csv.DictReader(io.StringIO(said.out)))
    assert [row["student"] for row in rows] in (["ada", "ben"], ["ben", "ada"])
    _, said = command("export", "hw1", "--for", "canvas", "--roster", key)
    assert "Ada Lovelace,501" in said.out
    _, said = command("export", "hw1")
    assert "ada" not in said.out


def test_who_has_a_pseudonym_keeps_it(command, key, tmp_path):
    before = Roster.read(key)
    (tmp_path / "roster.csv").write_text(TABLE + "zoe,Zoe Ng,z@x.org,503,A\n")
    _, said = command("pseudonyms", tmp_path / "roster.csv", "--key", key)
    after = Roster.read(key)

    assert "3 students are in" in said.out
    assert "1 of them new" in said.out
    assert after.students[:2] == before.students
    assert len(set(after.students)) == 3
    assert key.stat().st_mode & 0o077 == 0


def test_a_key_in_the_course_is_refused(course, command, tmp_path):
    (tmp_path / "roster.csv").write_text(TABLE)
    path = course.root / "grading" / "key.csv"
    status, said = command("pseudonyms", tmp_path / "roster.csv", "--key", path)
    assert status == 1
    assert "would lie in the course's folder" in said.err
    assert not path.exists()


def test_a_student_added_by_hand_is_named(command, key, tmp_path):
    with key.open("a") as file:
        file.write(",zoe,Zoe Ng,,,\n")
    status, said = command("collect", "hw1", tmp_path / "x.zip", "--roster", key)
    assert status == 1
    assert "has no pseudonym of zoe" in said.err
    (tmp_path / "roster.csv").write_text(TABLE + "zoe,Zoe Ng,z@x.org,503,A\n")
    assert command("pseudonyms", tmp_path / "roster.csv", "--key", key)[0] == 0
    assert len(Roster.read(key).students) == 3


def test_what_is_no_key_is_left_alone(command, tmp_path):
    path = tmp_path / "roster.csv"
    path.write_text(TABLE)
    status, said = command("pseudonyms", path, "--key", path)
    assert status == 1
    assert "so no key" in said.err
    assert path.read_text() == TABLE


def test_an_extension_is_for_the_pseudonym(collected, command):
    (collected.root / "course.toml").write_text(
        "[assignments.hw1]\ndue = 2026-10-01T12:00:00Z\n"
    )
    student = Roster.read(collected.ledger / "roster.csv").students[0]
    assert command("extend", "hw1", student, "3")[0] == 0
    assert command("extend", "hw1", "ada", "3")[0] == 1
