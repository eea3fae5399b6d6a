"""What a cell gives a value to, by which statements, and which names these read.

What is read of any object has a dot before its name, ``.loss``; what a class has or is
given has the name of the class as well, ``Net.loss``, where the cell says it.
"""

import ast
import functools
import symtable
from collections.abc import Iterator
from dataclasses import dataclass

from cs231n.workbook.cells import as_python, names_in

_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
_SCOPES = (*_FUNCTIONS, ast.ClassDef, ast.Lambda)
_UNREADABLE = (SyntaxError, ValueError, RecursionError, MemoryError)


@dataclass(frozen=True)
class Definition:
    """How a cell makes one of its names.

    Attributes
    ----------
    text : str
        The statements that bind the name, without comments.
    uses : frozenset of str
        What they read: global names and, of functions only, attributes.
    is_class : bool
        Whether it is a class, or imported: what may have methods.
    """

    text: str = ""
    uses: frozenset[str] = frozenset()
    is_class: bool = False


def definitions(source: str) -> dict[str, Definition]:
    """Find what a cell defines, at any depth outside of functions.

    Parameters
    ----------
    source : str
        Of the cell. One that Python cannot read defines what its lines seem to.

    Returns
    -------
    found : dict of {str: Definition}
        By name.
    """
    return dict(_definitions(source))


@functools.lru_cache(maxsize=256)  # a cell runs many times before it changes
def _definitions(source: str) -> dict[str, Definition]:
    found: dict[str, Definition] = {}
    try:
        for part in _parts(ast.parse(as_python(source))):
            for name, made in _made_by(part):
                before = found.get(name, Definition())
                text = f"{before.text}{made.text}\n"
                uses = before.uses | made.uses
                found[name] = Definition(text, uses, made.is_class)
    except _UNREADABLE:
        return {name: Definition(source) for name in names_in(source)}
    return found


def used(source: str) -> set[str]:
    """Find what a cell reads and does not define itself.

    Parameters
    ----------
    source : str
        Of the cell. What a program in its texts calls counts as well; its data comes
        from the cell.

    Returns
    -------
    names : set of str
        Global names, and attributes.
    """
    return set(_used(source))


@functools.lru_cache(maxsize=256)
def _used(source: str) -> set[str]:
    try:
        tree = ast.parse(as_python(source))
        found = _read(tree) | _attributes(tree)
    except _UNREADABLE:
        return set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and "\n" in str(node.value):
            found |= _called(str(node.value))
    return found - _bound(tree)


def _called(text):
    """Return the names that a program calls, and its attributes; none if it is none."""
    try:
        tree = ast.parse(text)
    except _UNREADABLE:
        return set()
    calls = [node.func for node in ast.walk(tree) if isinstance(node, ast.Call)]
    return _attributes(tree) | {name.id for name in calls if _is_name(name)}


def _parts(tree):
    """Yield the statements of a cell as programs; one import for each name."""
    for statement in tree.body:
        if isinstance(statement, ast.Import | ast.ImportFrom):
            names = statement.names
            for statement.names in [[alias] for alias in names]:
                yield ast.Module([statement], [])
        else:
            yield ast.Module([statement], [])


def _made_by(part: ast.Module) -> Iterator[tuple[str, Definition]]:
    """Yield what a statement defines."""
    (statement,) = part.body
    text, uses = ast.unparse(part), frozenset(_read(part))
    of_function = uses | _attributes(part)
    is_class = isinstance(statement, ast.ClassDef | ast.Import | ast.ImportFrom)
    for name in _bound(part):
        reads = of_function if isinstance(statement, _FUNCTIONS) else uses
        yield name, Definition(text, reads, is_class)
    for node in _outside(part):
        for name in _given(node):
            yield name, Definition(text, of_function)
        if isinstance(node, ast.ClassDef):
            yield from _methods(node)


def _given(node):
    """List what a statement outside of functions gives to a class, or may give."""
    if isinstance(node, _FUNCTIONS) and _may_be_method(node):
        return [f".{node.name}"]
    if isinstance(node, ast.Attribute) and not isinstance(node.ctx, ast.Load):
        return [f"{node.value.id}.{node.attr}"] if _is_name(node.value) else []
    setting = isinstance(node, ast.Call) and _is_name(node.func)
    if setting and node.func.id in ("setattr", "delattr"):
        match node.args:
            case [ast.Name(owner), ast.Constant(str(name)), *_]:
                return [f"{owner}.{name}"]
    return []


def _may_be_method(function):
    """Tell whether a function may serve as a method: by its parameter, or decorated."""
    first = [*function.args.posonlyargs, *function.args.args][:1]
    return bool(function.decorator_list) or [a.arg for a in first] == ["self"]


def _methods(cls):
    """Yield the methods in a class; the names that they read are the class's uses."""
    for node in cls.body:
        if isinstance(node, _FUNCTIONS) and not node.name.startswith("__"):
            uses = frozenset(_attributes(node))
            yield f"{cls.name}.{node.name}", Definition(ast.unparse(node), uses)


def _bound(tree):
    """Return the global names that code binds or deletes."""
    scope, *inner = _scopes(_table(tree))
    found = {one.get_name() for one in scope.get_symbols() if _is_bound(one)}
    for scope in inner:
        symbols = filter(_is_bound, scope.get_symbols())
        found |= {one.get_name() for one in symbols if one.is_declared_global()}
    return found


def _read(tree):
    """Return the global names that code reads and does not bind."""
    found, top = set(), _table(tree)
    for scope in _scopes(top):
        for one in scope.get_symbols():
            if one.is_referenced() and (scope is top or one.is_global()):
                found.add(one.get_name())
    return found - {one.get_name() for one in top.get_symbols() if _is_bound(one)}


def _attributes(tree):
    nodes = ast.walk(tree)
    return {f".{node.attr}" for node in nodes if isinstance(node, ast.Attribute)}


def _is_bound(symbol):
    return symbol.is_assigned() or symbol.is_imported()


def _is_name(node):
    return isinstance(node, ast.Name)


def _table(tree):
    return symtable.symtable(ast.unparse(tree), "<cell>", "exec")


def _scopes(table: symtable.SymbolTable) -> Iterator[symtable.SymbolTable]:
    yield table
    for inner in table.get_children():
        yield from _scopes(inner)


def _outside(tree: ast.AST) -> Iterator[ast.AST]:
    """Yield the nodes of code that run as it runs: those in no function or class."""
    for node in ast.iter_child_nodes(tree):
        yield node
        if not isinstance(node, _SCOPES):
            yield from _outside(node)
