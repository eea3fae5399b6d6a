"""What tests hand to answers, and answers to tests."""

import pytest

from tests.judge.small import one


def test_changes_of_inputs_are_seen(fork_server):
    test = "x = np.ones(3)\nwith unchanged(x=x):\n    double(x)"
    answer = "def double(x):\n    x *= 2\n    return x"
    assert "changed its input x" in one(fork_server, test, answer).message
    test = "x = np.ones(3)\ny = double(x)\nassert y is x and x.tolist() == [2, 2, 2]"
    assert one(fork_server, test, answer).score == 1.0


def test_memory_is_measured_where_the_answer_runs(fork_server):
    test = """
from cs231n.testing import memory_below
with memory_below(1e6):
    double(np.ones(3))
"""
    wasteful = "def double(x):\n    np.zeros(10**6)\n    return 2 * x"
    found = one(fork_server, test, wasteful)
    assert (
        found.message == "WrongAnswer: This needed 8.0 MB at once; 1.0 MB are enough."
    )
    assert one(fork_server, test).score == 1.0
    for cheat in (
        "tracemalloc.stop()",
        "tracemalloc.get_traced_memory = lambda: (0, 0)",
    ):
        answer = f"import tracemalloc\n{wasteful.replace('2 * x', f'x * {0}')}"
        answer = answer.replace("    np.zeros", f"    {cheat}\n    np.zeros")
        assert one(fork_server, test, answer).score == 0.0


def test_error_states_reach_the_answer(fork_server):
    test = "with np.errstate(divide='raise'):\n    double(np.zeros(1))"
    found = one(fork_server, test, "def double(x): return 1 / x")
    assert found.message == "FloatingPointError: divide by zero encountered in divide"


def test_a_test_may_hand_over_functions_and_objects(fork_server):
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
    assert "not callable" in one(fork_server, test, answer).message
    answer = answer.replace("run(lambda x: x)", "run(abs)")
    test = test.replace("f(1)", "1")
    assert one(fork_server, test, answer).score == 1.0
    spy = "def double(note, judge, run):\n    return judge._secret()"
    assert one(fork_server, test, spy).message.startswith("AttributeError")


def test_errors_of_a_tests_function_pass_through_the_answer(fork_server):
    test = "double(lambda: 1 / 0)"
    answer = """
        def double(f):
            try:
                f()
            except ZeroDivisionError:
                raise ValueError("caught") from None
    """
    assert one(fork_server, test, answer).message == "ValueError: caught"


def test_answers_call_each_other_through_a_test(fork_server):
    test = "assert double(lambda x: double(x) if type(x) is int else x + 1) == 9"
    answer = """
        def double(x):
            return x(4) + x(0.0) if callable(x) else 2 * x
    """
    assert one(fork_server, test, answer).score == 1.0


def test_models_of_the_package_can_be_handed_over(fork_server):
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
    assert one(fork_server, test, answer).score == 1.0


@pytest.mark.parametrize("method", ["double", "list", "str"])
def test_answers_cannot_take_the_place_of_a_models_methods(fork_server, method):
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
    found = one(fork_server, test, answer)
    assert (found.score, found.status) == (0.0, "refused")


def test_what_is_no_data_can_be_handed_back(fork_server):
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
    assert one(fork_server, test, answer).score == 1.0


def test_handles_nobody_needs_are_given_back(fork_server):
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
    assert one(fork_server, test, answer).score == 1.0


def test_generators_move_on(fork_server):
    test = """
rng, same = np.random.default_rng(5), np.random.default_rng(5)
assert double(rng).tolist() == same.random(3).tolist()
assert rng.random() == same.random()
"""
    answer = "def double(rng): return rng.random(3)"
    assert one(fork_server, test, answer).score == 1.0


def test_layers_of_an_answer_serve_a_network_of_the_package(fork_server):
    test = """
from cs231n.nets.fully_connected import TwoLayerNet
usual = TwoLayerNet(4, 3, 2)
theirs = TwoLayerNet(4, 3, 2, layers={"relu_forward": double})
x = np.random.default_rng(1).standard_normal((5, 4)).astype(np.float32)
expect_close(theirs.loss(x), usual.loss(x))
"""
    answer = "def double(x): return np.maximum(x, 0), x"
    outcome = one(fork_server, test, answer)
    if "unexpected keyword argument 'layers'" in outcome.message:
        pytest.skip("this network has no layers to replace")
    assert outcome.score == 1.0, outcome
