"""Who knows whom in the engine."""

import ast
from pathlib import Path

import pytest

ENGINE = Path(__file__).resolve().parents[2] / "grading" / "engine"
#: Modules by layer, lowest first; an arrow goes to a lower layer only.
LAYERS = [
    {"submission", "ledger", "lock", "store", "reading", "pieces", "lms", "bench",
     "summary"},
    {"careful", "exchange", "folder", "journal", "template", "roster", "flight"},
    {"archive", "build_template", "matching", "task", "times"},
    {"export", "normalise", "worker", "exercises", "similarity"},
    {"intake", "sorting", "pool", "cluster", "autograded", "marks", "statistics",
     "page"},
    {"overview", "record", "feedback", "side_by_side"},
    {"run", "report"},
    {"commands"},
]  # fmt: skip
LEVEL = {name: level for level, names in enumerate(LAYERS) for name in names}
#: Arrows against the order, inside functions: made on first use, or for one command.
LAZY = {("template", "build_template"), ("template", "store")}
#: What may be loaded where students' files are read.
INNOCENT = {"careful", "submission", "store", "reading", "pieces", "folder", "archive",
            "roster", "lms", "exchange", "export", "times", "matching", "normalise",
            "sorting"}  # fmt: skip


def imported(path):
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


@pytest.mark.parametrize(
    "path", sorted(ENGINE.glob("[a-z]*.py")), ids=lambda path: path.stem
)
def test_arrows_go_down(path):
    here = path.stem
    assert here in LEVEL, f"Add {here!r} to LAYERS and to docs/architecture.md."
    for name in imported(path):
        there = name.removeprefix("grading.engine.").partition(".")[0]
        if name.startswith("grading.engine.") and (here, there) not in LAZY:
            assert LEVEL[there] < LEVEL[here], f"{here} may not import {there}."


@pytest.mark.parametrize("name", sorted(INNOCENT))
def test_readers_know_no_judge_and_no_gradebook(name):
    for found in imported(ENGINE / f"{name}.py"):
        assert not found.startswith(("grading.judge", "nbgrader", "nbformat", "pickle"))


def test_workers_know_no_course():
    for name in ("worker", "bench", "task", "cluster", "pool"):
        found = set(imported(ENGINE / f"{name}.py"))
        assert not {"grading.course", "nbgrader"} & found
