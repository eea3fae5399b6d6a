"""A small notebook of the course, in the forms in which programs save it."""

import json
from pathlib import Path

import pytest

SETUP = """\
import numpy as np

from cs231n.notebook import NotebookClass, add_to_class
from cs231n.testing import expect_close, expect_source, passed

rng = np.random.default_rng(231)


class Net(NotebookClass):
    pass"""
DOUBLE = "def double(x):\n    return 2 * x"
TWICE = "@add_to_class(Net)\ndef forward(self, x):\n    return double(double(x))"
STUB = (
    "def double(x):\n    # Write your answer here, in place of the next line.\n"
    '    raise NotImplementedError("double: not written yet.")'
)
TEST = """\
x = rng.normal(size=4)
expect_close(double(x), x + x, "double", hint="Add x to itself.")
expect_source(double, loops=0)
passed("double", "vectors")"""
TEST_NET = """\
expect_close(Net().forward(np.ones(3)), np.full(3, 4.0), "forward", hint="Twice.")
passed("net", "ones")"""


def graded(kind, name, source, **flags):
    flags = {"grade": False, "solution": False, "grade_id": name, **flags}
    return cell(kind, name, source, nbgrader=flags)


def cell(kind, name, source, **metadata):
    made = {"cell_type": kind, "id": name, "metadata": metadata, "source": source}
    return made | ({"outputs": [], "execution_count": None} if kind == "code" else {})


def small(double=DOUBLE, net=TWICE, why="*Write your answer here.*", setup=SETUP):
    hints = "\n\n".join(
        f"<details><summary>Hint {n}: look</summary>\n\nText {n}.\n\n</details>"
        for n in (1, 2, 3)
    )
    cells = [
        cell("markdown", "title", "# Small"),
        cell("code", "set", setup, tags=["setup"]),
        cell("code", "story", "raise RuntimeError('a narrative cell has run')"),
        graded("code", "double", double, solution=True),
        cell("markdown", "hint-double", hints, cs231n={"hint": "double"}),
        graded("code", "test-double", TEST, grade=True, points=2),
        graded("code", "net", net, solution=True),
        graded("code", "test-net-ones", TEST_NET, grade=True, points=1),
        graded("markdown", "q-why-text", "**Question 1 (2 points).** Why?"),
        graded("markdown", "q-why", why, grade=True, solution=True, points=2),
    ]
    kernel = {"name": "python3", "language": "python", "display_name": "Python 3"}
    return {
        "cells": cells,
        "metadata": {"kernelspec": kernel},
        "nbformat": 4,
        "nbformat_minor": 5,
    }


def jupyter(notebook):
    for one in notebook["cells"]:
        one["source"] = one["source"].splitlines(keepends=True)
    return json.dumps(notebook, indent=1)


def colab(notebook):
    notebook = json.loads(jupyter(notebook))
    for one in notebook["cells"]:
        one["metadata"]["id"] = one.pop("id")[:12]
    notebook["metadata"]["colab"] = {"provenance": []}
    return json.dumps(notebook | {"nbformat_minor": 0}, indent=2)


def vs_code(notebook):
    for one in notebook["cells"]:
        one["metadata"]["vscode"] = {"languageId": "python"}
        del one["id"]
    return jupyter(notebook | {"nbformat_minor": 2}).replace("\n", "\r\n")


def kaggle(notebook):
    for one in notebook["cells"]:
        one["metadata"]["trusted"] = True
        del one["id"]
    notebook["metadata"]["kaggle"] = {"accelerator": "none"}
    return json.dumps(notebook | {"nbformat_minor": 4}, separators=(",", ":"))


@pytest.fixture
def save(tmp_path):
    """Write a notebook into a folder."""

    def save(notebook, form=jupyter, name="small.ipynb") -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        text = notebook if isinstance(notebook, str) else form(notebook)
        path.write_bytes(text.encode())
        return path

    return save
