"""Import lines that answers of other years and places begin with, made to work.

Files of the course begin with ``from past.builtins import xrange``, and notebooks that
come from Colab import ``google.colab``. Neither line does anything here.

Answers in PyTorch begin with ``import torch``. In a notebook that runs on the tape such
a line means the tape: the cell's import statements are read as assignments, and nothing
else in the process sees a difference.

Files of the course begin with ``from cs231n.layers import *``. In a notebook such a
line leaves alone what the notebook has under the same names.
"""

import ast
import importlib
import importlib.util
import os
import re
import sys
import types
from collections.abc import Callable, Iterator, Mapping
from typing import Any

#: What Python 2 had, by the module that old files import it from.
_OLD: dict[str, dict] = {
    "past": {},
    "past.builtins": {"xrange": range, "basestring": str, "unicode": str, "long": int},
    "future": {"standard_library": types.SimpleNamespace(install_aliases=lambda: None)},
}
#: What answers in PyTorch import: itself, and what they take along with it.
_TORCH = {"torch", "torchvision", "einops"}
#: What a notebook's set-up cell calls the tape and its parts.
_ENGINE, _TAPE = ("torch", "nn", "F", "optim"), "cs231n.autograd"
_FIND = "__import__('cs231n.engine').engine.find"
#: Modules that files of the course import with a star, from wherever they were.
_CLASSIFIERS = (
    *("cnn", "fc_net", "k_nearest_neighbor", "linear_classifier", "linear_svm"),
    *("neural_net", "rnn", "softmax"),
)
COURSE = {
    f"cs231n.{name}"
    for name in (
        *("layers", "layer_utils", "rnn_layers", "fast_layers", "classifiers"),
        *(f"classifiers.{name}" for name in _CLASSIFIERS),
    )
}
_STAR = re.compile(r"(layers|layer_utils|classifiers(\.\w+)?)\s+import\s*\*")
_BRING = "__import__('cs231n.old_imports')"
#: Set where nbgrader runs a notebook.
_GRADED = "NBGRADER_EXECUTION"


def provide(*, colab: bool | None = None) -> None:
    """Make modules for old import lines, where they are not installed.

    Parameters
    ----------
    colab : bool, optional
        Whether to stand in for ``google.colab``. By default only where nbgrader grades:
        on a student's machine code may ask for it to find out where it runs.
    """
    for name, held in _OLD.items():
        if _is_missing(name):
            sys.modules[name] = _module(name, held)
    wanted = _GRADED in os.environ if colab is None else colab
    if wanted and _is_missing("google.colab"):
        stub = _Anything("google.colab")
        sys.modules.setdefault("google", _module("google", {"colab": stub}))
        sys.modules["google.colab"] = sys.modules["google.colab.drive"] = stub


def on_the_tape(source: str, names: Mapping[str, Any]) -> str | ast.Module:
    """Read a cell so that ``import torch`` brings the tape, where the notebook has it.

    A star of the course's modules is read as a call of :func:`bring`.

    Parameters
    ----------
    source : str
        The cell, in Python.
    names : mapping of {str: object}
        The notebook's global names. It runs on the tape if its set-up cell has imported
        that from :mod:`cs231n.engine`.

    Returns
    -------
    source : str or ast.Module
        For :func:`compile`: the cell as it is, or its tree with other imports.
    """
    has_tape = _has_tape(names) and any(library in source for library in _TORCH)
    if has_tape or _STAR.search(source):
        return _redirected(ast.parse(source), has_tape)
    return source


def starred(node: ast.ImportFrom) -> str | None:
    """Say which of the course's modules an import brings with a star.

    Parameters
    ----------
    node : ast.ImportFrom
        Such as ``from cs231n.layers import *``; in the course's own folders that is
        ``from ..layers import *``.

    Returns
    -------
    module : str or None
        With dots, such as ``"cs231n.layers"``; None for any other import.
    """
    name = f"cs231n.{node.module}" if node.level else node.module
    return name if node.names[0].name == "*" and name in COURSE else None


def bring(module: str, names: dict[str, Any]) -> None:
    """Do what ``from module import *`` does, but for names that are there already.

    Parameters
    ----------
    module : str
        With dots.
    names : dict of {str: object}
        The notebook's global names; changed.
    """
    found = importlib.import_module(module)
    for name in getattr(found, "__all__", vars(found)):
        if not name.startswith("_"):
            names.setdefault(name, getattr(found, name))


def watch_cells() -> None:
    """Have the cells of this kernel read as :func:`on_the_tape` reads them."""
    ipython = sys.modules.get("IPython")
    shell = ipython and ipython.get_ipython()
    if shell and not any(isinstance(t, _Watcher) for t in shell.ast_transformers):
        shell.ast_transformers.append(_Watcher(shell))


class _Watcher:
    """What IPython shows every cell before it runs."""

    def __init__(self, shell):
        self._shell = shell

    def visit(self, tree):
        return _redirected(tree, _has_tape(self._shell.user_ns))


def _has_tape(names):
    found = (names.get(name) for name in _ENGINE)
    modules = (value for value in found if isinstance(value, types.ModuleType))
    return any(str(module.__name__).startswith(_TAPE) for module in modules)


def _redirected(tree, has_tape):
    """Put what is meant in place of imports, at any depth."""
    for node in ast.walk(tree):
        for block in ("body", "orelse", "finalbody"):
            statements = getattr(node, block, None)
            if isinstance(statements, list):
                read = map(_kept, statements)
                if has_tape:
                    read = (new for old in read for new in _meant(old))
                statements[:] = read
    return tree


def _kept(statement: ast.stmt) -> ast.stmt:
    """Write a call of :func:`bring` in place of a star of the course's modules."""
    module = isinstance(statement, ast.ImportFrom) and starred(statement)
    if not module:
        return statement
    call = f"{_BRING}.old_imports.bring({module!r}, globals())"
    return _placed(ast.parse(call).body[0], statement)


def _meant(statement: ast.stmt) -> Iterator[ast.stmt]:
    """Yield what a statement of a cell stands for."""
    if isinstance(statement, ast.Import):
        for alias in statement.names:
            top = alias.name.partition(".")[0]
            if top in _TORCH:
                name = alias.name if alias.asname else top
                yield _given(alias.asname or top, name, statement)
            else:
                yield ast.copy_location(ast.Import([alias]), statement)
    elif isinstance(statement, ast.ImportFrom) and not statement.level:
        module = statement.module or ""
        top = module.partition(".")[0]
        is_star = statement.names[0].name == "*"
        if is_star and top == "torch":
            statement.module = _TAPE + module.removeprefix(top)
        if is_star or top not in _TORCH:
            yield statement
        else:
            for alias in statement.names:
                name = f"{module}.{alias.name}"
                yield _given(alias.asname or alias.name, name, statement)
    else:
        yield statement


def _given(here, name, statement):
    """Write an assignment of what an import brings, in the import's place."""
    return _placed(ast.parse(f"{here} = {_FIND}({name!r})").body[0], statement)


def _placed(found, statement):
    for part in ast.walk(found):
        ast.copy_location(part, statement)
    return found


class MissingLibrary(NotImplementedError):
    """Something was asked of a library that is not there."""

    def _render_traceback_(self):
        # IPython asks for this: the sentence says it all.
        return [f"{type(self).__name__}: {self}"]


class YourExercise(MissingLibrary):
    """What a student writes was asked of the package."""


def yours(name: str, notebook: str, instead: str) -> Callable:
    """Return what stands under the name of an exercise that the package leaves alone.

    Old import lines work with it; calling it says whose work it is.

    Parameters
    ----------
    name : str
        Of the function or method.
    notebook : str
        That asks for it.
    instead : str
        What the package has for the same result.

    Returns
    -------
    stand_in : callable
        Raises :class:`YourExercise`, whatever it is given.
    """

    def stand_in(*args: Any, **kwargs: Any) -> Any:
        raise YourExercise(
            f"{name}: this one you write yourself, in {notebook}. For the same result "
            f"the package has {instead}."
        )

    stand_in.__name__ = stand_in.__qualname__ = name
    return stand_in


class StandIn:
    """Takes the place of a library's names where the library is not there.

    Whatever one does with it ends in :class:`MissingLibrary`; a notebook shows its
    sentence and no traceback.

    Parameters
    ----------
    message : str
        What is not there, and what to do.
    """

    def __init__(self, message: str) -> None:
        self._message = message

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):  # asked by Python and IPython, not by the notebook
            raise AttributeError(name)
        raise MissingLibrary(self._message)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Refuse to be called."""
        raise MissingLibrary(self._message)

    def __mro_entries__(self, bases: tuple) -> tuple:
        """Refuse to be the base of a class."""
        raise MissingLibrary(self._message)


def _is_missing(name):
    if name in sys.modules:
        return False
    try:
        return importlib.util.find_spec(name) is None
    except (ImportError, AttributeError, ValueError):
        return True


def _module(name, held):
    module = types.ModuleType(name)
    module.__path__ = []  # a package, whose modules may be imported
    vars(module).update(held)
    return module


class _Anything(types.ModuleType):
    """Takes every call and attribute, and does nothing."""

    __path__ = ()  # type: ignore[assignment]

    def __call__(self, *args, **kwargs):
        return self

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return self
