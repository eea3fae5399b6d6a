"""Interleaved timing: every contender in turn, round by round, in rotating order."""

import gc
import statistics
import time

#: Seconds between samples. After a product, OpenBLAS's worker threads spin for 0.1 s,
#: and whoever is timed meanwhile has one core less.
PAUSE = 0.12


def interleaved(contenders, *, rounds, sample=0.01, budget=6.0):
    """Return the seconds of each call by contender: ``{label: [one per round]}``.

    A contender is a call, or a pair of calls of which only the second is timed. A
    sample is the mean of as many calls as last ``sample`` seconds. Between samples
    there is a pause in which idle worker threads of a library fall asleep.
    """
    repeats, cost = {}, 0.0
    for label, call in contenders.items():
        _time(call)
        once = _time(call)
        repeats[label] = max(1, min(2000, int(sample / max(once, 1e-7))))
        cost += max(once * repeats[label] * 2, 1e-4)
    labels, times = list(contenders), {label: [] for label in contenders}
    gc.collect()
    gc.disable()
    try:
        for turn in range(max(3, min(rounds, int(budget / cost)))):
            shift = turn % len(labels)
            for label in labels[shift:] + labels[:shift]:
                times[label].append(_sample(contenders[label], repeats[label]))
    finally:
        gc.enable()
    return times


def _sample(call, repeats):
    time.sleep(PAUSE)
    _time(call)
    if isinstance(call, tuple):
        return sum(_time(call) for _ in range(repeats)) / repeats
    start = time.perf_counter()
    for _ in range(repeats):
        call()
    return (time.perf_counter() - start) / repeats


def _time(call):
    if isinstance(call, tuple):
        before, call = call
        before()
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


def medians(times):
    """Return the median of each contender, in milliseconds."""
    return {label: 1e3 * statistics.median(values) for label, values in times.items()}


def bests(times):
    """Return the best time of each contender, in milliseconds."""
    return {label: 1e3 * min(values) for label, values in times.items()}
