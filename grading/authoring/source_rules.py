"""Rules about the source of an answer: written once, held by every test of it.

The first test of an exercise may say ``expect_source(answer, loops=0, without=[...])``.
What the answer does without, it does without in all its tests: values that somebody
else's code has made are not the student's work. A loop too many costs the points of
that one test, because the values are.
"""

import ast
from typing import TYPE_CHECKING

from nbgrader.utils import is_grade, is_solution

from cs231n.workbook.exercises import exercise_of

if TYPE_CHECKING:
    from nbformat import NotebookNode

_END = "### END HIDDEN TESTS"


def spread(cells: "list[NotebookNode]") -> None:
    """Write the rule in the first test of each exercise into its other tests.

    Parameters
    ----------
    cells : list of nbformat.NotebookNode
        A notebook's, with nbgrader's metadata; sources of tests are changed.
    """
    exercises = [
        cell.metadata.nbgrader.grade_id
        for cell in cells
        if is_solution(cell) and not is_grade(cell)
    ]
    rules = {}
    for cell in cells:
        if not is_grade(cell) or is_solution(cell):
            continue
        exercise = exercise_of(cell.metadata.nbgrader.grade_id, exercises)
        if exercise not in rules:
            rules[exercise] = _rule(cell.source)
        elif rules[exercise]:
            cell.source = _with_rule(cell.source, rules[exercise])


def _rule(source):
    """Return what a test says of the source, without the number of loops."""
    for statement in ast.parse(source).body:
        if isinstance(statement, ast.Expr) and _called(statement) == "expect_source":
            call = statement.value
            parts = [ast.get_source_segment(source, call.args[0])]
            for option in call.keywords:
                if option.arg != "loops":
                    parts.append(ast.get_source_segment(source, option))
            return f"expect_source({', '.join(parts)})"
    return ""


def _with_rule(source, rule):
    """Put a rule at the end of a test, where it does not stand for the score."""
    lines, last = source.split("\n"), ast.parse(source).body[-1]
    place = lines.index(_END) if _END in lines else len(lines)
    if isinstance(last, ast.Expr) and not _called(last).startswith("expect"):
        place = last.lineno - 1
    return "\n".join([*lines[:place], rule, *lines[place:]])


def _called(statement):
    return getattr(getattr(statement.value, "func", None), "id", "")
