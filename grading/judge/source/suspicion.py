"""What in an answer an instructor should look at: what answers have no use for."""

import ast
import contextlib
from collections.abc import Iterator

from cs231n.testing import hiding
from cs231n.testing.names import nodes

_MACHINERY = "the notebook's machinery"
_READY = "answers that are ready-made"
_FRAMES = "the variables of other functions"
_MEMORY = "the memory of the process"
_HIDDEN = "code that cannot be read"
_PROCESSES = "processes and threads"
_OUTSIDE = "what lies outside the notebook"
#: Built-in names.
_NAMES = {
    "get_ipython": _MACHINERY,
    "exec": _HIDDEN,
    "eval": _HIDDEN,
    "__import__": _HIDDEN,
    "__builtins__": _HIDDEN,
    "open": _OUTSIDE,
    "exit": _PROCESSES,
    "quit": _PROCESSES,
}
#: Attributes, whatever they are attributes of, and names that are defined.
_ATTRIBUTES = {
    "ast_transformers": _MACHINERY,
    "input_transformers_cleanup": _MACHINERY,
    "displayhook": _MACHINERY,
    "showtraceback": _MACHINERY,
    "run_cell": _MACHINERY,
    "user_ns": _MACHINERY,
    "_getframe": _FRAMES,
    "tb_frame": _FRAMES,
    "f_back": _FRAMES,
    "f_locals": _FRAMES,
    "f_globals": _FRAMES,
    "settrace": _FRAMES,
    "setprofile": _FRAMES,
    "__code__": _HIDDEN,
    "__globals__": _HIDDEN,
    "sys": _FRAMES,
    "__subclasses__": _MEMORY,
    "__eq__": "how values are compared",
    "__array_ufunc__": "how values are compared",
    "__array_function__": "how values are compared",
    "__del__": "the end of objects",
    "_exit": _PROCESSES,
    "environ": _OUTSIDE,
    "getenv": _OUTSIDE,
}
_MODULES = {
    "gc": _MEMORY,
    "ctypes": _MEMORY,
    "cffi": _MEMORY,
    "mmap": _MEMORY,
    "tracemalloc": _MEMORY,
    "inspect": _FRAMES,
    "builtins": _HIDDEN,
    "importlib": _HIDDEN,
    "marshal": _HIDDEN,
    "pickle": _HIDDEN,
    "dill": _HIDDEN,
    "atexit": _PROCESSES,
    "signal": _PROCESSES,
    "threading": _PROCESSES,
    "multiprocessing": _PROCESSES,
    "subprocess": _PROCESSES,
    "os": _OUTSIDE,
    "sys": _FRAMES,
    "socket": _OUTSIDE,
    "sqlite3": _OUTSIDE,
    "glob": _OUTSIDE,
    "pathlib": _OUTSIDE,
    "shutil": _OUTSIDE,
    "time": "the clock",
    "IPython": _MACHINERY,
    "nbgrader": _MACHINERY,
    "grading": _MACHINERY,
    "cs231n": _READY,
}
_ALL = {**_MODULES, **_ATTRIBUTES, **_NAMES}


def flags(answers: dict[str, str]) -> list[str]:
    """List what is unusual in answers.

    Parameters
    ----------
    answers : dict of {str: str}
        Python by grade_id.

    Returns
    -------
    found : list of str
        A sentence each. A flag costs no points; honest work may have one.
    """
    found = []
    for name, source in sorted(answers.items()):
        with contextlib.suppress(SyntaxError, ValueError, RecursionError, MemoryError):
            found += _flags(name, ast.parse(source))
    return found


def _flags(name, tree):
    words = sorted({word for node in nodes(tree) for word in _words(node)})
    targets = sorted(patched(tree))
    return [
        *(f"{name} uses {word}: {_ALL[word]}." for word in words),
        *(f"{name} changes {target}." for target in targets),
    ]


def _words(node):
    """Yield the unusual names that a node reads, defines or imports."""
    if isinstance(node, ast.Name):
        yield from _known(_NAMES, node.id)
    elif isinstance(node, ast.Attribute):
        yield from _known(_ATTRIBUTES, node.attr)
    elif isinstance(node, ast.FunctionDef):
        yield from _known(_ATTRIBUTES, node.name)
    elif isinstance(node, ast.Constant):
        yield from _known(_ATTRIBUTES, node.value)
    elif isinstance(node, ast.Import):
        for alias in node.names:
            yield from _known(_MODULES, alias.name.partition(".")[0])
    elif isinstance(node, ast.ImportFrom):
        module = (node.module or "").partition(".")[0]
        if module != "builtins" or hiding([node]):
            yield from _known(_MODULES, module)
        for alias in node.names:
            yield from _known(_ATTRIBUTES, alias.name)


def _known(table, word):
    if isinstance(word, str) and word in table:
        yield word


def patched(tree: ast.Module) -> Iterator[str]:
    """Yield the attributes of modules that a cell assigns.

    Parameters
    ----------
    tree : ast.Module
        The cell.

    Yields
    ------
    name : str
        Such as ``"np.allclose"``.
    """
    modules = {"np", "numpy", "torch", "math", "sys", "os", "builtins", "cs231n"}
    modules |= {"F", "nn", "optim", "plt", "pytorch", "random"}  # of the set-ups
    for node in nodes(tree):
        if isinstance(node, ast.Import | ast.ImportFrom):
            names = (alias.asname or alias.name for alias in node.names)
            modules |= {name.partition(".")[0] for name in names}
        elif isinstance(node, ast.Assign) and isinstance(node.value, ast.Name):
            targets = node.targets if node.value.id in modules else ()
            modules |= {t.id for t in targets if isinstance(t, ast.Name)}
    for node in nodes(tree):
        if isinstance(node, ast.Attribute) and not isinstance(node.ctx, ast.Load):
            dotted = ast.unparse(node)
            if dotted.partition(".")[0] in modules and len(dotted) < 100:
                yield dotted
