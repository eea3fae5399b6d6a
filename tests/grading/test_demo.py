"""The whole way, as `make demo` goes it."""

import csv
import html
import re
import sys

import nbformat
import pytest

from grading import demo
from grading.course import Course, CourseError

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module", params=["engine", "nbgrader"])
def course(request, tmp_path_factory):
    """A demo course, graded by the engine or by nbgrader itself."""
    by_nbgrader = request.param == "nbgrader"
    if not by_nbgrader and not sys.platform.startswith("linux"):
        pytest.skip("the engine judges on Linux")
    root = tmp_path_factory.mktemp("demo") / "course"
    how = ["--nbgrader"] if by_nbgrader else []
    assert demo.main(["--course", str(root), *how]) == 0
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
        name: words(course.feedback / name / "assignment1" / "knn.html")
        for name in ("ada", "cho", "dee")
    }

    assert re.search(r"\b21(\.0)? (/|of) 29\b", pages["ada"])
    assert re.search(r"\b0(\.0)? (/|of) 29\b", pages["cho"])
    assert "not written yet" in pages["cho"]
    assert re.search(r"name 'add_to_clas' is not defined", pages["dee"])


def words(page):
    """Read a page as a person does."""
    return " ".join(
        html.unescape(re.sub("<[^>]+>", " ", page.read_text("utf-8"))).split()
    )


def test_submissions_are_graded_from_the_release(course):
    submitted = course.submitted / "ben" / "assignment1" / "knn.ipynb"
    autograded = course.autograded / "ben" / "assignment1" / "knn.ipynb"

    assert "BEGIN HIDDEN" not in submitted.read_text(encoding="utf-8")
    hidden = [c for c in nbformat.read(autograded, 4).cells if "hidden" in c.id]
    assert all("BEGIN HIDDEN" in cell.source for cell in hidden)


def test_without_isolation_the_samples_are_trusted(monkeypatch, tmp_path):
    asked = []

    def command(course, *arguments):
        asked.append(arguments)
        if "--trust-students" not in arguments:
            raise CourseError(reasons.pop())

    monkeypatch.setattr(demo, "_command", command)
    reasons = ["No bwrap.\nSee what is missing with:  python -m grading doctor"]
    demo._judge(Course(tmp_path))
    assert asked == [("run",), ("run", "--trust-students")]
    reasons.append("The gradebook is locked.")
    with pytest.raises(CourseError, match="gradebook"):
        demo._judge(Course(tmp_path))


def test_a_failing_command_gives_nbgraders_reason(course):
    with pytest.raises(CourseError, match=r"`nbgrader autograde none` ended with exit"):
        course.nbgrader("autograde", "none")


def test_a_folder_that_is_no_demo_is_not_deleted(tmp_path):
    (tmp_path / "precious.txt").write_text("mine")

    with pytest.raises(SystemExit):
        demo.main(["--course", str(tmp_path)])
    assert (tmp_path / "precious.txt").exists()


def test_a_folder_that_cannot_be_made_is_a_sentence(tmp_path, capsys):
    (tmp_path / "file").touch()

    with pytest.raises(SystemExit):
        demo.main(["--course", str(tmp_path / "file" / "course")])
    assert "cannot be made: " in capsys.readouterr().err
