"""Exams from notebooks: which cells a judge runs, and as what."""

from pathlib import Path
from typing import TYPE_CHECKING

from nbgrader.utils import is_grade, is_solution

from grading import ROOT
from grading.authoring.build import source_notebook
from grading.judge.exam import Cell, Exam

if TYPE_CHECKING:
    from nbformat import NotebookNode


def exam_of(notebook: str, solutions: Path = ROOT / "solutions") -> Exam:
    """Make the exam of a notebook from its source.

    Parameters
    ----------
    notebook : str
        Such as ``"assignment1/knn"``.
    solutions : pathlib.Path, optional
        Folder of the percent scripts.

    Returns
    -------
    exam : Exam
        Its set-up cells, answers (with the solutions) and tests, in order.
    """
    return exam_from(notebook, source_notebook(Path(solutions) / f"{notebook}.py"))


def exam_from(name: str, source: "NotebookNode") -> Exam:
    """Make the exam of a notebook that has been read already.

    Parameters
    ----------
    name : str
        Such as ``"assignment1/knn"``.
    source : nbformat.NotebookNode
        From :func:`grading.authoring.build.source_notebook`.

    Returns
    -------
    exam : Exam
        As :func:`exam_of` makes it.
    """
    cells = map(_cell, source.cells)
    return Exam(name, tuple(cell for cell in cells if cell is not None))


def _cell(cell):
    """Turn a cell of a source notebook into one of an exam, if a judge runs it."""
    if cell.cell_type != "code":
        return None
    if "setup" in cell.metadata.get("tags", []):
        return Cell("setup", cell.id, cell.source)
    if is_grade(cell) and not is_solution(cell):
        points = float(cell.metadata.nbgrader["points"])
        return Cell("test", cell.id, cell.source, points)
    if is_solution(cell) and not is_grade(cell):
        return Cell("answer", cell.id, cell.source)
    return None
