"""The first line of a collapsed cell: all that Jupyter and Colab show of it."""

import ast
from typing import TYPE_CHECKING

from nbgrader.utils import is_grade, is_solution

if TYPE_CHECKING:
    from nbformat import NotebookNode

_SETUP = "Set-up: imports, and what the tests need"
_DRAWING = "Drawing"


def write_titles(cells: "list[NotebookNode]") -> None:
    """Collapse the first set-up cell, and title it, tests and drawings.

    JupyterLab and VS Code show the first line of a collapsed cell, Colab what stands
    behind ``@title`` in it.

    Parameters
    ----------
    cells : list of nbformat.NotebookNode
        Of a guided notebook, with nbgrader's metadata; sources are changed.
    """
    setup = next(cell for cell in cells if "setup" in cell.metadata.get("tags", []))
    collapse(setup)
    for cell in cells:
        if cell.metadata.get("jupyter", {}).get("source_hidden"):
            cell.metadata["cellView"] = "form"
            title = _SETUP if cell is setup else _title(cell)
            if title:
                cell.source = f"# @title {title}\n{cell.source}"


def collapse(cell: "NotebookNode") -> None:
    """Hide the source of a cell in JupyterLab, VS Code and Colab.

    Parameters
    ----------
    cell : nbformat.NotebookNode
        Of code; its metadata are changed.
    """
    cell.metadata["jupyter"] = {"source_hidden": True}
    cell.metadata["cellView"] = "form"


def _title(cell):
    """Say what a cell is; nothing for what nbgrader cuts a part out of."""
    if "BEGIN HIDDEN TESTS" in cell.source:
        return ""
    if not (is_grade(cell) and not is_solution(cell)):
        return _DRAWING
    for node in ast.walk(ast.parse(cell.source)):
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "passed":
            what = node.args[1] if len(node.args) > 1 else None
            if isinstance(what, ast.Constant) and isinstance(what.value, str):
                return f"Test: {' '.join(what.value.split())}"
    return "Test"
