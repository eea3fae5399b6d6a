"""Processes that hang, die, flood or stutter are no reason to wait."""

import json
import os
import signal
import time

import pytest

from grading.engine.processes.line_pool import (
    Ended,
    LinePool,
    WorkersFailed,
    ran_out_of_time,
)

WORKER = """
import json, os, signal, sys, time
print(json.dumps({"ready": sys.stdin.readline().strip()}), flush=True)
for line in sys.stdin:
    exec(json.loads(line))
"""
REPLY = "print(json.dumps({'length': len(line)}), flush=True)"


def pool(jobs=1, seconds=60.0, line_bytes=1 << 20, worker=WORKER, **more):
    return LinePool(
        ["-c", worker],
        jobs,
        seconds=seconds,
        line_bytes=line_bytes,
        first="hello",
        **more,
    )


def results(workers, count, patience=60):
    found, deadline = [], time.monotonic() + patience
    while len(found) < count:
        assert time.monotonic() < deadline
        found += workers.wait(0.2)
    return found


def test_the_first_line_comes_before_any_task():
    greetings = []
    with pool(2, greeted=greetings.append) as workers:
        for number in range(5):
            workers.submit(str(number), json.dumps(REPLY))
        found = dict(results(workers, 5))

    assert greetings[0] == {"ready": "hello"}
    assert sorted(found) == list("01234")


def test_a_task_longer_than_a_pipe_crosses():
    with pool() as workers:
        workers.submit("k", json.dumps(REPLY + "#" * (4 << 20)))
        ((_, reply),) = results(workers, 1)

    assert reply["length"] > 4 << 20


def test_who_reads_nothing_holds_nobody_up():
    stopped = "os.kill(os.getpid(), signal.SIGSTOP)"
    with pool(2, seconds=5.0) as workers:
        workers.submit("stopped", json.dumps(stopped))
        workers.submit("long", json.dumps(REPLY + "#" * (4 << 20)))
        workers.submit("short", json.dumps(REPLY))
        found = dict(results(workers, 3))

    assert found["stopped"] == Ended(signal.SIGKILL, hung=True)
    assert found["long"]["length"] > found["short"]["length"]


@pytest.mark.parametrize(
    ("deed", "ending"),
    [
        ("os._exit(3)", Ended()),
        ("os.kill(os.getpid(), signal.SIGSEGV)", Ended(signal.SIGSEGV)),
        ("time.sleep(1000)", Ended(signal.SIGKILL, hung=True)),
        ("print('x' * (9 << 20), flush=True)", Ended(signal.SIGKILL, hung=True)),
        ("while True: os.write(1, b'x' * 65536)", Ended(signal.SIGKILL, hung=True)),
        ("print('{', flush=True)", Ended(signal.SIGKILL, hung=True)),
        ("print('[1]', flush=True)", Ended(signal.SIGKILL, hung=True)),
        ("print('[' * 100_000, flush=True)", Ended(signal.SIGKILL, hung=True)),
        ("os.write(1, b'\\xff\\xfe\\n')", Ended(signal.SIGKILL, hung=True)),
    ],
    ids=["exit", "crash", "sleep", "long", "flood", "cut", "list", "deep", "bytes"],
)
def test_a_bad_end_is_told_and_the_next_task_served(deed, ending):
    with pool(seconds=2.0) as workers:
        workers.submit("bad", json.dumps(deed))
        workers.submit("good", json.dumps(REPLY))
        (bad, good) = results(workers, 2)

    assert bad == ("bad", ending)
    assert good[0] == "good"


def test_who_leaves_is_given_nothing_more():
    """Its end comes late; what waits goes to the next one, and nobody is blamed."""
    leave = "print('{\"leaves\": true}', flush=True); time.sleep(0.5); os._exit(0)"
    with pool() as workers:
        for number in range(4):
            workers.submit(str(number), json.dumps(leave))
        assert results(workers, 4) == [(str(number), {}) for number in range(4)]


def test_a_word_too_many_ends_a_process_but_no_task():
    with pool() as workers:
        workers.submit("a", json.dumps(f"{REPLY}; {REPLY}"))
        workers.submit("b", json.dumps(REPLY))
        assert sorted(key for key, _ in results(workers, 2)) == ["a", "b"]


def test_pieces_of_a_line_are_joined_once(monkeypatch):
    """Counted in bytes: each is copied a few times, however small the pieces are."""
    from grading.engine.processes import line_pool

    monkeypatch.setattr(line_pool, "_READ", 1 << 10)
    reply = "print(json.dumps({'x': 'y' * (1 << 20)}), flush=True)"
    with pool(line_bytes=2 << 20) as workers:
        workers.submit("k", json.dumps(reply))
        copied = 0
        hear = workers._hear

        def counted(worker):
            nonlocal copied
            before = list(worker.pieces)
            done = hear(worker)
            after = {id(piece) for piece in worker.pieces}
            copied += sum(len(piece) for piece in before if id(piece) not in after)
            return done

        workers._hear = counted
        ((_, reply),) = results(workers, 1)

    assert len(reply["x"]) == 1 << 20
    assert copied < 2 << 20


def test_who_never_starts_is_a_sentence():
    with pool(worker="raise SystemExit('no shoes')") as workers:
        workers.submit("k", "{}")
        with pytest.raises(WorkersFailed, match="no shoes"):
            results(workers, 1)


def test_last_words_are_the_last(tmp_path):
    shout = "import sys\nsys.stderr.write('x' * (8 << 20) + 'the end')"
    with pool(worker=shout) as workers, pytest.raises(WorkersFailed) as caught:
        results(workers, 1)
    assert len(str(caught.value)) < 3000
    assert str(caught.value).endswith("the end")


def test_which_ends_are_final():
    assert ran_out_of_time(Ended(signal.SIGXCPU))
    assert ran_out_of_time(Ended(signal.SIGKILL, hung=True))
    assert not ran_out_of_time(Ended(signal.SIGKILL))


def test_nothing_is_left_open():
    before = len(os.listdir("/proc/self/fd"))
    with pool(2) as workers:
        workers.submit("k", json.dumps(REPLY))
        results(workers, 1)
    assert len(os.listdir("/proc/self/fd")) == before
