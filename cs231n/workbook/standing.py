"""How far a student is, said inside the notebook: nothing runs."""

import subprocess
import sys
from collections.abc import Iterator

from cs231n.workbook import score
from cs231n.workbook.exercises import Exercise, exercises, questions
from cs231n.workbook.lines import wrapped
from cs231n.workbook.live import unsaved
from cs231n.workbook.report import table, totals, unanswered
from cs231n.workbook.results import Result
from cs231n.workbook.saved import SavedNotebook


def standing(notebook: SavedNotebook) -> Iterator[str]:
    """Say how the notebook of this kernel stands.

    Parameters
    ----------
    notebook : SavedNotebook
        As it was saved last.

    Yields
    ------
    line : str
        The table, the points, what is open.
    """
    results = [_result(one) for one in exercises(notebook).values()]
    yield from table(results)
    yield ""
    yield totals(results)
    yield from unanswered(questions(notebook))
    changed = unsaved(notebook)
    if changed:
        yield (
            f"Save the notebook: {', '.join(changed)} ran here with another text than "
            f"the file has."
        )


def _result(exercise: Exercise) -> Result:
    points = score.so_far(exercise.name)
    if exercise.is_open:
        state = "passed, not saved" if points else "open"
    else:
        done = points >= exercise.points
        state = "passed" if done else "tests to run or to pass"
    return Result(exercise.name, state, points, exercise.points)


def command(name: str, *arguments: str) -> int:
    """Run one of the package's commands in a process of its own; print what it says.

    Parameters
    ----------
    name : str
        Such as ``"check"``.
    *arguments : str
        Of the command.

    Returns
    -------
    status : int
        The exit status.
    """
    run = subprocess.run(
        [sys.executable, "-X", "utf8", "-m", f"cs231n.{name}", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
    )
    print(wrapped(run.stdout))
    return run.returncode
