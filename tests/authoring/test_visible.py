"""Whatever a hidden test could find, a visible test finds, and says what is wrong."""

import ast

import pytest

from grading.authoring.build import lacking, scripts
from grading.authoring.exam_from_notebook import exam_of
from grading.authoring.mutants import equal
from grading.authoring.seeds import failures
from grading.authoring.told import GOAL, told, unnoticed
from grading.authoring.trial import visible
from grading.judge.source.imports import given

NOTEBOOKS = [
    pytest.param(
        name, marks=pytest.mark.skipif(bool(lacking(name)), reason=lacking(name))
    )
    for name in (f"{path.parent.name}/{path.stem}" for path in scripts())
]
SEEDS = range(5)

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("notebook", NOTEBOOKS)
def test_every_mistake_fails_where_the_student_sees_it(notebook):
    assert unnoticed(notebook, map(str, SEEDS)) == []


@pytest.mark.parametrize("notebook", NOTEBOOKS)
def test_the_first_message_names_the_mistake(notebook):
    results = told(notebook)
    assert all(result.test for result in results), "No visible test notices one."
    vague = [(r.variant.why, r.found.message) for r in results if not r.found.named]
    assert len(vague) <= (1 - GOAL) * len(results), vague


@pytest.mark.parametrize("notebook", NOTEBOOKS)
def test_right_answers_pass_under_any_seed(notebook):
    assert failures(notebook, SEEDS[:3]) == []


@pytest.mark.parametrize("notebook", NOTEBOOKS)
def test_a_tenth_of_the_points_is_hidden_at_most(notebook):
    exam = exam_of(notebook)
    shown = {cell.name for cell in visible(exam).of_kind("test")}
    tests = exam.of_kind("test")
    hidden = sum(cell.points for cell in tests if cell.name not in shown)
    assert hidden <= 0.1 * sum(cell.points for cell in tests)


@pytest.mark.parametrize("notebook", NOTEBOOKS)
def test_tests_draw_from_rng_and_end_in_a_tick(notebook):
    for cell in visible(exam_of(notebook)).of_kind("test"):
        assert "default_rng(" not in cell.source.replace("default_rng(rng", ""), cell
        last = ast.parse(cell.source).body[-1]
        assert ast.unparse(last).startswith("passed("), cell


@pytest.mark.parametrize("notebook", NOTEBOOKS)
def test_tests_leave_the_names_of_answers_alone(notebook):
    """A method pasted without its decorator is a function; `loss = ...` replaces it."""
    answered = set()
    for cell in exam_of(notebook).cells:
        if cell.kind == "answer":
            answered |= _defined(cell)
        if cell.kind == "test":
            assert not answered & given(ast.parse(cell.source)), cell.name


def _defined(cell):
    return {n.name for n in ast.parse(cell.source).body if hasattr(n, "name")}


def test_changes_that_make_no_difference_have_a_reason():
    assert all(why.endswith(".") for why in equal().values())
