"""An answer that sets its inputs to 0 makes no result of 0 right.

A test that computes what it expects from an array after an answer had it believes the
answer. Here every answer sets all the arrays it gets to 0, in place, before it does
its work, and earns nothing with it.
"""

import functools
import types

import numpy as np
import pytest

from grading.authoring.build import lacking, scripts
from grading.authoring.exam_from_notebook import exam_of
from grading.authoring.trial import Trial
from grading.judge.student_session import defined

pytestmark = pytest.mark.slow
#: Tests that no number of an input matters to.
FREE = {
    "test-autograd-order",  # who comes before whom
    "test-autograd-no-grad",  # what is recorded
    "test-autograd-parameters",  # which tensors there are
    "test-autograd-bug-loop",  # its tensors have memory of their own in the judge
    "test-multi-head-attention-dropout",  # whether two passes differ
    "test-torch-module-weights",  # first weights; of the input its shape alone
}


def emptied(value, depth=0):
    """Set all arrays in a value to 0; return how many."""
    if isinstance(value, np.ndarray):
        if not (value.flags.writeable and value.size and value.dtype.kind in "fc"):
            return 0
        value[...] = 0
        return 1
    if isinstance(value, dict):
        value = list(value.values())
    elif hasattr(value, "__dict__") and not isinstance(value, FIXED):
        value = list(vars(value).values())
    if depth == 6 or not isinstance(value, list | tuple):
        return 0
    return sum(emptied(item, depth + 1) for item in value)


FIXED = type | types.FunctionType | types.MethodType | types.ModuleType


class Spoiler:
    """Makes answers that spoil what they get, when a test calls them."""

    def __init__(self):
        self.count, self._inside = 0, False

    def of(self, answer):
        @functools.wraps(answer)
        def spoiling(*args, **kwargs):
            if self._inside:
                return answer(*args, **kwargs)
            self.count += emptied([args, kwargs])
            self._inside = True
            try:
                with np.errstate(all="ignore"):
                    return answer(*args, **kwargs)
            finally:
                self._inside = False

        return spoiling

    def spoil(self, names, cell):
        """Put such answers in the place of those that a cell defines."""
        for name, owner in defined(cell.source).items():
            if isinstance(names.get(name), type):
                self._spoil_methods(names[name])
                continue
            if owner:
                cls = eval(owner, names)
                setattr(cls, name, self.of(vars(cls)[name]))
            if isinstance(names.get(name), types.FunctionType):
                names[name] = self.of(names[name])

    def _spoil_methods(self, cls):
        for name, method in list(vars(cls).items()):
            if isinstance(method, types.FunctionType):
                setattr(cls, name, self.of(method))


def test_arrays_are_found_wherever_they_are():
    model = types.SimpleNamespace(params={"w": np.ones(2)})
    fixed = np.ones(3)
    fixed.flags.writeable = False

    assert emptied([(np.ones(2), [np.ones(())]), model, fixed, np.ones(2, int)]) == 3
    assert not model.params["w"].any()
    assert fixed.all()


@pytest.mark.parametrize("script", scripts(), ids=lambda p: f"{p.parent.name}/{p.stem}")
def test_no_test_believes_inputs_that_an_answer_has_changed(script):
    notebook = f"{script.parent.name}/{script.stem}"
    if lacking(notebook):
        pytest.skip(lacking(notebook))
    exam, spoiler = exam_of(notebook), Spoiler()
    trial = Trial(exam)
    for cell in exam.of_kind("answer"):
        spoiler.spoil(trial._names, cell)
    believed = []
    for test in exam.of_kind("test"):
        spoiler.count = 0
        if trial.test(test, "seed", sources=False).score and spoiler.count:
            believed.append(test.name)

    assert set(believed) <= FREE
