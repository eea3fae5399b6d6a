"""An instructor's way: a written answer is marked in formgrader, and is in the CSV."""

import csv
import io
import json
import os
import shutil
import subprocess
import sys

import pytest

from grading import ROOT
from grading.authoring.release import release
from grading.course import Course
from tests.browser.serving import screenshot, served
from tests.engine.conftest import grade
from tests.engine.small_course import answered, write_solutions

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.skipif(shutil.which("make") is None, reason="needs make"),
]


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """A course in which one student has handed in, and nobody has marked."""
    course = Course(tmp_path_factory.mktemp("course"))
    write_solutions(course.root / "solutions")
    release(course, solutions=course.root / "solutions")
    folder = course.submitted / "ada" / "hw1"
    folder.mkdir(parents=True)
    for name in ("numbers", "words"):
        text = json.dumps(answered(course, name))
        (folder / f"{name}.ipynb").write_text(text, encoding="utf-8")
    grade(course)
    return course


def behind(target, *variables):
    """Give the command that make would run, without what it would install."""
    # Without the options of a make that runs these tests.
    asked = ["make", "--dry-run", target, f"VENV={sys.prefix}", "ARGS=", *variables]
    done = subprocess.run(asked, cwd=ROOT, capture_output=True, text=True, check=True)
    lines = done.stdout.replace("\\\n", " ").splitlines()
    return next(line for line in reversed(lines) if f"{sys.prefix}/bin/" in line)


@pytest.fixture(scope="module")
def formgrader(course, tmp_path_factory):
    """The address that ``make formgrader`` opens."""
    options = "ARGS=--no-browser --IdentityProvider.token=grader"
    line = behind("formgrader", options)
    command = ["bash", "-c", f'exec env {line} "$@"', "formgrader"]
    folder = tmp_path_factory.mktemp("elsewhere")
    with served(command, folder, CS231N_COURSE=str(course.root)) as address:
        yield f"{address}/formgrader"


def test_a_mark_given_in_formgrader_is_in_the_scores(course, formgrader, page):
    page.goto(f"{formgrader}?token=grader")
    page.get_by_role("link", name="hw1").first.wait_for()
    screenshot(page, "formgrader")
    page.goto(f"{formgrader}/gradebook/hw1/numbers")
    page.get_by_role("link", name="Submission #1").click()

    page.get_by_text("Because two divides it.").first.wait_for()
    fill(page, "#q-why.needs_manual_grade", "1.5", "/api/grade/")
    comment = "True; say why two divides it."
    fill(page, "#q-why-comment[placeholder]", comment, "/api/comment/")
    screenshot(page, "formgrader-marked")

    (row,) = scores(course)
    assert row["student"] == "ada"
    assert float(row["score"]) == 3 + 3 + 2 + 1.5  # by tests, and this mark
    assert row["to_mark_by_hand"] == "0"


def fill(page, selector, text, address):
    """Type into a field, leave it, and wait until the server has it."""
    field = page.locator(selector)  # it is so once its script knows the answer
    field.wait_for()
    with page.expect_response(
        lambda answer: address in answer.url and answer.request.method == "PUT"
    ) as saved:
        field.fill(text)
        page.keyboard.press("Tab")
    assert saved.value.ok


def scores(course):
    done = subprocess.run(
        ["bash", "-c", behind("scores", "A=hw1")],
        cwd=ROOT,
        env=os.environ | {"CS231N_COURSE": str(course.root)},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return list(csv.DictReader(io.StringIO(done.stdout)))
