"""A class with broken and hostile notebooks, here and on a cluster that loses workers.

``python -m benchmarks.whole_class --students 2000`` hands in a class of `knn`, of which
one in twenty is broken or hostile, grades it on this machine, then the same files on a
Dask cluster of four worker processes, two of which are killed on the way. It prints
figures, and fails unless everybody has a result, and the same one from both.
"""

import argparse
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter

from benchmarks.grading import grade, scores
from benchmarks.handed_in import (
    BROKEN,
    HOSTILE,
    OUT,
    Writer,
    honest_variants,
    make_course,
)
from cs231n.runs import terminal
from grading import ROOT
from grading.course import Course
from grading.engine.options import Options
from grading.engine.run import Run
from grading.sandbox.limits import Limits

#: Of what breaks, each kind in turn; "equal" and "text" are wrong answers and no more.
BAD = (*HOSTILE, *BROKEN)
LIMITS = Limits(call_seconds=2.0, cell_seconds=10.0, notebook_seconds=60.0)


def hand_in(students):
    """Write a class; return the course and what each student handed in."""
    script = (ROOT / "solutions" / "assignment1" / "knn.py").read_text(encoding="utf-8")
    course = make_course("whole", script, "assignment1/knn.py")
    writer, honest = Writer(course, "assignment1/knn"), honest_variants()
    rng, kinds = random.Random(231), {}
    for number in range(students):
        student, place = f"s{number:05d}", rng.randrange(len(honest))
        answers, spoil, kind = honest[place], lambda data: data, "honest"
        if number % 20 == 7:
            kind = BAD[number // 20 % len(BAD)]
            if kind in HOSTILE:
                answers = answers | {"knn-two-loops": HOSTILE[kind]}
            else:
                spoil = BROKEN[kind]
        kinds[student] = kind
        writer.hand_in(student, answers, spoil)
    return course, kinds


def copied(course):
    """Copy a course as it was before grading, its secret included."""
    root = OUT / "whole-cluster"
    shutil.rmtree(root, ignore_errors=True)
    shutil.copytree(course.root, root)
    return Course(root)


class Workers:
    """A Dask cluster of processes of this machine, as a person would start them.

    Parameters
    ----------
    count : int
        How many worker processes.
    """

    def __init__(self, count):
        self.address = "tcp://127.0.0.1:8796"
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        dask = [sys.executable, "-m", "dask"]
        port = self.address.rpartition(":")[2]
        lines = [[*dask, "scheduler", "--host", "127.0.0.1", "--port", port]]
        worker = [*dask, "worker", self.address, "--nthreads", "1", "--no-nanny"]
        lines += [worker] * count
        self.processes = [
            subprocess.Popen([*line, "--no-dashboard"], cwd=ROOT, **quiet)
            for line in lines
        ]

    def kill(self, number):
        """Kill a worker, as a machine that loses its power does."""
        os.kill(self.processes[1 + number].pid, signal.SIGKILL)

    def close(self):
        """End the cluster."""
        for process in reversed(self.processes):
            process.kill()
            process.wait()


class Killer:
    """A progress bar that kills workers at given shares of the class.

    Parameters
    ----------
    workers : Workers
        Of whom some go.
    kills : int
        How many, evenly spread over the run.
    """

    def __init__(self, workers, kills):
        self._workers, self._kills = workers, kills
        self.killed, self._done = 0, 0

    def __call__(self, total):
        self._places = [
            total * (n + 1) // (self._kills + 1) for n in range(self._kills)
        ]
        return self

    def __enter__(self):
        return self

    def __exit__(self, *error):
        pass

    def update(self):
        """Count a notebook, and kill a worker if its time has come."""
        self._done += 1
        if self.killed < self._kills and self._done >= self._places[self.killed]:
            self._workers.kill(self.killed)
            self.killed += 1


def on_a_cluster(course, count, kills):
    """Grade on a cluster; return the seconds, the summary and how many were killed."""
    workers = Workers(count)
    killer = Killer(workers, kills)
    options = Options(scheduler=workers.address, limits=LIMITS)
    try:
        start = time.perf_counter()
        summary = Run(course, "assignment1", options).grade(killer)
        return time.perf_counter() - start, summary, killer.killed
    finally:
        workers.close()


def measure(students, jobs, workers, kills):
    """Grade the class in both ways, and compare."""
    course, kinds = hand_in(students)
    other = copied(course)
    watch, seconds, summary = grade(course, "assignment1", jobs, LIMITS)
    here = scores(course, "assignment1")
    found = {
        "students": students,
        "of them broken or hostile": sum(kind != "honest" for kind in kinds.values()),
        "seconds here": seconds,
        "notebooks an hour here": 3600 * students / seconds,
        "without a result here": students - len(here),
        "problems here": len(summary.problems),
        "coordinator, MB in the end": watch.bytes[-1] / 1e6,
    }
    other.ledger.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(course.ledger / "secret", other.ledger / "secret")
    seconds, summary, killed = on_a_cluster(other, workers, kills)
    there = scores(other, "assignment1")
    unlike = [student for student in kinds if here.get(student) != there.get(student)]
    found |= {
        f"seconds on a cluster of {workers} workers": seconds,
        "workers killed": killed,
        "without a result there": students - len(there),
        "problems there": len(summary.problems),
        "scores unlike those here": len(unlike),
        "of these, by kind": json.dumps(Counter(kinds[one] for one in unlike)),
    }
    return found


def main(argv=None):
    """Print the figures; return 1 if somebody lost something."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--students", type=int, default=2000)
    parser.add_argument("--jobs", type=int, default=len(os.sched_getaffinity(0)))
    parser.add_argument("--workers", type=int, default=4, help="of the Dask cluster")
    parser.add_argument("--kills", type=int, default=2, help="of these")
    args = parser.parse_args(argv)
    found = measure(args.students, args.jobs, args.workers, args.kills)
    for name, value in found.items():
        shown = f"{value:,.1f}" if isinstance(value, float) else value
        print(f"{name:<44} {shown}")
    (OUT / "whole_class.json").write_text(json.dumps(found, indent=1) + "\n")
    lost = (
        "without a result here",
        "without a result there",
        "scores unlike those here",
    )
    return int(
        any(found[name] for name in lost) or found["workers killed"] < args.kills
    )


if __name__ == "__main__":
    terminal.leave(main)
