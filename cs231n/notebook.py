"""What a course notebook needs: classes that grow cell by cell, cells that can wait."""

import contextlib
import functools
import inspect
import os
import sys
import types
from collections.abc import Callable, Iterator
from typing import Any

from cs231n import old_imports
from cs231n.languages import say
from cs231n.old_imports import MissingLibrary, StandIn
from cs231n.workbook import live
from cs231n.workbook.lines import asking_line, wrapped
from cs231n.workbook.saved import BadNotebook, SavedNotebook

old_imports.provide()
old_imports.watch_cells()
live.watch()


def add_to_class(cls: type) -> Callable:
    """Return a decorator that makes a function a method of ``cls``.

    Lets a notebook write a class one method at a time, with text and tests between.

    Parameters
    ----------
    cls : type
        The class to extend.

    Returns
    -------
    attach : callable
        Decorator that sets the function as an attribute and returns it unchanged.
    """

    def attach(function):
        setattr(cls, function.__name__, function)
        return function

    return attach


def quick() -> bool:
    """Say whether long experiments should be cut short.

    Returns
    -------
    quick : bool
        Whether ``CS231N_QUICK`` is set, as where every notebook is run as a test.
    """
    return bool(os.environ.get("CS231N_QUICK"))


class NoSuchName(AttributeError):
    """A class of a notebook, or an object of it, was asked for what it has not."""

    def _render_traceback_(self):
        # IPython asks for this: the sentence, and the student's line that asked.
        return [wrapped(f"AttributeError: {self}"), *asking_line(self.__traceback__)]


class _LooksInNotebook(type):
    """Finds the methods of a class that a notebook has outside of it."""

    def __getattribute__(cls, name):
        return _written(cls, name) or super().__getattribute__(name)

    def __getattr__(cls, name):
        raise NoSuchName(_not_yet(cls, name))


class NotebookClass(metaclass=_LooksInNotebook):
    """Base of a class whose methods are written in later cells of a notebook.

    A function of the notebook whose first parameter is called ``self`` serves as the
    method of its name, so an answer may be a decorated function or a method pasted from
    a class, with or without :func:`add_to_class`. The cell run last wins, as everywhere
    in a notebook.
    """

    _notebook: dict[str, Any]  # the global names where the class was made

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        cls._notebook = sys._getframe(1).f_globals

    def __getattribute__(self, name: str) -> Any:
        if written := _written(type(self), name):
            return types.MethodType(written, self)
        return super().__getattribute__(name)

    def __getattr__(self, name: str) -> Any:
        # Only reached when nothing else has the name.
        if name in vars(self).get("params", ()):
            raise NoSuchName(
                f"{type(self).__name__} has no {name!r}: its parameters lie in "
                f"self.params, this one as self.params[{name!r}]."
            )
        raise NoSuchName(_not_yet(type(self), name))


def _written(cls, name):
    """Return the function of the notebook that serves as a method, or None."""
    if name.startswith("_"):
        return None
    found = getattr(cls, "_notebook", {}).get(name)
    return found if _is_method(found) else None


def _not_yet(cls, name):
    return (
        f"{cls.__name__} has no {name!r} yet. Run the cell that defines it; if the "
        f"cell fails, mend that error first."
    )


def _is_method(value):
    return isinstance(value, types.FunctionType) and _begins_with_self(value)


@functools.lru_cache(maxsize=256)  # it is asked at every look at an attribute
def _begins_with_self(function):
    return next(iter(inspect.signature(function).parameters), None) == "self"


@contextlib.contextmanager
def needs_answers() -> Iterator[None]:
    """Let a cell wait for the exercises it uses, instead of ending in a traceback.

    Every unfinished answer raises ``NotImplementedError("<exercise>: ...")``. Inside
    this context the cell stops there and prints which exercise to finish first. A cell
    that uses a library which is not installed prints how to get it.

    Yields
    ------
    None
        Nothing; the body of the ``with`` statement runs as it is.
    """
    try:
        yield
    except MissingLibrary as error:
        print(error)
    except NotImplementedError as error:
        exercise = str(error).partition(":")[0] or "above"
        template = "Nothing to see yet: finish exercise {exercise} first."
        print(say(template, exercise=exercise))


def missing_library(library: str, package: str) -> StandIn:
    """Say once that a library is missing, and return what stands in for it.

    For the set-up cell of a notebook that needs an extra::

        try:
            import torch
        except ImportError:
            torch = missing_library("PyTorch", "torch")

    Parameters
    ----------
    library : str
        Its name, as people write it.
    package : str
        What pip calls it.

    Returns
    -------
    stand_in : StandIn
        Lets the cells that need the library wait.
    """
    message = (
        f"{library} is not installed: run `%pip install {package}` in a cell, then "
        f"restart the kernel."
    )
    print(message)
    return StandIn(message)


def progress() -> None:
    """Print the points so far, what is open, and the unanswered questions by name.

    Nothing runs: points are those of tests that have passed in this kernel since the
    answers, and what these use in other cells, changed last. Exercises and questions
    are those of the saved file.
    """
    from cs231n.workbook.standing import standing

    notebook = _this_notebook()
    for line in standing(notebook) if notebook else ():
        print(wrapped(line))


def check(*exercises: str) -> None:
    """Run the tests of this notebook as it was saved last, beside this kernel.

    The same as ``python -m cs231n.check NOTEBOOK`` in a terminal.

    Parameters
    ----------
    *exercises : str
        Only these; by default all that have changed since the last check.
    """
    from cs231n.workbook.standing import command

    notebook = _this_notebook()
    if notebook:
        command("check", str(notebook.path.resolve()), *exercises)


def submit(*, anyway: bool = False) -> None:
    """Write the zip that is handed in, once every notebook beside this one runs.

    Save them first. The same as ``python -m cs231n.submit ASSIGNMENT`` in a terminal.

    Parameters
    ----------
    anyway : bool, optional
        Whether to write it though something is missing or does not run.
    """
    from cs231n.workbook.standing import hand_in

    try:
        notebook = live.this_notebook(vars(sys.modules["__main__"]))
    except BadNotebook:  # then it is one of those in this folder
        notebook = None
    hand_in(notebook, anyway)


def hint(exercise: str) -> None:
    """Open the next hint to an exercise of this notebook.

    Parameters
    ----------
    exercise : str
        Its name, such as ``"knn-two-loops"``.
    """
    from cs231n.workbook.standing import command

    notebook = _this_notebook()
    if notebook:
        command("hint", exercise, "--notebook", str(notebook.path.resolve()))


def _this_notebook() -> SavedNotebook | None:
    """Read the notebook of this kernel, or say why not."""
    try:
        return live.this_notebook(vars(sys.modules["__main__"]))
    except BadNotebook as error:
        print(error)
        return None
