"""What a run leaves in the gradebook, and what it leaves alone."""

import os
import shutil
import sqlite3
import threading

import nbformat
import pytest

from grading.authoring.releases import earlier_releases
from grading.engine.intake.intake import Intake
from grading.engine.options import Options
from grading.engine.pages.overview import Overview
from grading.engine.run import Run
from grading.engine.storage.gradebook_file import GradebookError
from grading.engine.storage.store import Store
from grading.gradebook import scores as gradebook_scores
from tests.engine.conftest import grade, scores
from tests.engine.graded import book, with_double
from tests.engine.small_course import (
    RIGHT,
    answered,
    cell_of,
    hand_in_right,
    released,
)


def test_manual_scores_comments_and_penalties_survive(course):
    hand_in_right(course, "ada", numbers=with_double(course, "def double(x): return 0"))
    grade(course)
    with book(course) as gradebook:
        grade_ = gradebook.find_grade("q-why", "numbers", "hw1", "ada")
        assert grade_.needs_manual_grade
        grade_.manual_score, grade_.needs_manual_grade = 1.5, False
        gradebook.find_grade("test-total", "numbers", "hw1", "ada").extra_credit = 1
        comment = gradebook.find_comment("q-why", "numbers", "hw1", "ada")
        comment.manual_comment = "Good, but short."
        notebook = gradebook.find_submission_notebook("numbers", "hw1", "ada")
        notebook.late_submission_penalty = 0.5
        gradebook.db.commit()
    grade(course)
    hand_in_right(course, "ada")
    grade(course)

    with book(course) as gradebook:
        assert gradebook.find_grade("q-why", "numbers", "hw1", "ada").score == 1.5
        assert gradebook.find_grade("test-total", "numbers", "hw1", "ada").score == 4
        comment = gradebook.find_comment("q-why", "numbers", "hw1", "ada")
        assert comment.comment == "Good, but short."
        notebook = gradebook.find_submission_notebook("numbers", "hw1", "ada")
        assert notebook.late_submission_penalty == 0.5
        assert notebook.score == 2 + 1 + 3 + 1 + 1.5


def _mark(course, name, points):
    with book(course) as gradebook:
        found = gradebook.find_grade(name, "numbers", "hw1", "ada")
        found.manual_score, found.needs_manual_grade = points, False
        gradebook.db.commit()


def _is_open(course, name):
    with book(course) as gradebook:
        return gradebook.find_grade(name, "numbers", "hw1", "ada").needs_manual_grade


def _change_a_test(course):
    path = course.source / "hw1" / "numbers.ipynb"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("twice 3 is 6", "twice three is six"))


def test_what_was_marked_stays_marked_while_the_answer_is_the_same(course):
    hand_in_right(course, "ada")
    grade(course)
    _mark(course, "q-why", 1.5)
    _mark(course, "test-total", 2.5)
    _change_a_test(course)

    assert grade(course).counts["judged"] == 1
    assert not _is_open(course, "q-why")
    assert not _is_open(course, "test-total")
    with book(course) as gradebook:
        assert gradebook.find_grade("q-why", "numbers", "hw1", "ada").score == 1.5


def test_another_answer_opens_its_marks_again(course):
    hand_in_right(course, "ada")
    grade(course)
    _mark(course, "q-why", 1.5)
    _mark(course, "test-total", 2.5)
    hand_in_right(
        course, "ada", numbers=answered(course, "numbers", RIGHT | {"q-why": "New."})
    )
    grade(course)

    assert _is_open(course, "q-why")
    assert _is_open(course, "test-total")


def test_a_mended_test_flags_nobody_who_has_the_earlier_release(course):
    hand_in_right(course, "ada")
    _change_a_test(course)

    assert grade(course).flagged == {}
    assert len(earlier_releases(course, "hw1", "numbers")) == 1


def test_an_edited_test_is_told_all_the_same(course):
    numbers = answered(course, "numbers")
    cell_of(numbers, "test-double")["source"] = "pass"
    hand_in_right(course, "ada", numbers=numbers)

    (flags,) = grade(course).flagged.values()
    assert flags == ("test-double: the test was edited; the original ran.",)


def test_a_changed_test_leaves_the_class_to_grade(course):
    hand_in_right(course, "ada")
    grade(course)
    assert all(row.verdict for row in Overview(course, "hw1").rows)
    _change_a_test(course)

    waiting = [row.notebook for row in Overview(course, "hw1").rows if not row.verdict]
    assert waiting == ["numbers"]


def test_a_late_submission_gets_the_plugins_penalty(course, monkeypatch):
    from nbgrader.plugins import LateSubmissionPlugin

    monkeypatch.setattr(
        LateSubmissionPlugin,
        "late_submission_penalty",
        lambda self, student, score, seconds: seconds / 3600,
    )
    with book(course) as gradebook:
        gradebook.update_or_create_assignment("hw1", duedate="2026-10-01 12:00:00 UTC")
    folder = hand_in_right(course, "ada")
    (folder / "timestamp.txt").write_text("2026-10-01 14:00:00 UTC")
    intake = Intake(course, "hw1", Store(course.ledger / "objects"))
    intake.from_tree(trust_timestamps=True)
    intake.close()
    for _ in range(2):
        grade(course, force=True)
        with book(course) as gradebook:
            notebook = gradebook.find_submission_notebook("numbers", "hw1", "ada")
            assert notebook.late_submission_penalty == 2
            assert gradebook.find_submission("hw1", "ada").total_seconds_late == 7200


def _handed_in_late(course, monkeypatch, per_hour):
    """Hand in two hours late, under a rule that takes so many points an hour."""
    from nbgrader.plugins import LateSubmissionPlugin

    def rule(self, student, score, seconds):
        return per_hour * seconds / 3600

    monkeypatch.setattr(LateSubmissionPlugin, "late_submission_penalty", rule)
    with book(course) as gradebook:
        gradebook.update_or_create_assignment("hw1", duedate="2026-10-01 12:00:00 UTC")
    folder = hand_in_right(course, "ada")
    (folder / "timestamp.txt").write_text("2026-10-01 14:00:00 UTC")
    intake = Intake(course, "hw1", Store(course.ledger / "objects"))
    intake.from_tree(trust_timestamps=True)
    intake.close()


def test_scores_are_what_is_left_after_the_penalty(course, monkeypatch):
    _handed_in_late(course, monkeypatch, per_hour=1)
    grade(course)
    (one,) = gradebook_scores(course.database, "hw1")

    # Two hours late: 2 of the 6 points of one notebook and all 2 of the other.
    assert (one.score, one.penalty) == (4, 4)
    assert (one.late_days * 24, one.by_tests) == (2, 8)


def test_no_penalty_makes_a_score_negative(course, monkeypatch):
    _handed_in_late(course, monkeypatch, per_hour=100)
    grade(course)
    (one,) = gradebook_scores(course.database, "hw1")

    assert (one.score, one.penalty) == (0, 8)


def test_a_rule_that_comes_after_grading_acts_on_the_next_run(course, monkeypatch):
    _handed_in_late(course, monkeypatch, per_hour=0.5)
    assert grade(course).counts["judged"] == 2
    assert gradebook_scores(course.database, "hw1")[0].penalty == 2
    _handed_in_late(course, monkeypatch, per_hour=1)

    assert grade(course).counts == {"known": 2}
    assert gradebook_scores(course.database, "hw1")[0].penalty == 4


def test_an_extension_that_comes_after_grading_acts_on_the_next_run(
    course, monkeypatch
):
    _handed_in_late(course, monkeypatch, per_hour=1)
    grade(course)
    with book(course) as gradebook:
        gradebook.grant_extension("hw1", "ada", hours=3)

    assert grade(course).counts == {"known": 2}
    assert gradebook_scores(course.database, "hw1")[0].penalty == 0


def test_a_busy_gradebook_is_waited_for(course):
    hand_in_right(course, "ada")
    other = sqlite3.connect(course.database, check_same_thread=False)
    other.execute("BEGIN EXCLUSIVE")
    timer = threading.Timer(1.5, other.rollback)
    timer.start()
    grade(course)
    timer.join()
    other.close()

    assert scores(course)["ada", "numbers"] == 6


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (lambda path: path.unlink(), "No gradebook at"),
        (lambda path: path.write_bytes(b"garbage" * 1000), "not a database"),
        pytest.param(
            lambda path: path.chmod(0o400), "readonly", marks=pytest.mark.unprivileged
        ),
    ],
)
def test_a_bad_gradebook_is_a_sentence(course, spoil, words):
    hand_in_right(course, "ada")
    if words == "readonly" and os.geteuid() == 0:
        pytest.skip("root may write everything")
    spoil(course.database)

    with pytest.raises(GradebookError, match=words):
        grade(course)


def test_a_lost_gradebook_is_filled_again_without_judging(course, released_course):
    hand_in_right(course, "ada")
    grade(course)
    shutil.copy(released_course.database, course.database)
    summary = grade(course, "NakedHost")

    assert summary.counts == {"known": 2}
    assert scores(course)["ada", "numbers"] == 6


def test_an_unknown_assignment_names_the_known_ones(course):
    with pytest.raises(LookupError, match=r"No assignment 'hw9' in .*; there are: hw1"):
        Run(course, "hw9", Options())


def test_a_gradebook_of_another_release_is_a_sentence(course):
    hand_in_right(course, "ada")
    path = course.source / "hw1" / "words.ipynb"
    path.write_text(path.read_text().replace('"points": 2', '"points": 5'))

    with pytest.raises(
        GradebookError, match=r"other cells or points of words(.|\n)*release"
    ):
        grade(course)


def test_the_graded_notebook_is_the_templates(course):
    hand_in_right(course, "ada", numbers=with_double(course, "def double(x): return 1"))
    grade(course)
    path = course.autograded / "ada" / "hw1" / "numbers.ipynb"
    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)

    cells = {cell.id: cell for cell in notebook.cells}
    assert cells["double"].source == "def double(x): return 1"
    assert "BEGIN HIDDEN" in cells["test-double-hidden"].source
    assert cells["test-double"].outputs[0].evalue == "AssertionError: twice 3 is 6"
    assert not cells["test-total"].outputs
    assert notebook.metadata.grading.isolation == "plain"


@pytest.mark.slow
def test_nbgraders_own_commands_go_on_from_here(course):
    hand_in_right(course, "ada")
    hand_in_right(course, "ben", numbers=with_double(course, "def double(x): return 1"))
    grade(course)
    course.nbgrader("generate_feedback", "hw1")
    course.nbgrader("export", "--to", str(course.root / "grades.csv"))

    page = (course.feedback / "ben" / "hw1" / "numbers.html").read_text("utf-8")
    assert "twice 3 is 6" in page
    assert "Score: 3.0 / 8.0" in page
    rows = (course.root / "grades.csv").read_text()
    assert ",8.0," in rows
    assert ",5.0," in rows


@pytest.mark.slow
def test_nbgrader_gives_honest_work_the_same_scores(course, isolated):
    helper = answered(
        course, "numbers", RIGHT | {"double": "def double(x):\n    return two*x"}
    )
    helper["cells"].insert(
        3,
        {
            "cell_type": "code",
            "source": "two = 2",
            "metadata": {},
            "outputs": [],
            "execution_count": None,
            "id": "helper",
        },
    )
    hand_in_right(course, "ada", numbers=helper)
    hand_in_right(course, "ben", numbers=released(course, "numbers"))
    hand_in_right(course, "cho", numbers=with_double(course, "def double(x): return 6"))
    hand_in_right(course, "dee", numbers=with_double(course, "def double(x: return 6"))
    Run(course, "hw1", Options(jobs=1)).grade()
    ours = scores(course)
    course.nbgrader("autograde", "hw1", "--force")

    assert scores(course) == ours
    assert [ours[name, "numbers"] for name in ("ada", "ben", "cho", "dee")] == [
        6,
        0,
        5,
        3,
    ]
