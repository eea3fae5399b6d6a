"""The exercises and questions of a notebook, and what each hangs on."""

import ast
import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass

import cs231n
from cs231n.workbook.cells import as_python
from cs231n.workbook.saved import TESTED, SavedCell, SavedNotebook

_EMPTY = re.compile(r"\*Write your answer\b[^*]*here\.\*")
#: An answer above the line that it should have replaced.
_RETURNS = re.compile(r"^[ \t]+return\b", re.MULTILINE)


@dataclass(frozen=True)
class Exercise:
    """An answer and its tests."""

    name: str
    answers: tuple[SavedCell, ...]  #: one, unless a student has copied the cell
    tests: tuple[SavedCell, ...]
    digest: str  #: changes with whatever its tests may see

    @property
    def points(self) -> float:
        """What its tests are worth."""
        return sum(test.points for test in self.tests)

    @property
    def is_open(self) -> bool:
        """Whether nothing has been written yet, as far as one can see."""
        mark = f'NotImplementedError("{self.name}: '
        parts = [cell.source.partition(mark) for cell in self.answers]
        unwritten = [
            bool(found and not _RETURNS.search(above)) for above, found, _ in parts
        ]
        return bool(unwritten) and all(unwritten)


@dataclass(frozen=True)
class Question:
    """A question that is answered in words."""

    name: str
    number: str  #: as its text has it, such as "Question 2"
    points: float
    is_empty: bool


def exercise_of(test: str, exercises: Iterable[str]) -> str | None:
    """Name the exercise that a test belongs to.

    Parameters
    ----------
    test : str
        grade_id of a test such as ``"test-knn-l1-hidden"``.
    exercises : iterable of str
        grade_ids of the answers.

    Returns
    -------
    exercise : str or None
        The longest name that the test begins with.
    """
    found = [name for name in exercises if test.startswith(f"test-{name}")]
    return max(found, key=len, default=None)


def exercises(notebook: SavedNotebook) -> dict[str, Exercise]:
    """Sort the answers and tests of a notebook.

    Parameters
    ----------
    notebook : SavedNotebook
        From :func:`cs231n.workbook.saved.read`.

    Returns
    -------
    exercises : dict of {str: Exercise}
        By name, from top to bottom.
    """
    answers: dict[str, list[SavedCell]] = {}
    for cell in notebook.of_role("answer"):
        answers.setdefault(cell.name, []).append(cell)
    tests: dict[str, list[SavedCell]] = {name: [] for name in answers}
    for cell in notebook.of_role("test"):
        exercise = exercise_of(cell.name, answers) or _named(cell)
        tests.setdefault(exercise, []).append(cell)
        answers.setdefault(exercise, [])  # its cell was deleted
    seen = _Seen(notebook, answers, tests)
    return {
        name: Exercise(
            name, tuple(answers[name]), tuple(tests[name]), seen.digest(name)
        )
        for name in answers
    }


def questions(notebook: SavedNotebook) -> list[Question]:
    """List the questions that a notebook asks.

    Parameters
    ----------
    notebook : SavedNotebook
        From :func:`cs231n.workbook.saved.read`.

    Returns
    -------
    questions : list of Question
        From top to bottom.
    """
    found, number = [], ""
    for cell in notebook.cells:
        asked = re.match(r"\*\*((?:Question|问题) \w+)", cell.source)
        number = asked[1] if asked else number
        if cell.role == "question":
            text = _EMPTY.sub("", cell.source).strip()
            found.append(Question(cell.name, number, cell.points, not text))
            number = ""
    return found


def _named(test):
    """Name the exercise whose answer is not there: as the tick of its test does."""
    ticked = TESTED.search(test.source)
    return ticked[1] if ticked else test.name.removeprefix("test-")


class _Seen:
    """What the tests of an exercise may see: set-up, its answer, those it calls."""

    def __init__(self, notebook, answers, tests):
        self._answers, self._tests = answers, tests
        self._setup = [cell.source for cell in notebook.of_role("setup")]
        self._makes = {name: _made(cells) for name, cells in answers.items()}
        used = {name: _used([*answers[name], *tests[name]]) for name in answers}
        self._needs = {
            name: {
                other
                for other in answers
                if other != name and self._makes[other] & used[name]
            }
            for name in answers
        }

    def digest(self, name):
        reached, new = set(), {name}
        while new:
            reached |= new
            new = set().union(*(self._needs[one] for one in new)) - reached
        parts = [cs231n.__version__, *self._setup]
        parts += [cell.source for cell in self._tests[name]]
        for other in sorted(reached):
            parts += [cell.source for cell in self._answers[other]]
        return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:32]


def _trees(cells):
    for cell in cells:
        try:
            yield ast.parse(as_python(cell.source))
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            continue


def _made(cells):
    """List the names that cells give to functions, classes and values."""
    names = set()
    for tree in _trees(cells):
        for node in tree.body:
            if hasattr(node, "name"):
                names.add(node.name)
            names |= {
                part.id
                for part in ast.walk(node)
                if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store)
                if isinstance(node, ast.Assign | ast.AnnAssign)
            }
    return names


def _used(cells):
    names = set()
    for tree in _trees(cells):
        for node in ast.walk(tree):
            if isinstance(node, ast.Name):
                names.add(node.id)
            elif isinstance(node, ast.Attribute):
                names.add(node.attr)
    return names
