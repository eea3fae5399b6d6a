import ast
import re

import numpy as np
import numpy.linalg as la
import pytest
from IPython.core.interactiveshell import InteractiveShell
from numpy.linalg import norm as norm_of

from cs231n.nets import captioning
from cs231n.testing import (
    PEAKS,
    WrongAnswer,
    beside_answers,
    expect_array,
    expect_close,
    expect_equal,
    expect_source,
    expect_tuple,
    memory_below,
    passed,
    unchanged,
)


def test_equal_arrays_pass():
    expect_close(np.float32([1, 2]), [1.0, 2.0])
    expect_equal(np.array([1.0, 2.0]), np.array([1, 2]))
    expect_equal({"a": 1}, {"a": 1})
    expect_array([[1, 2]], (1, 2))


@pytest.mark.parametrize(
    ("got", "message"),
    [
        (None, "dists is None: the answer ends without `return`"),
        ([[1, 2]], r"dists should have shape \(2,\); got \(1, 2\)"),
        ("no", "should be an array of real numbers; got a text"),
        (
            [1j, 2],
            "got a list of 2 values, with complex numbers among them",
        ),
        ([1, 7], r"dists\[1\] should be 2; got 7 \(1 of 2 entries differ\). A hint"),
        ([np.nan, 2], r"dists\[0\] should be 1; got nan"),
        ([np.inf, 2], r"dists\[0\] should be 1; got inf"),
    ],
)
def test_a_wrong_result_is_explained(got, message):
    with pytest.raises(AssertionError, match=message):
        expect_close(got, [1.0, 2.0], "dists", hint="A hint.")


def test_the_entry_furthest_off_is_shown():
    with pytest.raises(AssertionError, match=r"x\[1, 0\] should be 3; got -6"):
        expect_close([[1, 2.5], [-6, 4]], [[1, 2], [3, 4.0]], "x")


def test_a_known_fault_is_named_instead_of_the_hint():
    faults = {"Take the root.": [4, 9], "Transposed.": [3, 2]}
    with pytest.raises(AssertionError, match=r"entries differ\)\. Take the root\.$"):
        expect_close([4, 9], [2, 3], hint="Look again.", faults=faults)


def test_tolerances_are_relative_to_the_expected_value():
    expect_close([1001.0], [1000.0], rtol=1e-3)
    with pytest.raises(AssertionError):
        expect_close([1002.0], [1000.0], rtol=1e-3, atol=0)


def test_containers_must_have_the_same_type():
    with pytest.raises(
        AssertionError, match="a list of 1 whole number, 1; got a tuple"
    ):
        expect_equal((1,), [1])


def test_a_changed_input_is_named():
    x, y = np.zeros(3), np.array([np.nan])
    with unchanged(x=x, y=y):
        pass
    with pytest.raises(AssertionError, match="changed its input x"), unchanged(x=x):
        x += 1


def test_memory_is_measured_at_its_peak():
    with memory_below(1e6):
        np.zeros(1000)
    too_much = pytest.raises(AssertionError, match=r"needed 8\.\d MB at once; 1\.0 MB")
    with too_much, memory_below(1e6, "Loop over rows."):
        np.zeros(1_000_000)


def two_loops(x):
    return [[a + b for a in x] for b in x]


def one_loop(x):
    total = 0
    for a in x:
        total += a
    return total


def no_loop(x):
    return x.sum()


def hidden_loop(x):
    return one_loop(x) + no_loop(x)


def vectorized(x):
    return np.vectorize(abs)(x)


@pytest.mark.parametrize(
    ("function", "loops"),
    [(two_loops, 2), (one_loop, 1), (no_loop, 0), (hidden_loop, 1), (vectorized, 1)],
)
def test_loops_are_counted_in_the_answer_and_its_helpers(function, loops):
    expect_source(function, loops=loops)
    if loops:
        with pytest.raises(AssertionError, match=f"its source has {loops}"):
            expect_source(function, loops=loops - 1)


def by_attribute(x):
    return np.linalg.norm(x)


def by_import(x):
    from numpy.linalg import norm

    return norm(x)


def by_module(x):
    import scipy.spatial

    return scipy.spatial.distance.cdist(x, x)


@pytest.mark.parametrize("function", [by_attribute, by_import, by_module])
def test_forbidden_names_are_found(function):
    with pytest.raises(AssertionError, match="should do without"):
        expect_source(function, without=["linalg.norm", "scipy"])


def test_allowed_names_are_not_mistaken_for_forbidden_ones():
    def normal(x):
        """Uses no np.linalg.norm, only says so."""
        return np.sqrt(x @ x)

    expect_source(normal, without=["linalg.norm", "norm", "dot"])


def test_methods_have_sources_too():
    class Thing:
        def method(self):
            while True:
                break

    with pytest.raises(AssertionError, match="method should have no loop"):
        expect_source(Thing().method, loops=0)


@pytest.mark.parametrize(
    "function", [captioning.bleu, captioning.CaptioningRNN({"<NULL>": 0}).sample]
)
def test_what_is_ready_made_is_no_answer(function):
    with pytest.raises(WrongAnswer, match="is the package's own"):
        expect_source(function, without=["captioning", "layers"])


def test_tensors_in_a_list_are_to_be_numbers():
    torch = pytest.importorskip("torch")
    losses = [torch.ones((), requires_grad=True)] * 2
    with pytest.raises(WrongAnswer, match=r"a list of 2 tensors. Take plain numbers"):
        expect_close(losses, [1, 1], "losses")


def test_a_missing_source_is_explained():
    names = {}
    exec(compile("def f(): pass", "<nowhere>", "exec"), names)
    with pytest.raises(AssertionError, match="source of f is not to be had"):
        expect_source(names["f"], loops=0)


@pytest.mark.parametrize(
    "cell",
    [
        "expect_close(4, 2.0)",
        "x = np.zeros(2)\nwith unchanged(x=x):\n    x += 1",
    ],
)
def test_in_a_notebook_the_message_stands_alone(cell):
    shell = InteractiveShell.instance()
    shell.run_cell("import numpy as np\nfrom cs231n.testing import *", silent=True)

    result = shell.run_cell(cell, silent=True)

    shown = "\n".join(result.error_in_exec._render_traceback_())
    first, _, rest = shown.partition(": ")
    assert first == "\033[31mWrongAnswer\033[39m"
    line = len(cell.splitlines()) - ("unchanged" in cell)
    found = f"{result.error_in_exec} Line {line} of this cell found it."
    assert " ".join(rest.split()) == found


def test_a_tuple_of_the_right_length_comes_back():
    pair = (1, 2)

    assert expect_tuple(pair, "loss", "dW") is pair
    assert expect_tuple([1, 2], "loss", "dW") == [1, 2]


@pytest.mark.parametrize(
    ("got", "message"),
    [
        (None, r"Return \(loss, dW\); the answer ends without `return`"),
        (3.5, r"Return \(loss, dW\); got a number alone"),
        ((1, 2, 3), r"Return \(loss, dW\); got 3 values"),
    ],
)
def test_anything_else_in_place_of_a_tuple_is_said(got, message):
    with pytest.raises(AssertionError, match=message):
        expect_tuple(got, "loss", "dW")


def test_a_helper_runs_where_the_answer_is():
    calls = []

    class Elsewhere:
        def __elsewhere__(self, function, args, kwargs):
            calls.append((function, args, kwargs))
            return "there"

    @beside_answers
    def helper(answer, times=1):
        """Call an answer."""
        return answer() * times

    answer = Elsewhere()
    assert helper(lambda: "here", times=2) == "herehere"
    assert helper(answer, times=3) == "there"
    assert calls == [(helper, (answer,), {"times": 3})]
    assert helper.__doc__ == "Call an answer."


def test_peaks_of_other_processes_count():
    with pytest.raises(WrongAnswer, match=r"needed 9\.0 MB"), memory_below(1e6):
        PEAKS.append(9e6)
    with memory_below(1e6):
        pass


@pytest.mark.parametrize(
    "source",
    [
        "return eval('x')",
        "return getattr(np, 'li' + 'nalg')",
        "f.__code__ = g.__code__",
        "return torch.nn.modules['numpy']",
        "return torch.nn.modules.get('numpy')",
    ],
)
def test_what_hides_the_source_is_refused(source):
    def f(x):
        return x

    f.__sources__ = lambda: [ast.parse(f"def f(x):\n    {source}")]
    with pytest.raises(WrongAnswer, match="hides what runs"):
        expect_source(f)


def test_a_layer_of_pytorch_hides_nothing():
    def f(x):
        return x

    layer = "from torch.nn.modules.flatten import Flatten as Flatten"
    texts = ["def f(x):\n    return Flatten()(x)", layer]
    f.__sources__ = lambda: list(map(ast.parse, texts))
    expect_source(f)


def test_methods_that_are_called_like_it_hide_nothing():
    def f(model):
        return model.eval(), re.compile("x"), model.exec

    expect_source(f)


def test_getattr_with_a_name_is_that_name():
    def f(x):
        return x

    text = "def f(x):\n    return getattr(np.linalg, 'norm')(x)"
    f.__sources__ = lambda: [ast.parse(text)]
    expect_source(f, loops=0)
    with pytest.raises(WrongAnswer, match=r"without linalg.norm"):
        expect_source(f, without=["linalg.norm"])
    f.__sources__ = list
    with pytest.raises(WrongAnswer, match="not to be had"):
        expect_source(f)


def by_another_name(x):
    return norm_of(x)


def by_another_module(x):
    return la.norm(x)


def by_the_package(x):
    from cs231n.layers import affine_forward

    return affine_forward(x, x, x)


@pytest.mark.parametrize(
    ("function", "name"),
    [
        (by_another_name, "linalg.norm"),
        (by_another_module, "linalg.norm"),
        (by_the_package, "cs231n"),
    ],
)
def test_forbidden_names_are_found_under_other_names(function, name):
    with pytest.raises(WrongAnswer, match=f"should do without {name}"):
        expect_source(function, without=["linalg.norm"])


def by_itself(x):
    return by_itself(x[1:]) if len(x) else x


def by_a_tool(x):
    each = map
    return each(abs, x)


@pytest.mark.parametrize("function", [by_itself, by_a_tool])
def test_loops_by_other_names_are_loops(function):
    with pytest.raises(WrongAnswer, match="should have no loop"):
        expect_source(function, loops=0)


def sums(x):
    return np.add.reduce(x) + np.logical_or.accumulate(x)


def test_reductions_of_numpy_are_no_loops():
    expect_source(sums, loops=0)


def test_nothing_is_close_to_infinity():
    with pytest.raises(WrongAnswer, match="should be inf; got 5"):
        expect_close([5.0, 2.0], [np.inf, 2.0])


def test_passed_prints_a_tick_and_nothing_else(capsys):
    assert passed("bn-forward", "two batches by hand") is None

    out, err = capsys.readouterr()
    assert (out, err) == ("✓ bn-forward: two batches by hand\n", "")


def test_the_source_of_a_class_is_that_of_all_its_methods():
    class Answer:
        size = 3

        def first(self):
            return sorted([2, 1])

        def second(self):
            return sum([2, 1])

    expect_source(Answer, without=["np.sort"])
    for name in ("sorted", "sum"):
        with pytest.raises(WrongAnswer, match=f"should do without {name}"):
            expect_source(Answer, without=[name])
