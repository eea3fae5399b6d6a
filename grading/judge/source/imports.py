"""What an answer's cell imports from the package beyond what the notebook imports."""

import ast
import importlib
from functools import cache

from cs231n.testing.sources import PACKAGE


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
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom)
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
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    nodes = list(ast.walk(tree))
    stored = {n.id for n in nodes if isinstance(n, ast.Name) and _is_stored(n)}
    return frozenset(stored | {n.name for n in nodes if isinstance(n, kinds)})


def _is_stored(node):
    return not isinstance(node.ctx, ast.Load)


@cache
def settled(source: str, known: frozenset[tuple[str, str, str]]) -> ast.Module:
    """Read an answer's cell without the imports that bring what is there already.

    Files of older editions begin with ``from cs231n.layers import *``. A star is read
    as the names it stands for, so that it counts only where one of them is used.

    Parameters
    ----------
    source : str
        The cell.
    known : frozenset of (str, str, str)
        From :func:`imported`, without names that mean something else by now.

    Returns
    -------
    tree : ast.Module
        The cell.
    """
    return ast.fix_missing_locations(_Settler(known).visit(ast.parse(source)))


class _Settler(ast.NodeTransformer):
    def __init__(self, known):
        self._known = known

    def visit_ImportFrom(self, node):
        if node.level or node.module.partition(".")[0] != PACKAGE:
            return node
        names = [
            alias
            for part in node.names
            for alias in _written_out(node.module, part)
            if not self._is_known(node.module, alias)
        ]
        return ast.ImportFrom(node.module, names, 0) if names else ast.Pass()

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

    # What is imported within a function is read with the function.
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
