"""What the tests that gave points rely on: their points go when that changes.

Names tell it, since only Jupyter says which cell has run: VS Code sends an address of
its own, and Colab nothing. A name is changed by another text of the statements that
bind it, by what deletes it, and by a change of anything that these statements use.

What the text of cells does not say goes unnoticed: names that running code makes
(``exec``, ``globals()``, ``import *``, ``%run``), a module whose file has changed, what
is assigned to an object that is no class, and data that is changed in its place.
`notebook.check()` and the grader run everything anew and miss none of it.
"""

import ast
from collections.abc import Iterator

from cs231n.workbook import score
from cs231n.workbook.cells import as_python
from cs231n.workbook.definitions import Definition, definitions, used

#: The grader puts another generator in its place, so no tick hangs on it.
_REPLACED = "rng"


class Relied:
    """Remembers how each name was defined last, and which names each tick relies on."""

    def __init__(self) -> None:
        self._known: dict[str, Definition] = {}
        self._names: dict[tuple[str, str | None], set[str]] = {}  # by tick

    def has_run(self, source: str, before: str = "") -> None:
        """Take back the points of tests that use what a cell has changed.

        What uses a changed name is changed with it, in whatever cell it stands.

        Parameters
        ----------
        source : str
            Of the cell.
        before : str, optional
            What the same cell held when it ran last, where the editor names its cells.
        """
        made = definitions(source)
        made |= dict.fromkeys(definitions(before).keys() - made.keys(), Definition())
        made = {name: one for name, one in made.items() if self._counts(name, made)}
        changed = self._changed_by(made)
        self._known |= made
        changed = self._with_users(changed)
        for tick, names in list(self._names.items()):
            if names & changed:
                score.forget(*tick)
                del self._names[tick]

    def _counts(self, name, made):
        """Tell whether a name is a global one or of a class: data has other owners."""
        owner = name.rpartition(".")[0]
        known = made.get(owner, self._known.get(owner))
        return not owner or (known is not None and known.is_class)

    def _changed_by(self, made):
        """Return the names, and attributes of any object, that are made anew."""
        changed = set()
        before = {_as_read(name) for name in self._known}
        for name in made:
            owner, dot, _ = name.rpartition(".")
            if self._known.get(name) == made[name] or owner in made:
                continue  # a class that is made here is itself changed
            if owner or not dot or name in before:
                changed.add(_as_read(name))
        return changed - {_REPLACED}

    def _with_users(self, changed):
        """Add the names whose definitions use changed ones."""
        while (
            more := {
                _as_read(name)
                for name, one in self._known.items()
                if one.uses & changed
            }
            - changed
        ):
            changed |= more
        return changed

    def has_ticked(self, source: str) -> None:
        """Remember what a test that has passed relies on.

        Parameters
        ----------
        source : str
            Of the test's cell.
        """
        self._names |= dict.fromkeys(ticks_of(source), used(source))


def _as_read(name):
    """Write a name as it is read: an attribute, whatever class has it."""
    return name[name.rfind(".") :] if "." in name else name


def ticks_of(source: str) -> Iterator[tuple[str, str | None]]:
    """Find the ticks at the end of a test.

    Parameters
    ----------
    source : str
        Of its cell.

    Yields
    ------
    exercise : str
        Name of the answer.
    what : str or None
        What tells this test from the others; None where it is not written out.
    """
    for node in _nodes(source):
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "passed":
            words = [getattr(argument, "value", None) for argument in node.args]
            if words and isinstance(words[0], str):
                what = words[1] if len(words) > 1 else None
                yield words[0], what if isinstance(what, str) else None


def _nodes(source):
    try:
        return list(ast.walk(ast.parse(as_python(source))))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return []
