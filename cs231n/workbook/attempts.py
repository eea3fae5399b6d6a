"""What a student has tried: a small file beside the notebooks."""

import contextlib
import json
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from cs231n.files import write_whole
from cs231n.workbook.exercises import Exercise
from cs231n.workbook.results import Result

STATE = ".cs231n.json"
#: Failures after which a hint is in place.
MANY = 3


class Attempts:
    """The attempts at the exercises of one notebook.

    Parameters
    ----------
    notebook : pathlib.Path
        Beside which the file lies. One that is missing or damaged counts as empty.
    """

    def __init__(self, notebook: Path) -> None:
        self._path = notebook.parent / STATE
        self._all = _loaded(self._path)
        known = self._all.get(notebook.stem)
        self._mine = self._all[notebook.stem] = known if isinstance(known, dict) else {}

    def before(self, exercise: Exercise) -> Result | None:
        """Return how an exercise fared when all was as it is now.

        Parameters
        ----------
        exercise : Exercise
            With its digest.

        Returns
        -------
        result : Result or None
            None if something has changed since, or it was never tested.
        """
        kept = self._of(exercise.name)
        if kept.get("digest") != exercise.digest:
            return None
        try:
            result = Result(**kept["result"])
        except (KeyError, TypeError):
            return None
        texts = (result.state, result.test, result.message)
        is_whole = all(isinstance(text, str) for text in texts)
        if not is_whole or not isinstance(result.points, int | float):
            return None
        return replace(result, exercise=exercise.name, of=exercise.points)

    def keep(self, exercise: Exercise, result: Result) -> None:
        """Keep a result; one that fails is an attempt, if the answer is new.

        Parameters
        ----------
        exercise : Exercise
            With its digest.
        result : Result
            Of its tests.
        """
        kept = self._of(exercise.name)
        tried = self.failures(exercise.name)
        if result.state == "passed":
            tried = 0
        elif result.state == "fails" and kept.get("digest") != exercise.digest:
            tried += 1
        kept |= {"digest": exercise.digest, "failures": tried, "result": asdict(result)}

    def failures(self, exercise: str) -> int:
        """Count the different answers that failed since the last that passed.

        Parameters
        ----------
        exercise : str
            Its name.

        Returns
        -------
        failures : int
            0 for an exercise that nobody has tried.
        """
        return self._count(exercise, "failures")

    def hints(self, exercise: str) -> int:
        """Count the hints that were opened.

        Parameters
        ----------
        exercise : str
            Its name.

        Returns
        -------
        opened : int
            0 at first.
        """
        return self._count(exercise, "hints")

    def open_hint(self, exercise: str, opened: int) -> None:
        """Keep how many hints are open.

        Parameters
        ----------
        exercise : str
            Its name.
        opened : int
            How many.
        """
        self._of(exercise)["hints"] = opened

    def save(self) -> None:
        """Write the file; where the folder is closed, nothing is remembered."""
        with contextlib.suppress(OSError):
            write_whole(self._path, json.dumps(self._all, indent=1).encode())

    def _of(self, exercise: str) -> dict[str, Any]:
        kept = self._mine.get(exercise)
        if not isinstance(kept, dict):
            kept = self._mine[exercise] = {}
        return kept

    def _count(self, exercise, what):
        value = self._of(exercise).get(what)
        return max(0, value) if isinstance(value, int) else 0


def _loaded(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}
