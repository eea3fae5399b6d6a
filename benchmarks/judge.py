"""What it costs to keep tests and answers in two processes.

``python -m benchmarks.judge`` measures a call, arrays of many sizes in both directions,
and whole notebooks against the same cells in one interpreter, in the same run and with
as many threads. ``--one-by-one`` leaves no pause between notebooks: then the next pair
of processes starts while the one process is at work.
"""

import contextlib
import importlib.util
import io
import os
import statistics
import sys
import time
import types

import matplotlib
import numpy as np

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
ROUNDS = 7
_PAUSE = 0.1  # seconds in which a worker keeps the results of a notebook
WALL = CLOCKS["wall"]  # half of a call is another process's time


def main():
    """Print the tables."""
    threads = {k: v for k, v in environment().items() if k.endswith("_THREADS")}
    if not threads.items() <= os.environ.items():  # read when NumPy is imported
        command = [sys.executable, "-m", "benchmarks.judge", *sys.argv[1:]]
        os.execve(sys.executable, command, os.environ | threads)
    matplotlib.use("agg")
    there = importlib.util.find_spec("torch") is not None
    exams = [exam_of(name) for name in NOTEBOOKS if there or "pytorch" not in name]
    with Rooms(exams[:1]) as rooms:
        print(f"isolation: {rooms.level}")
        _calls(rooms)
    drawn_images()
    print(f"{'notebook':<34} {'one process':>12} {'judged':>9} {'overhead':>9}")
    for exam in exams:
        with Rooms([exam]) as rooms:  # as a worker has them
            _notebook(rooms, exam)


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


def _notebook(rooms, exam):
    """Compare a whole notebook; what is left after the cells' own time is overhead."""
    answers = {cell.name: cell.source for cell in exam.of_kind("answer")}
    alone, judged = [], []
    for _ in range(ROUNDS):
        time.sleep(0 if "--one-by-one" in sys.argv else _PAUSE)
        alone.append(_timed(lambda: run(exam)))
        judged.append(_timed(lambda: judge(exam, answers, Limits(), rooms)))
    one, two = statistics.median(alone), statistics.median(judged)
    over = sorted(b - a for a, b in zip(alone, judged, strict=True))
    print(
        f"{exam.notebook:<34} {one * 1e3:9.0f} ms {two * 1e3:6.0f} ms "
        f"{statistics.median(over) * 1e3:6.0f} ms, "
        f"at least {(min(judged) - min(alone)) * 1e3:.0f} ms"
    )


def run(exam):
    """Run an exam with its solutions in this interpreter."""
    module, saved = types.ModuleType("__main__"), sys.modules["__main__"]
    sys.modules["__main__"] = module
    try:
        with contextlib.redirect_stdout(io.StringIO()), np.errstate(all="ignore"):
            for cell in exam.cells:
                if "expect_source(" in cell.source and cell.kind == "test":
                    _register(cell, exam)
                exec(compile(cell.source, f"<{cell.name}>", "exec"), vars(module))
    finally:
        sys.modules["__main__"] = saved


def _register(cell, exam):
    """Let ``inspect`` find the sources of the answers, as it does in a notebook."""
    import linecache

    for part in exam.cells:
        lines = [f"{line}\n" for line in part.source.split("\n")]
        linecache.cache[f"<{part.name}>"] = (len(part.source), None, lines, part.name)


def _timed(call):
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


if __name__ == "__main__":
    terminal.leave(main)
