"""The judge gives every test its outcome, whatever the answers do."""

import numpy as np
import pytest

from grading.judge.exam import Cell, Exam, Verdict
from grading.judge.judge import ExamError, judge
from tests.judge.small import DOUBLE, LIMITS, SETUP, TESTS, by_name, exam, sit
from tests.judge.test_parts import NASTY


def one(nursery, test, double=DOUBLE, **limits):
    """Judge one test of `double`; return its outcome."""
    return by_name(sit(nursery, double, tests={"test": test}, **limits))["test"]


def test_right_answers_get_every_point(nursery):
    verdict = sit(nursery)
    assert verdict.score == len(TESTS) + 1
    assert {outcome.status for outcome in verdict.outcomes} == {"passed"}
    assert (verdict.answers, verdict.flags) == ({}, ())
    assert verdict.isolation == nursery.rung


def test_the_same_arguments_give_the_same_verdict(nursery):
    answer = """
        def double(x):
            print(set("abcdef"), np.random.default_rng().random(), np.random.rand())
            raise ValueError(hash("x"), np.random.default_rng().random())
    """
    first, second = (sit(nursery, answer).to_json() for _ in range(2))
    assert first == second
    assert "0." in first


def test_a_number_at_the_end_is_the_score(nursery):
    assert one(nursery, "double(0.25)").score == 0.5
    assert one(nursery, "double(0.25)").status == "partial"
    assert one(nursery, "double(0.5)").status == "passed"
    assert one(nursery, "x = double(9)\nNone").score == 1.0
    assert one(nursery, "double(5)").score == 0.0
    assert one(nursery, "double(-1)").status == "failed"
    assert one(nursery, "double(float('nan'))").score == 0.0


def test_an_answer_that_does_not_load_is_told(nursery):
    verdict = sit(nursery, "def double(x)\n    return 2 * x")
    found = by_name(verdict)
    assert verdict.answers["double"].startswith("SyntaxError: ")
    assert found["equal"].message == "NameError: name 'double' is not defined"
    assert found["other"].score == 1.0


def test_a_missing_answer_is_missing(nursery):
    verdict, _ = judge(exam(), {}, LIMITS, nursery)
    assert verdict.score == 0
    assert "Model has no 'move' yet" in by_name(verdict)["other"].message


@pytest.mark.parametrize(
    ("double", "why"),
    [
        ("import os\nos._exit(3)", "The answer ended Python (exit status 3)."),
        ("while True: pass", "The answer took longer than 1 s."),
        ("import ctypes\nctypes.string_at(0)", "crashed Python (signal 11, SIGSEGV)"),
        ("exit()", "SystemExit: "),
        ("raise KeyboardInterrupt", "KeyboardInterrupt: "),
    ],
)
def test_an_answer_that_ends_the_process_as_it_loads(nursery, double, why):
    verdict = sit(nursery, f"{DOUBLE}\n{double}", cell_seconds=1.0)
    assert why in verdict.answers["double"]
    assert by_name(verdict)["other"].score == 1.0


@pytest.mark.parametrize(
    ("body", "status", "message"),
    [
        ("while True: pass", "timeout", "took longer than 1 s for one call"),
        (
            "while True:\n  try:\n   while True: pass\n  except BaseException: pass",
            "timeout",
            "took longer than 1 s for one call",
        ),
        ("sum(range(10**12))", "timeout", "for one call"),
        ("os._exit(0)", "died", "ended Python (exit status 0)"),
        ("__import__('ctypes').string_at(0)", "died", "SIGSEGV"),
        ("x = b'x' * (3 << 30)", "memory", "MemoryError"),
        ("np.ones(1 << 28) + np.ones(1 << 28)", "memory", "Unable to allocate"),
        ("return open", "refused", ""),
        ("raise MemoryError('no')", "memory", "MemoryError: no"),
    ],
)
def test_only_the_test_at_hand_is_lost(nursery, body, status, message):
    lines = "\n".join(f"        {line}" for line in body.split("\n"))
    answer = (
        f"import os\ndef double(x):\n    if type(x) is int:\n{lines}\n    return 2 * x"
    )
    tests = {
        "before": "assert double(0.5) == 1",
        "at hand": "assert double(1) == 2",
        "after": "assert double(1.5) == 3",
    }
    found = by_name(sit(nursery, answer, tests=tests, call_seconds=1.0))
    scores = [found[name].score for name in ("before", "at hand", "after", "other")]
    assert scores == [1, 0, 1, 1]
    if status != "refused":  # a function is data as far as handing it back goes
        assert found["at hand"].status == status
    assert message in found["at hand"].message


def test_a_test_that_computes_too_long_is_stopped(nursery):
    tests = {
        "long": "for _ in range(double(10**9)): pass",
        "next": "assert double(1) == 2",
    }
    found = by_name(sit(nursery, tests=tests, cell_seconds=1.0))
    assert found["long"].status == "timeout"
    assert "longer than 1 s" in found["long"].message
    assert found["next"].score == found["other"].score == 1.0


def test_a_test_that_fills_the_memory_is_stopped(nursery):
    tests = {"huge": "x = bytes(double(5 << 30))", "next": "assert double(1) == 2"}
    found = by_name(sit(nursery, tests=tests))
    assert found["huge"].status in ("memory", "failed")
    assert found["next"].score == 1.0


def test_the_time_of_the_notebook_is_shared(nursery):
    answer = "import time\ndef double(x):\n    time.sleep(0.7)\n    return 2 * x"
    verdict = sit(nursery, answer, notebook_seconds=1.5)
    statuses = [outcome.status for outcome in verdict.outcomes]
    assert statuses[0] == "passed"
    assert statuses[-1] == "timeout"
    assert "whole notebook" in verdict.outcomes[-1].message


def test_output_is_kept_and_capped(nursery):
    answer = "def double(x):\n    print('é' * x)\n    return 2 * x"
    assert one(nursery, "double(3) and None", answer).output == "ééé\n"
    flood = one(nursery, "double(10**6) and None", answer, output_bytes=1000)
    assert len(flood.output.encode()) < 1100
    assert flood.score == 1.0
    assert one(nursery, "print('seen')\nassert double(1) == 2").output == "seen\n"


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("raise ValueError('no')", "ValueError: no"),
        ("raise KeyError('no')", "KeyError: 'no'"),
        (
            "raise NotImplementedError('double: write me')",
            "NotImplementedError: double",
        ),
        ("return undefined", "NameError: name 'undefined' is not defined"),
        ("return x[0]", "TypeError: 'int' object is not subscriptable"),
        ("return np.ones(2) @ np.ones(3)", "ValueError: matmul: Input operand 1"),
        ("return np.linalg.inv(np.zeros((2, 2)))", "LinAlgError: Singular matrix"),
        ("return np.ones(2)[:, :, 0]", "IndexError: too many indices for array"),
        ("return np.ones(2).sum(axis=3)", "AxisError: axis 3 is out of bounds"),
        ("open('nowhere')", "FileNotFoundError: [Errno 2] No such file"),
        ("'é'.encode('ascii')", "UnicodeEncodeError: 'ascii' codec can't encode"),
        ("raise type('Own', (KeyError,), {})('no')", "Own: 'no'"),
        ("assert x == 4, 'not four'", "AssertionError: not four"),
        ("return double(x)", "RecursionError: maximum recursion depth exceeded"),
    ],
)
def test_errors_say_what_they_say_in_one_interpreter(nursery, body, message):
    answer = f"def double(x):\n    {body}"
    assert one(nursery, "double(3)", answer).message.startswith(message)


def test_a_test_can_catch_an_answers_error(nursery):
    test = """
try:
    double(1)
except LookupError as error:
    assert type(error) is KeyError and error.args == (1,)
else:
    raise AssertionError
"""
    assert one(nursery, test, "def double(x): raise KeyError(x)").score == 1.0
    assert one(nursery, test).score == 0.0


def test_changes_of_inputs_are_seen(nursery):
    test = "x = np.ones(3)\nwith unchanged(x=x):\n    double(x)"
    answer = "def double(x):\n    x *= 2\n    return x"
    assert "changed its input x" in one(nursery, test, answer).message
    test = "x = np.ones(3)\ny = double(x)\nassert y is x and x.tolist() == [2, 2, 2]"
    assert one(nursery, test, answer).score == 1.0


def test_memory_is_measured_where_the_answer_runs(nursery):
    test = """
from cs231n.testing import memory_below
with memory_below(1e6):
    double(np.ones(3))
"""
    wasteful = "def double(x):\n    np.zeros(10**6)\n    return 2 * x"
    found = one(nursery, test, wasteful)
    assert (
        found.message == "WrongAnswer: This needed 8.0 MB at once; 1.0 MB are enough."
    )
    assert one(nursery, test).score == 1.0
    for cheat in (
        "tracemalloc.stop()",
        "tracemalloc.get_traced_memory = lambda: (0, 0)",
    ):
        answer = f"import tracemalloc\n{wasteful.replace('2 * x', f'x * {0}')}"
        answer = answer.replace("    np.zeros", f"    {cheat}\n    np.zeros")
        assert one(nursery, test, answer).score == 0.0


def test_error_states_reach_the_answer(nursery):
    test = "with np.errstate(divide='raise'):\n    double(np.zeros(1))"
    found = one(nursery, test, "def double(x): return 1 / x")
    assert found.message == "FloatingPointError: divide by zero encountered in divide"


def test_a_test_may_hand_over_functions_and_objects(nursery):
    test = """
class Judge:
    def __init__(self): self.seen = []
    def note(self, x): self.seen.append(x); return 10 * x
    def _secret(self): return "secret"

judge, calls = Judge(), []
assert double(judge.note, judge, lambda f: calls.append(f) or f(1)) == 31
assert judge.seen == [1, 2] and len(calls) == 1
"""
    answer = """
        def double(note, judge, run):
            return note(1) + judge.note(2) + run(lambda x: x)
    """
    # The answer's own function comes back as something that cannot be called.
    assert "not callable" in one(nursery, test, answer).message
    answer = answer.replace("run(lambda x: x)", "run(abs)")
    test = test.replace("f(1)", "1")
    assert one(nursery, test, answer).score == 1.0
    spy = "def double(note, judge, run):\n    return judge._secret()"
    assert one(nursery, test, spy).message.startswith("AttributeError")


def test_errors_of_a_tests_function_pass_through_the_answer(nursery):
    test = "double(lambda: 1 / 0)"
    answer = """
        def double(f):
            try:
                f()
            except ZeroDivisionError:
                raise ValueError("caught") from None
    """
    assert one(nursery, test, answer).message == "ValueError: caught"


def test_answers_call_each_other_through_a_test(nursery):
    test = "assert double(lambda x: double(x) if type(x) is int else x + 1) == 9"
    answer = """
        def double(x):
            return x(4) + x(0.0) if callable(x) else 2 * x
    """
    assert one(nursery, test, answer).score == 1.0


def test_models_of_the_package_can_be_handed_over(nursery):
    test = """
from cs231n.nets.linear import LinearSVM
model = LinearSVM()
model.W = np.eye(2)
assert double(model).tolist() == [1, 0]
assert model.W.tolist() == [[2, 0], [0, 2]] and model.note == "seen"
"""
    answer = """
        def double(model):
            model.W *= 2
            model.note = "seen"
            return model.predict(np.array([[0.0, 1], [1, 0]]))
    """
    assert one(nursery, test, answer).score == 1.0


@pytest.mark.parametrize("method", ["double", "list", "str"])
def test_answers_cannot_take_the_place_of_a_models_methods(nursery, method):
    test = """
from cs231n.nets.linear import LinearSVM
model = LinearSVM()
model.W = np.eye(2)
double(model)
assert model.predict(np.eye(2)) is not None
"""
    answer = f"""
        def double(model):
            model.predict = {method}
            return model
    """
    found = one(nursery, test, answer)
    assert (found.score, found.status) == (0.0, "refused")


def test_what_is_no_data_can_be_handed_back(nursery):
    test = """
made = double(None)
assert double(made) == 7
same = double(None)
assert made is same and repr(made) == "<function object>"
"""
    answer = """
        keep = lambda: 7
        def double(x):
            return keep if x is None else x()
    """
    assert one(nursery, test, answer).score == 1.0


def test_handles_nobody_needs_are_given_back(nursery):
    test = """
kept = double(None)
for _ in range(500):
    double(None)
assert double(0) > 300 and double(kept) == 1
"""
    answer = """
        import gc
        class Thing:
            pass
        def double(x):
            if x is None:
                return Thing()
            if x == 0:
                gc.collect()
                return 501 - sum(type(thing) is Thing for thing in gc.get_objects())
            return isinstance(x, Thing)
    """
    assert one(nursery, test, answer).score == 1.0


def test_generators_move_on(nursery):
    test = """
rng, same = np.random.default_rng(5), np.random.default_rng(5)
assert double(rng).tolist() == same.random(3).tolist()
assert rng.random() == same.random()
"""
    answer = "def double(rng): return rng.random(3)"
    assert one(nursery, test, answer).score == 1.0


def test_layers_of_an_answer_serve_a_network_of_the_package(nursery):
    test = """
from cs231n.nets.fully_connected import TwoLayerNet
usual = TwoLayerNet(4, 3, 2)
theirs = TwoLayerNet(4, 3, 2, layers={"relu_forward": double})
x = np.random.default_rng(1).standard_normal((5, 4)).astype(np.float32)
expect_close(theirs.loss(x), usual.loss(x))
"""
    answer = "def double(x): return np.maximum(x, 0), x"
    outcome = one(nursery, test, answer)
    if "unexpected keyword argument 'layers'" in outcome.message:
        pytest.skip("this network has no layers to replace")
    assert outcome.score == 1.0, outcome


def test_a_setup_that_fails_is_the_exams_fault(nursery):
    cells = (
        Cell("setup", "s", SETUP + "\nimport nowhere"),
        Cell("test", "t", "1", 1.0),
    )
    with pytest.raises(ExamError, match="set-up cell s fails: ModuleNotFound"):
        judge(Exam("broken", cells), {}, LIMITS, nursery)


def test_times_are_told_apart_from_the_verdict(nursery):
    verdict, seconds = judge(exam(), {"double": DOUBLE}, LIMITS, nursery)
    assert set(seconds) == {outcome.name for outcome in verdict.outcomes}
    assert all(0 < took < 5 for took in seconds.values())
    assert np.isfinite(sum(seconds.values()))


MODEL = """
class Net:
    rate = 0.5

    def __init__(self, size, make=lambda: 3):
        self.params = {"w": np.zeros(size)}
        self.make = make

    def step(self, x):
        self.params["w"] = self.params["w"] + self.scale(x)
        return self.params["w"].sum()

    def scale(self, x):
        return self.rate * self.make() * x

    def __call__(self, x):
        return x @ self.params["w"]

    def __eq__(self, other):
        return True

    __hash__ = None
"""
MODEL_TEST = """
from cs231n.testing import expect_source
net, other = Net(2), Net(2)
assert net.step(2.0) == 6 and net.params["w"].tolist() == [3, 3]
net.params["w"] = np.array([1.0, 2.0])
net.rate = 2.0
assert net(np.ones(2)) == 3.0 and net.scale(1) == 6.0 and Net.rate == 0.5
with unchanged(**net.params):
    net(np.ones(2))
assert isinstance(net, Net) and net != other and type(net.make).__name__ == "function"
expect_source(net.step, loops=0, without=["sum_of_squares"])
"""


def test_classes_of_answers_have_their_state_in_the_test(nursery):
    cells = (
        Cell("setup", "setup", SETUP),
        Cell("answer", "net", "class Net:\n    pass"),
        Cell("test", "test", MODEL_TEST, 1.0),
    )
    verdict, _ = judge(Exam("classes", cells), {"net": MODEL}, LIMITS, nursery)
    assert verdict.score == 1.0, verdict
    looping = MODEL.replace("self.rate * self", "sum([self.rate]) * self")
    looping = looping.replace("+ self.scale(x)", "+ [self.scale(v) for v in [x]][0]")
    verdict, _ = judge(Exam("classes", cells), {"net": looping}, LIMITS, nursery)
    assert "should have no loop" in verdict.outcomes[0].message


def test_a_class_of_the_setup_may_be_written_anew(nursery):
    move = """
        class Model:
            def __init__(self, size):
                self.params = {"w": np.zeros(size)}
            def move(self, step):
                self.params["w"] += step
                return self.params["w"].sum()
            def twice(self):
                return self.params["w"] * 2
    """
    assert by_name(sit(nursery, move=move))["other"].score == 1.0
    wrong = move.replace("+= step", "-= step")
    assert by_name(sit(nursery, move=wrong))["other"].score == 0.0


def test_a_class_with_a_base_from_elsewhere_makes_what_can_be_handed_back(nursery):
    test = """
made = double(3)
assert type(made).__name__ == "Mine" and double(made) == 3
try:
    made.number
except AttributeError:
    pass
else:
    raise AssertionError
"""
    answer = """
        import collections
        class Mine(collections.abc.Sized):
            number = 3
            def __len__(self): return 0
        def double(x):
            return x.number if isinstance(x, Mine) else Mine()
    """
    assert one(nursery, test, answer).score == 1.0


def test_cells_that_a_parser_stumbles_over_hurt_nobody(nursery):
    for source in NASTY:
        verdict = sit(nursery, source)
        assert verdict.score == by_name(verdict)["other"].score == 1.0
        assert verdict.answers["double"]
        assert Verdict.from_json(verdict.to_json()) == verdict


def test_texts_come_out_printable(nursery):
    answer = "def double(x): print('\\ud800'); raise ValueError('\\udfff')"
    found = one(nursery, "double(1)", answer)
    assert (found.message, found.output) == ("ValueError: ?", "?\n")
