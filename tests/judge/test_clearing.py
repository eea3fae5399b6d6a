"""No test computes what it expects from an array after an answer had it."""

import sys
from dataclasses import replace

import pytest

from grading.authoring.build import lacking, scripts
from grading.authoring.exam_from_notebook import exam_of
from grading.judge.judge import judge
from grading.judge.preload import Rooms
from grading.judge.student_session import defined
from grading.sandbox.limits import Limits

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        not sys.platform.startswith("linux"), reason="isolation needs Linux"
    ),
]
#: Tests of PyTorch compute what they expect beside the answer's process.
NOTEBOOKS = [
    f"{path.parent.name}/{path.stem}" for path in scripts() if path.stem != "pytorch"
]
CLEAR = """
def _clear(value, depth=0):
    if isinstance(value, np.ndarray) and value.dtype.kind == "f":
        if value.flags.writeable:
            value[...] = 0
            print("cleared")
    elif isinstance(value, (list, tuple)) and depth < 6:
        for item in value:
            _clear(item, depth + 1)
    elif isinstance(value, dict) and depth < 6:
        _clear(list(value.values()), depth + 1)
    elif hasattr(value, "params"):
        _clear(vars(value), depth + 1)
"""
WRAP = """
_right_{name} = {name}
{decorator}
def {name}({self}*args, **kwargs):
    _clear(({self}args, kwargs))
    return _right_{name}({self}*args, **kwargs)
"""


def clearing(source):
    """Write an answer that is right about zeros, in place of what it was given."""
    for name, owner in defined(source).items():
        decorator = f"@add_to_class({owner})" if owner else ""
        source += CLEAR + WRAP.format(
            name=name, decorator=decorator, self="self, " if owner else ""
        )
    return source


@pytest.mark.parametrize("notebook", NOTEBOOKS)
def test_an_answer_cannot_change_what_is_expected(notebook, isolated):
    if lacking(notebook):
        pytest.skip(lacking(notebook))
    exam = exam_of(notebook)
    answers = {cell.name: cell.source for cell in exam.of_kind("answer")}
    kept, tests = [], {}
    for cell in exam.cells:
        if cell.kind == "answer":
            current = cell
        if cell.kind != "test" or "Solver(" not in cell.source:  # training is slow
            kept.append(cell)
            if cell.kind == "test":
                tests.setdefault(current, []).append(cell.name)
    with Rooms([exam]) as fork_server:
        for answer, names in tests.items():
            if "def __init__" in answer.source:
                continue
            cells = [c for c in kept if c.kind != "test" or c.name in names]
            cheat = answers | {answer.name: clearing(answer.source)}
            short = replace(exam, cells=tuple(cells))
            verdict, _ = judge(short, cheat, Limits(), fork_server)
            assert not verdict.answers
            for outcome in verdict.outcomes:
                assert not (outcome.score and "cleared" in outcome.output), outcome
