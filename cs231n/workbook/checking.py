"""The check of a notebook: what has changed is run, the rest is remembered."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from cs231n.languages import speaking
from cs231n.workbook.attempts import Attempts
from cs231n.workbook.exercises import Exercise, exercises, questions
from cs231n.workbook.report import Report
from cs231n.workbook.results import Result
from cs231n.workbook.running import Room
from cs231n.workbook.saved import BadNotebook, SavedNotebook, read


def check(
    path: Path,
    chosen: Sequence[str] = (),
    *,
    everything: bool = False,
    numbers: str = "",
) -> Report:
    """Run the tests of a notebook.

    Parameters
    ----------
    path : pathlib.Path
        A saved notebook.
    chosen : sequence of str, optional
        Names of exercises; these run whether something has changed or not. By default
        all are reported.
    everything : bool, optional
        Whether to run what has not changed, too.
    numbers : str, optional
        What the tests' numbers come from instead of the usual; such a run is not
        remembered.

    Returns
    -------
    report : Report
        Of the chosen exercises, or of all and the questions.

    Raises
    ------
    BadNotebook
        If it is no notebook of the course, or has no such exercise.
    SetUpFailed
        If its set-up does not run.
    """
    notebook = read(path)
    wanted = _wanted(notebook, chosen)
    attempts = Attempts(path)
    results: dict[str, Result] = {}
    if not (everything or chosen or numbers):
        kept = {one.name: attempts.before(one) for one in wanted}
        results = {name: result for name, result in kept.items() if result}
    new = [one for one in wanted if one.name not in results]
    with speaking(notebook.language):
        results |= _run(notebook, new, numbers)
    for one in new if not numbers else ():
        attempts.keep(one, results[one.name])
    if new and not numbers:
        attempts.save()
    return Report(
        notebook.name,
        [results[one.name] for one in wanted],
        [] if chosen else questions(notebook),
        {one.name: attempts.failures(one.name) for one in wanted},
        len(new),
        notebook.language,
    )


def _wanted(notebook: SavedNotebook, chosen: Iterable[str]) -> list[Exercise]:
    known = exercises(notebook)
    unknown = [name for name in chosen if name not in known]
    if unknown:
        raise BadNotebook(
            f"{notebook.path.name} has no exercise {unknown[0]!r}; it has "
            f"{', '.join(known)}."
        )
    return [known[name] for name in chosen or known]


def _run(notebook, new, numbers):
    """Test exercises; a notebook in which none is written needs no set-up."""
    if all(one.is_open for one in new):
        return {one.name: Result(one.name, "open", 0, one.points) for one in new}
    room = Room(notebook, numbers)
    return {one.name: room.tested(one) for one in new}
