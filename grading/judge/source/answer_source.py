"""The source of a function of the answers, read by the side that is trusted.

Most tests of a notebook read the same cells, so what was found in a cell is kept. The
process that reads lives for one notebook.
"""

import ast
import symtable
from functools import cache

from cs231n.testing.names import nodes, parts_of
from grading.judge.source import imports
from grading.judge.source.bindings import FUNCTIONS, bound, made_global, names, other
from grading.judge.source.plain import is_plain, parsed, text_of, unfinished

__all__ = ["is_plain", "sources", "unfinished"]


def sources(name: str, setup: list[str], answers: list[str]) -> list[ast.AST]:
    """Find the source of a function, and of the functions and classes it names.

    Parameters
    ----------
    name : str
        What the function is called.
    setup : list of str
        Set-up cells.
    answers : list of str
        The student's cells, in the order in which they run. Their classes are read like
        functions.

    Returns
    -------
    found : list of ast.AST
        Trees, the function's first, and of the student's imports and assignments that
        give it other names; empty if what the name stands for cannot be told from the
        cells. Nobody may change them.
    """
    return list(_sources(name, tuple(setup), tuple(answers)))


@cache
def _sources(name, setup, answers):
    given, own = tuple(filter(None, map(parsed, setup))), _settled(setup, answers)
    bindings, others = dict(_bound_by(given, own)), {}
    for tree in own:
        for key, part in other(tree):
            others.setdefault(key, []).append(part)
        for key in made_global(tree):  # a function gives these names, whenever it runs
            bindings[key] = [*bindings.get(key, []), None]
    found, waiting, seen = _Trees(), ["*", name], set()
    owner, _, method = name.partition(".")
    if method:
        bindings[name] = _methods(bindings.get(owner, []), method)
    while waiting:
        current = waiting.pop()
        if current in seen:
            continue
        seen.add(current)
        meant = bindings.get(current, [None])
        if current == name and (None in meant or not meant):
            return []
        meant = [*filter(None, meant), *others.get(current, [])]
        for node in filter(found.add, meant):
            waiting += sorted(_wanted(node))
    return found.listed


@cache
def _bound_by(given, own):
    """Map names to what set-up cells, then answers, bind them to; cell by cell."""
    if own:
        before = _bound_by(given, own[:-1])
        return before | bound(own[-1], before, (*FUNCTIONS, ast.ClassDef))
    if given:
        before = _bound_by(given[:-1], ())
        return before | bound(given[-1], before, FUNCTIONS)
    return {}


def _settled(setup, answers):
    """Read the answers; what they import as the set-up cells do makes no difference."""
    answers = [cell for cell in answers if parsed(cell) is not None]
    trees, setup = list(map(parsed, answers)), list(filter(None, map(parsed, setup)))
    given = frozenset().union(*map(imports.given, trees))
    own = frozenset().union(*map(imports.defined, [*setup, *trees]))
    known = frozenset(
        found
        for tree in setup
        for found in imports.imported(tree)
        if found[2] not in given
    )
    own = own.difference(*map(imports.deleted, trees))
    return tuple(imports.settled(cell, known, own) for cell in answers)


class _Trees:
    """Trees of which no two say the same."""

    def __init__(self):
        self.listed = []
        self._first, self._said = {}, {}  # by kind and size: most trees have no equal

    def add(self, tree):
        """Take a tree if it is new; tell whether it is."""
        size = type(tree), len(nodes(tree))
        if size in self._first:
            first = self._first[size]
            said = self._said.setdefault(size, {_written(first)})
            if tree is first or _written(tree) in said:
                return False
            said.add(_written(tree))
        self._first.setdefault(size, tree)
        self.listed.append(tree)
        return True


_written = cache(ast.dump)


def _methods(owners, name):
    """List what a method of a class may be."""
    bodies = [getattr(owner, "body", [None]) for owner in owners]
    return [
        part
        for body in bodies
        for part in body
        if part is None or (isinstance(part, FUNCTIONS) and part.name == name)
    ][-1:]


@cache
def _wanted(node):
    """List what a node gets from outside: global names, and ``.method`` of anything."""
    try:
        tables = [symtable.symtable(text_of(node), "cell", "exec")]
    except (SyntaxError, RecursionError):
        return names(node)
    found = set(tables[0].get_identifiers())
    while tables:
        table = tables.pop()
        found |= {part.get_name() for part in table.get_symbols() if part.is_global()}
        tables += table.get_children()
    return found | {f".{name}" for name in _attributes(node)}


def _attributes(node):
    yield from (part.attr for part in parts_of(node, ast.Attribute))
    for part in parts_of(node, ast.Constant):
        if type(part.value) is str:
            yield part.value  # getattr(self, "slow")
