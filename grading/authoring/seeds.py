"""Run solutions and styles under many seeds: no kink, no tie, no bad luck.

``python -m grading.authoring.seeds assignment1/knn --seeds 1000`` runs every test that
draws from ``rng``. A right answer that fails once in a thousand would lose a student's
points in a class of a thousand.

Numbers change nothing in the text of an answer, so its source is read once. A test
that trains for seconds can be left out with ``--without``, and tried with ``--only``
and fewer seeds; the last line says so.
"""

import argparse
import contextlib
import functools
import os
from collections.abc import Callable, Iterable
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass

from cs231n.runs import terminal
from cs231n.workbook.exercises import exercise_of
from grading import arguments
from grading.authoring.build import scripts
from grading.authoring.exam_from_notebook import exam_of
from grading.authoring.mistakes import variants
from grading.authoring.trial import Trial
from grading.progress import bar

#: Seeds that a process tries before the bar moves.
_CHUNK = 50


@dataclass(frozen=True)
class Failure:
    """A right answer that failed a test."""

    answer: str  #: "solution", or what is different about a style
    test: str
    seed: int
    message: str


def failures(
    notebook: str,
    seeds: Iterable[int],
    styles: bool = True,
    chosen: Callable[[str], bool] = lambda name: True,
) -> "list[Failure]":
    """Run the tests of a notebook under some seeds.

    Parameters
    ----------
    notebook : str
        Such as ``"assignment1/knn"``.
    seeds : iterable of int
        One run of all tests that draw from ``rng`` for each.
    styles : bool, optional
        Whether the other right answers run too.
    chosen : callable, optional
        ``chosen(name)`` tells whether a test runs; all do by default.

    Returns
    -------
    found : list of Failure
        Empty if every right answer always passes.
    """
    exam, trial = _set_up(notebook)
    found: list[Failure] = []
    answers = {cell.name: cell for cell in exam.of_kind("answer")}
    for why, exercise, source in _right_answers(notebook, styles):
        tests = [
            test
            for test in _drawing(exam)
            if exercise in ("", exercise_of(test.name, answers)) and chosen(test.name)
        ]
        with contextlib.ExitStack() as stack:
            if exercise:
                stack.enter_context(trial.instead(answers[exercise], source))
            for count, seed in enumerate(seeds):
                for test in tests:
                    outcome = trial.test(test, f"seed {seed}", sources=count == 0)
                    if not outcome.passed:
                        found.append(Failure(why, test.name, seed, outcome.message))
    return found


@functools.lru_cache(maxsize=1)
def _set_up(notebook):
    """Set a notebook up with its answers, once in each process."""
    exam = exam_of(notebook)
    return exam, Trial(exam)


def _right_answers(notebook, styles):
    """Yield what is said of an answer, its exercise, its cell; the solution first."""
    yield "solution", "", ""
    for variant in variants(notebook) if styles else ():
        if variant.kind == "style":
            yield variant.why, variant.exercise, variant.source


def _drawing(exam):
    return [cell for cell in exam.of_kind("test") if "rng" in cell.source]


def main(argv: list[str] | None = None) -> int:
    """Run the command line; return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("notebooks", nargs="*", help="for example assignment1/knn")
    parser.add_argument("--seeds", type=arguments.count, default=1000)
    parser.add_argument("--solutions-only", action="store_true", help="no styles")
    parser.add_argument("--jobs", type=arguments.count, default=os.cpu_count() or 1)
    which = parser.add_mutually_exclusive_group()
    which.add_argument("--only", nargs="+", default=(), metavar="TEST")
    which.add_argument("--without", nargs="+", default=(), metavar="TEST")
    args = parser.parse_args(argv)
    known = [f"{path.parent.name}/{path.stem}" for path in scripts()]
    for name in set(args.notebooks) - set(known):
        parser.error(f"no notebook {name}; there are: {', '.join(known)}.")
    bad = 0
    for notebook in args.notebooks or known:
        found = _run(notebook, args)
        bad += len(found)
        part = "".join(f", only {name}" for name in args.only)
        part += "".join(f", without {name}" for name in args.without)
        print(f"{notebook}: {args.seeds} seeds, {len(found)} failures{part}")
        for one in found[:10]:
            print(f"  {one.test}, seed {one.seed}, {one.answer}: {one.message}")
    return 1 if bad else 0


def _run(notebook, args):
    count = args.seeds
    chunks = [range(k, min(k + _CHUNK, count)) for k in range(0, count, _CHUNK)]
    chosen = functools.partial(_is_chosen, args.only, args.without)
    with ProcessPoolExecutor(args.jobs) as pool:
        runs = [
            pool.submit(failures, notebook, chunk, not args.solutions_only, chosen)
            for chunk in chunks
        ]
        done = bar(as_completed(runs), total=len(runs), desc=notebook)
        return [failure for run in done for failure in run.result()]


def _is_chosen(only, without, name):
    return (not only or name in only) and name not in without


if __name__ == "__main__":
    terminal.leave(main)
