"""Tasks in flight: who takes long comes last, who kills workers comes alone."""

import pytest

from grading.engine.judging.in_flight import MAX_DEATHS, InFlight
from grading.engine.judging.task import Task
from grading.judge.exam import Exam
from grading.sandbox.limits import Limits


class Backend:
    """Gives the replies it is told to, in the order of the tasks."""

    capacity = 2

    def __init__(self, replies):
        self._replies, self.sent = replies, []
        self._queue = []

    def submit(self, key, text):
        self.sent.append((key, Task.from_json(text).hurry))
        self._queue.append(self.sent[-1])

    def wait(self, timeout=1.0):
        return [(key, self._replies(key, hurry)) for key, hurry in self._emptied()]

    def _emptied(self):
        queue, self._queue = self._queue, []
        return queue

    def close(self):
        """Nothing runs."""


def task():
    return Task(Exam("small", ()), {}, Limits())


def put_off_if_slow(key, hurry):
    return {"put_off": True} if hurry and key.startswith("slow") else {"key": key}


@pytest.fixture
def backend():
    return Backend(put_off_if_slow)


def landed(in_flight, **more):
    return [key for key, _, _ in in_flight.landed(**more)]


def test_what_is_put_off_waits_for_those_who_come(backend):
    with InFlight(lambda: backend, hurry=True) as in_flight:
        in_flight.join("slow", "ada", task)
        assert landed(in_flight, last=False) == []
        assert in_flight.has_room
        assert landed(in_flight, last=False) == []
        in_flight.join("quick", "ben", task)
        assert landed(in_flight, last=False) == ["quick"]
        assert landed(in_flight) == ["slow"]
        assert not in_flight
    assert backend.sent == [("slow", True), ("quick", True), ("slow", False)]


def test_all_that_is_put_off_runs_at_once(backend):
    with InFlight(lambda: backend, hurry=True) as in_flight:
        for number in range(4):
            in_flight.join(f"slow {number}", number, task)
        assert landed(in_flight) == []
        assert landed(in_flight) == [f"slow {number}" for number in range(4)]


def test_who_joins_a_notebook_that_is_put_off_waits_with_it(backend):
    with InFlight(lambda: backend, hurry=True) as in_flight:
        in_flight.join("slow", "ada", task)
        in_flight.landed(last=False)
        in_flight.join("slow", "ben", task)
        assert in_flight.landed() == [("slow", {"key": "slow"}, ["ada", "ben"])]
    assert len(backend.sent) == 2


def test_nothing_is_put_off_unless_asked_to(backend):
    with InFlight(lambda: backend) as in_flight:
        in_flight.join("slow", "ada", task)
        assert landed(in_flight) == ["slow"]
    assert backend.sent == [("slow", False)]


def test_where_no_more_can_wait_what_is_put_off_goes_on(backend, monkeypatch):
    monkeypatch.setattr("grading.engine.judging.in_flight.MAX_WAITING", 2)
    with InFlight(lambda: backend, hurry=True) as in_flight:
        for number in range(2):
            in_flight.join(f"slow {number}", number, task)
        assert landed(in_flight, last=False) == []
        assert not in_flight.has_room
        assert landed(in_flight, last=False) == ["slow 0", "slow 1"]


def test_who_kills_workers_comes_alone_after_what_is_put_off():
    def reply(key, hurry):
        return None if key == "deadly" else put_off_if_slow(key, hurry)

    backend = Backend(reply)
    with InFlight(lambda: backend, hurry=True) as in_flight:
        in_flight.join("deadly", "eve", task)
        in_flight.join("slow", "ada", task)
        ends = []
        while in_flight:
            ends += [(key, found) for key, found, _ in in_flight.landed()]
    assert ends == [("slow", {"key": "slow"}), ("deadly", None)]
    keys = [key for key, _ in backend.sent]
    assert keys.count("deadly") == MAX_DEATHS
    assert keys[-2:] == ["slow", "deadly"]
