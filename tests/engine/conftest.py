"""A released course for each test, and a way to grade it."""

import shutil
import sys

import pytest

from grading.authoring.release import release
from grading.course import Course
from grading.engine.intake.intake import Intake
from grading.engine.intake.roster import read_roster
from grading.engine.judging.judge_host import HostPlan
from grading.engine.notebooks.released import templates
from grading.engine.options import Options
from grading.engine.results.gradebook_writer import GradebookWriter
from grading.engine.run import Run
from grading.engine.storage.store import Store
from tests.engine.intake.export_files import ROSTER
from tests.engine.small_course import answered, write_solutions

collect_ignore_glob = ["*.py"] if sys.platform == "win32" else []


@pytest.fixture(scope="session")
def released_course(tmp_path_factory):
    """Release the small course once, through nbgrader."""
    root = tmp_path_factory.mktemp("released")
    write_solutions(root / "solutions")
    course = Course(root)
    release(course, solutions=root / "solutions")
    templates(course, "hw1")
    return course


@pytest.fixture
def course(released_course, tmp_path):
    """A copy of the released course that a test may use up."""
    shutil.copytree(released_course.root, tmp_path / "course")
    return Course(tmp_path / "course")


@pytest.fixture
def template(released_course):
    """The templates of the small course, by name."""
    return templates(released_course, "hw1")


@pytest.fixture
def intake(course):
    """What takes submissions in; closed after the test."""
    made = Intake(course, "hw1", Store(course.ledger / "objects"))
    yield made
    made.close()


@pytest.fixture
def roster(tmp_path):
    """Two students as platforms know them."""
    path = tmp_path / "roster.csv"
    path.write_text(ROSTER, encoding="utf-8-sig")
    return read_roster(path)


@pytest.fixture
def notebook(released_course):
    """The notebook of numbers, answered rightly."""
    return answered(released_course, "numbers")


def plan(host="PlainHost", **more):
    """Name one of the benches of these tests."""
    return HostPlan(f"tests.engine.judge_hosts:{host}", **more)


def grade(course, host="PlainHost", jobs=1, **options):
    """Grade the course with a host that needs no isolation."""
    return Run(course, "hw1", Options(jobs=jobs, plan=plan(host), **options)).grade()


def scores(course):
    """Sum up what the gradebook has: {(student, notebook): points}."""
    record = GradebookWriter(course, "hw1")
    try:
        return {
            key: sum(filter(None, by.values())) for key, by in record.scores().items()
        }
    finally:
        record.close()
