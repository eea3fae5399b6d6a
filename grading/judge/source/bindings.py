"""What cells of a notebook give names to."""

import ast
from collections import ChainMap
from functools import cache

from cs231n.testing.names import parts_of

FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)


def bound(tree: ast.Module, known: dict, kinds: tuple) -> dict[str, list]:
    """Map each name that a cell binds to the functions it may be, None for others.

    Parameters
    ----------
    tree : ast.Module
        The cell.
    known : dict
        The same of the cells above.
    kinds : tuple of type
        What counts as a function.

    Returns
    -------
    bound : dict of {str: list}
        By name.
    """
    bound: dict[str, list] = {}
    before_it = ChainMap(bound, known)  # a copy for each statement takes seconds
    for statement in tree.body:
        for name, node in list(_bindings(statement, before_it)):
            value = node if isinstance(node, kinds) else None
            # At the top of a cell the last one counts; deeper, any of them may.
            before = [] if _is_simple(statement) else bound.get(name, [])
            bound[name] = [*before, value]
    return bound


@cache
def other(tree: ast.Module) -> list[tuple[str, ast.AST]]:
    """List what an answer's cell binds besides functions, and its methods.

    Parameters
    ----------
    tree : ast.Module
        The cell.

    Returns
    -------
    found : list of (str, ast.AST)
        By name; ``.name`` for methods, ``*`` for what counts wherever a test looks.
    """
    found: list[tuple[str, ast.AST]] = []
    for statement in tree.body:
        if isinstance(statement, FUNCTIONS):
            found.append((f".{statement.name}", statement))
        if not isinstance(statement, (*FUNCTIONS, ast.ClassDef)):
            found += [(name, statement) for name, _ in _bindings(statement, {})]
        for part in parts_of(statement, ast.Global):
            found += [(name, statement) for name in part.names]
        for part in parts_of(statement, ast.ClassDef):
            members = [m for m in part.body if isinstance(m, FUNCTIONS[:2])]
            found += [(f".{member.name}", member) for member in members]
    return found + [("*", ast.Expr(part)) for part in _handed_on(tree)]


@cache
def made_global(tree: ast.Module) -> set[str]:
    """List the names that functions of a cell may give to something else.

    Parameters
    ----------
    tree : ast.Module
        The cell.

    Returns
    -------
    names : set of str
        Those declared global.
    """
    return {name for part in parts_of(tree, ast.Global) for name in part.names}


def names(node: ast.AST) -> set[str]:
    """List the names in a part of a cell.

    Parameters
    ----------
    node : ast.AST
        The part.

    Returns
    -------
    names : set of str
        Without dots.
    """
    return {part.id for part in parts_of(node, ast.Name)}


def _handed_on(tree):
    """Yield what calls outside of functions are given, where it is ``np.linalg``."""
    body = [part for part in tree.body if not isinstance(part, FUNCTIONS)]
    assigned = {
        target.id: node.value
        for part in body
        for node in parts_of(part, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    for call in (node for part in body for node in parts_of(part, ast.Call)):
        for given in (*call.args, *(word.value for word in call.keywords)):
            meant = assigned.get(given.id) if isinstance(given, ast.Name) else given
            if isinstance(meant, ast.Attribute):
                yield meant


def _is_simple(statement):
    return isinstance(statement, (*FUNCTIONS, ast.ClassDef, ast.Assign, ast.Import))


def _bindings(statement, known):
    """Yield the names that a statement binds, and to what."""
    if isinstance(statement, (*FUNCTIONS, ast.ClassDef)):
        yield statement.name, statement
        return
    if isinstance(statement, ast.Assign):
        for target in statement.targets:
            if isinstance(target, ast.Name):
                yield target.id, _followed(statement.value, known)
                continue
            yield from ((name, None) for name in names(target))
        return
    for part in ast.iter_child_nodes(statement):
        if isinstance(part, ast.stmt | ast.ExceptHandler | ast.match_case):
            yield from _bindings(part, known)
        elif isinstance(part, ast.alias):
            yield (part.asname or part.name).partition(".")[0], None
        elif not isinstance(part, ast.expr_context):
            yield from _stored(part)
    captured = getattr(statement, "name", None)  # except ... as name
    if isinstance(statement, ast.ExceptHandler) and captured:
        yield captured, None


def _stored(part):
    for node in parts_of(part, ast.Name):
        if not isinstance(node.ctx, ast.Load):
            yield node.id, None
    for node in parts_of(part, ast.MatchAs, ast.MatchStar):
        if node.name:
            yield node.name, None
    for node in parts_of(part, ast.MatchMapping):
        if node.rest:
            yield node.rest, None


def _followed(value, known):
    """Follow ``f = g`` to what g is."""
    if isinstance(value, ast.Name) and len(known.get(value.id, [])) == 1:
        return known[value.id][0]
    return value
