"""The source of a function of the answers, read by the side that is trusted.

Most tests of a notebook read the same cells, so what was found in a cell is kept. The
process that reads lives for one notebook.
"""

import ast
import symtable
from collections import ChainMap
from functools import cache

from cs231n.testing import hiding
from grading.judge.source import imports
from grading.judge.source.suspicion import patched


def sources(name: str, setup: list[str], answers: list[str]) -> list[str]:
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
    found : list of str
        Sources, the function's first, and of the student's imports and assignments that
        give it other names; empty if what the name stands for cannot be told from the
        cells.
    """
    bindings, others = {}, {}
    setup, answers = list(filter(None, map(_parsed, setup))), _settled(setup, answers)
    for trees, kinds in ((setup, _FUNCTIONS), (answers, (*_FUNCTIONS, ast.ClassDef))):
        for tree in trees:
            bindings |= _bound(tree, bindings, kinds)
    for tree in answers:
        for key, part in _other(tree):
            others.setdefault(key, []).append(part)
        for key in _global(tree):  # a function gives these names, whenever it runs
            bindings[key] = [*bindings.get(key, []), None]
    found, waiting, seen = [], ["*", name], set()
    owner, _, method = name.partition(".")
    if method:
        bindings[name] = _methods(bindings.get(owner, []), method)
    while waiting:
        current = waiting.pop()
        if current in seen:
            continue
        seen.add(current)
        nodes = bindings.get(current, [None])
        if current == name and (None in nodes or not nodes):
            return []
        nodes = [*filter(None, nodes), *others.get(current, [])]
        for node in nodes:
            source = _text(node)
            if source not in found:
                found.append(source)
                waiting += sorted(_wanted(node))
    return found


def _settled(setup, answers):
    """Read the answers; what they import as the set-up cells do makes no difference."""
    answers = [cell for cell in answers if _parsed(cell) is not None]
    trees, setup = list(map(_parsed, answers)), list(filter(None, map(_parsed, setup)))
    given = frozenset().union(*map(imports.given, trees))
    own = frozenset().union(*map(imports.defined, [*setup, *trees]))
    known = frozenset(
        found
        for tree in setup
        for found in imports.imported(tree)
        if found[2] not in given
    )
    own = own.difference(*map(imports.deleted, trees))
    return [imports.settled(cell, known, own) for cell in answers]


@cache
def is_plain(source: str) -> bool:
    """Tell whether the statements of a cell can be relied on to mean what they say.

    Parameters
    ----------
    source : str
        A student's cell.

    Returns
    -------
    plain : bool
        Whether nothing outside of its functions hides what runs, as ``exec`` does.
    """
    tree = _parsed(source)
    if tree is None:
        return not _may_run(source)
    if any(not name.startswith("torch.backends.") for name in patched(tree)):
        return False
    if _words(tree) & _REBINDING:
        return False
    return not hiding(part for part in tree.body if not isinstance(part, _FUNCTIONS))


def _may_run(source):
    """Tell whether Python may run what is nested too deeply to be read."""
    try:
        ast.parse(source)
    except (SyntaxError, ValueError):
        return False
    except (RecursionError, MemoryError):
        return True
    return True


def _words(tree):
    """Return all names, attributes, texts and imports in a cell."""
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Name):
            found.add(node.id)
        elif isinstance(node, ast.Attribute):
            found.add(node.attr)
        elif isinstance(node, ast.Constant) and type(node.value) is str:
            found.add(node.value)
        elif isinstance(node, ast.alias):
            found |= set(node.name.split("."))
        elif isinstance(node, ast.ImportFrom):
            found |= set((node.module or "").split("."))
    return found


@cache
def unfinished(source: str) -> str:
    """Rewrite a cell that ended in an error: nobody knows how far it came.

    Parameters
    ----------
    source : str
        A student's cell.

    Returns
    -------
    source : str
        Where every definition may be the one that counts.
    """
    tree = _parsed(source)
    if tree is None or not tree.body:
        return ""
    return ast.unparse(ast.If(ast.Constant(True), tree.body, []))


#: Words, anywhere in a cell, by which a function could change what names stand for.
_REBINDING = {
    *("setattr", "delattr", "vars"),
    *("globals", "__globals__", "__code__", "__defaults__", "__kwdefaults__"),
    *("__closure__", "cell_contents", "__builtins__", "__main__", "_getframe"),
    *("currentframe", "f_globals", "f_locals", "f_builtins", "user_ns", "run_cell"),
    *("run_cell_magic", "modules", "exec", "__import__", "import_module"),
    *("importlib", "_frozen_importlib", "imp", "pkgutil", "runpy", "code", "codeop"),
    *("ctypes", "gc", "marshal", "pickle", "_pickle", "dill", "cloudpickle"),
    *("Formatter", "get_field", "attrgetter", "methodcaller", "__getattribute__"),
}
_text = cache(ast.unparse)
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)


def _methods(owners, name):
    """List what a method of a class may be."""
    bodies = [getattr(owner, "body", [None]) for owner in owners]
    return [
        part
        for body in bodies
        for part in body
        if part is None or (isinstance(part, _FUNCTIONS) and part.name == name)
    ][-1:]


@cache
def _parsed(cell):
    try:
        return ast.parse(cell)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def _names(node):
    return {part.id for part in ast.walk(node) if isinstance(part, ast.Name)}


@cache
def _wanted(node):
    """List what a node gets from outside: global names, and ``.method`` of anything."""
    try:
        tables = [symtable.symtable(_text(node), "cell", "exec")]
    except (SyntaxError, RecursionError):
        return _names(node)
    found = set(tables[0].get_identifiers())
    while tables:
        table = tables.pop()
        found |= {part.get_name() for part in table.get_symbols() if part.is_global()}
        tables += table.get_children()
    return found | {f".{name}" for name in _attributes(node)}


def _attributes(node):
    for part in ast.walk(node):
        if isinstance(part, ast.Attribute):
            yield part.attr
        elif isinstance(part, ast.Constant) and type(part.value) is str:
            yield part.value  # getattr(self, "slow")


@cache
def _other(tree):
    """List what an answer's cell binds besides functions, and its methods."""
    found = []
    for statement in tree.body:
        if isinstance(statement, _FUNCTIONS):
            found.append((f".{statement.name}", statement))
        if not isinstance(statement, (*_FUNCTIONS, ast.ClassDef)):
            found += [(name, statement) for name, _ in _bindings(statement, {})]
        for part in ast.walk(statement):
            if isinstance(part, ast.Global):
                found += [(name, statement) for name in part.names]
            elif isinstance(part, ast.ClassDef):
                for member in part.body:
                    if isinstance(member, _FUNCTIONS):
                        found.append((f".{member.name}", member))
    return found + [("*", ast.Expr(part)) for part in _handed_on(tree)]


def _handed_on(tree):
    """Yield what calls outside of functions are given, where it is ``np.linalg``."""
    body = [part for part in tree.body if not isinstance(part, _FUNCTIONS)]
    nodes = [node for part in body for node in ast.walk(part)]
    assigned = {
        target.id: node.value
        for node in nodes
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    for call in (node for node in nodes if isinstance(node, ast.Call)):
        for given in (*call.args, *(word.value for word in call.keywords)):
            meant = assigned.get(given.id) if isinstance(given, ast.Name) else given
            if isinstance(meant, ast.Attribute):
                yield meant


@cache
def _global(tree):
    """List the names that functions of a cell may give to something else."""
    parts = [part for part in ast.walk(tree) if isinstance(part, ast.Global)]
    return {name for part in parts for name in part.names}


def _bound(tree, known, kinds):
    """Map each name that a cell binds to the functions it may be, None for others."""
    bound = {}
    before_it = ChainMap(bound, known)  # a copy for each statement takes seconds
    for statement in tree.body:
        for name, node in list(_bindings(statement, before_it)):
            value = node if isinstance(node, kinds) else None
            # At the top of a cell the last one counts; deeper, any of them may.
            before = [] if _is_simple(statement) else bound.get(name, [])
            bound[name] = [*before, value]
    return bound


def _is_simple(statement):
    return isinstance(statement, (*_FUNCTIONS, ast.ClassDef, ast.Assign, ast.Import))


def _bindings(statement, known):
    """Yield the names that a statement binds, and to what."""
    if isinstance(statement, (*_FUNCTIONS, ast.ClassDef)):
        yield statement.name, statement
        return
    if isinstance(statement, ast.Assign):
        for target in statement.targets:
            if isinstance(target, ast.Name):
                yield target.id, _followed(statement.value, known)
                continue
            yield from ((name, None) for name in _names(target))
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
    for node in ast.walk(part):
        if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
            yield node.id, None
        elif isinstance(node, ast.MatchAs | ast.MatchStar) and node.name:
            yield node.name, None
        elif isinstance(node, ast.MatchMapping) and node.rest:
            yield node.rest, None


def _followed(value, known):
    """Follow ``f = g`` to what g is."""
    if isinstance(value, ast.Name) and len(known.get(value.id, [])) == 1:
        return known[value.id][0]
    return value
