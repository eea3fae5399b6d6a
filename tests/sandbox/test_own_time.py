"""Time that processes take by themselves, apart from waiting for a core."""

import os

import pytest

from grading.sandbox import own_time
from grading.sandbox.own_time import OwnTime

_TICKS = os.sysconf("SC_CLK_TCK")


class _Machine:
    """A clock, and what the kernel counts of one process."""

    def __init__(self):
        self.now = self.used = self.waited = 0.0

    def read(self, number, name):
        if number != 7:
            raise FileNotFoundError(number)
        if name == "stat":
            ticks = round(self.used * _TICKS)
            return f"7 (a) b) R {' '.join(['0'] * 10)} {ticks} 0 0"
        return f"1 {self.waited * 1e9:.0f} 3"


@pytest.fixture
def machine(monkeypatch):
    """Count what the test says."""
    machine = _Machine()
    monkeypatch.setattr(own_time, "_read", machine.read)
    monkeypatch.setattr(own_time.time, "monotonic", lambda: machine.now)
    return machine


def test_sleep_counts_and_waiting_for_a_core_does_not(machine):
    machine.now, machine.waited = 10.0, 3.0
    own = OwnTime([7])
    assert own.seconds == 0.0
    machine.now, machine.waited = 15.0, 4.0
    assert own.seconds == 4.0


def test_threads_count_each(machine):
    own = OwnTime([7])
    machine.now, machine.waited, machine.used = 5.0, 4.5, 8.0
    assert own.seconds == 8.0


def test_all_time_counts_where_nobody_knows_the_process(machine):
    own = OwnTime([8, -1])
    machine.now, machine.waited = 5.0, 4.0
    assert own.seconds == 5.0


def test_a_number_that_is_given_again_takes_no_time_away(machine):
    machine.waited = 9.0
    own = OwnTime([7])
    machine.now, machine.waited = 5.0, 1.0
    assert own.seconds == 5.0


@pytest.mark.skipif(not os.path.exists("/proc/self/schedstat"), reason="Linux")
def test_the_kernel_is_asked():
    own = OwnTime([os.getpid()])
    used = os.times().user
    while os.times().user < used + 0.05:
        pass
    assert own.seconds >= 0.03
