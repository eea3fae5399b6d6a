"""Objects that cross by what they hold bring data, and stay of the exam's making."""

import pytest

from grading.judge.exam import Cell, Exam
from grading.judge.judge import judge
from tests.judge.small import LIMITS, SETUP, by_name, one, sit

#: What NumPy and Python would ask an object for, and what it could say.
CALLED = {
    "__array_interface__": "dict(version=3, shape=(3,), typestr='<f8', data=(8, True))",
    "__array_struct__": "12",
    "__array__": "np.zeros(3)",
    "__array_priority__": "1e9",
    "__array_ufunc__": "None",
    "__array_function__": "None",
    "__array_namespace__": "None",
    "__class__": "float",
    "__dict__": "{}",
    "__len__": "3",
    "__float__": "0.5",
    "__index__": "3",
    "__wrapped__": "None",
    "__sources__": "['def double(x): return x']",
    "__elsewhere__": "None",
    "not a name": "1",
    "": "1",
}
MAKERS = {
    "of the set-up": "Model(3)",
    "of the package": "LinearSVM()",
    "of the library": "types.SimpleNamespace()",
    "of the answer": "Own()",
}
LIAR = """
import types
from cs231n.nets.linear import LinearSVM
class Own: pass
def double(x):
    made = {maker}
    vars(made)[{name!r}] = {value}
    return made
"""


@pytest.mark.parametrize("maker", MAKERS)
def test_what_numpy_asks_for_does_not_cross(fork_server, maker):
    tests = {f"test {k}": "np.asarray(double(1))" for k in range(len(CALLED))}
    for (name, value), test in zip(CALLED.items(), tests, strict=True):
        answer = LIAR.format(maker=MAKERS[maker], name=name, value=value)
        outcome = by_name(sit(fork_server, answer, tests={test: tests[test]}))[test]
        assert outcome.score == 0
        # What an answer's own class makes is held, and cannot be looked into.
        refused = "refused" if "Own" not in MAKERS[maker] else "failed"
        assert outcome.status == refused, (name, outcome)


def test_what_a_test_reads_of_a_model_is_no_memory(fork_server):
    move = """
        @add_to_class(Model)
        def move(self, step):
            self.params["w"] = type("W", (), {})()
            self.__array_interface__ = dict(
                version=3, shape=(4,), typestr="<f8", data=(id(self), True))
            return 6.0
    """
    assert by_name(sit(fork_server, move=move))["other"].status == "refused"


@pytest.mark.parametrize(
    ("forged", "why"),
    [
        ("np.full(9, 255, np.uint8).view(bool)", "neither true nor false"),
        ("np.full(9, 0x110000, np.uint32).view('U1')", "letters that do not exist"),
        ("np.full(9, 1, np.uint32).view('>U1').byteswap().view('<U1')", ""),
    ],
)
def test_elements_that_no_program_makes_are_refused(fork_server, forged, why):
    test = "x = double(np.ones(9))\nnp.ones(9)[x.astype(bool)]\nassert False"
    found = one(fork_server, test, f"def double(x):\n    return {forged}")
    assert found.score == 0.0
    assert why in found.message


@pytest.mark.parametrize(
    "change",
    [
        "model.layers.relu_forward = double",
        "model.layers = type(model.layers)(relu_forward=double)",
        "model.params = [{'w': (double,)}]",
        "model.loss = double",
    ],
)
def test_no_function_of_an_answer_comes_into_a_model_of_a_test(fork_server, change):
    test = """
from cs231n.nets.fully_connected import TwoLayerNet
model = TwoLayerNet(4, 3, 2)
double(model)
"""
    answer = f"def double(model):\n    {change}"
    assert one(fork_server, test, answer).status == "refused"


def test_no_function_of_an_answer_comes_into_a_list_of_a_test(fork_server):
    test = "steps = [abs]\ndouble(steps)\nassert steps[0](-6) == 6"
    for change in ("steps[0] = double", "steps.append([double])"):
        answer = f"def double(steps):\n    {change}"
        assert one(fork_server, test, answer).status == "refused", change
    assert one(fork_server, test, "def double(steps):\n    steps.append(5)").score == 1


KEEPER = """
class Keeper(NotebookClass):
    def train(self, X):
        self.X_train = X

    def predict(self, X):
        return self.distances(X).argmin(axis=1)
"""
DISTANCES = """
@add_to_class(Keeper)
def distances(self, X):
    return np.abs(X[:, None] - self.X_train[None]).sum(axis=2)
"""
KEEPER_TEST = """
data = np.random.default_rng(3).standard_normal((6, 2))
keeper = Keeper()
keeper.train(data)
expected = np.abs(data[:2, None] - keeper.X_train[None]).sum(axis=2)
expect_close(keeper.distances(data[:2]), expected)
keeper.X_train = keeper.X_train + 1
expect_equal(keeper.predict(data[2:4] + 1), np.array([2, 3]))
"""


def keep(fork_server, answer, test=KEEPER_TEST):
    cells = (
        Cell("setup", "setup", SETUP + KEEPER),
        Cell("answer", "keeper", DISTANCES),
        Cell("test", "test", test, 1.0),
    )
    verdict, _ = judge(Exam("keeper", cells), {"keeper": answer}, LIMITS, fork_server)
    return verdict.outcomes[0]


WHOLE = """
class Keeper(object):
    def train(self, X):
        self.X_train = X

    def gap(self, x):
        return np.abs(x - self.X_train).sum(axis=1)

    def distances(self, X):
        return np.array([self.gap(x) for x in X])

    def predict(self, X):
        return self.distances(X).argmin(axis=1)
"""


def test_a_class_pasted_whole_brings_the_methods_that_are_asked_for(fork_server):
    assert keep(fork_server, DISTANCES).score == 1
    assert keep(fork_server, WHOLE).score == 1
    foreign = WHOLE.replace("(object)", "(dict)").replace("self.gap(x)", "GAP")
    foreign = foreign.replace("GAP", "np.abs(x - self.X_train).sum(axis=1)")
    assert keep(fork_server, foreign).score == 1


@pytest.mark.parametrize(
    "lie",
    [
        "def train(self, X):\n        X[:] = 0\n        self.X_train = X",
        "def train(self, X):\n        self.X_train = np.zeros((6, 2))",
        "def predict(self, X):\n        return np.array([2, 3])",
        "__getattr__ = lambda self, name: np.zeros((6, 2))",
        "X_train = np.zeros((6, 2))",
        "def __init__(self):\n        self.X_train = np.zeros((6, 2))",
        "__slots__ = ()",
    ],
)
def test_a_class_of_the_setup_stays_the_exams(fork_server, lie):
    wrong = f"class Keeper:\n    {lie}\n\n    def distances(self, X):\n"
    wrong += "        return np.zeros((len(X), 6))\n"
    found = keep(fork_server, wrong)
    assert found.score == 0, found
    right = wrong.replace("np.zeros((len(X), 6))\n", "WHOLE(self, X)\n")
    right = right.replace(
        "WHOLE(self, X)", "np.abs(X[:, None] - self.X_train[None]).sum(axis=2)"
    )
    if "__slots__" not in lie:
        assert keep(fork_server, right).score == 1


@pytest.mark.parametrize(
    "other",
    ["Keeper = 3", "Keeper = lambda: 3", "from collections import Counter as Keeper"],
)
def test_another_thing_in_place_of_a_class_earns_nothing(fork_server, other):
    assert keep(fork_server, other).score == 0
