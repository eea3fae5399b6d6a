"""Interleaved timing: every contender in turn, round by round, in rotating order."""

import gc
import statistics
import time

#: What time is: seconds on the wall, or seconds that the processor worked for this
#: thread, which tell the truth about one thread on a busy machine too.
CLOCKS = {"wall": time.perf_counter, "cpu": time.thread_time}
#: Seconds between samples. After a product, OpenBLAS's worker threads spin for 0.1 s,
#: and whoever is timed meanwhile has one core less.
PAUSE = 0.12


def interleaved(contenders, *, rounds, clock, sample=0.01, budget=6.0):
    """Return the seconds of each call by contender: ``{label: [one per round]}``.

    ``clock`` returns seconds. A contender is a call, or a pair of calls of which only
    the second is timed. A sample is the mean of as many calls as last ``sample``
    seconds. Between samples there is a pause in which idle worker threads of a library
    fall asleep.
    """
    repeats, cost = {}, 0.0
    for label, call in contenders.items():
        _time(call, clock)
        once = _time(call, clock)
        repeats[label] = max(1, min(2000, int(sample / max(once, 1e-7))))
        cost += max(once * repeats[label] * 2, 1e-4)
    labels, times = list(contenders), {label: [] for label in contenders}
    gc.collect()
    gc.disable()
    try:
        for turn in range(max(3, min(rounds, int(budget / cost)))):
            shift = turn % len(labels)
            for label in labels[shift:] + labels[:shift]:
                times[label].append(_sample(contenders[label], repeats[label], clock))
    finally:
        gc.enable()
    return times


def _sample(call, repeats, clock):
    time.sleep(PAUSE)
    _time(call, clock)
    if isinstance(call, tuple):
        return sum(_time(call, clock) for _ in range(repeats)) / repeats
    start = clock()
    for _ in range(repeats):
        call()
    return (clock() - start) / repeats


def _time(call, clock):
    if isinstance(call, tuple):
        before, call = call
        before()
    start = clock()
    call()
    return clock() - start


def medians(times):
    """Return the median of each contender, in milliseconds."""
    return {label: 1e3 * statistics.median(values) for label, values in times.items()}


def bests(times):
    """Return the best time of each contender, in milliseconds."""
    return {label: 1e3 * min(values) for label, values in times.items()}
