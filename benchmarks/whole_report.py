"""The report of a whole class, timed, without judging the class.

``python -m benchmarks.whole_report --students 2000`` writes down what a run leaves
behind for a class that handed in every notebook of assignment 1: files, answers drawn
from the known mistakes and styles, and verdicts made up at random. Then it writes the
report in a process of its own, and says how long that took.
"""

import argparse
import contextlib
import json
import os
import random
import resource
import shutil
import subprocess
import sys
import time
from functools import lru_cache
from unittest import mock

from benchmarks.handed_in import OUT, solution_of
from cs231n.runs import terminal
from grading import ROOT
from grading.authoring.mistakes import variants
from grading.authoring.release import release
from grading.course import Course
from grading.engine.intake.intake import Intake
from grading.engine.notebooks import fingerprints
from grading.engine.notebooks.released import templates
from grading.engine.results.journal import Journal, journal_path
from grading.engine.storage.store import Store
from grading.judge.exam import Exam, Outcome, Verdict

ASSIGNMENT = "assignment1"


def class_of(students):
    """Write a class, or keep the one that is there."""
    course = Course(OUT / f"report-{students}")
    if (course.root / "whole").exists():
        return course
    shutil.rmtree(course.root, ignore_errors=True)
    shutil.copytree(
        ROOT / "solutions" / ASSIGNMENT, course.root / "solutions" / ASSIGNMENT
    )
    release(course, solutions=course.root / "solutions")
    rng = random.Random(231)
    prints = {}
    for name in templates(course, ASSIGNMENT):
        prints |= _hand_in(course, name, students, rng)
    _judge(course, prints, rng)
    (course.root / "whole").touch()
    return course


def _hand_in(course, name, students, rng):
    """Write everybody's notebook, as handed in and as graded; take fingerprints."""
    path = f"{ASSIGNMENT}/{name}"
    others = {answer: [source] for answer, source in solution_of(path).items()}
    for variant in variants(path):
        others[variant.exercise].append(variant.source)
    text = (course.released / ASSIGNMENT / f"{name}.ipynb").read_text(encoding="utf-8")
    prints, one = {}, lru_cache(None)(fingerprints.prints)
    for number in range(students):
        notebook, student = json.loads(text), f"s{number:05d}"
        for cell in notebook["cells"]:
            answer = cell["metadata"].get("nbgrader", {}).get("grade_id")
            cell["source"] = "".join(cell["source"])
            if answer in others:
                cell["source"] = f"{rng.choice(others[answer])}\n# {student}"
                known = prints.get((student, name), frozenset())
                prints[student, name] = known | one(cell["source"].rpartition("\n")[0])
        for folder in (course.submitted, course.autograded):
            place = folder / student / ASSIGNMENT
            place.mkdir(parents=True, exist_ok=True)
            (place / f"{name}.ipynb").write_text(json.dumps(notebook, indent=1))
    return prints


def _judge(course, prints, rng):
    """Write down a verdict for each notebook: any test may have failed."""
    found = templates(course, ASSIGNMENT)
    exams = {name: Exam.from_dict(one.exam) for name, one in found.items()}
    store = Store(course.ledger / "objects")
    with (
        mock.patch.object(os, "fsync"),  # a benchmark's files may be lost
        contextlib.closing(Intake(course, ASSIGNMENT, store)) as intake,
        contextlib.closing(Journal(journal_path(course, ASSIGNMENT))) as journal,
    ):
        for submission in intake.from_tree().submissions:
            keys = {}
            for name, exam in exams.items():
                key = f"{submission.student}-{name}"
                own = fingerprints.packed(prints[submission.student, name])
                keys[name] = [key, [], own]
                journal.add(key, *_verdict(exam, rng))
            reading = f"of {submission.student}"
            journal.add_reading(reading, keys)
            for name, (key, *_) in keys.items():
                journal.add_record(
                    submission.student,
                    name,
                    key=key,
                    reading=reading,
                    files=submission.digest,
                )


def _verdict(exam, rng):
    outcomes, seconds = [], {}
    for cell in exam.of_kind("test"):
        failed = rng.random() < 0.2
        kind = rng.randrange(6)
        message = (
            f"{cell.name}: expected {rng.random():.6f}, got {kind}. " + "Why. " * 30
        )
        outcomes.append(
            Outcome(cell.name, cell.points, 0.0, "failed", message)
            if failed
            else Outcome(cell.name, cell.points, cell.points, "passed")
        )
        seconds[cell.name] = rng.random()
    return Verdict(exam.digest, tuple(outcomes), isolation="bubblewrap"), seconds


def timed(course):
    """Write the report in a process of its own: (seconds, those of processors)."""
    command = ["-m", "grading", "--course", str(course.root), "report", ASSIGNMENT]
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    start = time.perf_counter()
    subprocess.run([sys.executable, *command], cwd=ROOT, check=True)
    seconds = time.perf_counter() - start
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return seconds, used


def main(argv=None):
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--students", type=int, default=2000)
    course = class_of(parser.parse_args(argv).students)
    seconds, used = timed(course)
    print(f"{seconds:.1f} s, {used:.1f} s of processors")
    return 0


if __name__ == "__main__":
    terminal.leave(main)
