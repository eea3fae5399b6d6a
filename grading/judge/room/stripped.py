"""The package without what nobody handed out, as code that crosses to answers."""

import ast
import copy
import marshal
from functools import cache, lru_cache
from pathlib import Path

from cs231n.old_imports import COURSE
from grading.judge.room.handed_out import PACKAGE, is_shown
from grading.judge.room.references import folder, meant, modules, needed

#: Parts that hold tools and nothing that a notebook asks for; their files can be read.
TOOLS = (
    "checkpoint",
    "course_modules",
    "data",
    "files",
    "languages",
    "notebook",
    "old_imports",
    "runs",
    "schedules",
    "search",
    "solver",
    "testing",
    "vis",
    "workbook",
)
#: Tools that import what may not be there: their code crosses whole, compiled already.
NEEDY = ("solver",)
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
_ABSENT = (
    "{name} is not there: the notebook asks for it, or does not hand it out. Answers "
    "do without."
)


def is_tool(module: str) -> bool:
    """Tell whether the files of a module can be read where answers run.

    Parameters
    ----------
    module : str
        With dots.

    Returns
    -------
    readable : bool
        Whether it is one of :data:`TOOLS`, or the package's own.
    """
    return module == PACKAGE or module.split(".")[1] in TOOLS


@lru_cache(maxsize=64)
def stripped(given: frozenset[str]) -> bytes:
    """Write the package with the bodies of all functions taken out but a few.

    Parameters
    ----------
    given : frozenset of str
        From :func:`grading.judge.room.handed_out.handed_out`.

    Returns
    -------
    code : bytes
        ``{module: (is_package, code)}``, marshalled, of all modules but most tools and
        what is only for looking. The compiled kernels are not in it, their twins in
        NumPy take their place. What is there only because something else needs it is
        not brought by a star.
    """
    given = frozenset(n for n in given if not is_tool(n.partition(":")[0]))
    kept, found = needed(given), {}
    silent = frozenset(kept - meant(given))
    for module in modules().values():
        if _is_whole(module.name):
            code = _code(module.name, frozenset(module.parts), frozenset())
        elif not is_tool(module.name) and not is_shown(module.name):
            parts = {name for place, name in kept if place == module.name}
            exports = module.exports if module.name in COURSE else []
            hidden = {n for n in exports if meant([f"{module.name}:{n}"]) & silent}
            code = _code(module.name, frozenset(parts), frozenset(hidden))
        else:
            continue
        found[module.name] = (module.is_package, code)
    return marshal.dumps(found)


def _is_whole(module):
    return module != PACKAGE and module.split(".")[1] in NEEDY


@cache
def _code(name, kept, silent):
    tree = copy.deepcopy(modules()[name].tree)
    tree.body = [_without(node, name, kept) for node in tree.body]
    if silent:
        shown = tuple(n for n in modules()[name].exports if n not in silent)
        tree.body += ast.parse(f"__all__ = {shown!r}").body
    _drop_docstrings(tree)
    code = compile(ast.fix_missing_locations(tree), f"<{name}>", "exec")
    return marshal.dumps(code)


def _without(node, module, kept):
    """Take the bodies out of a function or class that is not kept."""
    if not isinstance(node, (*_FUNCTIONS, ast.ClassDef)) or node.name in kept:
        return node
    for part in ast.walk(node):
        if isinstance(part, _FUNCTIONS):
            text = _ABSENT.format(name=f"{module}.{node.name}")
            part.body = ast.parse(f"raise LookupError({text!r})").body
    return node


def shelves() -> list[Path]:
    """List the files and folders of the package that answers must not read.

    Returns
    -------
    paths : list of pathlib.Path
        All that belongs to no tool.
    """
    kept = {"__init__.py", *TOOLS, *(f"{tool}.py" for tool in TOOLS)}
    return [path for path in folder().iterdir() if path.name not in kept]


def _drop_docstrings(tree):
    for node in ast.walk(tree):
        if isinstance(node, (*_FUNCTIONS, ast.ClassDef)) and ast.get_docstring(node):
            node.body[0] = ast.Pass()
