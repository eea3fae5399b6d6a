"""Hints to an exercise: folded parts of the notebook's text, opened one by one."""

import difflib
import re
from pathlib import Path

from cs231n.languages import say, speaking
from cs231n.workbook.attempts import Attempts
from cs231n.workbook.saved import BadNotebook, SavedNotebook, all_below, read

_FOLDED = re.compile(
    r"<details>\s*<summary>(.*?)</summary>(.*?)</details>", re.DOTALL | re.IGNORECASE
)


def hints(notebook: SavedNotebook, exercise: str) -> list[tuple[str, str]]:
    """List the hints to an exercise.

    Parameters
    ----------
    notebook : SavedNotebook
        Of the course.
    exercise : str
        Its name.

    Returns
    -------
    hints : list of (title, text)
        From the first to the last.
    """
    return [
        (title.strip(), text.strip())
        for cell in notebook.of_role("hint")
        if cell.name == exercise
        for title, text in _FOLDED.findall(cell.source)
    ]


def next_hint(path: Path, exercise: str, number: int | None = None) -> str:
    """Open a hint.

    Parameters
    ----------
    path : pathlib.Path
        Of the notebook.
    exercise : str
        Its name.
    number : int, optional
        Which; by default the first that was not opened yet.

    Returns
    -------
    text : str
        The hint, or why there is none.
    """
    notebook = read(path)
    with speaking(notebook.language):
        return _opened(notebook, exercise, number)


def _opened(notebook, exercise, number):
    path, known = notebook.path, hints(notebook, exercise)
    attempts = Attempts(path)
    if not known:
        template = "{file} has no hints to {exercise} yet. Read the text above it."
        return say(template, file=path.name, exercise=exercise)
    opened = attempts.hints(exercise)
    wanted = number or opened + 1
    if number and number > len(known):
        template = "{exercise} has {count} hints: there is no number {number}."
        return say(template, exercise=exercise, count=len(known), number=number)
    if wanted > len(known):
        template = (
            "{exercise} has {count} hints, and you have opened them all. To read one "
            "again:  python -m cs231n.hint {exercise} --number 1"
        )
        return say(template, exercise=exercise, count=len(known))
    attempts.open_hint(exercise, max(opened, wanted))
    attempts.save()
    title, text = known[wanted - 1]
    more = len(known) - wanted
    left = say("{more} more to open.", more=more) if more else ""
    left = left or say("That was the last one.")
    return f"{title}\n\n{text}\n\n({left})"


def notebook_of(exercise: str, below: Path) -> Path:
    """Find the notebook of an exercise.

    Parameters
    ----------
    exercise : str
        Its name.
    below : pathlib.Path
        The folder to look in.

    Returns
    -------
    path : pathlib.Path
        Of the first notebook that has it.

    Raises
    ------
    BadNotebook
        If none has.
    """
    names: list[str] = []
    for path in all_below(below):
        try:
            notebook = read(path)
        except BadNotebook:
            continue
        answers = [cell.name for cell in notebook.of_role("answer")]
        if exercise in answers:
            return path
        if exercise in (path.name, path.stem):
            raise BadNotebook(
                f"{path.name} is a notebook. Its exercises are {', '.join(answers)}."
            )
        if exercise in [cell.name for cell in notebook.of_role("question")]:
            raise BadNotebook(
                f"{exercise} is a question of {path.name}: only exercises have hints."
            )
        names += answers
    alike = [name for name in names if name.startswith(exercise.partition("-")[0])]
    alike = alike or [name for name in names if exercise and exercise in name]
    alike = alike or difflib.get_close_matches(exercise, names)
    there = f" There are {', '.join(alike[:8])}." if alike else ""
    if names and not alike:
        there = " `python -m cs231n.check knn` lists those of knn."
    if not names:
        there = " Give the command in the folder of the course."
    raise BadNotebook(
        f"No notebook in this folder has an exercise {exercise!r}.{there}"
    )
