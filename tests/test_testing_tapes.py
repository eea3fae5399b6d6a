"""Programs run on a notebook's tape: arrays in, arrays out, mistakes told."""

import numpy as np
import pytest

from cs231n.testing import WrongAnswer, tapes


class Tensor:
    """The smallest tape: one step, and a gradient kept."""

    def __init__(self, data, requires_grad=False, name=""):
        self.data, self.requires_grad, self.name = data, requires_grad, name
        self.parents, self.back, self.grad = (), None, None


def double(x):
    out = Tensor(2 * x.data)
    out.parents, out.back = (x,), lambda grad: (2 * grad,)
    return out


def bare(x):
    out = double(x)
    out.back = lambda grad: 2 * grad
    return out


def numbered(x):
    out = double(x)
    out.back = 2
    return out


def forgotten(x):
    double(x)


def test_arrays_of_floats_become_tensors_and_come_back_as_arrays():
    x, y = np.ones(2), np.arange(3)
    found = tapes.run(
        double, "out = double(x)", "out", "x.name", "y", "[out, {'a': x}]", x=x, y=y
    )
    np.testing.assert_array_equal(found[0], [2, 2])
    assert found[1] == "x"
    assert found[2] is y
    np.testing.assert_array_equal(found[3][1]["a"], x)


def test_the_memory_of_a_test_is_its_own():
    x = np.ones(2)
    tapes.run(double, "x.data[:] = 7", x=x)
    np.testing.assert_array_equal(x, 1)


def test_fixed_arrays_stay_arrays():
    (kind,) = tapes.run(double, "", "type(x).__name__", x=np.ones(2), fixed=["x"])
    assert kind == "ndarray"


def test_a_step_returns_its_value_and_its_gradients():
    out, grads = tapes.step(double, "double(x)", np.full(2, 5.0), x=np.ones(2))
    np.testing.assert_array_equal(out, [2, 2])
    np.testing.assert_array_equal(grads, [[10, 10]])


@pytest.mark.parametrize(
    ("program", "message"),
    [
        ("forgotten(x)", "ends without `return`"),
        ("x", "0 parents"),
        ("bare(x)", "one gradient for each of its 1 inputs; got an array of shape"),
    ],
)
def test_what_is_no_step_is_told(program, message):
    with pytest.raises(WrongAnswer, match=message):
        tapes.step(double, program, np.ones(2), x=np.ones(2))


def test_lines_tell_an_answer_that_returned_nothing():
    lines = "out = {}(x)\nreturned(out, '{} should return a Tensor')\nout.back"

    tapes.run(double, lines.format("double", "double"), x=np.ones(2))
    with pytest.raises(WrongAnswer, match="forgotten should return a Tensor; got None"):
        tapes.run(forgotten, lines.format("forgotten", "forgotten"), x=np.ones(2))


def test_lines_tell_an_answer_that_returned_another_type():
    rule = "returned({}, 'double should return a {}', {})"

    tapes.run(double, rule.format("double(x)", "Tensor", "Tensor"), x=np.ones(2))
    tapes.run(double, rule.format("double", "function", "Callable"))
    with pytest.raises(WrongAnswer, match="should return a list; got "):
        tapes.run(double, rule.format("double(x)", "list", "list"), x=np.ones(2))


def test_a_step_without_a_function_to_go_back_is_told():
    with pytest.raises(WrongAnswer, match="its back is no function"):
        tapes.step(numbered, "numbered(x)", np.ones(2), x=np.ones(2))
