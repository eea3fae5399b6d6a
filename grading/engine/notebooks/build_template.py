"""How a template is made from a source notebook, with nbgrader's own steps."""

from dataclasses import asdict

import nbformat
from nbgrader.preprocessors import ClearHiddenTests, ComputeChecksums, LockCells

from grading.authoring.exam_from_notebook import exam_from
from grading.authoring.student_copy.stubs import ClearAnswers
from grading.engine.notebooks.template import Slot, Template


def build_template(assignment: str, name: str, text: str) -> Template:
    """Take the answers out, as the release does, and keep the tests.

    Parameters
    ----------
    assignment, name : str
        For example ``"assignment1"`` and ``"knn"``.
    text : str
        The source notebook, as JSON.

    Returns
    -------
    template : Template
        Its cells' metadata are those of the release.
    """
    source = nbformat.reads(text, as_version=4)
    exam = _plain(asdict(exam_from(f"{assignment}/{name}", source)))
    solutions = [cell.source for cell in source.cells]
    cleared = source
    for step in (LockCells, ClearAnswers, ComputeChecksums):
        cleared, _ = step().preprocess(cleared, {})
    complete = nbformat.from_dict(cleared)
    released, _ = ClearHiddenTests().preprocess(nbformat.from_dict(cleared), {})
    triples = zip(complete.cells, released.cells, solutions, strict=True)
    slots = tuple(_slot(*triple) for triple in triples)
    return Template(assignment, name, slots, dict(source.metadata), exam)


def _slot(cell, released, solution):
    flags = cell.metadata.get("nbgrader", {})
    role = _role(cell, flags)
    return Slot(
        name=flags.get("grade_id") or cell.id,
        role=role,
        kind=cell.cell_type,
        source=cell.source,
        released=released.source,
        metadata=_plain(cell.metadata),
        points=float(flags.get("points", 0)) if flags.get("grade") else 0.0,
        solution=solution if role in ("answer", "written") else "",
    )


def _role(cell, flags):
    if flags.get("solution"):
        by_hand = flags.get("grade") or cell.cell_type != "code"
        return "written" if by_hand else "answer"
    if flags.get("grade"):
        return "test"
    return "setup" if "setup" in cell.metadata.get("tags", []) else "text"


def _plain(node):
    if isinstance(node, dict):
        return {key: _plain(value) for key, value in node.items()}
    return [_plain(item) for item in node] if isinstance(node, list | tuple) else node
