"""Classes that answers define or fill: their state lives with the tests."""

from grading.judge.exam import Cell, Exam
from grading.judge.judge import judge
from tests.judge.small import LIMITS, SETUP, by_name, one, sit

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


def test_classes_of_answers_have_their_state_in_the_test(fork_server):
    cells = (
        Cell("setup", "setup", SETUP),
        Cell("answer", "net", "class Net:\n    pass"),
        Cell("test", "test", MODEL_TEST, 1.0),
    )
    verdict, _ = judge(Exam("classes", cells), {"net": MODEL}, LIMITS, fork_server)
    assert verdict.score == 1.0, verdict
    looping = MODEL.replace("self.rate * self", "sum([self.rate]) * self")
    looping = looping.replace("+ self.scale(x)", "+ [self.scale(v) for v in [x]][0]")
    verdict, _ = judge(Exam("classes", cells), {"net": looping}, LIMITS, fork_server)
    assert "should have no loop" in verdict.outcomes[0].message


def test_a_class_of_the_setup_may_be_written_anew(fork_server):
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
    assert by_name(sit(fork_server, move=move))["other"].score == 1.0
    wrong = move.replace("+= step", "-= step")
    assert by_name(sit(fork_server, move=wrong))["other"].score == 0.0


def test_a_class_with_a_base_from_elsewhere_makes_what_can_be_handed_back(fork_server):
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
    assert one(fork_server, test, answer).score == 1.0
