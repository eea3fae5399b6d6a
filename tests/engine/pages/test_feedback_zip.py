"""Feedback in the names by which a platform takes it back."""

import io
import json
import re
import zipfile

import pytest

from grading import __main__ as cli
from grading.engine.commands import FEEDBACK
from grading.engine.intake.roster import known_roster
from grading.engine.pages import feedback_zip
from grading.engine.pages.feedback_zip import NAMES
from tests.engine.conftest import grade
from tests.engine.intake.export_files import archive
from tests.engine.small_course import answered, hand_in_right

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
    assert tuple(NAMES) == FEEDBACK


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


def read_as_canvas(path):
    """Find user and file in a name, as Canvas's own importer does."""
    parts = [part for part in path.rpartition("/")[2].split("_") if part != "LATE"]
    if parts[0] == "anon":
        return parts[1], int(parts[2])
    user, file = [part for part in parts if re.fullmatch(r"\d+", part)][:2]
    return int(user), int(file)


def collected(course, tmp_path, files, roster):
    """Grade an export; return the zip to be."""
    notebooks = {n: json.dumps(answered(course, n)) for n in ("numbers", "words")}
    data = {name: notebooks.get(what, what) for name, what in files.items()}
    (tmp_path / "c.csv").write_text(roster)
    export = archive(tmp_path / "export.zip", data)
    line = ["--course", str(course.root), "collect", "hw1", str(export)]
    cli.main([*line, "--roster", str(tmp_path / "c.csv")])
    grade(course)
    return tmp_path / "feedback.zip"


CANVAS = "student,name,canvas_id,anonymous_id\nada,A L,501,1tJs2\nben,B T,502,Xy4Z9\n"


def test_canvas_finds_every_file_by_its_own_name(course, tmp_path, capsys):
    files = {
        "lovelaceada_501_71_numbers-1.ipynb": "numbers",
        "lovelaceada_501_72_words.ipynb": "words",
        "turingben_LATE_502_81_numbers.ipynb": "numbers",
        "turingben_LATE_502_82_words.ipynb": "words",
    }
    out = collected(course, tmp_path, files, CANVAS)
    hand_in_right(course, "zoe")
    grade(course)
    assert command(course, "--zip", out, "--for", "canvas") == 1

    assert "not collected from an export of Canvas: zoe." in capsys.readouterr().err
    assert names(out) == [
        "lovelaceada_501_71_numbers.html",
        "lovelaceada_501_72_words.html",
        "turingben_LATE_502_81_numbers.html",
        "turingben_LATE_502_82_words.html",
    ]
    assert {read_as_canvas(name) for name in names(out)} == {
        *((501, 71), (501, 72), (502, 81), (502, 82)),
    }


def test_canvas_finds_the_anonymous_and_groups_with_a_line_in_their_name(
    course, tmp_path
):
    files = {
        "LATE_anon_1tJs2_71_numbers.ipynb": "numbers",
        "anon_Xy4Z9_81_numbers.ipynb": "numbers",
    }
    out = collected(course, tmp_path, files, CANVAS)
    assert command(course, "--zip", out, "--for", "canvas") == 0
    assert {read_as_canvas(name) for name in names(out)} == {
        ("1tJs2", 71),
        ("Xy4Z9", 81),
    }
    files = {
        "team_red_501_73_numbers.ipynb": "numbers",
        "team_blue_LATE_502_83_numbers.ipynb": "numbers",
    }
    out = collected(course, tmp_path, files, CANVAS)
    assert command(course, "--zip", out, "--for", "canvas") == 0
    assert {read_as_canvas(name) for name in names(out)} == {(501, 73), (502, 83)}


def test_canvas_gets_an_archive_for_an_archive(course, tmp_path):
    """It shows what it gets under the name of the student's file."""
    inner = archive(
        tmp_path / "hw1.zip",
        {f"{n}.ipynb": json.dumps(answered(course, n)) for n in ("numbers", "words")},
    )
    files = {"lovelaceada_501_71_hw1.zip": inner.read_bytes()}
    out = collected(course, tmp_path, files, CANVAS)
    assert command(course, "--zip", out, "--for", "canvas") == 0

    assert names(out) == ["lovelaceada_501_71_hw1.zip"]
    with zipfile.ZipFile(out) as file:
        pages = zipfile.ZipFile(io.BytesIO(file.read(names(out)[0])))
    assert pages.namelist() == ["numbers.html", "words.html"]


def test_pages_that_are_left_out_are_not_counted(course, tmp_path, monkeypatch):
    """One notebook came through Canvas, the other by another way."""
    pages = {"numbers.html": b"1", "words.html": b"2"}
    origins = {"numbers": "lovelaceada_501_71_numbers.ipynb", "words": "words.ipynb"}
    ada = feedback_zip.Pages("ada", pages, origins=origins)
    monkeypatch.setattr(feedback_zip, "_pages", lambda *of: [ada])
    out = tmp_path / "feedback.zip"
    found = feedback_zip.write_feedback_zip(course, "hw1", "canvas", None, out)

    assert found == (1, ["ada"])
    assert names(out) == ["lovelaceada_501_71_numbers.html"]


def test_a_log_holds_no_bar(graded, capfd):
    assert command(graded) == 0

    printed = capfd.readouterr()
    assert "pages in" in printed.out
    assert "\r" not in printed.out + printed.err
    assert "notebook/s" not in printed.out + printed.err


def test_brightspace_finds_its_folders_again(course, tmp_path):
    folder = "397-25 - A L - Sep 24, 2026 926 PM"
    files = {
        "download/index.html": "x",
        f"download/{folder}/numbers.ipynb": "numbers",
        f"download/{folder}/words.ipynb": "words",
    }
    out = collected(course, tmp_path, files, CANVAS)
    assert command(course, "--zip", out, "--for", "brightspace") == 0
    assert names(out) == [f"{folder}/numbers.html", f"{folder}/words.html"]


def test_a_zip_that_cannot_be_written_is_a_sentence(graded, tmp_path, capsys):
    assert command(graded, "--zip", tmp_path / "r.csv" / "feedback.zip") == 1
    assert "Traceback" not in capsys.readouterr().err
