"""Feedback in the names by which a platform takes it back."""

import zipfile

import pytest

from grading import __main__ as cli
from grading.engine.commands import FEEDBACK
from grading.engine.intake.roster import known_roster
from grading.engine.pages.feedback_zip import FOLDERS
from tests.engine.conftest import grade
from tests.engine.small_course import hand_in_right

TABLE = "student,name,moodle_id\nada,Ada_Maria Lovelace,901\nben,Ben/../Turing,902\n"


@pytest.fixture
def graded(course, tmp_path):
    """Two students of the roster, and one whom it does not know."""
    (tmp_path / "r.csv").write_text(TABLE)
    known_roster(course, tmp_path / "r.csv")
    for student in ("ada", "ben", "zoe"):
        hand_in_right(course, student)
    grade(course)
    return course


def command(course, *arguments):
    line = ["--course", str(course.root), "feedback", "hw1", *map(str, arguments)]
    return cli.main(line)


def names(path):
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None
        return archive.namelist()


def read_as_moodle(path):
    """Take a name apart as Moodle's importer does."""
    folder, _, file = path.partition("/")
    parts = folder.split("_", 4)
    return int(parts[1]), parts[2:4], file


def test_the_command_knows_every_form():
    assert tuple(FOLDERS) == FEEDBACK


def test_moodle_finds_every_student(graded, tmp_path, capsys):
    out = tmp_path / "feedback.zip"
    assert command(graded, "--zip", out, "--for", "moodle") == 1

    found = [read_as_moodle(name) for name in names(out)]
    plugin = ["assignsubmission", "file"]
    assert found == [
        (number, plugin, f"{notebook}.html")
        for number in (901, 902)
        for notebook in ("numbers", "words")
    ]
    assert not any(".." in name for name in names(out))
    assert "the roster has no moodle id of: zoe." in capsys.readouterr().err


def test_folders_have_the_ids_of_the_gradebook(graded, tmp_path):
    out = tmp_path / "feedback.zip"
    assert command(graded, "--zip", out) == 0
    first = out.read_bytes()

    assert names(out)[0] == "ada/numbers.html"
    assert len(names(out)) == 6
    command(graded, "--zip", out)
    assert out.read_bytes() == first
