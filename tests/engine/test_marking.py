"""Marking by hand: pages and tables for graders, and their marks in the gradebook."""

import csv

import pytest

from grading import __main__ as cli
from grading.engine.intake.roster import known_roster
from grading.engine.results.given_marks import COMMENTS
from tests.engine.conftest import grade
from tests.engine.graded import book
from tests.engine.pages.test_pages import PAYLOADS, assert_harmless
from tests.engine.small_course import RIGHT, answered, hand_in_right

TABLE = """student,name,section
ada,Ada Lovelace,A
ben,Ben Turing,B
eve,Eve Hopper,B
"""


@pytest.fixture
def graded(course, tmp_path):
    """Three students, one of whom wrote nothing."""
    (tmp_path / "r.csv").write_text(TABLE)
    known_roster(course, tmp_path / "r.csv")
    texts = {
        "ada": RIGHT["q-why"],
        "ben": "<script>x</script> Two, I guess.",
        "eve": "",
    }
    for student, text in texts.items():
        changed = {name: src for name, src in RIGHT.items() if text or name != "q-why"}
        if text:
            changed["q-why"] = text
        hand_in_right(course, student, numbers=answered(course, "numbers", changed))
    grade(course)
    return course


def command(course, *arguments):
    return cli.main(["--course", str(course.root), *map(str, arguments)])


def table(course, grader="answers"):
    path = course.marking / "hw1" / f"{grader}.csv"
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def fill_in(course, grader="answers", sep=",", **given):
    """Write points and comments as a spreadsheet saves them; return the file."""
    rows = table(course, grader)
    for row in rows:
        row["points"], row["comment"] = given.get(row["student"], ("", ""))
    path = course.root / f"{grader}-filled.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), delimiter=sep)
        writer.writeheader()
        writer.writerows(rows)
    return path


def mark_of(course, student):
    with book(course) as gradebook:
        place = ("q-why", "numbers", "hw1", student)
        found, comment = gradebook.find_grade(*place), gradebook.find_comment(*place)
        return found.manual_score, found.needs_manual_grade, comment.comment


def test_the_page_has_question_guide_and_answers(graded, capsys):
    assert command(graded, "marking", "hw1") == 0

    page = (graded.marking / "hw1" / "answers.html").read_text(encoding="utf-8")
    assert "Why is twice a whole number" in page
    assert "By definition." in page
    assert "Because two divides it." in page
    assert "<script" not in page
    assert [row["student"] for row in table(graded)] == ["ada", "ben"]
    assert "2 answers" in capsys.readouterr().out


def test_no_answer_runs_on_the_page(graded):
    for number, payload in enumerate(PAYLOADS):
        changed = answered(graded, "numbers", RIGHT | {"q-why": payload})
        hand_in_right(graded, f"s{number}", numbers=changed)
    grade(graded)
    command(graded, "marking", "hw1")

    page = (graded.marking / "hw1" / "answers.html").read_text(encoding="utf-8")
    assert len(table(graded)) == len(PAYLOADS) + 2
    assert_harmless(page)


def test_marks_reach_the_gradebook_and_the_feedback(graded, capsys):
    command(graded, "marking", "hw1")
    filled = fill_in(graded, sep=";", ada=("1,5", "Say why; not only that."))

    assert command(graded, "mark", "hw1", filled) == 0
    assert mark_of(graded, "ada") == (1.5, False, "Say why; not only that.")
    assert mark_of(graded, "ben")[:2] == (None, True)
    command(graded, "feedback", "hw1")
    page = (graded.feedback / "ada" / "hw1" / "numbers.html").read_text()
    assert "Say why; not only that." in page
    # What is marked is not asked for again, unless somebody wants to see it.
    command(graded, "marking", "hw1")
    assert [row["student"] for row in table(graded)] == ["ben"]
    command(graded, "marking", "hw1", "--all")
    assert [row["points"] for row in table(graded)] == ["1.5", ""]


def test_two_graders_share_the_class_out_and_do_not_overwrite(graded, capsys):
    for number in range(12):
        hand_in_right(graded, f"s{number}")
    grade(graded)
    command(graded, "marking", "hw1", "--grader", "kim", "--grader", "lee")
    kim, lee = ({r["student"] for r in table(graded, who)} for who in ("kim", "lee"))

    assert kim
    assert lee
    assert not kim & lee
    assert len(kim | lee) == 14
    first = fill_in(graded, "kim", **dict.fromkeys(kim, ("2", "")))
    assert command(graded, "mark", "hw1", first) == 0
    assert command(graded, "mark", "hw1", first) == 0
    assert f"0 marks written, {len(kim)} there already" in capsys.readouterr().out
    second = fill_in(graded, "kim", **dict.fromkeys(kim, ("1", "")))
    assert command(graded, "mark", "hw1", second) == 1
    assert "somebody gave 2 already; --replace" in capsys.readouterr().err
    assert {mark_of(graded, student)[0] for student in kim} == {2}
    assert command(graded, "mark", "hw1", second, "--replace") == 0
    assert {mark_of(graded, student)[0] for student in kim} == {1}


def test_what_a_grader_wrote_is_not_written_over(graded, capsys):
    command(graded, "marking", "hw1")
    path = graded.marking / "hw1" / "answers.csv"
    filled = fill_in(graded, ada=("1,5", "Say why."), ben=("", "Ask him."))
    path.write_bytes(filled.read_bytes())

    assert command(graded, "marking", "hw1") == 1
    assert "answers.csv has 2 lines that are not in the gradebook" in (
        capsys.readouterr().err
    )
    assert path.read_bytes() == filled.read_bytes()
    path.write_bytes(fill_in(graded, ada=("1.5", "Say why.")).read_bytes())
    assert command(graded, "mark", "hw1", path) == 0
    assert command(graded, "marking", "hw1") == 0
    assert [row["student"] for row in table(graded)] == ["ben"]


def test_ids_that_a_spreadsheet_would_run_come_back(graded):
    hand_in_right(graded, "=ada")
    grade(graded)
    command(graded, "marking", "hw1")
    assert "'=ada" in {row["student"] for row in table(graded)}
    path = fill_in(graded, **{"'=ada": ("2", "")})

    assert command(graded, "mark", "hw1", path) == 0
    assert mark_of(graded, "=ada")[0] == 2


def test_only_a_section(graded, capsys):
    command(graded, "marking", "hw1", "--section", "B")
    assert [row["student"] for row in table(graded)] == ["ben"]
    assert command(graded, "marking", "hw1", "--section", "Z") == 1
    assert "No written answer is from the section 'Z'" in capsys.readouterr().err


def test_an_answer_that_changed_is_not_marked_unread(graded, capsys):
    command(graded, "marking", "hw1")
    filled = fill_in(graded, ada=("2", ""), ben=("1", ""))
    changed = answered(graded, "numbers", RIGHT | {"q-why": "Something else."})
    hand_in_right(graded, "ada", numbers=changed)
    grade(graded)

    assert command(graded, "mark", "hw1", filled) == 1
    assert "line 2: the answer has changed since it was read" in capsys.readouterr().err
    assert mark_of(graded, "ada")[:2] == (None, True)
    assert mark_of(graded, "ben")[:2] == (1, False)


@pytest.mark.parametrize(
    ("points", "words"),
    [
        ("3", "expected 0 to 2 points; got 3"),
        ("-1", "expected 0 to 2 points; got -1"),
        ("two", "expected a number of points; got 'two'"),
        ("nan", "expected a number of points; got 'nan'"),
    ],
)
def test_impossible_points_are_a_sentence(graded, capsys, points, words):
    command(graded, "marking", "hw1")
    assert command(graded, "mark", "hw1", fill_in(graded, ada=(points, ""))) == 1
    assert words in capsys.readouterr().err
    assert mark_of(graded, "ada")[:2] == (None, True)


def test_comments_are_used_again(graded, capsys):
    (graded.root / COMMENTS).write_text('[q-why]\nwhy = "Give the reason, 0.5."\n')
    command(graded, "marking", "hw1")
    page = (graded.marking / "hw1" / "answers.html").read_text(encoding="utf-8")
    assert "@why" in page
    assert "Give the reason, 0.5." in page

    filled = fill_in(graded, ada=("1", "Good. @why"), ben=("0", "ask@home"))
    assert command(graded, "mark", "hw1", filled) == 0
    assert mark_of(graded, "ada")[2] == "Good. Give the reason, 0.5."
    assert mark_of(graded, "ben")[2] == "ask@home"
    filled = fill_in(graded, ben=("0", "@whi"))
    assert command(graded, "mark", "hw1", filled, "--replace") == 1
    err = capsys.readouterr().err
    assert "no comment is called @whi; comments.toml has for this question: why" in err


def test_a_comment_is_no_formula(graded):
    command(graded, "marking", "hw1")
    command(graded, "mark", "hw1", fill_in(graded, ada=("1", "=1+1 is two")))
    assert mark_of(graded, "ada")[2] == "=1+1 is two"
    command(graded, "marking", "hw1", "--all")
    assert table(graded)[0]["comment"] == " =1+1 is two"


@pytest.mark.parametrize("text", ["", "a,b\n1,2\n", "\xff\x00"])
def test_what_is_no_table_is_a_sentence(graded, tmp_path, capsys, text):
    path = tmp_path / "x.csv"
    path.write_bytes(text.encode("latin-1"))
    assert command(graded, "mark", "hw1", path) == 1
    assert "needs a header with: student, notebook" in capsys.readouterr().err


def test_nothing_to_mark_is_no_success(graded, capsys):
    command(graded, "marking", "hw1")
    both = fill_in(graded, ada=("1", ""), ben=("1", ""))
    command(graded, "mark", "hw1", both)
    assert command(graded, "marking", "hw1") == 1


def test_a_person_who_is_forgotten_leaves_the_graders_tables(graded):
    command(graded, "marking", "hw1")
    command(graded, "forget", "ben")

    assert [row["student"] for row in table(graded)] == ["ada"]
    assert not (graded.marking / "hw1" / "answers.html").exists()


def test_the_report_compares_sections(graded):
    command(graded, "report", "hw1")
    page = (graded.report / "hw1" / "index.html").read_text(encoding="utf-8")

    assert "<h2>Sections</h2>" in page
    assert '<td><b>B</b></td><td class="number">2</td>' in page
