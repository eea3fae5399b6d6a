"""Points in the ticks of tests, and the last cell, which adds them up."""

import ast
from collections import Counter
from typing import TYPE_CHECKING

import nbformat
from nbgrader.utils import is_grade, is_solution

from cs231n.workbook.exercises import exercise_of

if TYPE_CHECKING:
    from nbformat import NotebookNode

_LAST = """\
# How far you are: points, what is open, questions without an answer. Save first.
from cs231n import notebook

notebook.progress()
# notebook.check()   # the tests of what is saved, run anew beside this kernel
# notebook.submit()  # runs every notebook and writes what you hand in, a zip"""


def last_cell() -> "NotebookNode":
    """Make the cell at the end of every notebook.

    Returns
    -------
    cell : nbformat.NotebookNode
        It is not graded.
    """
    return nbformat.v4.new_code_cell(_LAST)


def write_points(cells: "list[NotebookNode]") -> None:
    """Write into the tick of every test what it is worth, and what of.

    ``passed("knn-l1", "shapes")`` becomes ``passed("knn-l1", "shapes", 1, 3)``, so that
    a student reads the points so far. Points stand in the header of a test alone.

    Parameters
    ----------
    cells : list of nbformat.NotebookNode
        With nbgrader's metadata; sources of visible tests are changed.
    """
    answers = [
        cell.metadata.nbgrader.grade_id
        for cell in cells
        if is_solution(cell) and not is_grade(cell)
    ]
    tests = [
        (cell, exercise_of(cell.metadata.nbgrader.grade_id, answers))
        for cell in cells
        if is_grade(cell) and not is_solution(cell)
        if "BEGIN HIDDEN TESTS" not in cell.source
    ]
    of: Counter = Counter()
    for cell, exercise in tests:
        of[exercise] += cell.metadata.nbgrader.points
    for cell, exercise in tests:
        points = cell.metadata.nbgrader.points
        cell.source = _ticked(cell.source, f", {points:g}, {of[exercise]:g}")


def _ticked(source, worth):
    """Add arguments to the only call of ``passed`` that has but two."""
    calls = [
        node
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "passed"
    ]
    if len(calls) != 1 or len(calls[0].args) != 2 or calls[0].keywords:
        return source
    lines, what = source.encode().split(b"\n"), calls[0].args[1]
    line, end = what.end_lineno - 1, what.end_col_offset  # columns count bytes
    lines[line] = lines[line][:end] + worth.encode() + lines[line][end:]
    return b"\n".join(lines).decode()
