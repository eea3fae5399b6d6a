"""What it costs to keep tests and answers in two processes.

``python -m benchmarks.judge`` measures a call, arrays of many sizes in both directions,
and whole notebooks against the same cells in one process, in turns and with as many
threads: time on the wall, which only a quiet machine tells, and the processor time of
all processes, of supervisors too, which says more on a busy one. ``--one-by-one``
leaves no pause between notebooks: then the next pair of processes starts while the one
process is at work.
"""

import argparse
import importlib.util
import os
import statistics
import sys
import time

import matplotlib
import numpy as np

from benchmarks.one_process import FreshProcesses, run
from benchmarks.timing import CLOCKS, interleaved, medians
from cs231n.runs import terminal
from grading.authoring.exam_from_notebook import exam_of
from grading.judge.clock import Clock
from grading.judge.judge import judge
from grading.judge.preload import Rooms, drawn_images
from grading.judge.protocol.channel import Channel
from grading.judge.proxy import stand_in
from grading.judge.remote_calls import RemoteCalls
from grading.sandbox.levels import environment
from grading.sandbox.limits import Limits

#: All but those that train for minutes.
NOTEBOOKS = (
    *(f"assignment1/{name}" for name in ("knn", "svm", "softmax", "two_layer_net")),
    "assignment1/features",
    *(f"assignment2/{name}" for name in ("fully_connected_nets", "dropout")),
    "assignment2/batch_normalization",
    "assignment2/convolutional_networks",
    *(f"assignment2/{name}" for name in ("autograd", "pytorch")),
    *(f"assignment3/{name}" for name in ("rnn_captioning", "lstm_captioning")),
    "assignment3/transformer_captioning",
)
ANSWERS = """
import numpy as np
def add(x, w, b): return x @ w + b
def take(x): return None
def give(n): return np.ones(n)
def keep(x): return x
"""
_ENDING = 5.0  # seconds to wait for word of a process that was closed
_PAUSE = 0.1  # seconds in which a worker keeps the results of a notebook
WALL = CLOCKS["wall"]  # half of a call is another process's time


_HEAD = """
Milliseconds: medians, and quartiles of the differences of one round. "warm" is this
process, which has run the notebook before; "new" is one that has not, as the tester
has not. Each difference is the judge's, beside the one and beside the other.
""" + (
    f"{'notebook':<34}{'warm':>7}{'new':>7}{'judged':>7}"
    f"{'wall: warm':>15}{'new':>21}{'processor: warm':>23}{'new':>19}{'load':>13}"
)


def main():
    """Print the tables."""
    threads = {k: v for k, v in environment().items() if k.endswith("_THREADS")}
    if not threads.items() <= os.environ.items():  # read when NumPy is imported
        command = [sys.executable, "-m", "benchmarks.judge", *sys.argv[1:]]
        os.execve(sys.executable, command, os.environ | threads)
    asked = _arguments()
    matplotlib.use("agg")
    there = importlib.util.find_spec("torch") is not None
    names = asked.notebooks or NOTEBOOKS
    exams = [exam_of(name) for name in names if there or "pytorch" not in name]
    with Rooms(exams[:1]) as rooms:
        print(f"isolation: {rooms.level}")
        if not asked.notebooks:
            _calls(rooms)
    drawn_images()
    print(_HEAD)
    for exam in exams:
        _notebook(exam, asked)


def _arguments():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("notebooks", nargs="*", help="such as assignment1/svm")
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--one-by-one", action="store_true", help="without a pause")
    return parser.parse_args()


def _calls(rooms):
    limits = Limits()
    with rooms.student(limits) as child:
        line = RemoteCalls(Channel(child.sock), Clock(limits, 600), lambda name: [])
        line.ask("load", "answers", ANSWERS, False)
        names = ("add", "take", "give", "keep")
        add, take, give, keep = (stand_in(line, name, []) for name in names)
        rng = np.random.default_rng(1)
        x, w, b = (rng.standard_normal(shape) for shape in ((5, 4), (4, 3), (3,)))
        calls = {"a call with three small arrays": lambda: add(x, w, b)}
        calls["a call with a number"] = lambda: keep(1.0)
        for label, found in medians(interleaved(calls, rounds=20, clock=WALL)).items():
            print(f"{label:<40} {found:8.3f} ms")
        for size in (1 << 20, 1 << 24, 1 << 27):
            big = np.ones(size // 8)
            ways = {
                "to the answer": lambda big=big: take(big),
                "from the answer": lambda size=size: give(size // 8),
                "a copy within a process": lambda big=big: big.copy(),
            }
            for label, found in medians(
                interleaved(ways, rounds=7, clock=WALL)
            ).items():
                speed = size / found / 1e6
                print(f"{size / 2**20:6.0f} MiB {label:<29} {speed:8.2f} GB/s")


def _notebook(exam, asked):
    """Compare a whole notebook: in one process, in a new one, and judged."""
    with _Counted([exam]) as rooms, FreshProcesses(exam, rooms.level) as fresh:
        contenders = {
            "warm": lambda: _here(exam),
            "new": fresh.run,
            "judged": lambda: _judged(exam, rooms),
        }
        found = _in_turn(contenders, asked)
    walls, works = (
        {label: [pair[k] for pair in pairs] for label, pairs in found.items()}
        for k in (0, 1)
    )
    print(
        f"{exam.notebook:<34}"
        + "".join(f"{_ms(statistics.median(walls[label])):7}" for label in walls)
        + "".join(_difference(walls["judged"], walls[k]) for k in ("warm", "new"))
        + "".join(_difference(works["judged"], works[k]) for k in ("warm", "new"))
        + f"{os.getloadavg()[0]:6.1f}",
        flush=True,
    )


def _in_turn(contenders, asked):
    """Run contenders round by round in rotating order, after one round for nothing."""
    labels, found = list(contenders), {label: [] for label in contenders}
    for turn in range(asked.rounds + 1):
        shift = turn % len(labels)
        for label in labels[shift:] + labels[:shift]:
            time.sleep(0 if asked.one_by_one else _PAUSE)
            taken = contenders[label]()
            if turn:
                found[label].append(taken)
    return found


def _difference(judged, other):
    """Write the median of paired differences, and the quartiles beside it."""
    over = [a - b for a, b in zip(judged, other, strict=True)]
    low, middle, high = statistics.quantiles(over, n=4, method="inclusive")
    return f"{_ms(middle):7} ({_ms(low)} to {_ms(high)})".ljust(21)


def _ms(seconds):
    return round(seconds * 1e3)


def _here(exam):
    began, worked = time.perf_counter(), time.process_time()
    run(exam)
    return time.perf_counter() - began, time.process_time() - worked


def _judged(exam, rooms):
    """Judge the solutions; the processor time is that of all processes together."""
    answers = {cell.name: cell.source for cell in exam.of_kind("answer")}
    began, worked = time.perf_counter(), time.process_time()
    judge(exam, answers, Limits(), rooms)
    took = time.perf_counter() - began
    return took, time.process_time() - worked + rooms.worked()


class _Counted(Rooms):
    """Rooms whose processes say how long they worked."""

    def __init__(self, exams):
        self._ended = []
        super().__init__(exams)

    def tester(self, limits):
        return self._kept(super().tester(limits))

    def furnish(self, order, given, exam=None):
        return self._kept(super().furnish(order, given, exam))

    def _kept(self, child):
        """Leave a process that is closed until it has said how long it worked."""
        close = child.close

        def end():
            child.kill()
            self._ended.append((child, close))

        child.close = end
        return child

    def worked(self):
        """Return the processor time of the processes that were closed since."""
        ended, self._ended = self._ended, []
        for child, close in ended:
            child.ending(_ENDING)
            close()
        return sum(child.seconds for child, _ in ended)


if __name__ == "__main__":
    terminal.leave(main)
