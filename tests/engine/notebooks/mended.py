"""Notebooks as students spoil them, and as they are read."""

import json

from grading.engine.notebooks.normalise import normalise
from grading.engine.notebooks.reading import read_cells


def mend(template, notebook):
    """Read and normalise a notebook given as a dict or as bytes."""
    data = notebook if isinstance(notebook, bytes) else json.dumps(notebook).encode()
    return normalise(template["numbers"], *read_cells(data))


def strip(notebook):
    """Take all metadata and ids away, as a round trip through another editor does."""
    for cell in notebook["cells"]:
        cell["metadata"] = {}
        cell.pop("id", None)
    return notebook
