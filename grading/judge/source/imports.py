"""What an answer's cell imports from the package beyond what the notebook imports."""

import ast
import copy
import importlib
from functools import cache

from cs231n.old_imports import starred
from cs231n.testing.names import parts_of
from cs231n.testing.sources import PACKAGE
from grading.judge.source import plain

_DEFINING = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


@cache
def imported(tree: ast.Module) -> frozenset[tuple[str | None, str, str]]:
    """List the names that a cell imports from modules.

    Parameters
    ----------
    tree : ast.Module
        A set-up cell.

    Returns
    -------
    found : frozenset of (str, str, str)
        Module, name there, name here.
    """
    return frozenset(
        (node.module, alias.name, alias.asname or alias.name)
        for node in parts_of(tree, ast.ImportFrom)
        for alias in node.names
    )


@cache
def given(tree: ast.Module) -> frozenset[str]:
    """List the names that a cell gives to anything but what it imports.

    Parameters
    ----------
    tree : ast.Module
        An answer's cell.

    Returns
    -------
    names : frozenset of str
        Also those within functions.
    """
    stored = {n.id for n in parts_of(tree, ast.Name) if _is_stored(n)}
    return frozenset(stored | {n.name for n in parts_of(tree, *_DEFINING)})


@cache
def defined(tree: ast.Module) -> frozenset[str]:
    """List the names that a cell gives at its top, whatever happens, and keeps.

    Parameters
    ----------
    tree : ast.Module
        An answer's cell.

    Returns
    -------
    names : frozenset of str
        Of functions, classes and variables.
    """
    targets = [t for n in tree.body if isinstance(n, ast.Assign) for t in n.targets]
    names = {target.id for target in targets if isinstance(target, ast.Name)}
    return frozenset(names | {n.name for n in tree.body if isinstance(n, _DEFINING)})


@cache
def deleted(tree: ast.Module) -> frozenset[str]:
    """List the names that a cell may take away.

    Parameters
    ----------
    tree : ast.Module
        An answer's cell.

    Returns
    -------
    names : frozenset of str
        Also those within functions.
    """
    caught = {n.name for n in parts_of(tree, ast.ExceptHandler) if n.name}
    names = parts_of(tree, ast.Name)
    return frozenset(caught | {n.id for n in names if isinstance(n.ctx, ast.Del)})


def _is_stored(node):
    return not isinstance(node.ctx, ast.Load)


@cache
def settled(
    source: str, known: frozenset[tuple[str, str, str]], own: frozenset[str]
) -> ast.Module:
    """Read an answer's cell without the imports that bring what is there already.

    Files of older editions begin with ``from cs231n.layers import *``. A star is read
    as the names it stands for, so that it counts only where one of them is used. It
    brings nothing that the cells define: see :func:`cs231n.old_imports.bring`, and
    :mod:`grading.judge.room.stripped` for what it brings before they do.

    Parameters
    ----------
    source : str
        The cell.
    known : frozenset of (str, str, str)
        From :func:`imported`, without names that mean something else by now.
    own : frozenset of str
        What set-up cells and answers define.

    Returns
    -------
    tree : ast.Module
        The cell.
    """
    tree = plain.parsed(source) or ast.Module([], [])
    if not _has_ours(tree):
        return tree
    settler = _Settler(known, own)
    return ast.Module([settler.settled(part) for part in tree.body], [])


@cache
def _has_ours(tree):
    return any(map(_is_ours, parts_of(tree, ast.ImportFrom)))


def _is_ours(node):
    """Tell whether an import brings names from the package."""
    module = starred(node) or ("" if node.level else node.module)
    return module.partition(".")[0] == PACKAGE


class _Settler(ast.NodeTransformer):
    def __init__(self, known, own):
        self._known, self._own = known, own

    def settled(self, statement):
        """Return a statement as it is, of which all is known, or another one."""
        if isinstance(statement, _DEFINING) or not _has_ours(statement):
            return statement
        return ast.fix_missing_locations(self.visit(copy.deepcopy(statement)))

    def visit_ImportFrom(self, node):
        star = starred(node)
        module = star or ("" if node.level else node.module)
        if module.partition(".")[0] != PACKAGE:
            return node
        own = self._own if star else ()
        names = [
            alias
            for part in node.names
            for alias in _written_out(module, part)
            if alias.name not in own and not self._is_known(module, alias)
        ]
        return ast.ImportFrom(module, names, 0) if names else ast.Pass()

    def _is_known(self, module, alias):
        """Tell whether the notebook has imported the same, by whatever spelling."""
        here = alias.asname or alias.name
        if (module, alias.name, here) in self._known:
            return True
        found = _object(module, alias.name)
        return found is not None and any(
            _object(other, name) is found
            for other, name, bound in self._known
            if bound == here
        )

    def _leave(self, node):
        return node

    # What is imported within one of these is read with it.
    visit_FunctionDef = visit_AsyncFunctionDef = visit_ClassDef = _leave


@cache
def _object(module, name):
    """Return what a module of the package has under a name, None for nothing."""
    if module.partition(".")[0] != PACKAGE or "._" in module:
        return None
    try:
        return getattr(importlib.import_module(module), name, None)
    except ImportError:
        return None


def _written_out(module, alias):
    if alias.name != "*" or "._" in module:
        return [alias]
    try:
        found = importlib.import_module(module)
    except ImportError:
        return [alias]
    names = getattr(found, "__all__", vars(found))
    return [ast.alias(name) for name in names if not name.startswith("_")]
