"""The reply to a request for a regrade: both verdicts, side by side."""

import pytest

from grading import __main__ as cli
from grading.authoring.release import release
from grading.engine.results.history import history
from tests.engine.conftest import grade
from tests.engine.graded import with_double
from tests.engine.pages.test_pages import assert_harmless
from tests.engine.small_course import hand_in_right

WRONG = "def double(x): return x * x - 3"


def mend(course, old, new):
    path = course.root / "solutions" / "hw1" / "numbers.py"
    text = path.read_text()
    assert text.count(old) == 1
    path.write_text(text.replace(old, new))
    release(course, solutions=course.root / "solutions")


@pytest.fixture
def regraded(course):
    """A test was mended, which gives ada a point more and ben nothing."""
    hand_in_right(course, "ada", numbers=with_double(course, WRONG))
    hand_in_right(course, "ben")
    grade(course)
    mend(course, "assert double(-31337) == -62674", "assert double(-1) == -2")
    grade(course)
    return course


def reply(course, *arguments):
    return cli.main(["--course", str(course.root), "reply", "hw1", *arguments])


def test_both_verdicts_are_side_by_side(regraded, capsys):
    assert reply(regraded, "ada") == 0
    said = capsys.readouterr().out

    assert "numbers: 5 -> 6 points by tests. The tests have changed since." in said
    assert "before  failed, 0 of 1" in said
    assert "now     passed, 1 of 1" in said
    page = (regraded.replies / "ada" / "hw1.html").read_text()
    assert_harmless(page)
    assert "5 → <b>6</b> points by tests" in page
    assert "secret detail" not in page + said


def test_who_lost_nothing_is_told_so(regraded, capsys):
    assert reply(regraded, "ben", "--notebook", "numbers") == 0
    said = capsys.readouterr().out
    assert "numbers: 6 -> 6 points by tests" in said
    assert "Every test ended as before." in said


def test_judging_again_by_the_same_tests_is_told(course, capsys):
    hand_in_right(course, "ada")
    grade(course)
    assert reply(course, "ada") == 1
    assert "Judged once" in capsys.readouterr().out
    grade(course, force=True)
    assert reply(course, "ada") == 0
    assert "judged again by the same tests" in capsys.readouterr().out


def test_other_files_are_a_reason(course, capsys):
    hand_in_right(course, "ada", numbers=with_double(course, WRONG))
    grade(course)
    hand_in_right(course, "ada")
    grade(course)
    assert reply(course, "ada") == 0
    assert "Other files were handed in since." in capsys.readouterr().out


def test_the_history_is_in_order_and_of_one_student(regraded):
    given = history(regraded, "hw1", "ada")["numbers"]
    assert [one.verdict.score for one in given] == [5, 6]
    others = history(regraded, "hw1", "ben")
    assert {name: len(others[name]) for name in others} == {"numbers": 2, "words": 1}


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["zoe"], "Nothing of zoe is graded"),
        (["ada", "--notebook", "knn"], "has no notebook 'knn'; it has: numbers, words"),
        (["../ada"], "Nothing of ../ada"),
    ],
)
def test_unknown_names_are_sentences(regraded, capsys, arguments, words):
    assert reply(regraded, *arguments) == 1
    assert words in capsys.readouterr().err


def test_who_is_forgotten_has_no_reply(regraded):
    reply(regraded, "ada")
    assert cli.main(["--course", str(regraded.root), "forget", "ada"]) == 0
    assert not (regraded.replies / "ada").exists()
