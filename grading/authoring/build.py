"""Build nbgrader's source notebooks from the percent scripts in ``solutions/``.

Two builds of one script give the same bytes, and a script that nbgrader would take but
not grade as meant is refused with a sentence.
"""

import importlib.util
import re
from collections import Counter
from pathlib import Path

import jupytext
import nbformat

from grading import ROOT
from grading.authoring.cell_headers import expand, grade_id, header_faults, role_of
from grading.authoring.cell_ids import cell_ids
from grading.authoring.section_rules import is_guided, section_faults
from grading.authoring.source_rules import spread
from grading.authoring.student_copy.titles import collapse, write_titles
from grading.authoring.student_copy.worth import last_cell, write_points

FIRST_CELL = Path(__file__).parent / "student_copy" / "first_cell.py"
KERNEL = {"display_name": "Python 3", "language": "python", "name": "python3"}

#: Tags that a grader or a test run knows; anything else is a misspelling.
TAGS = {"setup", "experiment", "nbval-check-output"}
#: What students do not get to see, and the role of the cells that hold it.
REGIONS = {"BEGIN SOLUTION": "answer", "BEGIN HIDDEN TESTS": "hidden-test"}
#: Notebooks that need an extra, and the library that it brings.
EXTRAS = {"assignment2/pytorch": "torch"}


class SourceError(Exception):
    """A percent script breaks a rule that nbgrader would not report."""


def scripts(solutions: Path = ROOT / "solutions") -> list[Path]:
    """List the percent scripts, by assignment and name.

    Parameters
    ----------
    solutions : pathlib.Path, optional
        Folder with one folder per assignment.

    Returns
    -------
    paths : list of pathlib.Path
        One for each notebook.
    """
    return sorted(Path(solutions).glob("*/*.py"))


def lacking(notebook: str) -> str:
    """Say which library a notebook needs and this environment has not.

    Parameters
    ----------
    notebook : str
        For example ``"assignment2/pytorch"``.

    Returns
    -------
    reason : str
        A sentence with the remedy; empty if nothing is missing.
    """
    library = EXTRAS.get(notebook)
    if library is None or importlib.util.find_spec(library):
        return ""
    return f"{notebook} needs {library}, which is not installed: pip install {library}."


def source_notebook(path: Path) -> nbformat.NotebookNode:
    """Read one percent script as a notebook that builds the same way every time.

    jupytext gives cells random ids and leaves its own metadata behind, both of which
    would make every build a diff. See :mod:`grading.authoring.cell_ids` for ours.

    Parameters
    ----------
    path : pathlib.Path
        A script such as ``solutions/assignment1/knn.py``.

    Returns
    -------
    notebook : nbformat.NotebookNode
        Byte for byte the same for the same script.

    Raises
    ------
    SourceError
        If the script breaks a rule; the message lists every fault found.
    """
    path = Path(path)
    notebook = jupytext.read(path, fmt="py:percent")
    notebook.metadata = nbformat.NotebookNode(kernelspec=KERNEL)
    notebook.metadata["cs231n"] = {
        "assignment": path.parent.name,
        "notebooks": sorted(other.stem for other in path.parent.glob("*.py")),
    }
    guided = is_guided(notebook.cells)
    faults = [*header_faults(notebook.cells), *_faults(notebook.cells)]
    if guided and not faults:
        faults += section_faults(notebook.cells)
    if faults:
        raise SourceError("\n".join(f"{path.name}: {fault}" for fault in faults))
    notebook.cells = expand(notebook.cells, collapsed=guided)
    spread(notebook.cells)
    write_points(notebook.cells)
    if guided:
        write_titles(notebook.cells)
    _complete_title(notebook)
    notebook.cells.insert(1, _package_cell())
    notebook.cells.append(last_cell())
    ids = cell_ids(notebook.cells, path.stem)
    for cell, cell["id"] in zip(notebook.cells, ids, strict=True):
        for key in ("lines_to_next_cell", "name", "form"):
            cell.metadata.pop(key, None)
    return notebook


def _faults(cells):
    faults = []
    for number, cell in enumerate(cells, start=1):
        faults += [f"cell {number}: {fault}" for fault in _cell_faults(cell)]
    ids = Counter(grade_id(role_of(cell), cell.metadata) for cell in cells)
    faults += [
        f"the name {name!r} stands on {count} cells; each needs its own, because the "
        f"gradebook knows a cell by it."
        for name, count in ids.items()
        if name and count > 1
    ]
    if not any("setup" in cell.metadata.get("tags", []) for cell in cells):
        faults.append("no cell is tagged 'setup'; tag the cell with the imports.")
    return faults


def _cell_faults(cell):
    for tag in set(cell.metadata.get("tags", [])) - TAGS:
        yield f"unknown tag {tag!r}; known: {', '.join(sorted(TAGS))}."
    role, regions = role_of(cell), _regions(cell.source)
    name = grade_id(role, cell.metadata)
    if name and not re.fullmatch(r"[A-Za-z0-9_-]{1,64}", name):
        yield f"the name {name!r} may hold letters, digits, '-' and '_' only."
    for region, home in REGIONS.items():
        if (region in regions) != (role == home):
            yield (
                f"{region} belongs in every {home} and nowhere else; without it the "
                f"students see it whole."
            )
    yield from _unpaired(cell.source)


def _unpaired(source):
    """Say which marks of a region have no partner."""
    marks = re.findall(r"### (BEGIN|END) (SOLUTION|HIDDEN TESTS)", source)
    for region in sorted({region for _, region in marks}):
        kinds = [kind for kind, name in marks if name == region]
        if kinds != ["BEGIN", "END"] * (len(kinds) // 2):
            yield (
                f"### BEGIN {region} and ### END {region} must take turns; found "
                f"{', '.join(kinds)}."
            )


def _regions(source):
    """List the region markers of a cell, such as ``BEGIN SOLUTION``."""
    return re.findall(r"BEGIN (?:SOLUTION|HIDDEN TESTS)", source)


def _complete_title(notebook):
    """Add to the first text what is known elsewhere: the points."""
    tests, written = points(notebook)
    total = f"**Points:** {tests:g} by tests, {written:g} for written answers."
    title = notebook.cells[0]
    heading, _, text = title.source.partition("\n")
    title.source = f"{heading}\n{text}\n\n{total}"


def points(notebook: nbformat.NotebookNode) -> tuple[float, float]:
    """Add up what a notebook is worth.

    Parameters
    ----------
    notebook : nbformat.NotebookNode
        With nbgrader metadata.

    Returns
    -------
    tests : float
        Points given by test cells.
    written : float
        Points given by hand.
    """
    tests = written = 0
    for cell in notebook.cells:
        flags = cell.metadata.get("nbgrader", {"grade": False})
        if flags["grade"] and flags["solution"]:
            written += flags["points"]
        elif flags["grade"]:
            tests += flags["points"]
    return tests, written


def _package_cell():
    """Make the cell that gets the package on Colab."""
    code = FIRST_CELL.read_text(encoding="utf-8").strip()
    cell = nbformat.v4.new_code_cell(code)
    cell.metadata["tags"] = ["setup"]
    collapse(cell)
    return cell


def build_sources(target: Path, solutions: Path = ROOT / "solutions") -> list[str]:
    """Write every source notebook where nbgrader looks for it.

    Parameters
    ----------
    target : pathlib.Path
        Folder to fill; notebooks there that no script builds are removed.
    solutions : pathlib.Path, optional
        Folder of the percent scripts.

    Returns
    -------
    assignments : list of str
        Names of the assignments written.

    Raises
    ------
    SourceError
        If a script breaks a rule; nothing is written then.
    """
    target = Path(target)
    notebooks = {
        target / path.parent.name / f"{path.stem}.ipynb": source_notebook(path)
        for path in scripts(solutions)
    }
    for stale in set(target.glob("*/*.ipynb")) - set(notebooks):
        stale.unlink()
    for path, notebook in notebooks.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        nbformat.write(notebook, path)
    return sorted({path.parent.name for path in notebooks})
