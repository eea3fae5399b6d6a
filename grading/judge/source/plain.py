"""Whether a cell can be relied on to mean what it says."""

import ast
from functools import cache
from typing import Any

from cs231n.testing import hiding
from cs231n.testing.names import parts_of
from grading.judge.source.bindings import FUNCTIONS
from grading.judge.source.suspicion import patched

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

#: Parts of cells, and the lines in which they stand.
_lines: dict[ast.AST, list[bytes]] = {}


@cache
def parsed(cell: str) -> ast.Module | None:
    """Read a cell.

    Parameters
    ----------
    cell : str
        Python.

    Returns
    -------
    tree : ast.Module or None
        The same for the same text; nobody may change it. None if it is no Python.
    """
    try:
        tree = ast.parse(cell)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    if not {"\r", "\f"} & set(cell):  # these are no plain ends of lines
        classes = [part for part in tree.body if isinstance(part, ast.ClassDef)]
        parts = [*tree.body, *(part for owner in classes for part in owner.body)]
        _lines.update(dict.fromkeys(parts, cell.encode().split(b"\n")))
    return tree


def text_of(node: Any) -> str:
    """Write a part of a cell.

    Parameters
    ----------
    node : ast.AST
        From :func:`parsed`, or made of such.

    Returns
    -------
    text : str
        As it stands in the cell where its lines are its own, else what says the same.
    """
    if node not in _lines:
        return ast.unparse(node)
    decorators = getattr(node, "decorator_list", [])
    first = min(part.lineno for part in (node, *decorators))
    lines = _lines[node][first - 1 : node.end_lineno]
    lines[-1] = lines[-1][: node.end_col_offset]
    before, at, _ = lines[0].partition(b"@")
    if not decorators:
        before, at = lines[0][: node.col_offset], b"@"
    if before.strip() or not at:  # something else stands in front of it
        return ast.unparse(node)
    return b"\n".join([b"if True:"] * bool(before) + lines).decode()


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
    tree = parsed(source)
    if tree is None:
        return not _may_run(source)
    if any(not name.startswith("torch.backends.") for name in patched(tree)):
        return False
    if _words(tree) & _REBINDING:
        return False
    return not hiding(part for part in tree.body if not isinstance(part, FUNCTIONS))


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
    tree = parsed(source)
    if tree is None or not tree.body:
        return ""
    return ast.unparse(ast.If(ast.Constant(True), tree.body, []))


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
    found = {node.id for node in parts_of(tree, ast.Name)}
    found |= {node.attr for node in parts_of(tree, ast.Attribute)}
    constants = (node.value for node in parts_of(tree, ast.Constant))
    found |= {value for value in constants if type(value) is str}
    paths = [alias.name for alias in parts_of(tree, ast.alias)]
    paths += [node.module or "" for node in parts_of(tree, ast.ImportFrom)]
    return found.union(*(path.split(".") for path in paths))
