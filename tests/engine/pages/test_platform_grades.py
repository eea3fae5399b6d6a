"""Grades in the form that each platform takes in."""

import csv
import io

import pytest

from grading import __main__ as cli
from grading.engine.commands import EXPORTS
from grading.engine.intake.roster import known_roster
from grading.engine.pages.platform_grades import PLATFORMS, read_grades, write_grades
from tests.engine.conftest import grade
from tests.engine.graded import book, with_double
from tests.engine.small_course import hand_in_right

TABLE = """student,name,email,sid,login,canvas_id,moodle_id,section
ada,Ada Lovelace,ada@x.org,11,lovelace,501,901,A
ben,Ben Turing,=cmd(),12,,502,902,B
"""


@pytest.fixture
def graded(course, tmp_path):
    """Two students, one of them wrong in one exercise, all marked; a third unknown."""
    path = tmp_path / "r.csv"
    path.write_text(TABLE)
    known_roster(course, path)
    hand_in_right(course, "ada")
    hand_in_right(course, "ben", numbers=with_double(course, "def double(x): return 1"))
    grade(course)
    _mark(course, "ada", 1.5)
    _mark(course, "ben", 0)
    return course


def _mark(course, student, points):
    with book(course) as gradebook:
        found = gradebook.find_grade("q-why", "numbers", "hw1", student)
        found.manual_score, found.needs_manual_grade = points, False
        gradebook.db.commit()


def export(course, capsys, *arguments):
    status = cli.main(["--course", str(course.root), "export", "hw1", *arguments])
    out, err = capsys.readouterr()
    return status, list(csv.reader(io.StringIO(out))), err


def test_the_command_knows_every_table():
    assert tuple(PLATFORMS) == EXPORTS


@pytest.mark.parametrize(
    ("platform", "column", "rows"),
    [
        (
            "csv",
            "hw1",
            [
                ["student", "max_score", "late_penalty", "hw1"],
                ["ada", "10.0", "0.0", "9.5"],
                ["ben", "10.0", "0.0", "5.0"],
            ],
        ),
        (
            "canvas",
            "hw1 (77)",
            [
                [
                    *("Student", "ID", "SIS User ID", "SIS Login ID", "Section"),
                    "hw1 (77)",
                ],
                ["    Points Possible", "", "", "", "", "10.0"],
                ["Ada Lovelace", "501", "11", "lovelace", "A", "9.5"],
                ["Ben Turing", "502", "12", "", "B", "5.0"],
            ],
        ),
        (
            "moodle",
            "ignored",
            [
                [
                    *("Identifier", "Full name", "Email address"),
                    *("Last modified (grade)", "Grade"),
                ],
                ["Participant 901", "Ada Lovelace", "ada@x.org", "-", "9.5"],
                ["Participant 902", "Ben Turing", "'=cmd()", "-", "5.0"],
            ],
        ),
        (
            "gradescope",
            "ignored",
            [
                ["Name", "SID", "Email", "Total Score"],
                ["Ada Lovelace", "11", "ada@x.org", "9.5"],
                ["Ben Turing", "12", "'=cmd()", "5.0"],
            ],
        ),
        (
            "blackboard",
            "hw1",
            [
                ["Last Name", "First Name", "Username", "hw1 [Total Pts: 10]"],
                ["Lovelace", "Ada", "lovelace", "9.5"],
                ["Turing", "Ben", "ben", "5.0"],
            ],
        ),
    ],
)
def test_every_platform_has_its_table(graded, capsys, platform, column, rows):
    found = export(graded, capsys, "--for", platform, "--column", column)
    assert found == (0, rows, "")


def test_every_exercise_has_a_column(graded, capsys):
    _, (header, ada, ben), _ = export(graded, capsys, "--for", "csv", "--each")

    assert header[4:] == [
        "numbers: double",
        "numbers: q-why",
        "numbers: total",
        "words: shout",
    ]
    assert ada[4:] == ["3.0", "1.5", "3.0", "2.0"]
    assert ben[4:] == ["0.0", "0.0", "3.0", "2.0"]


def test_each_column_of_canvas_has_its_points(graded, capsys):
    _, (_, points, *_), _ = export(graded, capsys, "--for", "canvas", "--each")
    assert points[5:] == ["10.0", "3.0", "2.0", "3.0", "2.0"]


def test_blackboard_finds_a_column_by_its_id(graded, capsys):
    _, (header, *_), _ = export(
        graded, capsys, "--for", "blackboard", "--column", "HW [Total Pts: 10] |6646"
    )
    assert header[-1] == "HW [Total Pts: 10] |6646"


def test_blackboard_gets_names_in_canvas_order_too(graded, capsys, tmp_path):
    path = tmp_path / "r.csv"
    path.write_text('student,name\nada,"King, Ada Byron"\nben,Ben\n')
    _, (_, *rows), _ = export(
        graded, capsys, "--for", "blackboard", "--roster", str(path)
    )
    assert [row[:3] for row in rows] == [
        ["King", "Ada Byron", "ada"],
        ["Ben", "", "ben"],
    ]


def test_who_is_not_in_the_roster_is_named(graded, capsys):
    hand_in_right(graded, "cyd")
    grade(graded)
    status, rows, err = export(graded, capsys, "--for", "canvas")

    assert (status, len(rows)) == (1, 4)
    assert err == (
        "Still to mark by hand, and 0 so far: cyd.\n"
        "Left out, because the roster has no canvas id of: cyd.\n"
    )


def test_without_a_roster_a_platform_is_refused_in_a_sentence(graded, capsys):
    (graded.ledger / "roster.csv").unlink()
    status, _, err = export(graded, capsys, "--for", "moodle")

    assert status == 2  # no table
    assert "'moodle_id'" in err
    assert "Traceback" not in err


def test_a_column_that_a_platform_names_is_written_to_a_file(graded, tmp_path):
    path = tmp_path / "out.csv"
    arguments = ["export", "hw1", "--for", "canvas", "--out", str(path)]
    assert cli.main(["--course", str(graded.root), *arguments]) == 0
    assert path.read_text().count("\n") == 4


def test_a_penalty_is_taken_off_the_total_alone(graded, template):
    with book(graded) as gradebook:
        found = gradebook.find_submission_notebook("words", "hw1", "ada")
        found.late_submission_penalty = 0.5
        gradebook.db.commit()
    grades = read_grades(graded, "hw1", template, known_roster(graded, None))
    file = io.StringIO()
    write_grades("csv", grades, template, file, column="hw1", each=True)

    ada = next(csv.reader(io.StringIO(file.getvalue().split("\n")[1])))
    assert ada == ["ada", "10.0", "0.5", "9.0", "3.0", "1.5", "3.0", "2.0"]
