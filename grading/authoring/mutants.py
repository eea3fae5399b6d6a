"""Try the visible tests with small changes of the solutions: each should be noticed.

``python -m grading.authoring.mutants assignment1/knn`` prints what nobody notices.
Changes that make no difference stand in ``equal_mutants.toml``, each with the reason.
"""

import argparse
import os
import tomllib
from concurrent.futures import ProcessPoolExecutor, as_completed
from pathlib import Path
from typing import TYPE_CHECKING

from cs231n.runs import terminal
from cs231n.workbook.exercises import exercise_of
from grading import arguments
from grading.authoring.build import lacking, scripts
from grading.authoring.exam_from_notebook import exam_of
from grading.authoring.mutations import mutants
from grading.authoring.trial import TooLong, Trial, visible
from grading.progress import bar

if TYPE_CHECKING:
    from grading.authoring.mutations import Mutant

EQUAL = Path(__file__).with_name("equal_mutants.toml")
#: The share that has to be noticed.
GOAL = 0.99


def survivors(notebook: str, exercise: str) -> "tuple[list[Mutant], int]":
    """Try the visible tests of an exercise with all changes of its solution.

    Parameters
    ----------
    notebook : str
        Such as ``"assignment1/knn"``.
    exercise : str
        grade_id of an answer.

    Returns
    -------
    alive : list of grading.authoring.mutations.Mutant
        Those that no test noticed.
    tried : int
        How many there were.
    """
    exam = visible(exam_of(notebook))
    answers = exam.of_kind("answer")
    (solution,) = (cell for cell in answers if cell.name == exercise)
    names = [cell.name for cell in answers]
    tests = [t for t in exam.of_kind("test") if exercise_of(t.name, names) == exercise]
    trial, found = Trial(exam), mutants(solution.source)
    alive = [mutant for mutant in found if _survives(trial, mutant, exercise, tests)]
    return alive, len(found)


def _survives(trial, mutant, exercise, tests):
    try:
        trial.run(exercise, mutant.source)
    except (Exception, TooLong):
        return False
    return all(trial.test(test).passed for test in tests)


def equal() -> dict[tuple[str, ...], str]:
    """Read the changes that were found to make no difference.

    Returns
    -------
    reasons : dict of {tuple of str: str}
        By notebook, exercise, line, what stood there and what does.
    """
    with open(EQUAL, "rb") as file:
        entries = tomllib.load(file).get("mutant", [])
    keys = ("notebook", "exercise", "line", "was", "now")
    return {tuple(entry[key] for key in keys): entry["why"] for entry in entries}


def main(argv: list[str] | None = None) -> int:
    """Run the command line; return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("notebooks", nargs="*", help="for example assignment1/knn")
    parser.add_argument("--jobs", type=arguments.count, default=os.cpu_count() or 1)
    args = parser.parse_args(argv)
    known = [f"{path.parent.name}/{path.stem}" for path in scripts()]
    for name in set(args.notebooks) - set(known):
        parser.error(f"no notebook {name}; there are: {', '.join(known)}.")
    chosen = [name for name in args.notebooks or known if not lacking(name)]
    tried, noticed, same, reasons = 0, 0, 0, equal()
    for notebook, exercise, alive, count in _run(chosen, args.jobs):
        open_ = [m for m in alive if _key(notebook, exercise, m) not in reasons]
        tried, noticed = tried + count, noticed + count - len(alive)
        same += len(alive) - len(open_)
        print(f"{notebook} {exercise}: {count} changes, {len(open_)} unnoticed")
        for mutant in open_:
            print(f"    {mutant.line}\n        {mutant.was}  ->  {mutant.now}")
    share = noticed / max(1, tried - same)
    print(
        f"{tried} changes; {same} make no difference; {share:.2%} of the rest noticed"
    )
    return 0 if share >= GOAL else 1


def _key(notebook, exercise, mutant):
    return notebook, exercise, mutant.line, mutant.was, mutant.now


def _run(notebooks, jobs):
    pairs = [
        (notebook, cell.name)
        for notebook in notebooks
        for cell in exam_of(notebook).of_kind("answer")
    ]
    with ProcessPoolExecutor(jobs) as pool:
        runs = {pool.submit(survivors, *pair): pair for pair in pairs}
        for run in bar(as_completed(runs), total=len(runs)):
            yield *runs[run], *run.result()


if __name__ == "__main__":
    terminal.leave(main)
