"""The source of an answer and of the helpers it calls, as syntax trees."""

import ast
import contextlib
import dis
import functools
import inspect
import textwrap
import types
from collections.abc import Callable, Iterator

from cs231n.languages import say
from cs231n.testing.names import walked
from cs231n.testing.wrong import WrongAnswer

PACKAGE = __name__.partition(".")[0]
#: Several tests read the same text.
_tree = functools.lru_cache(maxsize=512)(ast.parse)


def sources(function: Callable, seen: set | None = None) -> Iterator[ast.AST]:
    """Find the source of a function or class and of each notebook helper it names.

    Parameters
    ----------
    function : function, method or class
        The answer, of a class all its methods; or what stands for one that lives
        elsewhere, whose ``__sources__()`` lists the trees.
    seen : set, optional
        Functions to pass over; those found are added.

    Yields
    ------
    tree : ast.AST
        Of the function first; names that it has from outside of it come as imports.

    Raises
    ------
    WrongAnswer
        If a source is not to be had.
    """
    function = inspect.unwrap(getattr(function, "__func__", function))
    if hasattr(function, "__sources__"):  # it stands for a function elsewhere
        yield from _elsewhere(function)
        return
    seen = set() if seen is None else seen
    if isinstance(function, type):
        for method in vars(function).values():
            if isinstance(method, types.FunctionType):
                yield from sources(method, seen)
        return
    if function in seen:
        return
    seen.add(function)
    tree = _parse(function)
    yield tree
    for name in reached(tree):
        helper = function.__globals__.get(name)
        if (
            isinstance(helper, types.FunctionType)
            and helper.__globals__ is function.__globals__
        ):
            yield from sources(helper, seen)
    yield from _foreign(function)


def reached(tree: ast.AST) -> set[str]:
    """List the names of a tree, and the methods it calls.

    Parameters
    ----------
    tree : ast.AST
        A source.

    Returns
    -------
    names : set of str
        Without dots.
    """
    parts = walked(tree)
    names = {node.id for node in parts if type(node) is ast.Name}
    return names | {node.attr for node in parts if type(node) is ast.Attribute}


def _foreign(function):
    """Yield as imports what a function finds under names given outside of it."""
    for name in set(_global_names(function.__code__)):
        value = function.__globals__.get(name)
        module, own = getattr(value, "__module__", None), getattr(value, "__name__", "")
        if isinstance(value, types.ModuleType):
            found = f"import {value.__name__} as {name}"
        elif callable(value) and isinstance(module, str):
            found = f"from {module} import {own} as {name}"
        else:
            continue
        if f" {PACKAGE}" not in found and "__main__" not in found:
            with contextlib.suppress(SyntaxError):  # the name of a lambda
                yield ast.parse(found)


def _global_names(code):
    for step in dis.get_instructions(code):
        if step.opname == "LOAD_GLOBAL":
            yield step.argval
        elif isinstance(step.argval, types.CodeType):
            yield from _global_names(step.argval)


def _elsewhere(function):
    trees = function.__sources__()
    if not trees:
        raise no_source(function)
    yield from trees


def _parse(function):
    try:
        return _tree(textwrap.dedent(inspect.getsource(function)))
    except (OSError, TypeError, SyntaxError):
        raise no_source(function) from None


def no_source(function: Callable) -> WrongAnswer:
    """Say that a source cannot be read.

    Parameters
    ----------
    function : callable
        Whose.

    Returns
    -------
    error : WrongAnswer
        To be raised.
    """
    return WrongAnswer(
        say(
            "The source of {name} is not to be had, and this test reads it. Define the "
            "function in its cell with `def`.",
            name=function.__name__,
        )
    )
