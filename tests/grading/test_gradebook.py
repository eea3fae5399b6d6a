import io

import pytest
from nbgrader.api import Gradebook

from grading.course import Course
from grading.engine.storage.gradebook_file import GradebookError
from grading.gradebook import Score, export, scores, write_csv

# nbgrader's own way to add a submission makes SQLAlchemy warn.
pytestmark = pytest.mark.filterwarnings("ignore:Object of type <SubmittedAssignment>")


@pytest.fixture
def database(tmp_path):
    """A gradebook with one assignment, one student and no cell."""
    path = tmp_path / "gradebook.db"
    with Gradebook(f"sqlite:///{path}") as gradebook:
        gradebook.add_assignment("assignment1")
        gradebook.add_student("ada")
        gradebook.add_submission("assignment1", "ada")
    return path


def test_scores_are_listed_by_student(database):
    assert scores(database, "assignment1") == [Score("ada", 0, 0, 0, 0, 0, 0)]


def test_an_unknown_assignment_names_the_known_ones(database):
    with pytest.raises(LookupError, match=r"No assignment 'a9' in .*; it has: assign"):
        scores(database, "a9")


def test_a_missing_gradebook_names_the_command(tmp_path):
    with pytest.raises(GradebookError, match=r"No gradebook at .*\n.*make release"):
        scores(tmp_path / "none.db", "assignment1")


@pytest.mark.parametrize("name", ["=HYPERLINK(1)", "+1", "-1", "@x"])
def test_spreadsheets_do_not_run_names(name):
    file = io.StringIO()
    write_csv([Score(name, 1, 2, 1, 2, 0, 0)], file)

    assert file.getvalue().splitlines()[1] == f"'{name},1,2,0,0,0.0"


def test_commas_are_quoted():
    file = io.StringIO()
    write_csv([Score("Smith, Jr.", 1.5, 2, 1, 2, 0.5, 3)], file)

    assert file.getvalue().splitlines()[1] == '"Smith, Jr.",1.5,2,0.5,3,0.0'


@pytest.fixture
def course(database):
    course = Course(database.parent / "course")
    course.database = database
    return course


def test_a_file_is_written(course, tmp_path):
    out = tmp_path / "scores.csv"

    assert export(course, "assignment1", out) == 0
    assert out.read_text() == (
        "student,score,max_score,late_days,to_mark_by_hand,late_penalty\n"
        "ada,0.0,0.0,0.0,0,0\n"
    )


def test_a_file_that_cannot_be_written_is_a_sentence(course, tmp_path, capsys):
    out = tmp_path / "nowhere" / "scores.csv"

    assert export(course, "assignment1", out) == 2
    err = capsys.readouterr().err
    assert err == f"{out} cannot be written: No such file or directory.\n"


def test_an_unknown_assignment_is_one_sentence(course, capsys):
    assert export(course, "nope") == 2
    assert capsys.readouterr().err.startswith("No assignment 'nope' in ")


def test_a_class_of_nobody_is_no_success(course, capsys):
    with Gradebook(f"sqlite:///{course.database}") as gradebook:
        gradebook.remove_submission("assignment1", "ada")

    assert export(course, "assignment1") == 2
    assert capsys.readouterr() == ("", "Nobody is graded in assignment1 yet.\n")
