"""What the tests that gave points rely on: their points go when that changes.

Names tell it, since only Jupyter says which cell has run: VS Code sends an address of
its own, and Colab nothing.
"""

import ast
import re
from collections.abc import Iterator

from cs231n.workbook import score
from cs231n.workbook.cells import as_python, names_in

_METHOD = re.compile(r"^def\s+(\w+)\s*\(\s*self\b", re.MULTILINE)
#: The grader puts another generator in its place, so no tick hangs on it.
_REPLACED = "rng"


class Relied:
    """Remembers what defined each name, and which names each tick relies on."""

    def __init__(self) -> None:
        self._sources: dict[str, str] = {}  # of the cell that defined a name last
        self._names: dict[tuple[str, str | None], set[str]] = {}  # by tick

    def has_run(self, source: str, before: str = "") -> None:
        """Take back the points of tests that use what a cell has changed.

        Parameters
        ----------
        source : str
            Of the cell.
        before : str, optional
            What the same cell held when it ran last, where the editor names its cells.
        """
        defined = _defined(source) | _defined(before)
        changed = {name for name in defined if self._sources.get(name) != source}
        self._sources |= dict.fromkeys(defined, source)
        for tick, names in list(self._names.items()):
            if names & changed:
                score.forget(*tick)
                del self._names[tick]

    def has_ticked(self, source: str) -> None:
        """Remember what a test that has passed relies on.

        Parameters
        ----------
        source : str
            Of the test's cell.
        """
        self._names |= dict.fromkeys(ticks_of(source), _used(source))


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


def _defined(source):
    """Return the names that a cell defines; those of methods with a dot as well."""
    source = as_python(source)
    methods = {f".{name}" for name in _METHOD.findall(source)}
    return methods | set(names_in(source))


def _used(source):
    """Return the names that a cell uses and does not define; attributes with a dot."""
    read, own = set(), {_REPLACED}
    for node in _nodes(source):
        if isinstance(node, ast.Name):
            (read if isinstance(node.ctx, ast.Load) else own).add(node.id)
        elif isinstance(node, ast.Attribute):
            read.add(f".{node.attr}")
        elif isinstance(node, ast.FunctionDef | ast.ClassDef):
            own.add(node.name)
        elif isinstance(node, ast.Constant) and "\n" in str(node.value):
            read |= _used(node.value)  # a program that the test runs
    return read - own


def _nodes(source):
    try:
        return list(ast.walk(ast.parse(as_python(source))))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return []
