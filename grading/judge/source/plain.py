"""Whether a cell can be relied on to mean what it says."""

import ast
from functools import cache

from cs231n.testing import hiding
from cs231n.testing.names import nodes
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
        return ast.parse(cell)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


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
    found = set()
    for node in nodes(tree):
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
