"""Rules for notebooks of the guided form: hints, ticks, drawings and guides are there.

A notebook asks for them with ``form="guided"`` in the header of its title.
"""

import ast
import copy
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from grading.authoring.cell_headers import role_of

if TYPE_CHECKING:
    from nbformat import NotebookNode

_FOLD = re.compile(r"<details>\s*<summary>")
_TIGHT = re.compile(r"</summary>[^\n]*\n(?!\s*\n)")
_GENERATORS = {"default_rng", "RandomState", "Generator"}
_HINTS = 3
_HEADING = re.compile(r"^## (.+)", re.MULTILINE)


def is_guided(cells: "list[NotebookNode]") -> bool:
    """Say whether a notebook asks for these rules.

    Parameters
    ----------
    cells : list of nbformat.NotebookNode
        As jupytext reads them.

    Returns
    -------
    guided : bool
        Whether the first header holds ``form="guided"``.
    """
    return bool(cells) and cells[0].metadata.get("form") == "guided"


def section_faults(cells: "list[NotebookNode]") -> Iterator[str]:
    """List what a guided notebook lacks.

    Parameters
    ----------
    cells : list of nbformat.NotebookNode
        As jupytext reads them, with right headers.

    Yields
    ------
    fault : str
        A sentence.
    """
    checks = {
        "test": _test_faults,
        "hidden-test": _test_faults,
        "drawing": _drawing_faults,
        "answer": _answer_faults,
        "question": _question_faults,
    }
    for number, cell in enumerate(cells, start=1):
        role = role_of(cell)
        found = [*checks[role](cell, cells)] if role in checks else []
        if cell.cell_type == "markdown" and _TIGHT.search(f"{cell.source}\n"):
            found.append("put a blank line below </summary>, or formulas stay text.")
        yield from (f"cell {number}: {fault}" for fault in found)
    yield from _promise_faults(cells)
    yield from _setup_faults(cells)
    yield from _hidden_faults(cells)


def sections(
    cells: "list[NotebookNode]",
) -> "Iterator[tuple[str, list[NotebookNode]]]":
    """Split a notebook at its headings of the second level.

    Parameters
    ----------
    cells : list of nbformat.NotebookNode
        As jupytext reads them.

    Yields
    ------
    title : str
        Of the section.
    cells : list of nbformat.NotebookNode
        From the one with the heading on.
    """
    title, part = "", []
    for cell in cells:
        found = _HEADING.search(cell.source) if cell.cell_type == "markdown" else None
        if found:
            start = found.start()
            if title:
                yield title, [*part, _cut(cell, slice(start))]
            title, part = found[1], [_cut(cell, slice(start, None))]
        else:
            part.append(cell)
    if title:
        yield title, part


def _cut(cell, where):
    """Return a cell with a part of its text."""
    part = copy.copy(cell)
    part["source"] = cell.source[where]
    return part


def _promise_faults(cells):
    for title, part in sections(cells):
        asks = any(role_of(cell) == "answer" for cell in part)
        if asks and not any("After this section" in cell.source for cell in part):
            yield (
                f"section {title!r} has an answer and does not say what students can "
                f'do afterwards: "After this section you can ...".'
            )


def _test_faults(cell, cells):
    name = next(
        cell.metadata[role] for role in ("test", "hidden-test") if role in cell.metadata
    )
    called = _called(cell.source)
    if "passed" not in called:
        yield f'the test of {name!r} should end in passed("{name}", "what it checked").'
    for maker in sorted(_GENERATORS & called.keys()):
        yield (
            f"the test of {name!r} makes a generator with {maker}; take rng of the "
            f"set-up, which the grader replaces."
        )


def _drawing_faults(cell, cells):
    after = cells[cells.index(cell) + 1 :][:1]
    if not (after and after[0].source.startswith("*")):
        yield (
            f"drawing {cell.metadata.drawing!r} has no caption: begin the text below "
            f"it with a line in italics that says what to look at."
        )
    for call in _called(cell.source).get("show", []):
        values = [
            *call.args[1:],
            *(word.value for word in call.keywords if word.arg == "alt"),
        ]
        if values and not _is_empty(values[0]):
            return
    yield (
        f"drawing {cell.metadata.drawing!r} has no text for those who cannot see it: "
        f"drawings.show(figure, alt)."
    )


def _is_empty(value):
    return isinstance(value, ast.Constant) and not str(value.value or "").strip()


def _answer_faults(cell, cells):
    name = cell.metadata.answer
    for key in ("minutes", "difficulty", "importance"):
        if key not in cell.metadata:
            yield f"answer {name!r} lacks {key} in its header."
    hints = sum(
        len(_FOLD.findall(other.source))
        for other in cells
        if other.metadata.get("hint") == name
    )
    if hints != _HINTS:
        yield f"answer {name!r} needs {_HINTS} folded hints; it has {hints}."


def _question_faults(cell, cells):
    if "minutes" not in cell.metadata:
        yield f"question {cell.metadata.question!r} lacks minutes in its header."


def _setup_faults(cells):
    setup = "\n".join(c.source for c in cells if "setup" in c.metadata.get("tags", []))
    made = re.search(r"^rng = np\.random\.default_rng\(\d+\)", setup, re.MULTILINE)
    if not made and any(role_of(c) == "test" and _uses_rng(c.source) for c in cells):
        yield (
            "tests use rng, which the set-up should make: "
            "rng = np.random.default_rng(231)."
        )


def _uses_rng(source):
    return any(
        isinstance(node, ast.Name) and node.id == "rng"
        for node in ast.walk(ast.parse(source))
    )


def _hidden_faults(cells):
    points = {"test": 0, "hidden-test": 0}
    for cell in cells:
        if role_of(cell) in points:
            points[role_of(cell)] += cell.metadata.points
    if points["hidden-test"] > 0.1 * sum(points.values()):
        yield (
            f"{points['hidden-test']:g} of {sum(points.values()):g} points are "
            f"hidden; a tenth may be."
        )


def _called(source):
    """Return the calls in a cell, by the last part of the function's name."""
    calls = {}
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call):
            name = getattr(node.func, "id", getattr(node.func, "attr", ""))
            calls.setdefault(name, []).append(node)
    return calls
