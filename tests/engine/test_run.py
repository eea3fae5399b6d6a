"""A class is graded, and graded again, and nothing is lost."""

from tests.engine.conftest import grade, scores
from tests.engine.small_course import answered, hand_in, hand_in_right, released


def test_a_class_is_graded(course):
    hand_in_right(course, "ada")
    hand_in_right(course, "ben", numbers=released(course, "numbers"))
    hand_in(course, "cho", words=answered(course, "words"))

    summary = grade(course)

    assert summary.submissions == 3
    assert summary.notebooks == 6
    assert scores(course) == {
        ("ada", "numbers"): 6,
        ("ada", "words"): 2,
        ("ben", "numbers"): 0,
        ("ben", "words"): 2,
        ("cho", "numbers"): 0,
        ("cho", "words"): 2,
    }


def test_regrading_costs_nothing_and_changes_no_byte(course):
    hand_in_right(course, "ada")
    grade(course)
    journal = (course.ledger / "hw1" / "journal.jsonl").read_bytes()
    page = course.autograded / "ada" / "hw1" / "numbers.ipynb"
    before = page.read_bytes(), page.stat().st_mtime_ns

    summary = grade(course)

    assert summary.counts == {"known": 2}
    assert (course.ledger / "hw1" / "journal.jsonl").read_bytes() == journal
    assert (page.read_bytes(), page.stat().st_mtime_ns) == before
