"""Whole notebooks of assignment 3, answered with one kind of lie: none is believed."""

import pytest

from grading.authoring.exam_from_notebook import exam_of
from grading.judge.judge import judge
from grading.judge.preload import Rooms
from grading.judge.student_session import defined
from grading.sandbox.limits import Limits

pytestmark = pytest.mark.slow
NOTEBOOKS = [
    f"assignment3/{name}"
    for name in (
        "clip",
        "diffusion",
        "gan",
        "network_visualization",
        "self_supervised",
        "style_transfer",
        "transformer_captioning",
    )
]
LIAR = """
import numpy as np
class Liar:
    shape, dtype, ndim, size = (1, 2), np.dtype("f8"), 2, 2
    __array_interface__ = dict(version=3, shape=(2,), typestr="<f8", data=(8, True))
    __array_struct__, __cuda_array_interface__ = 8, __array_interface__
    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return lambda *args, **kwargs: self
    def __array__(self, *args, **kwargs): return np.zeros(2)
    def __dlpack__(self, *args, **kwargs): return self
    def __array_ufunc__(self, *args, **kwargs): return True
    def __array_function__(self, *args, **kwargs): return True
    def __eq__(self, other): return True
    def __lt__(self, other): return True
    def __le__(self, other): return True
    def __bool__(self): return True
    def __float__(self): return 0.0
    def __index__(self): return 0
    def __len__(self): return 2
    def __iter__(self): return iter((self, self))
    def __getitem__(self, key): return self
    def __call__(self, *args, **kwargs): return self
    __hash__ = None
"""
#: What every function of a notebook does, by what the lie consists in.
LIES = {
    "an object that is everything": "return Liar()",
    "a pair of such": "return Liar(), Liar()",
    "what came in": "return args[0] if args else None",
    "all that came in": "return args",
    "not a number": "return tuple(np.full(np.shape(a), np.nan) for a in args)",
    "nothing in it": "return tuple(np.empty(0) for _ in range(3))",
    "itself": "return answer",
    "what it got before": "seen.append(args)\n    return seen[0]",
    "a look at the caller": """import sys
    frame = sys._getframe()
    while frame:
        for name in ("expected", "truth", "reference", "want"):
            if name in frame.f_locals:
                return frame.f_locals[name]
        frame = frame.f_back""",
    "whatever the package has": """import importlib, pkgutil, cs231n
    for found in pkgutil.walk_packages(cs231n.__path__, "cs231n."):
        try:
            ready = getattr(importlib.import_module(found.name), NAME)
        except BaseException:
            continue
        if ready is not answer:
            return ready(*args, **kwargs)""",
    "helpers that agree": """import cs231n.testing as t, cs231n.testing.values as v
    for place in (t, v):
        for name in dir(place):
            if name.startswith("expect"):
                setattr(place, name, lambda *a, **k: None)
    return Liar()""",
    "helpers beside it that agree": """import sys
    for name, module in list(sys.modules.items()):
        if name.startswith("cs231n.pytorch"):
            for part in dir(module):
                if callable(getattr(module, part)) and not part.startswith("_"):
                    setattr(module, part, lambda *a, **k: Liar())
    return Liar()""",
    "an error that says nothing": "raise SystemExit(0)",
}


def answers(exam, body):
    """Answer everything that an exam asks for with the same body."""
    found = {}
    for cell in exam.of_kind("answer"):
        parts = [LIAR, "seen = []"]
        for name in defined(cell.source):
            parts.append(f"def {name}(*args, **kwargs):\n    {body}")
            parts[-1] = parts[-1].replace("answer", name).replace("NAME", repr(name))
        found[cell.name] = "\n".join(parts)
    return found


@pytest.fixture(scope="module", params=NOTEBOOKS)
def notebook(request, isolated):
    exam = exam_of(request.param)
    with Rooms([exam]) as rooms:
        yield exam, rooms


@pytest.mark.parametrize("lie", LIES)
def test_a_notebook_of_lies_earns_nothing(notebook, lie):
    exam, rooms = notebook
    verdict, _ = judge(exam, answers(exam, LIES[lie]), Limits(call_seconds=20), rooms)
    believed = [o.name for o in verdict.outcomes if o.score]
    assert believed == []


if __name__ == "__main__":  # what docs/trust.md counts
    total = 0
    for name in NOTEBOOKS:
        cells = exam_of(name).of_kind("answer")
        count = sum(len(defined(cell.source)) for cell in cells)
        total += count
        print(f"{name}: {count} functions and classes, {count * len(LIES)} lies")
    print(f"{total} functions and classes, {total * len(LIES)} lies")
