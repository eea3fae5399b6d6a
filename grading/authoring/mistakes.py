"""Mistakes and styles of a notebook: plausible faults, and other correct answers."""

import functools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import jupytext
import nbformat

from grading import ROOT
from grading.authoring.build import SourceError
from grading.authoring.patches import PatchError, is_patch, lean, patched

MISTAKES = ROOT / "grading" / "mistakes"
KINDS = ("mistake", "style")


@dataclass(frozen=True)
class Variant:
    """An answer to one exercise, beside the solution."""

    kind: str  #: "mistake" or "style"
    exercise: str  #: grade_id of the answer cell
    why: str  #: what is wrong with it, or what is different
    source: str  #: the whole cell, patches applied


def variants(
    notebook: str, solutions: Path = ROOT / "solutions", mistakes: Path = MISTAKES
) -> list[Variant]:
    """List the mistakes and styles written down for a notebook.

    Parameters
    ----------
    notebook : str
        For example ``"assignment1/knn"``.
    solutions : pathlib.Path, optional
        Folder of the percent scripts.
    mistakes : pathlib.Path, optional
        Folder of the scripts with mistakes and styles.

    Returns
    -------
    found : list of Variant
        In the order of the file.

    Raises
    ------
    SourceError
        If a variant belongs to no exercise, says no ``why``, or is a patch that does
        not fit; the message lists every fault found.
    """
    answers = {
        cell.metadata["answer"]: cell.source
        for cell in _cells(solutions / f"{notebook}.py")
        if "answer" in cell.metadata
    }
    cells = _cells(mistakes / f"{notebook}.py")
    found: list[Variant] = []
    faults: list[str] = []
    for number, cell in enumerate(cells, start=1):
        new = [*_faults(cell, answers)]
        try:
            if not new:
                found.append(_variant(cell, cells, answers))
        except PatchError as error:
            new.append(str(error))
        faults += [f"{notebook}, cell {number}: {fault}" for fault in new]
    if faults:
        raise SourceError("\n".join(faults))
    return found


def _cells(path: Path) -> Sequence[nbformat.NotebookNode]:
    return _cells_of(path.read_text(encoding="utf-8"))


@functools.lru_cache(maxsize=64)  # jupytext takes a quarter of a second for a script
def _cells_of(text: str) -> tuple[nbformat.NotebookNode, ...]:
    cells = jupytext.reads(text, fmt="py:percent").cells
    return tuple(cell for cell in cells if cell.cell_type == "code" and _says(cell))


def _says(cell: nbformat.NotebookNode) -> bool:
    """Say whether there is more in a cell than a remark about the file."""
    remark = all(line.startswith("#") for line in cell.source.split("\n"))
    return bool(cell.metadata) or not remark


def _kind(cell: nbformat.NotebookNode) -> str:
    return next((kind for kind in KINDS if kind in cell.metadata), "")


def _faults(cell: nbformat.NotebookNode, answers: dict[str, str]) -> Iterator[str]:
    kind = _kind(cell)
    if not kind:
        yield f"unknown header {dict(cell.metadata)}; write mistake= or style=."
        return
    if cell.metadata[kind] not in answers:
        known = ", ".join(answers) or "none"
        yield f"{kind} {cell.metadata[kind]!r} is no exercise; there are: {known}."
    if not str(cell.metadata.get("why", "")).strip():
        yield f'this {kind} says no why="..."; its author should learn from it.'
    if "of" in cell.metadata and not is_patch(cell.source):
        yield "of= names what a patch changes; leave it out above a whole answer."


def _variant(
    cell: nbformat.NotebookNode,
    cells: Sequence[nbformat.NotebookNode],
    answers: dict[str, str],
) -> Variant:
    kind = _kind(cell)
    exercise, why = cell.metadata[kind], cell.metadata["why"]
    if not is_patch(cell.source):
        return Variant(kind, exercise, why, cell.source)
    if "of" in cell.metadata:
        base = _named(cell.metadata["of"], exercise, cells)
    else:
        base = lean(answers[exercise])
    return Variant(kind, exercise, why, patched(base, cell.source))


def _named(
    beginning: str, exercise: str, cells: Sequence[nbformat.NotebookNode]
) -> str:
    """Return the whole answer to an exercise whose why begins with some words."""
    whole = {
        cell.metadata.get("why", ""): cell.source
        for cell in cells
        if cell.metadata.get(_kind(cell)) == exercise and not is_patch(cell.source)
    }
    fits = [why for why in whole if why.startswith(beginning)]
    if len(fits) != 1:
        raise PatchError(
            f"of={beginning!r} should begin the why of one whole answer to "
            f"{exercise!r}; it begins {len(fits)} of: {', '.join(map(repr, whole))}."
        )
    return whole[fits[0]]
