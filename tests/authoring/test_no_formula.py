"""No test cell shows a formula that an exercise asks for."""

import ast
import copy

import pytest

from grading.authoring.build import scripts
from grading.authoring.exam_from_notebook import exam_of
from grading.authoring.trial import visible

#: Names that say what is computed; all others count by their order.
KEPT = {"np", "math", "torch", "F", "nn", "sum", "max", "min", "len", "abs", "range"}
#: What counts as an operation, and what an expression needs to be a formula.
OPERATIONS = (ast.BinOp, ast.Compare, ast.UnaryOp, ast.Call, ast.Subscript)
ARITHMETIC = (ast.BinOp, ast.Compare)
#: From this many operations on, an expression under other names gives a formula away;
#: below, a whole right-hand side under the same names does.
MANY, FEW = 3, 2
#: Tests that may hold a formula, and why.
ALLOWED = {
    ("test-conv-pool-backward-ties", "conv-backward"): "Where a window lies; the "
    "drawing of the exercise before says it.",
    ("test-conv-col2im-sizes", "conv-forward"): "The number of windows; the text "
    "defines it before the exercise.",
}


class Numbered(ast.NodeTransformer):
    """Call names by the order in which they come."""

    def __init__(self):
        self.seen = {}

    def visit_Name(self, node):
        if node.id in KEPT:
            return node
        return ast.Name(f"_{self.seen.setdefault(node.id, len(self.seen))}", node.ctx)


def _is_formula(node, least):
    parts = list(ast.walk(node))
    return (
        sum(isinstance(part, OPERATIONS) for part in parts) >= least
        and any(isinstance(part, ARITHMETIC) for part in parts)
        and any(isinstance(part, ast.Name) for part in parts)
    )


def formulas(source):
    """Yield what a cell computes, as texts: under numbered names, and under its own."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.expr) and _is_formula(node, MANY):
            yield ast.unparse(Numbered().visit(copy.deepcopy(node)))
        elif isinstance(node, ast.expr) and _is_formula(node, FEW):
            yield f"{ast.unparse(node)} as it stands"


def right_hand_sides(source):
    """Yield those of a solution, in the same form, with the parts of long ones."""
    for node in ast.walk(ast.parse(source)):
        value = getattr(node, "value", None) if isinstance(node, ast.stmt) else None
        if value is not None and _is_formula(value, FEW):
            yield f"{ast.unparse(value)} as it stands"
        if isinstance(node, ast.expr) and _is_formula(node, MANY):
            yield ast.unparse(Numbered().visit(copy.deepcopy(node)))


def shown(answers, tests):
    """List which tests hold a formula of which answer, given as (name, source)."""
    asked = {}
    for name, source in answers:
        for formula in right_hand_sides(source):
            asked.setdefault(formula, name)
    found = {}
    for name, source in tests:
        for formula in formulas(source):
            if formula in asked:
                found.setdefault((name, asked[formula]), formula)
    return found


@pytest.mark.parametrize("notebook", [f"{p.parent.name}/{p.stem}" for p in scripts()])
def test_no_test_cell_shows_a_formula_that_an_exercise_asks_for(notebook):
    exam = visible(exam_of(notebook))
    answers, tests = (
        [(cell.name, cell.source) for cell in exam.of_kind(kind)]
        for kind in ("answer", "test")
    )

    found = shown(answers, tests)
    assert {pair: found[pair] for pair in found if pair not in ALLOWED} == {}


def test_every_exception_is_still_one():
    found = set()
    for path in scripts():
        exam = visible(exam_of(f"{path.parent.name}/{path.stem}"))
        cells = {
            kind: [(cell.name, cell.source) for cell in exam.of_kind(kind)]
            for kind in ("answer", "test")
        }
        found |= shown(cells["answer"], cells["test"]).keys()

    assert found == ALLOWED.keys()
    assert all(why.endswith(".") for why in ALLOWED.values())


@pytest.mark.parametrize(
    "test",
    [
        "expect_close(dx, dout * (x > 0) / len(x), 'dx')",
        "right = grad * (values > 0) / len(values)",
        "expect_close(half, dx * (x > 0), 'half')",
    ],
)
def test_a_formula_is_found_under_its_names_and_under_others(test):
    answer = "half = dx * (x > 0)\nback = dout * (x > 0) / len(x)"

    assert [*shown([("back", answer)], [("test-back", test)])] == [
        ("test-back", "back")
    ]


def test_small_numbers_and_single_operations_give_nothing_away():
    answer = "def f(x):\n    return 2 * np.abs(x).max(axis=1) - 1"
    tests = [("a", "expect_close(f(x), [[1, 2 * 3 * 4]], 'f')"), ("b", "np.abs(y)")]

    assert shown([("f", answer)], tests) == {}
