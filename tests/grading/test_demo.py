"""The whole way, as `make demo` goes it."""

import csv

import nbformat
import pytest

from grading import demo
from grading.course import Course, CourseError

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """A graded demo course."""
    root = tmp_path_factory.mktemp("demo") / "course"
    assert demo.main(["--course", str(root)]) == 0
    return Course(root)


def test_the_csv_has_what_each_student_earned(course):
    with open(course.root / "assignment1.csv", newline="", encoding="utf-8") as file:
        rows = {row["student"]: row for row in csv.DictReader(file)}

    assert {name: float(row["score"]) for name, row in rows.items()} == {
        "ada": 21,  # everything by tests
        "ben": 10,  # two loops, one loop, labels: 3 + 3 + 4
        "cho": 0,
        "dee": 13,  # all but the labels, and the folds that need them: 21 - 4 - 4
    }
    assert {float(row["max_score"]) for row in rows.values()} == {29}
    assert [rows[name]["to_mark_by_hand"] for name in rows] == ["4", "1", "0", "4"]


def test_feedback_shows_points_and_messages(course):
    pages = {
        name: (course.feedback / name / "assignment1" / "knn.html").read_text("utf-8")
        for name in ("ada", "cho", "dee")
    }

    assert "Score: 21.0 / 29.0" in pages["ada"]
    assert "Score: 0.0 / 29.0" in pages["cho"]
    assert "not written yet" in pages["cho"]
    assert "add_to_clas" in pages["dee"]


def test_submissions_are_graded_from_the_release(course):
    submitted = course.submitted / "ben" / "assignment1" / "knn.ipynb"
    autograded = course.autograded / "ben" / "assignment1" / "knn.ipynb"

    assert "BEGIN HIDDEN" not in submitted.read_text(encoding="utf-8")
    hidden = [c for c in nbformat.read(autograded, 4).cells if "hidden" in c.id]
    assert all("BEGIN HIDDEN" in cell.source for cell in hidden)


def test_a_failing_command_gives_nbgraders_reason(course):
    with pytest.raises(CourseError, match=r"`nbgrader autograde none` ended with exit"):
        course.nbgrader("autograde", "none")


def test_a_folder_that_is_no_demo_is_not_deleted(tmp_path):
    (tmp_path / "precious.txt").write_text("mine")

    with pytest.raises(SystemExit):
        demo.main(["--course", str(tmp_path)])
    assert (tmp_path / "precious.txt").exists()
