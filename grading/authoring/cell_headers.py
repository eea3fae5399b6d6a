"""Cell headers: one word for what a cell is, and nbgrader's flags made of it.

``# %% answer="bn-forward" minutes=15 difficulty=2 importance=3`` is an answer.
``# %% test="bn-forward" points=2`` and ``# %% hidden-test="bn-forward" points=1`` are
its tests; ``part="ties"`` tells more tests apart. ``# %% [markdown] question="q"
points=2`` is a question, and ``# %% [markdown] marking="q"`` below it the guide for
markers. ``# %% [markdown] hint="bn-forward"`` and ``# %% drawing="bn-graph"`` are not
graded.
"""

from collections.abc import Iterator

import nbformat

#: What a cell may be, with what else may stand in its header.
ROLES = {
    "answer": {"minutes", "difficulty", "importance"},
    "test": {"points", "part"},
    "hidden-test": {"points", "part"},
    "question": {"points", "minutes"},
    "marking": set(),
    "hint": set(),
    "drawing": set(),
}
_GRADE_IDS = {
    "answer": "{}",
    "test": "test-{}",
    "hidden-test": "test-{}-hidden",
    "question": "q-{}-text",
    "marking": "q-{}",
}
_WRITTEN = {"question", "marking", "hint"}  # in Markdown; the others are code
_OTHER = {"tags", "form", "lines_to_next_cell", "nbgrader", "name"}
#: The largest value of a key; all are numbers above 0.
_LARGEST = {"difficulty": 5, "importance": 3}
_BY_HAND = (
    'Write a header such as test="bn-forward" points=2 in place of nbgrader\'s flags.'
)


def role_of(cell: nbformat.NotebookNode) -> str | None:
    """Say what the header of a cell calls it.

    Parameters
    ----------
    cell : nbformat.NotebookNode
        As jupytext reads it.

    Returns
    -------
    role : str or None
        One of :data:`ROLES`.
    """
    return next((role for role in ROLES if role in cell.metadata), None)


def grade_id(role: str | None, header: dict) -> str | None:
    """Say how the gradebook knows a cell.

    Parameters
    ----------
    role : str or None
        Of the cell.
    header : dict
        Its metadata, as jupytext reads them.

    Returns
    -------
    name : str or None
        Such as ``"test-bn-forward"``; None if the gradebook does not know the cell.
    """
    if role not in _GRADE_IDS:
        return None
    part = f"-{header['part']}" if "part" in header else ""
    return _GRADE_IDS[role].format(f"{header[role]}{part}")


def header_faults(cells: list[nbformat.NotebookNode]) -> Iterator[str]:
    """List what is wrong with the headers of a notebook.

    Parameters
    ----------
    cells : list of nbformat.NotebookNode
        As jupytext reads them.

    Yields
    ------
    fault : str
        A sentence that begins with the number of the cell.
    """
    known = {
        role: [c.metadata[role] for c in cells if role in c.metadata] for role in ROLES
    }
    last = None
    for number, cell in enumerate(cells, start=1):
        role = role_of(cell)
        for fault in (
            *_key_faults(cell, role),
            *_partner_faults(cell, role, known, last),
        ):
            yield f"cell {number}: {fault}"
        last = cell


def _key_faults(cell, role):
    if "nbgrader" in cell.metadata:
        yield _BY_HAND
    roles = [name for name in ROLES if name in cell.metadata]
    if len(roles) > 1:
        yield f"a cell is either {' or '.join(roles)}; give each its own."
    extra = set(cell.metadata) - {role} - ROLES.get(role, set()) - _OTHER - set(ROLES)
    for key in sorted(extra):
        yield (
            f"unknown {key!r} in the header; known: "
            f"{', '.join([*ROLES, *sorted(set().union(*ROLES.values(), {'tags'}))])}."
        )
    if role and (cell.cell_type == "markdown") != (role in _WRITTEN):
        marks = "# %%", "# %% [markdown]"
        right, wrong = marks[role in _WRITTEN], marks[role not in _WRITTEN]
        kind = "text" if role in _WRITTEN else "code"
        yield f"begin {role} with {right}, not {wrong}; it is {kind}."
    for key in ("points", "minutes", "difficulty", "importance"):
        yield from _number_faults(cell, role, key)


def _number_faults(cell, role, key):
    value, largest = cell.metadata.get(key), _LARGEST.get(key)
    if value is None:
        if key == "points" and role and key in ROLES[role]:
            yield f"{role} {cell.metadata[role]!r} is graded and needs points above 0."
        return
    number = isinstance(value, int | float) and value > 0
    if not number or (largest and value not in range(1, largest + 1)):
        wanted = f"1 to {largest}" if largest else "a number above 0"
        yield f"{key} should be {wanted}; got {value!r}."


def _partner_faults(cell, role, known, last):
    """Check that a cell's partner exists: a test's answer, a question's guide."""
    name = cell.metadata.get(role)
    if role in ("test", "hidden-test", "hint") and name not in known["answer"]:
        yield (
            f"{role} {name!r} belongs to no answer; there are: "
            f"{', '.join(known['answer']) or 'none'}."
        )
    if role == "marking" and (last is None or last.metadata.get("question") != name):
        yield f"marking {name!r} must stand right below its question."
    if role == "question" and name not in known["marking"]:
        yield (
            f"question {name!r} needs a guide for markers below it: "
            f'# %% [markdown] marking="{name}".'
        )


def expand(
    cells: list[nbformat.NotebookNode], collapsed: bool = False
) -> list[nbformat.NotebookNode]:
    """Turn short headers into nbgrader's flags.

    Parameters
    ----------
    cells : list of nbformat.NotebookNode
        Without faults (see :func:`header_faults`); their metadata are changed.
    collapsed : bool, optional
        Whether the student's copy shows tests only when asked.

    Returns
    -------
    cells : list of nbformat.NotebookNode
        The same, and a line of text above each answer that says how long it takes.
    """
    points = {
        cell.metadata.question: cell.metadata.points
        for cell in cells
        if "question" in cell.metadata
    }
    expanded = []
    for cell in cells:
        role, header = role_of(cell), cell.metadata
        effort = _effort(header)
        if effort and role == "answer":
            expanded.append(nbformat.v4.new_markdown_cell(effort))
            expanded[-1].metadata["name"] = f"effort-{header[role]}"
        if role:
            cell.metadata = _metadata(role, header, points)
        if role == "drawing" or (collapsed and role in ("test", "hidden-test")):
            cell.metadata["jupyter"] = {"source_hidden": True}
        if role == "question" and effort:
            cell.source = f"{cell.source}\n\n{effort}"
        if role == "marking":
            cell.source = f"### BEGIN SOLUTION\n{cell.source}\n### END SOLUTION"
        expanded.append(cell)
    return expanded


def _effort(header):
    """Describe an exercise: how long, how hard, how much later ones need it."""
    parts = []
    if "minutes" in header:
        parts.append(f"{header['minutes']} minute{'s' * (header['minutes'] != 1)}")
    for key, largest in _LARGEST.items():
        if key in header:
            parts.append(f"{key} {header[key]} of {largest}")
    return f"*{' · '.join(parts)}*" if parts else ""


def _metadata(role, header, points):
    """Return the metadata of a cell in the source notebook."""
    metadata = nbformat.NotebookNode()
    if "tags" in header:
        metadata["tags"] = header["tags"]
    if role not in _GRADE_IDS:
        metadata["name"] = f"{role}-{header[role]}"
        if role == "hint":  # what finds it where a program drops the ids of cells
            metadata["cs231n"] = {"hint": header[role]}
        return metadata
    worth = {"question": None, "marking": points.get(header[role])}
    metadata["nbgrader"] = _flags(
        grade_id(role, header),
        worth.get(role, header.get("points")),
        solution=role in ("answer", "marking"),
    )
    return metadata


def _flags(name, points, solution):
    flags = {
        "grade": points is not None,
        "grade_id": name,
        "locked": not solution,
        "schema_version": 3,
        "solution": solution,
    }
    return nbformat.NotebookNode(flags | ({} if points is None else {"points": points}))
