"""Ids of cells: a cell's own name, or its section and a digest of its first line.

None comes from the position, so that a new cell leaves the ids of all others alone, and
what students handed in before still matches.
"""

import hashlib
import re
from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from nbformat import NotebookNode


def cell_ids(cells: "list[NotebookNode]", notebook: str) -> list[str]:
    """Name every cell of a notebook.

    Parameters
    ----------
    cells : list of nbformat.NotebookNode
        With nbgrader's metadata; ``name`` in the metadata is a cell's own name.
    notebook : str
        Such as ``"knn"``; ids made of text begin with it.

    Returns
    -------
    ids : list of str
        Different from each other, of letters, digits, ``-`` and ``_``, 64 at most.
    """
    section, keys = "", []
    for cell in cells:
        first, _, _ = cell.source.lstrip().partition("\n")
        if cell.cell_type == "markdown" and re.match(r"#+ ", first):
            section = _slug(first)
        keys.append((section, first))
    often, ids = Counter(keys), []
    for cell, (section, first) in zip(cells, keys, strict=True):
        text = first if often[section, first] == 1 else cell.source
        name = _own_name(cell) or f"{notebook[:24]}-{section}-{_digest(text)}"
        ids.append(name[:64])
    return _apart(ids)


def _own_name(cell):
    return cell.metadata.get("nbgrader", {}).get("grade_id") or cell.metadata.get(
        "name"
    )


def _slug(heading):
    """Return a heading in small letters, without the section's number."""
    words = re.sub(r"^#+ (\d+\. )?", "", heading).lower()
    return re.sub(r"[^a-z0-9]+", "-", words)[:28].strip("-")


def _digest(text):
    return hashlib.sha256(text.encode()).hexdigest()[:8]


def _apart(ids):
    """Give cells that are the same to the letter a number each."""
    seen = Counter()
    for at, name in enumerate(ids):
        seen[name] += 1
        if seen[name] > 1:
            ids[at] = f"{name[:60]}-{seen[name]}"
    return ids
