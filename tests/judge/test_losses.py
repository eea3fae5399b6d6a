"""What a hostile answer costs others: its own tests, and as few processes as can be."""

import textwrap

import pytest

from grading.judge import pace
from grading.judge.judge import PutOff, judge
from grading.judge.preload import Rooms
from grading.sandbox.levels import LEVELS, IsolationError
from tests.judge.small import DOUBLE, LIMITS, MOVE, TESTS, by_name, exam, sit

pytestmark = pytest.mark.isolation

_ALONE = "An answer cannot start another process"
#: Ways to start processes, beside a right answer.
STARTS = {
    "forks": "import os\nos.fork()",
    "forks without end": "import os\nwhile True: os.fork()",
    "a shell": "import os\nos.system('true')",
    "a program": "import subprocess\nsubprocess.run(['true'])",
    "a spawned program": "import os, sys\nos.posix_spawn(sys.executable, ['x'], {})",
    "multiprocessing": """
        import multiprocessing
        multiprocessing.get_context("fork").Process(target=print).start()
    """,
}


@pytest.fixture(scope="module", params=LEVELS)
def rooms(request):
    """Processes on every level, without isolation too, that count how many they are."""
    try:
        with Rooms([exam()], request.param) as rooms:
            yield _Counted(rooms)
    except IsolationError as error:
        pytest.skip(str(error))


class _Counted:
    """Rooms that count the processes for answers that are furnished."""

    def __init__(self, rooms):
        self._rooms, self.furnished = rooms, 0

    def __getattr__(self, name):
        return getattr(self._rooms, name)

    def pair(self, exam, stage, limits):
        self.furnished += 1
        return self._rooms.pair(exam, stage, limits)

    def furnish(self, *arguments):
        self.furnished += 1
        return self._rooms.furnish(*arguments)


@pytest.mark.parametrize("name", STARTS)
def test_no_answer_starts_a_process_and_all_others_count(rooms, name):
    rooms.furnished = 0
    verdict = sit(rooms, f"{textwrap.dedent(STARTS[name])}\n{DOUBLE}")

    found = by_name(verdict)
    assert _ALONE in verdict.answers["double"]
    assert {found[test].score for test in TESTS} == {0.0}
    assert found["other"].score == 1.0
    assert rooms.furnished == 1  # which has served every test


def test_a_call_that_starts_a_process_reads_that_it_cannot(rooms):
    verdict = sit(rooms, "import os\ndef double(x):\n    os.fork()\n    return 2 * x")

    found = by_name(verdict)
    assert all(_ALONE in found[test].message for test in TESTS)
    assert found["other"].score == 1.0


def test_an_answer_that_can_do_without_a_process_counts(rooms):
    """Libraries ask programs about the machine, and take no for an answer."""
    code = """
    import platform
    try:
        import subprocess
        subprocess.run(["nvidia-smi"])
    except OSError:
        pass
    platform.platform(), platform.processor()
    def double(x): return 2 * x
    """
    verdict = sit(rooms, code)
    assert verdict.score == len(TESTS) + 1


@pytest.fixture
def at_once(monkeypatch):
    """Let a turn be over as soon as an answer keeps anybody waiting."""
    monkeypatch.setattr(pace, "TURN", 0.0)
    monkeypatch.setattr(pace, "ALLOWANCE", 0)


#: Answers that keep a worker, each in its own way.
KEEPS = {
    "a loop": "def double(x):\n    while True: pass",
    "a loop outside of functions": "while True: pass",
    "a sleep": "import time\ndef double(x): time.sleep(1e6)",
    "a sleep outside of functions": "import time\ntime.sleep(1e6)",
    "a stop": """
        import os, signal, threading
        def double(x):
            os.kill(os.getpid(), signal.SIGSTOP)
            threading.Event().wait()
    """,
    "the C library's fork": """
        import ctypes
        libc = ctypes.CDLL(None)
        while True: libc.fork()
    """,
    "another program in its place": """
        import os, sys
        os.execv(sys.executable, [sys.executable, "-c", "while True: pass"])
    """,
    "threads without end": """
        import threading
        def spin():
            while True: pass
        for _ in range(50): threading.Thread(target=spin, daemon=True).start()
        def double(x): spin()
    """,
    "a generator without end": """
        def double(x):
            def numbers():
                while True: yield 1
            return list(numbers())
    """,
    "a finaliser": """
        import time
        class Last:
            def __del__(self): time.sleep(1e6)
        def double(x):
            Last()
            return 2 * x
    """,
    "small pieces of memory": """
        def double(x):
            while True:
                try:
                    kept = []
                    while True: kept.append(bytes(1000))
                except MemoryError:
                    pass
    """,
    "half a message": """
        import os, threading
        def double(x):
            for number in range(3, 64):
                try: os.write(number, bytes(8))
                except OSError: pass
            threading.Event().wait()
    """,
    "each call a little": """
        import time
        def double(x): time.sleep(1.0)
    """,
    "each load a little": """
        import os, time
        time.sleep(1.0)
        def double(x): os._exit(0)
    """,
}


@pytest.mark.slow
@pytest.mark.parametrize("name", KEEPS)
def test_who_keeps_others_waiting_is_put_off(fork_server, at_once, name):
    answers = {"double": textwrap.dedent(KEEPS[name]), "move": MOVE}
    with pytest.raises(PutOff):
        judge(exam(), answers, LIMITS, fork_server, hurry=True)
    # Whoever comes next finds everything as if nothing had been.
    assert sit(fork_server).score == len(TESTS) + 1


def test_who_is_put_off_loses_nothing(fork_server, at_once):
    slow = "import time\ndef double(x):\n    time.sleep(0.2)\n    return 2 * x"
    answers = {"double": slow, "move": MOVE}
    with pytest.raises(PutOff):
        judge(exam(), answers, LIMITS, fork_server, hurry=True)
    verdict, _ = judge(exam(), answers, LIMITS, fork_server)
    assert verdict.score == len(TESTS) + 1


def test_who_takes_as_long_as_the_solution_is_not_put_off(fork_server, monkeypatch):
    """However slow that is: the solution here takes longer than a turn."""
    monkeypatch.setattr(pace, "TURN", 0.0)
    monkeypatch.setattr(pace, "ALLOWANCE", 1000)
    slow = "import time\ndef double(x):\n    time.sleep(0.1)\n    return 2 * x"
    answers = {"double": slow, "move": MOVE}
    verdict, _ = judge(exam(), answers, LIMITS, fork_server, hurry=True)
    assert verdict == judge(exam(), answers, LIMITS, fork_server)[0]
    assert verdict.score == len(TESTS) + 1
