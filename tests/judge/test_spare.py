"""The pair of processes that waits for the next notebook."""

import pytest

from grading.judge import pair
from grading.judge.clock import Clock
from grading.judge.exam import Cell, Exam
from grading.judge.judge import ExamError, judge
from grading.judge.protocol.channel import Channel
from grading.judge.remote_calls import Lost, RemoteCalls
from tests.judge.small import DOUBLE, LIMITS, exam, one, sit

NOISY = "import os\nos.environ['SEEN'] = '1'\ndef double(x): return 2 * x"
LOOKS = "import os\ndef double(x): return os.environ.get('SEEN', 'nothing')"


def take(rooms, wanted=None):
    """Take what waits for the next notebook."""
    spare = rooms._spare
    return spare.take(wanted or exam(), spare._key[1], LIMITS)


def test_the_next_notebook_gets_the_pair_that_waits(fork_server):
    first = sit(fork_server)
    waiting = take(fork_server)
    numbers = waiting.tester.pid, waiting._student.pid
    fork_server._spare._pair = waiting
    asked = []
    order = fork_server.order
    fork_server.order = lambda limits: asked.append(limits) or order(limits)
    try:
        second = sit(fork_server)
        fork_server._spare._wait()
    finally:
        del fork_server.order
    assert second == first
    assert len(asked) == 1  # for the notebook after it
    assert -1 not in numbers


@pytest.mark.parametrize("which", ["tester", "_student"])
def test_one_that_has_ended_is_not_given_out(fork_server, which):
    first = sit(fork_server)
    fork_server._spare._wait()
    child = getattr(fork_server._spare._pair, which)
    child.kill()
    assert child.ending(10) == "killed"
    assert take(fork_server) is None
    assert sit(fork_server) == first


def test_one_that_has_waited_long_is_not_given_out(fork_server, monkeypatch):
    sit(fork_server)
    fork_server._spare._wait()
    monkeypatch.setattr(pair, "KEPT", -1.0)
    assert take(fork_server) is None


def test_one_for_another_exam_is_not_given_out(fork_server):
    sit(fork_server)
    assert take(fork_server, Exam("other", exam().cells)) is None


@pytest.fixture
def line(fork_server):
    """A line to the process for answers that waits, and that process."""
    sit(fork_server)
    waiting = take(fork_server)
    child = waiting._student
    yield RemoteCalls(Channel(child.sock), Clock(LIMITS, 60), lambda name: []), child
    waiting.close()


def test_what_waits_has_run_the_set_up(line):
    remote, _ = line
    remote.ask("ready")
    use = "assert Model(2).twice().shape == (2,)\ndef double(x): pass"
    error, found, _ = remote.load_answer("double", use, ["double"], 1)
    assert error is None
    assert found["double"][0] == "function"


def test_a_process_that_has_ended_is_noticed_before_the_next_test(line):
    remote, child = line
    remote.seed(1)
    child.kill()
    assert child.ending(10) == "killed"
    with pytest.raises(Lost):
        remote.seed(2)


def test_nothing_of_an_answer_is_in_it(fork_server):
    test = "assert double(1) == 2"
    assert one(fork_server, test, NOISY).score == 1
    assert (
        "nothing" in one(fork_server, "assert not double(1), double(1)", LOOKS).message
    )
    assert one(fork_server, test).score == 1


def test_a_setup_that_fails_is_told_when_a_notebook_is_there(fork_server):
    broken = Exam("broken", (Cell("setup", "setup", "1 / 0"), *exam().cells[1:]))
    for _ in range(2):  # the second finds a pair that waits
        with pytest.raises(ExamError, match="division by zero"):
            judge(broken, {"double": DOUBLE}, LIMITS, fork_server)
