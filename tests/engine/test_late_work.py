"""Late work of a graded class: scores, exports and pages by ``course.toml``."""

import csv
import io
import shutil

import pytest

from grading import __main__ as cli
from grading.engine.intake.intake import Intake
from grading.engine.intake.roster import known_roster
from grading.engine.storage.store import Store
from tests.engine.conftest import grade
from tests.engine.graded import book
from tests.engine.small_course import hand_in_right

ROSTER = "student,canvas_id,section\nada,501,A\nben,502,B\n"
RULE = """
[assignments.hw1]
due = 2026-10-01T12:00:00Z
penalty_percent = 25
"""


@pytest.fixture
def late_class(course, tmp_path):
    """Two students with all 8 points of the tests, handed in 30 hours late."""
    (tmp_path / "r.csv").write_text(ROSTER)
    known_roster(course, tmp_path / "r.csv")
    for student in ("ada", "ben"):
        folder = hand_in_right(course, student)
        (folder / "timestamp.txt").write_text("2026-10-02 18:00:00 UTC")
    intake = Intake(course, "hw1", Store(course.ledger / "objects"))
    intake.from_tree(trust_timestamps=True)
    intake.close()
    grade(course)
    return course


def rule(course, more="", text=RULE):
    (course.root / "course.toml").write_text(text + more)


def points(course, capsys, *arguments):
    cli.main(["--course", str(course.root), "export", "hw1", *arguments])
    out, err = capsys.readouterr()
    assert err == "Still to mark by hand, and 0 so far: ada, ben.\n"
    return list(csv.DictReader(io.StringIO(out)))


def refusal(course, capsys, command="export"):
    status = 2 if command == "export" else 1  # 1 is a table that lacks marks
    assert cli.main(["--course", str(course.root), command, "hw1"]) == status
    return capsys.readouterr().err


def test_what_came_since_the_run_is_in_no_grade_and_named(late_class, capsys):
    """The same files with another time too: the penalty hangs on it."""
    (late_class.submitted / "ben" / "hw1" / "timestamp.txt").write_text(
        "2026-10-01 10:00:00 UTC"
    )
    intake = Intake(late_class, "hw1", Store(late_class.ledger / "objects"))
    intake.from_tree(trust_timestamps=True)
    intake.close()
    command = ["--course", str(late_class.root)]

    assert cli.main([*command, "status", "hw1"]) == 1
    assert "  to grade: ben words\n" in capsys.readouterr().out
    assert cli.main([*command, "export", "hw1"]) == 1
    assert capsys.readouterr().err.endswith(
        "Run first (python -m grading run hw1); not taken in: ben.\n"
    )
    grade(late_class)
    rule(late_class)
    assert [row["score"] for row in points(late_class, capsys)] == ["4.0", "8.0"]


def test_the_rule_acts_at_once_and_writes_nothing(late_class, capsys):
    before = late_class.database.read_bytes()
    for percent, left in ((25, "4.0"), (10, "6.4"), (50, "0.0")):
        rule(late_class, text=RULE.replace("25", str(percent)))
        rows = points(late_class, capsys)
        assert [row["score"] for row in rows] == [left, left]
        assert [row["late_days"] for row in rows] == ["1.25", "1.25"]
    assert late_class.database.read_bytes() == before
    (late_class.root / "course.toml").unlink()
    assert [row["score"] for row in points(late_class, capsys)] == ["8.0", "8.0"]


def test_sections_extensions_and_free_days_act(late_class, capsys):
    rule(late_class, "[assignments.hw1.sections]\nB = 2026-10-05T12:00:00Z\n")
    assert [row["score"] for row in points(late_class, capsys)] == ["4.0", "8.0"]
    rule(late_class, "[assignments.hw1.extensions]\nada = 1\n")
    assert [row["score"] for row in points(late_class, capsys)] == ["6.0", "4.0"]
    rule(late_class, text="late_days = 1" + RULE)
    assert [row["late_penalty"] for row in points(late_class, capsys)] == ["2.0"] * 2


def test_the_file_decides_alone(late_class, capsys):
    with book(late_class) as gradebook_:
        found = gradebook_.find_submission_notebook("words", "hw1", "ada")
        found.late_submission_penalty = 0.5
        gradebook_.db.commit()
    assert [row["score"] for row in points(late_class, capsys)] == ["7.5", "8.0"]
    rule(late_class)
    assert [row["score"] for row in points(late_class, capsys)] == ["4.0", "4.0"]


def test_a_platform_gets_the_same(late_class, capsys):
    rule(late_class)
    rows = points(late_class, capsys, "--for", "csv")
    assert [(row["hw1"], row["late_penalty"]) for row in rows] == [("4.0", "4.0")] * 2


def test_what_nbgrader_graded_alone_waits_for_no_run(late_class, capsys):
    shutil.rmtree(late_class.ledger)
    assert [row["score"] for row in points(late_class, capsys)] == ["8.0", "8.0"]


def test_the_students_page_says_why(late_class, capsys):
    rule(late_class)
    assert cli.main(["--course", str(late_class.root), "feedback", "hw1"]) == 0
    page = (late_class.feedback / "ada" / "hw1" / "words.html").read_text()

    assert "2 points earned, less 1 for handing in late." in page
    assert "Due 2026-10-01 12:00 UTC. Handed in late: 2 days begun." in page
    assert "2 days at 25 %: 50 % of the points earned." in page


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ("[assignments.hw1.extensions]\neda = 1\n", "no student is called 'eda'"),
        ("[assignments.hw1.sections]\nC = 2026-10-05T12:00:00Z\n", "no section"),
    ],
)
@pytest.mark.parametrize("command", ["export", "feedback"])
def test_names_that_nobody_has_are_refused(late_class, capsys, more, words, command):
    rule(late_class, more)
    err = refusal(late_class, capsys, command)
    assert words in err
    assert "Traceback" not in err


def test_an_assignment_that_the_file_forgets_is_refused(late_class, capsys):
    rule(late_class, text=RULE.replace("hw1", "hw2"))
    assert "has no [assignments.hw1]; it has: hw2" in refusal(late_class, capsys)


def test_sections_need_a_roster(late_class, capsys):
    (late_class.ledger / "roster.csv").unlink()
    rule(late_class, "[assignments.hw1.sections]\nB = 2026-10-05T12:00:00Z\n")
    assert "need a roster" in refusal(late_class, capsys)


def extend(course, student, until):
    return cli.main(["--course", str(course.root), "extend", "hw1", student, until])


def test_an_extension_by_command_acts_and_keeps_comments(late_class, capsys):
    rule(late_class, "# Ask the dean.\n")
    for until, left in (
        ("1", "6.0"),
        ("2026-10-03T00:00:00Z", "8.0"),
        ("0.5", "6.0"),
        ("none", "4.0"),
    ):
        assert extend(late_class, "ada", until) == 0
        assert "ada" in capsys.readouterr().out
        rows = points(late_class, capsys)
        assert [row["score"] for row in rows] == [left, "4.0"], until
        assert "# Ask the dean." in (late_class.root / "course.toml").read_text()


@pytest.mark.parametrize(
    ("student", "until", "word"),
    [
        ("zoe", "1", "no student is called 'zoe'"),
        ("ada", "soon", "Expected days"),
        ("ada", "-1", "from 0 on"),
        ("ada", "nan", "from 0 on"),
        ("ada", "2026-10-03", "with its zone"),
        ("ada", "none", "ada has no extension"),
    ],
)
def test_a_refused_extension_changes_nothing(late_class, capsys, student, until, word):
    rule(late_class)
    before = (late_class.root / "course.toml").read_bytes()
    assert extend(late_class, student, until) == 1
    assert word in capsys.readouterr().err
    assert (late_class.root / "course.toml").read_bytes() == before


def test_an_extension_needs_a_file_that_names_the_assignment(late_class, capsys):
    assert extend(late_class, "ada", "1") == 1
    assert "Write one with the due date first" in capsys.readouterr().err
    rule(late_class, text="[assignments.other]\n")
    assert extend(late_class, "ada", "1") == 1
    assert "no [assignments.hw1]; it has: other" in capsys.readouterr().err
