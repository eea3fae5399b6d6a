"""Grade a notebook's solution, its empty answers and its known mistakes.

The three must come out as the author means: the solution earns every point, an empty
answer none, each plausible mistake loses some, and other correct styles lose none.
``python -m grading.authoring.check_tests assignment1/knn`` prints how each one fares.
"""

import argparse
import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbgrader.utils import determine_grade

from cs231n.runs import terminal
from cs231n.workbook.exercises import exercise_of
from grading import ROOT
from grading.authoring.build import SourceError, lacking, scripts, source_notebook
from grading.authoring.exam_from_notebook import exam_from
from grading.authoring.mistakes import variants
from grading.authoring.student_copy.stubs import ClearAnswers
from grading.judge import seeding

#: Makes unseeded random numbers the same in a kernel and in the judge's processes.
_FIX = """
import sys
sys.path.append({root!r})
from grading.judge import seeding as _seeding
sys.path.remove({root!r})
_seeding.fix({seed})
_seeding.replace_rng(globals(), {secret!r}, {test!r})
"""
#: Forgets all names. What is left is the libraries, which no later reset need look
#: through for garbage: that was a third of the time of a grading.
_RESET = """%reset -f
import gc
gc.freeze()
del gc
"""
#: Runs cells in one message to the kernel, each as if it had come alone.
_ONE_BY_ONE = """
for _source in {!r}:
    get_ipython().run_cell(_source)
"""
#: A kernel has nothing to say to the terminal below an error.
QUIET = ["--log-level=40"]


@dataclass(frozen=True)
class TestScore:
    """What a test cell gave."""

    score: float
    points: float
    message: str  #: last line of the error, or empty


class Grader:
    """Runs set-up, answers and tests of one notebook in one kernel, many times over.

    Parameters
    ----------
    notebook : str
        For example ``"assignment1/knn"``.
    solutions : pathlib.Path, optional
        Folder of the percent scripts.
    """

    def __init__(self, notebook: str, solutions: Path = ROOT / "solutions") -> None:
        source = source_notebook(Path(solutions) / f"{notebook}.py")
        self.exam = exam_from(notebook, source)
        self._written = {cell.id: cell for cell in source.cells}
        cleared, _ = ClearAnswers().preprocess(nbformat.from_dict(source), {})
        self._cleared = {cell.id: cell.source for cell in cleared.cells}
        self._client = NotebookClient(
            nbformat.v4.new_notebook(metadata=source.metadata),
            timeout=600,
            startup_timeout=300,
            allow_errors=True,
            extra_arguments=QUIET,
        )

    def __enter__(self):
        self._running = self._client.setup_kernel()
        self._running.__enter__()
        return self

    def __exit__(self, *error):
        self._running.__exit__(*error)

    @property
    def exercises(self) -> list[str]:
        """The grade_ids of the autograded answers, in order."""
        return [cell.name for cell in self.exam.of_kind("answer")]

    def tests(self, exercise: str) -> list[str]:
        """List the test cells that belong to an exercise.

        Parameters
        ----------
        exercise : str
            grade_id of an answer.

        Returns
        -------
        ids : list of str
            grade_ids such as ``test-<exercise>`` and ``test-<exercise>-hidden``.
        """
        return [
            cell.name
            for cell in self.exam.of_kind("test")
            if exercise_of(cell.name, self.exercises) == exercise
        ]

    def stub(self, exercise: str) -> str:
        """Return the empty answer that students find.

        Parameters
        ----------
        exercise : str
            grade_id of an answer.

        Returns
        -------
        source : str
            The cell.
        """
        return self._cleared[exercise]

    def grade(
        self, answers: dict[str, str], tests: list[str] | None = None, secret: str = ""
    ) -> "dict[str, TestScore]":
        """Run the notebook with some answers replaced.

        Parameters
        ----------
        answers : dict of {str: str}
            Cells to use in place of the solutions, by grade_id.
        tests : list of str, optional
            Test cells to run; all by default.
        secret : str, optional
            What the numbers come from that tests draw, as for the judge.

        Returns
        -------
        outcomes : dict of {str: TestScore}
            By test cell.
        """
        self._execute(_RESET)
        outcomes, waiting = {}, []
        for cell in self.exam.cells:
            if cell.kind != "test":
                waiting.append(answers.get(cell.name, cell.source))
            elif tests is None or cell.name in tests:
                self._execute(
                    _ONE_BY_ONE.format([*waiting, self._fix(cell.name, secret)])
                )
                outcomes[cell.name] = self._outcome(cell)
                waiting = []
        return outcomes

    def seed(self, test: str) -> int:
        """Say what seeds the random numbers that a test does not seed itself.

        Parameters
        ----------
        test : str
            grade_id of a test cell.

        Returns
        -------
        seed : int
            The one the judge uses.
        """
        return seeding.seed_of(self.exam.notebook, test)

    def _fix(self, test, secret):
        """Write the cell that seeds the test after it as the judge does."""
        return _FIX.format(
            root=str(ROOT), seed=self.seed(test), secret=secret, test=test
        )

    def _execute(self, source):
        cell = nbformat.v4.new_code_cell(source)
        self._client.nb.cells = [cell]
        return self._client.execute_cell(cell, 0)

    def _outcome(self, cell):
        done = nbformat.from_dict(self._written[cell.name])
        done.outputs = self._execute(cell.source).outputs
        score, points = determine_grade(done)
        errors = [out for out in done.outputs if out.output_type == "error"]
        message = f"{errors[0].ename}: {errors[0].evalue}" if errors else ""
        return TestScore(score, points, message)


def main(argv: list[str] | None = None) -> int:
    """Run the command line; return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("notebook", help="for example assignment1/knn")
    parser.add_argument("--exercise", help="only this one, for example knn-two-loops")
    args = parser.parse_args(argv)
    known = [f"{path.parent.name}/{path.stem}" for path in scripts()]
    if args.notebook not in known:
        parser.error(f"no notebook {args.notebook!r}; there are: {', '.join(known)}.")
    if missing := lacking(args.notebook):
        parser.error(missing)
    try:
        chosen = variants(args.notebook)
        with Grader(args.notebook) as grader:
            if args.exercise and args.exercise not in grader.exercises:
                there = ", ".join(grader.exercises)
                parser.error(f"no exercise {args.exercise!r}; there are: {there}.")
            chosen = [v for v in chosen if args.exercise in (None, v.exercise)]
            bad = sum(not _fares_as_meant(grader, variant) for variant in chosen)
    except SourceError as error:
        print(error, file=sys.stderr)
        return 1
    print(_summary(chosen, bad))
    return 1 if bad else 0


def _fares_as_meant(grader, variant):
    """Grade a variant, say how it fared, and whether that was meant."""
    tests = grader.tests(variant.exercise)
    found = grader.grade({variant.exercise: variant.source}, tests).values()
    score = sum(outcome.score for outcome in found)
    points = sum(outcome.points for outcome in found)
    as_meant = (score == points) == (variant.kind == "style")
    mark = "" if as_meant else "  <-- not as meant"
    print(f"{variant.exercise}: {score:g}/{points:g}  {variant.why}{mark}")
    for outcome in found:
        if outcome.message:
            print(f"    {outcome.message.splitlines()[0]}")
    return as_meant


def _summary(chosen, bad):
    kinds = Counter(variant.kind for variant in chosen)
    count = len({variant.exercise for variant in chosen})
    exercises = f"{count} exercise{'s' * (count != 1)}"
    return (
        f"{kinds['mistake']} mistakes and {kinds['style']} styles of {exercises}: "
        f"{bad or 'none'} not as meant."
    )


if __name__ == "__main__":
    terminal.leave(main)
