"""What students are told about the mistakes that are known, in tests they can see.

``python -m grading.authoring.told assignment1/knn`` prints every mistake with the first
message it gets. Read each as its author: does it name what is wrong? Without a name, or
with several, it prints a line for each notebook.
"""

import argparse
from collections.abc import Iterable
from dataclasses import dataclass

from cs231n.runs import terminal
from cs231n.workbook.exercises import exercise_of
from grading.authoring.build import lacking, scripts
from grading.authoring.exam_from_notebook import exam_of
from grading.authoring.mistakes import Variant, variants
from grading.authoring.trial import Found, Trial, visible

#: The share of mistakes whose first message has to say what is wrong.
GOAL = 0.9


@dataclass(frozen=True)
class Told:
    """How an answer fared."""

    variant: Variant
    test: str  #: the first that failed; empty if none did
    found: Found  #: what it said


def told(notebook: str, kind: str = "mistake", seed: str = "") -> list[Told]:
    """Run the visible tests on the variants of a notebook.

    Parameters
    ----------
    notebook : str
        Such as ``"assignment1/knn"``.
    kind : str, optional
        "mistake" or "style".
    seed : str, optional
        What the numbers come from that tests draw.

    Returns
    -------
    results : list of Told
        In the order of the file.
    """
    exam = visible(exam_of(notebook))
    trial = Trial(exam)
    answers = {cell.name: cell for cell in exam.of_kind("answer")}
    results = []
    for variant in variants(notebook):
        if variant.kind == kind:
            tests = _tests_of(exam, answers, variant.exercise)
            answer = answers[variant.exercise]
            found = _first_failure(trial, answer, variant.source, tests, seed)
            results.append(Told(variant, *found))
    return results


def _tests_of(exam, answers, exercise):
    return [
        test
        for test in exam.of_kind("test")
        if exercise_of(test.name, answers) == exercise
    ]


def unnoticed(notebook: str, seeds: Iterable[str]) -> list[tuple[str, str]]:
    """List the mistakes that no visible test notices under some seed.

    A test that notices a mistake under one seed goes first under the next. One that
    draws nothing would say the same again: then one seed is enough.

    Parameters
    ----------
    notebook : str
        Such as ``"assignment1/knn"``.
    seeds : iterable of str
        What the numbers come from that tests draw.

    Returns
    -------
    passed : list of tuple of str
        What is wrong, and the seed.
    """
    exam, seeds = visible(exam_of(notebook)), list(seeds)
    trial, passed = Trial(exam), []
    answers = {cell.name: cell for cell in exam.of_kind("answer")}
    for variant in variants(notebook):
        if variant.kind == "mistake":
            answer = answers[variant.exercise]
            tests = _tests_of(exam, answers, variant.exercise)
            passed += _passed_seeds(trial, answer, variant, tests, seeds)
    return passed


def _passed_seeds(trial, answer, variant, tests, seeds):
    for seed in seeds:
        name, found = _first_failure(trial, answer, variant.source, tests, seed)
        if found.passed:
            yield variant.why, seed
        elif not any(test.name == name and "rng" in test.source for test in tests):
            return
        tests.sort(key=lambda test: test.name != name)


def _first_failure(trial, answer, source, tests, seed):
    try:
        with trial.instead(answer, source):
            for test in tests:
                found = trial.test(test, seed)
                if not found.passed:
                    return test.name, found
    except Exception as error:  # the message that the answer's own cell shows
        return answer.name, Found(False, f"{type(error).__name__}: {error}", True)
    return "", Found(True)


def main(argv: list[str] | None = None) -> int:
    """Run the command line; return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    known = [f"{path.parent.name}/{path.stem}" for path in scripts()]
    parser.add_argument("notebooks", nargs="*", help="for example assignment1/knn")
    parser.add_argument("--exercise", help="only this one")
    parser.add_argument("--seed", default="", help="what rng is seeded by")
    args = parser.parse_args(argv)
    for name in set(args.notebooks) - set(known):
        parser.error(f"no notebook {name}; there are: {', '.join(known)}.")
    vague = 0
    for notebook in args.notebooks or [n for n in known if not lacking(n)]:
        results = told(notebook, seed=args.seed)
        results = [r for r in results if args.exercise in (None, r.variant.exercise)]
        if len(args.notebooks) == 1:
            _print_each(results)
        vague += not _summary(notebook, results)
    return 1 if vague else 0


def _print_each(results):
    for result in results:
        mark = "  " if result.found.named else "? " if result.test else "! "
        print(f"{mark}{result.variant.exercise}: {result.variant.why}")
        print(f"      {result.found.message or 'No visible test notices.'}")


def _summary(notebook, results):
    """Print how a notebook fares; say whether that is good enough."""
    seen = [result for result in results if result.test]
    named = sum(result.found.named for result in seen)
    share = named / max(len(results), 1)
    print(
        f"{notebook:36} {len(results):3} mistakes, {len(seen):3} noticed, "
        f"{named:3} named ({share:.0%})",
        flush=True,
    )
    return len(seen) == len(results) and named >= GOAL * len(results)


if __name__ == "__main__":
    terminal.leave(main)
