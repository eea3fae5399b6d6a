"""The judge's smaller parts: exams from notebooks, what they need, flags, magics."""

import numpy as np
import pytest

from cs231n.workbook.cells import as_python
from grading.authoring.build import scripts
from grading.authoring.exam_from_notebook import exam_of
from grading.authoring.mistakes import variants
from grading.judge import seeding
from grading.judge.exam import Cell, Exam
from grading.judge.preload import drawn_images, modules
from grading.judge.source.answer_source import is_plain, sources
from grading.judge.source.suspicion import flags

#: Cells that a parser may stumble over.
NASTY = [
    "def f(:",
    "(" * 10_000,
    "-" * 100_000 + "1",
    "[" * 90 + "]" * 90 + ".a" * 50_000,
    "x = " + "+".join("1" * 20_000),
    "\0",
    "\ud800 = 1",
    "x\u202e = 1 +",
]
NOTEBOOKS = [f"{path.parent.name}/{path.stem}" for path in scripts()]


def test_an_exam_has_the_cells_that_a_judge_runs():
    exam = exam_of("assignment1/knn")
    kinds = [cell.kind for cell in exam.cells]
    assert kinds[:2] == ["setup", "setup"]
    assert {cell.name for cell in exam.of_kind("answer")} >= {"knn-l1", "knn-one-loop"}
    assert sum(cell.points for cell in exam.of_kind("test")) == 21
    assert exam_of("assignment1/knn").digest == exam.digest


def test_the_modules_that_setup_cells_import():
    source = "import numpy.linalg\nfrom cs231n import vis\nimport nowhere.at_all"
    exam = Exam("a", (Cell("setup", "s", source), Cell("answer", "a", "import ast")))
    assert modules([exam]) == ["cs231n", "cs231n.vis", "numpy.linalg"]


def test_what_a_library_imports_on_first_use_takes_none_of_an_answers_time():
    pytest.importorskip("torch")
    exam = exam_of("assignment2/pytorch")
    assert {"torch", "torch._dynamo"} <= set(modules([exam]))


def test_the_drawn_images_are_there():
    folder = drawn_images()
    assert folder is None or any((folder / "generated").iterdir())


@pytest.mark.parametrize("notebook", NOTEBOOKS)
def test_honest_answers_raise_no_flag(notebook):
    answers = {cell.name: cell.source for cell in exam_of(notebook).of_kind("answer")}
    assert flags(answers) == []
    for variant in variants(notebook):
        found = flags({variant.exercise: variant.source})
        # A known mistake, and the first lines of the course's own files.
        taken = ("    import cs231n", "from cs231n.")
        ready_made = any(words in variant.source for words in taken)
        assert bool(found) == ready_made, found


@pytest.mark.parametrize(
    ("source", "flag"),
    [
        ("import gc", "a uses gc: the memory of the process."),
        ("np.testing.assert_allclose = print", "a changes np.testing.assert_allclose."),
        ("import math as m\nm.isclose = print", "a changes m.isclose."),
        ("x = getattr(f, '__code__')", "a uses __code__: code that cannot be read."),
        ("def __eq__(self, other): pass", "a uses __eq__: how values are compared."),
    ],
)
def test_what_is_unusual_raises_a_flag(source, flag):
    assert flag in flags({"a": source})


def test_what_is_no_python_raises_no_flag():
    assert flags(dict(enumerate(NASTY))) == []


@pytest.mark.parametrize("source", NASTY, ids=range(len(NASTY)))
def test_what_is_no_python_stays_as_it_is(source):
    assert as_python(source) == source
    assert sources("double", [], [source]) == []
    # What is too deep to be read might run: then no rule about the source is kept.
    too_deep = len(source) > 1000 and not source.startswith("(")
    assert is_plain(source) != too_deep


@pytest.mark.parametrize(
    ("cell", "python"),
    [
        ("x = 1", "x = 1"),
        ("    x = 1\n    y = 2", "x = 1\ny = 2"),
        ("%%time\nx = 1", "x = 1"),
        ("def f(:", "def f(:"),
        ("", ""),
    ],
)
def test_cells_become_python(cell, python):
    assert as_python(cell) == python


def test_magics_and_shell_commands_become_calls():
    pytest.importorskip("IPython")
    found = as_python("%matplotlib inline\n!ls\nx = 1")
    assert "get_ipython().run_line_magic" in found
    assert "get_ipython().system" in found


def test_entropy_can_be_fixed():
    def draws():
        return np.random.default_rng().random(), np.random.rand()  # noqa: NPY002

    seeding.fix(5)
    first = draws(), draws()
    seeding.fix(5)
    assert (draws(), draws()) == first
    assert first[0] != first[1]
    seeding.fix(6)
    assert draws() != first[0]


def test_seeds_depend_on_every_part():
    seeds = {seeding.seed_of(*parts) for parts in [("a", "b"), ("ab",), ("b", "a")]}
    assert len(seeds) == 3
