"""Solution, stub, mistakes: every test of every notebook means what it says.

The solution earns all points, the empty answer none, every plausible mistake loses
some, and correct answers in other styles lose none; all as nbgrader counts. And the
judge, which keeps tests and answers in two processes, gives the same points and says
the same as one kernel that runs both.
"""

import ast
import contextlib
import functools
import re
import sys
from dataclasses import replace

import pytest

from cs231n.workbook.cells import as_python
from grading.authoring.build import lacking, scripts
from grading.authoring.check_tests import Grader
from grading.authoring.check_tests import TestScore as Score
from grading.authoring.mistakes import variants
from grading.authoring.trial import Trial
from grading.sandbox.limits import Limits


def params(notebook, *more, **options):
    """Make test parameters, skipped where the notebook's library is missing."""
    missing = lacking(notebook)
    marks = pytest.mark.skip(reason=missing) if missing else ()
    return pytest.param(notebook, *more, marks=marks, **options)


NAMES = [f"{path.parent.name}/{path.stem}" for path in scripts()]
NOTEBOOKS = [params(notebook) for notebook in NAMES]
VARIANTS = [
    params(notebook, variant, id=f"{notebook}: {variant.exercise}: {variant.why}")
    for notebook in NAMES
    for variant in variants(notebook)
]

#: Exercises without a rule: their point is a choice, or to put together what is there.
FREE = {
    *("svm-search", "softmax-search", "net-search", "features-linear", "features-net"),
    *("deep-overfit", "bn-sandwich-forward", "bn-sandwich-backward"),
    *("torch-module", "torch-sequential", "torch-open"),
    "autograd-no-grad",  # a function or a class; nothing ready-made sets the flag
}

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def graders():
    """One running kernel a notebook."""
    with contextlib.ExitStack() as stack:
        yield functools.cache(lambda name: stack.enter_context(Grader(name)))


@pytest.fixture(scope="module")
def same(graders):
    """Check that the judge comes to the same outcomes; these answers are trusted."""
    if not sys.platform.startswith("linux"):
        yield lambda *args: None  # the judge runs on Linux only
        return
    from grading.judge import pace
    from grading.judge.judge import judge
    from grading.judge.preload import Rooms

    with contextlib.ExitStack() as stack, pytest.MonkeyPatch.context() as patch:
        # These answers end: how long the solution takes need not be measured.
        patch.setattr(pace, "PATIENCE", 120)

        @functools.cache
        def fork_server(notebook):
            exam = graders(notebook).exam
            return stack.enter_context(Rooms([exam], isolation="none"))

        def check(notebook, answers, outcomes):
            exam = graders(notebook).exam
            cells = [c for c in exam.cells if c.kind != "test" or c.name in outcomes]
            solutions = {cell.name: cell.source for cell in exam.of_kind("answer")}
            verdict, _ = judge(
                replace(exam, cells=tuple(cells)),
                solutions | answers,
                Limits(),
                fork_server(notebook),
            )
            for judged in verdict.outcomes:
                known = outcomes[judged.name]
                if known.score < known.points and not known.message:
                    continue  # warned: a kernel gives no points then, the judge does
                if " is not there" in judged.message:  # it is, where the rules stand
                    assert judged.score == known.score, judged
                    continue
                assert head(judged) == head(known), judged

        yield check


def head(outcome):
    """What has to be the same: points, and the words of the message's first line.

    Numbers may differ in the last place: layers that a notebook hands out run on NumPy
    beside the answers of the judge, and on compiled kernels beside those of a kernel.
    """
    words = re.sub(r"[-+]?\d[\d.e+-]*", "#", outcome.message.partition("\n")[0])
    return outcome.score, outcome.points, words


def total(outcomes):
    return sum(outcome.score for outcome in outcomes.values())


def worth(outcomes):
    return sum(outcome.points for outcome in outcomes.values())


@pytest.mark.parametrize("notebook", NOTEBOOKS)
def test_the_solution_earns_every_point(notebook, graders, same):
    outcomes = graders(notebook).grade({})

    assert outcomes
    assert total(outcomes) == worth(outcomes), outcomes
    same(notebook, {}, outcomes)


@pytest.mark.parametrize("notebook", NOTEBOOKS)
def test_an_empty_answer_earns_nothing(notebook, graders, same):
    grader = graders(notebook)
    stubs = {name: grader.stub(name) for name in grader.exercises}

    outcomes = grader.grade(stubs)
    assert total(outcomes) == 0, outcomes
    same(notebook, stubs, outcomes)
    for name in grader.exercises:
        alone = grader.grade({name: grader.stub(name)}, grader.tests(name))
        assert total(alone) == 0, (name, alone)
        same(notebook, {name: grader.stub(name)}, alone)
        messages = [outcome.message for outcome in alone.values()]
        assert all(name in message for message in messages), messages


@pytest.mark.parametrize("notebook", NOTEBOOKS)
def test_every_exercise_is_covered(notebook, graders):
    grader = graders(notebook)
    tested = [test for name in grader.exercises for test in grader.tests(name)]

    known = [cell.name for cell in grader.exam.of_kind("test")]
    assert sorted(tested) == sorted(known), "a test without an exercise"
    for name in grader.exercises:
        tests = grader.tests(name)
        assert not all(test.endswith("-hidden") for test in tests), name
        written = [v.kind for v in variants(notebook) if v.exercise == name]
        assert written.count("mistake") >= 5, f"{name} needs five mistakes."
        assert written.count("style") >= 3, f"{name} needs three correct styles."


class Taken(ast.NodeTransformer):
    """Makes every function fetch more of the package; what it does stays right."""

    def visit_FunctionDef(self, node):
        place = 1 if ast.get_docstring(node) else 0
        node.body[place:place] = ast.parse("import cs231n.layers as ready").body
        return node


@pytest.mark.parametrize("notebook", NOTEBOOKS)
def test_a_ready_made_answer_earns_nothing(notebook, graders, same):
    grader = graders(notebook)
    for cell in grader.exam.of_kind("answer"):
        if cell.name in FREE:
            continue
        taken = {cell.name: ast.unparse(Taken().visit(ast.parse(cell.source)))}
        outcomes = grader.grade(taken, grader.tests(cell.name))
        assert total(outcomes) == 0, (cell.name, outcomes)
        for outcome in outcomes.values():
            assert "; it uses cs231n.layers" in outcome.message, outcome
        same(notebook, taken, outcomes)


@pytest.fixture(scope="module")
def trials(graders):
    """Cells in this process: a kernel takes ten times as long for the same."""
    return functools.cache(lambda name: Trial(graders(name).exam))


def outcomes_of(variant, grader, trial):
    """Grade a variant: a style as nbgrader does, a mistake in this process if it can.

    It cannot where the mistake leaves out or breaks what the solution has defined here.
    """
    exam, tests = grader.exam, grader.tests(variant.exercise)
    cells = {cell.name: cell for cell in exam.cells}
    answer = cells[variant.exercise]
    if variant.kind == "mistake" and names(answer.source) == names(variant.source):
        with contextlib.suppress(Exception), trial.instead(answer, variant.source):
            found = {name: trial.test(cells[name]) for name in tests}
            return {
                name: Score(one.score, cells[name].points, one.message)
                for name, one in found.items()
            }
    return grader.grade({variant.exercise: variant.source}, tests)


def names(source):
    """List what a cell defines, methods of its classes too; nothing if it is broken."""
    with contextlib.suppress(SyntaxError):
        tree = ast.walk(ast.parse(as_python(source)))
        return {node.name for node in tree if hasattr(node, "name")}
    return None


@pytest.mark.parametrize(("notebook", "variant"), VARIANTS)
def test_a_variant_gets_what_it_deserves(notebook, variant, graders, trials, same):
    outcomes = outcomes_of(variant, graders(notebook), trials(notebook))

    assert variant.why.endswith(".")
    assert outcomes, f"no exercise is called {variant.exercise}"
    if variant.kind == "style":
        assert total(outcomes) == worth(outcomes), outcomes
    else:
        assert total(outcomes) < worth(outcomes), "no test sees this mistake"
        lost = [o.message for o in outcomes.values() if o.score < o.points]
        assert all(message.partition(": ")[2] for message in lost), "an empty message"
    try:
        same(notebook, {variant.exercise: variant.source}, outcomes)
    except AssertionError:  # what later cells import is in this process already
        answer, grader = {variant.exercise: variant.source}, graders(notebook)
        same(notebook, answer, grader.grade(answer, grader.tests(variant.exercise)))
