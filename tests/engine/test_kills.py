"""kill -9 at random points: nothing is lost, and nothing is written down twice."""

import os
import random
import signal
import sys
import threading
import time
from collections import Counter

import pytest

from grading.engine.options import Options
from grading.engine.results.journal import Journal
from grading.engine.run import Run
from tests.engine.conftest import grade, plan, scores
from tests.engine.small_course import RIGHT, answered, hand_in_right

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="a class is graded on Linux"),
]
KILLS = 20
HANG = 120  # seconds


def hand_in_class(course, count):
    """Everybody answers differently, every fifth wrongly."""
    for number in range(count):
        wrong = number % 5 == 0
        source = f"def double(x):\n    assert {number} >= 0\n    return 2 * x + {wrong}"
        numbers = answered(course, "numbers", RIGHT | {"double": source})
        hand_in_right(course, f"s{number:03d}", numbers=numbers)


def verdicts(course):
    """Read every verdict line of the journal: [(key, verdict)]."""
    journal = Journal(course.ledger / "hw1" / "journal.jsonl", writable=False)
    lines = [line for _, line in journal._log.lines()]
    assert journal.damaged == 0
    return [(one["key"], one["verdict"]) for one in lines if one["kind"] == "verdict"]


def state(course):
    """Return everything that grading leaves: scores, notebooks, verdicts."""
    pages = {
        path.relative_to(course.root): path.read_bytes()
        for path in course.autograded.rglob("*.ipynb")
    }
    return scores(course), pages, dict(verdicts(course))


def fork_run(course):
    """Grade in a process of its own; return its id."""
    pid = os.fork()
    if pid == 0:
        os.setpgid(0, 0)
        try:
            Run(course, "hw1", Options(jobs=2, plan=plan("SlowHost"))).grade()
        finally:
            os._exit(0)
    return pid


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_the_coordinator_killed_at_random_points(course):
    rng = random.Random(231)
    hand_in_class(course, 40)
    grade(course, students=("s000",))  # so that what follows is quick to start
    killed = 0
    while killed < KILLS:
        pid = fork_run(course)
        time.sleep(rng.uniform(0.05, 1.2))
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        killed += 1
    summary = grade(course)

    assert summary.notebooks == 80
    assert max(Counter(key for key, _ in verdicts(course)).values()) == 1
    interrupted = state(course)
    for path in (course.ledger / "hw1").iterdir():
        path.unlink()
    grade(course, force=True)
    assert state(course) == interrupted
    assert Counter(interrupted[0].values()) == {6: 32, 3: 8, 2: 40}


def test_workers_killed_at_random_points(course):
    hand_in_class(course, 220)  # enough to last for all kills
    rng, killed, over = random.Random(5), [], threading.Event()
    journal = course.ledger / "hw1" / "journal.jsonl"

    def kill():
        next_one = 3
        # Each kill waits for some more verdicts, however long a worker takes to start.
        while len(killed) < KILLS and not over.wait(rng.uniform(0.01, 0.05)):
            done = journal.read_bytes().count(b'"verdict"') if journal.exists() else 0
            workers = [pid for pid in children(os.getpid()) if is_worker(pid)]
            if done >= next_one and workers:
                next_one = done + rng.randint(3, 6)
                pid = rng.choice(workers)
                os.kill(pid, signal.SIGKILL)
                killed.append(pid)

    killer = threading.Thread(target=kill)
    killer.start()
    try:
        summary = grade(course, "SlowHost", jobs=2)
    finally:
        over.set()
        killer.join()

    assert len(killed) == KILLS
    assert summary.notebooks == 440
    assert max(Counter(key for key, _ in verdicts(course)).values()) == 1
    assert Counter(scores(course).values()) == {6: 176, 3: 44, 2: 220}


def children(pid):
    """List the processes that a process started."""
    with open(f"/proc/{pid}/task/{pid}/children") as file:
        return [int(child) for child in file.read().split()]


def is_worker(pid):
    """Tell a worker from other children."""
    try:
        with open(f"/proc/{pid}/cmdline", "rb") as file:
            return b"grading.engine.judging.worker" in file.read()
    except OSError:
        return False


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_workers_do_not_outlive_a_killed_coordinator(course):
    hand_in_class(course, 20)
    pid = fork_run(course)
    deadline = time.monotonic() + HANG
    while not (workers := [p for p in children(pid) if is_worker(p)]):
        assert time.monotonic() < deadline
        time.sleep(0.02)
    time.sleep(0.3)
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)

    deadline = time.monotonic() + HANG
    while any(map(is_worker, workers)):
        assert time.monotonic() < deadline
        time.sleep(0.02)
