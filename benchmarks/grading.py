"""Grade a class beside nbgrader: rate, overhead, memory, and equal scores.

``python -m benchmarks.grading`` makes courses in ``build/benchmarks``, grades
them with the engine, isolated, and the same notebooks with ``nbgrader autograde``, and
prints a table. ``--students 2000`` is a large class. Every honest student must have the
scores that nbgrader's rules give their variant in one kernel, and for ``--variants`` of
them, those of ``nbgrader autograde``, which runs whole notebooks and takes its time.
``--losses 50`` does something else: in a class of 50 it measures how long others wait
for one hostile notebook of each kind, and for how long it keeps a worker when nobody
waits any more.
"""

import argparse
import json
import os
import random
import shutil
import statistics
import sys
import time
from contextlib import contextmanager
from pathlib import Path

from tqdm import tqdm

from benchmarks.handed_in import (
    BROKEN,
    HOSTILE,
    KEEPING,
    OUT,
    TRIVIAL,
    Writer,
    endless_variant,
    honest_variants,
    make_course,
)
from cs231n.runs import terminal
from grading import ROOT
from grading.authoring.check_tests import Grader
from grading.course import Course
from grading.engine.options import Options
from grading.engine.results.gradebook_writer import GradebookWriter
from grading.engine.results.journal import Journal, journal_path
from grading.engine.run import Run
from grading.sandbox.limits import Limits


class Watch:
    """A progress bar that remembers when it moved, and the memory at that time."""

    def __init__(self):
        self.times, self.bytes = [], []

    @contextmanager
    def __call__(self, total):
        with tqdm(total=total, unit="notebook", file=sys.stdout, leave=False) as bar:
            self._bar = bar
            yield self

    def update(self):
        """Note the time and the coordinator's resident memory."""
        self.times.append(time.perf_counter())
        pages = int(Path("/proc/self/statm").read_text().split()[1])
        self.bytes.append(pages * os.sysconf("SC_PAGE_SIZE"))
        self._bar.update()


def grade(course, assignment, jobs, limits=Limits()):  # noqa: B008 - frozen
    """Grade with the engine; return the watch, the seconds and the summary."""
    watch, start = Watch(), time.perf_counter()
    options = Options(jobs=jobs, limits=limits)
    summary = Run(course, assignment, options).grade(watch)
    return watch, time.perf_counter() - start, summary


def scores(course, assignment):
    """Read what the gradebook has by tests: {student: {test: score}}."""
    record = GradebookWriter(course, assignment)
    try:
        return {student: tests for (student, _), tests in record.scores().items()}
    finally:
        record.close()


def measure_trivial(count, few, jobs):
    """Compare the rates on notebooks that take no time of their own."""
    course = make_course("trivial", TRIVIAL, "hw/trivial.py")
    writer = Writer(course, "hw/trivial")
    answer = {"one": "def one():\n    return 1"}
    for number in range(few):
        writer.hand_in(f"s{number:05d}", answer)
    start = time.perf_counter()
    course.nbgrader("autograde", "hw")
    theirs = few / (time.perf_counter() - start)
    shutil.rmtree(course.autograded)
    for number in range(count):
        writer.hand_in(f"s{number:05d}", answer)
    watch, seconds, summary = grade(course, "hw", jobs)
    assert summary.counts["judged"] == count
    gaps = [b - a for a, b in zip(watch.times, watch.times[1:], strict=False)]
    steady = (count - 1) / (watch.times[-1] - watch.times[0])
    return {
        "nbgrader, notebooks an hour": 3600 * theirs,
        "engine, notebooks an hour, whole run": 3600 * count / seconds,
        "engine, notebooks an hour, once started": 3600 * steady,
        "engine, notebooks a core-hour, whole run": 3600 * count / seconds / jobs,
        "engine, notebooks a core-hour, once started": 3600 * steady / jobs,
        "engine / nbgrader, whole run": count / seconds / theirs,
        "seconds before the first notebook": seconds
        - (watch.times[-1] - watch.times[0]),
        "ms between notebooks, 95 of 100": 1e3 * statistics.quantiles(gaps, n=20)[-1],
    }


def measure_overhead(count):
    """Time what one worker and the coordinator add to the students' own seconds."""
    course = OUT / "trivial"
    shutil.rmtree(course / "grading" / "ledger" / "hw")
    watch, _, _ = grade(Course(course), "hw", 1)
    gaps = [1e3 * (b - a) for a, b in zip(watch.times, watch.times[1:], strict=False)]
    return {
        "overhead of a notebook, one worker, ms, median": statistics.median(gaps),
        "overhead of a notebook, one worker, ms, 95 of 100": statistics.quantiles(
            gaps, n=20
        )[-1],
    }


def measure_class(students, jobs, compared):
    """Grade a class of knn with one in twenty broken or hostile."""
    script = (ROOT / "solutions" / "assignment1" / "knn.py").read_text(encoding="utf-8")
    course = make_course("class", script, "assignment1/knn.py")
    writer, honest = Writer(course, "assignment1/knn"), honest_variants()
    rng, kinds = random.Random(231), {}
    bad = [*HOSTILE, *BROKEN]
    for number in range(students):
        student = f"s{number:05d}"
        # Every variant once, then at random.
        place = number if number < len(honest) else rng.randrange(len(honest))
        answers, spoil, kinds[student] = honest[place], lambda data: data, place
        if number >= len(honest) and number % 20 == 7:
            kind = kinds[student] = bad[(number // 20) % len(bad)]
            if kind in HOSTILE:
                answers = answers | {"knn-two-loops": HOSTILE[kind]}
            else:
                spoil = BROKEN[kind]
        writer.hand_in(student, answers, spoil)
    limits = Limits(call_seconds=2.0, cell_seconds=10.0, notebook_seconds=60.0)
    watch, seconds, _ = grade(course, "assignment1", jobs, limits)
    ours = scores(course, "assignment1")
    assert len(ours) == students
    again = grade(course, "assignment1", jobs, limits)
    assert again[2].counts == {"known": students}
    tenth = max(1, students // 10)
    return {
        "class of knn, students": students,
        "of them broken or hostile": sum(isinstance(k, str) for k in kinds.values()),
        "notebooks an hour, whole run": 3600 * students / seconds,
        "seconds": seconds,
        "seconds to grade it again": again[1],
        "coordinator, MB after a tenth": watch.bytes[tenth] / 1e6,
        "coordinator, MB in the end": watch.bytes[-1] / 1e6,
        "students' own seconds, median": own_seconds(course),
        "scores unlike nbgrader's rules in one kernel": one_kernel(kinds, ours),
        "scores unlike nbgrader autograde's": compare(course, kinds, ours, compared),
    }


class Timed:
    """A backend of one worker that remembers how long each task kept it.

    Parameters
    ----------
    backend : grading.engine.judging.in_flight.Backend
        Judges.

    Attributes
    ----------
    kept : dict of {(str, bool): float}
        Seconds by key, and by whether others waited.
    """

    def __init__(self, backend):
        self._backend, self._hurry = backend, {}
        self.capacity, self.close = backend.capacity, backend.close
        self._since, self.kept = time.perf_counter(), {}

    def submit(self, key, text):
        """Have a task judged."""
        self._hurry[key] = json.loads(text)["hurry"]
        self._backend.submit(key, text)

    def wait(self, timeout=1.0):
        """Return what is judged."""
        done = self._backend.wait(timeout)
        for key, _ in done:
            now = time.perf_counter()
            self.kept[key, self._hurry[key]] = now - self._since
            self._since = now
        return done


class TimedRun(Run):
    """A run that keeps its backend's times."""

    def _open_backend(self):
        self.backend = Timed(super()._open_backend())
        return self.backend


def measure_losses(students):
    """Measure how long others wait for each kind of hostile notebook.

    One worker judges them all, so a class loses at most as much. The run ends later by
    that, and by what is judged once more in the end, when nobody waits.
    """
    script = (ROOT / "solutions" / "assignment1" / "knn.py").read_text(encoding="utf-8")
    course = make_course("losses", script, "assignment1/knn.py")
    writer, honest = Writer(course, "assignment1/knn"), honest_variants()
    hostile = {
        kind: honest[0] | {"knn-two-loops": source}
        for kind, source in (HOSTILE | KEEPING).items()
    }
    hostile["endless everywhere"] = endless_variant()
    kinds = {f"s{2 * k + 3:05d}": kind for k, kind in enumerate(hostile)}
    assert students > 2 * len(kinds) + 3
    for number in range(students):
        student, answers = f"s{number:05d}", honest[number % len(honest)]
        if student in kinds:
            answers = hostile[kinds[student]]
        writer.hand_in(student, answers)
    run = TimedRun(course, "assignment1", Options(jobs=1))
    run.grade(Watch())
    return losses(course, kinds, run.backend.kept)


def losses(course, kinds, kept):
    """Compare hostile notebooks with honest ones.

    Parameters
    ----------
    course : Course
        Graded.
    kinds : dict of {str: str}
        Who is hostile, and how.
    kept : dict of {(str, bool): float}
        As of :class:`Timed`.

    Returns
    -------
    found : dict of {str: float}
        What to show.
    """
    journal = Journal(journal_path(course, "assignment1"), writable=False)
    records = (v for _, v in journal._log.lines() if v["kind"] == "record")
    keys = {line["student"]: line["key"] for line in records}
    honest = [kept[key, True] for s, key in keys.items() if s not in kinds]
    usual = statistics.median(honest)
    found = {"an honest notebook keeps a worker, seconds": usual}
    for student, kind in kinds.items():
        more = kept[keys[student], True] - usual
        found[f"others wait longer with {kind}"] = more
        if (keys[student], False) in kept:
            more += kept[keys[student], False]
            found[f"the run ends later with {kind}"] = more
    return found


def own_seconds(course):
    """Read how long the tests of a notebook took."""
    path = journal_path(course, "assignment1")
    journal = Journal(path, writable=False)
    return statistics.median(
        sum(line["seconds"].values())
        for _, line in journal._log.lines()
        if line["kind"] == "verdict"
    )


def one_kernel(kinds, ours):
    """Grade each variant in one kernel by nbgrader's rules; count who differs."""
    honest = honest_variants()
    with Grader("assignment1/knn") as grader:
        stubs = {name: grader.stub(name) for name in grader.exercises}
        theirs = [
            {name: one.score for name, one in grader.grade(stubs | answers).items()}
            for answers in honest
        ]
    counted = {
        student: kind for student, kind in kinds.items() if isinstance(kind, int)
    }
    different = [
        student
        for student, kind in counted.items()
        if theirs[kind] != {name: ours[student].get(name) for name in theirs[kind]}
    ]
    return f"{len(different)} of {len(counted)} ({len(honest)} variants)"


def compare(course, kinds, ours, compared):
    """Grade one student of each variant with nbgrader; count students who differ."""
    first = {}
    for student, kind in kinds.items():
        if isinstance(kind, int) and kind < compared:
            first.setdefault(kind, student)
    for folder in course.submitted.iterdir():
        if folder.name not in first.values():
            shutil.rmtree(folder)
    if not first:
        return "not compared"
    course.nbgrader("autograde", "assignment1", "--force")
    theirs = scores(course, "assignment1")
    different = [
        student
        for student, kind in kinds.items()
        if kind in first and ours[student] != theirs[first[kind]]
    ]
    count = sum(kind in first for kind in kinds.values())
    for student in different[:5]:
        print(student, kinds[student], ours[student], theirs[first[kinds[student]]])
    return f"{len(different)} of {count} ({len(first)} variants)"


def main(argv=None):
    """Print the table and write it as JSON."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--students", type=int, default=300, help="in the class of knn")
    parser.add_argument("--losses", type=int, help="one class, one hostile notebook")
    parser.add_argument("--trivial", type=int, default=200, help="trivial notebooks")
    parser.add_argument("--nbgrader", type=int, default=8, help="of them for nbgrader")
    parser.add_argument("--variants", type=int, default=6, help="for nbgrader")
    parser.add_argument("--jobs", type=int, default=len(os.sched_getaffinity(0)))
    args = parser.parse_args(argv)
    found = {}
    _show(found, {"workers": args.jobs})
    if args.losses:
        return _show(found, measure_losses(args.losses))
    _show(found, measure_trivial(args.trivial, args.nbgrader, args.jobs))
    _show(found, measure_overhead(args.trivial))
    if args.students:
        _show(found, measure_class(args.students, args.jobs, args.variants))
    (OUT / "grading.json").write_text(json.dumps(found, indent=1) + "\n")


def _show(found, more):
    """Print what is known so far, for whoever waits."""
    found |= more
    for name, value in more.items():
        shown = f"{value:,.2f}" if isinstance(value, float) else value
        print(f"{name:<52} {shown}", flush=True)


if __name__ == "__main__":
    terminal.leave(main)
