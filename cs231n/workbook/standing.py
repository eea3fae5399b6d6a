"""How far a student is, said inside the notebook, and the package's commands there."""

import html
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

from cs231n.languages import say, texts
from cs231n.workbook import beside, score
from cs231n.workbook.exercises import Exercise, exercises, questions
from cs231n.workbook.handing_in import SUBMITTING
from cs231n.workbook.lines import wrapped
from cs231n.workbook.live import unsaved
from cs231n.workbook.report import table, totals, unanswered
from cs231n.workbook.results import Result
from cs231n.workbook.saved import SavedNotebook

_UNSAVED, _UNTESTED = texts("passed, not saved", "tests to run or to pass")


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
        template = (
            "Save the notebook: {names} ran here with another text than the file has."
        )
        yield say(template, names=", ".join(changed))


def _result(exercise: Exercise) -> Result:
    points = score.so_far(exercise.name)
    if exercise.is_open:
        state = _UNSAVED if points else "open"
    else:
        done = points >= exercise.points
        state = "passed" if done else _UNTESTED
    return Result(exercise.name, state, points, exercise.points)


def command(name: str, *arguments: str) -> int:
    """Run one of the package's commands beside this kernel; print what it says.

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
    done = beside.run(f"cs231n.{name}", *arguments)
    print(wrapped(done.stdout + done.stderr))
    return done.returncode


def hand_in(notebook: SavedNotebook | None, anyway: bool = False) -> None:
    """Write the zip of an assignment beside its notebooks, and show a link to it.

    Parameters
    ----------
    notebook : SavedNotebook or None
        The one of this kernel; None if it is not known.
    anyway : bool, optional
        Whether to write it though something is missing or does not run.
    """
    if SUBMITTING in os.environ:  # this cell is one of those that are run through
        return
    if "google.colab" in sys.modules:
        print("On Colab: File, Download, Download .ipynb; hand in every notebook so.")
        return
    folder = notebook.path.resolve().parent if notebook else Path.cwd()
    changed = unsaved(notebook) if notebook else []
    if changed and not anyway:
        print(f"Save the notebook first: {', '.join(changed)} changed since.")
        return
    zipped = folder / f"{folder.name}.zip"
    print(f"Running every notebook in {folder.name}, as it was saved: minutes.")
    options = ["--anyway"] if anyway else []
    status = command("submit", str(folder), "--out", str(zipped), *options)
    if status == 0 or (anyway and zipped.exists()):
        _show_link(zipped)
    elif status == 1:
        print("(Here --anyway is notebook.submit(anyway=True).)")


def _show_link(zipped):
    """Show a link to it; JupyterLab and JupyterLite find the address of the file."""
    if "IPython" in sys.modules:
        from IPython.display import HTML, display

        address = quote(os.path.relpath(zipped).replace(os.sep, "/"))
        name = html.escape(zipped.name)
        display(HTML(f'Download it: <a href="{address}" download>{name}</a>'))
