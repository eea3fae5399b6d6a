"""The notebook that runs in this kernel: what its cells did, and where its file is."""

import builtins
import importlib
import inspect
import json
import os
import re
import sys
import tempfile
import types
from collections.abc import Callable
from pathlib import Path
from typing import Any

from cs231n.languages import say
from cs231n.workbook import score
from cs231n.workbook.cells import names_in
from cs231n.workbook.lines import shorten_refusals, wrapped
from cs231n.workbook.meanings import meaning_of
from cs231n.workbook.relied import Relied, ticks_of
from cs231n.workbook.saved import (
    BadNotebook,
    SavedNotebook,
    all_below,
    parsed,
    read,
)

_FUNCTION = re.compile(r"^def\s+(\w+)\s*\(\s*(\w*)", re.MULTILINE)
#: What the course calls its cells; VS Code sends an address, Colab nothing.
_ID = re.compile(r"[a-z]+(-[a-z0-9]+)*")
#: Seconds that Colab may take to send the notebook.
_PATIENCE = 10
#: Sources of cells as they ran last, by id.
ran: dict[str, str] = {}


class Retired(NotImplementedError):
    """An answer was called whose cell has a syntax error; shown as one sentence."""

    def _render_traceback_(self):
        return [f"NotImplementedError: {self}"]


class Watcher:
    """What IPython tells after every cell."""

    def __init__(self, shell: Any) -> None:
        self._shell = shell
        self._relied = Relied()
        self._unread: dict[str, str] = {}  # names of cells with a syntax error

    def after(self, result: Any) -> None:
        """Keep the score honest, and old versions of an answer from living on.

        Parameters
        ----------
        result : IPython.core.interactiveshell.ExecutionResult
            Of the cell.
        """
        source, name = result.info.raw_cell, getattr(result.info, "cell_id", None)
        before = ran.get(name, "") if name else ""
        if isinstance(result.error_before_exec, SyntaxError):
            both = f"{before}\n{source}"  # the line with the name may be the broken one
            exercise = exercise_of(both, name or "", self._shell.user_ns)
            retire(both, exercise, self._shell.user_ns)
            self._unread |= dict.fromkeys(names_in(both), exercise)
        if name:
            ran[name] = source
        self._relied.has_run(source, before)
        if result.success:
            self._relied.has_ticked(source)
            return
        if meaning := self._meaning(result.error_in_exec):
            print(wrapped(say("What this means: {meaning}", meaning=meaning)))
        for exercise, what in ticks_of(source):
            score.forget(exercise, what)

    def _meaning(self, error):
        if not isinstance(error, NameError):
            return meaning_of(error)
        if error.name not in self._unread:
            return meaning_of(error) or self._not_run(error.name)
        exercise = self._unread[error.name]
        template = (
            "{name} stands in a cell with a syntax error. Mend it first, and run it "
            "again."
        )
        if exercise:
            template = (
                "{name} belongs to {cell}, whose cell has a syntax error. Mend it "
                "first, and run it again."
            )
        return say(template, name=error.name, cell=exercise)

    def _not_run(self, name):
        """Say of a missing name that a cell of this notebook makes it, if one does."""
        for cell in _saved_cells(self._shell.user_ns, "setup", "answer"):
            if name in names_in(cell.source):
                template = (
                    "{name} belongs to {cell}, whose cell has not run in this kernel."
                    if cell.role == "answer"
                    else "{name} is made by a set-up cell that has not run in this "
                    "kernel. Run all cells above this one first."
                )
                return say(template, name=name, cell=cell.name)
        return ""


def watch() -> None:
    """Have the cells of this kernel watched, once."""
    ipython = sys.modules.get("IPython")
    shell = ipython and ipython.get_ipython()
    if shell and not getattr(shell, "cs231n_watcher", None):
        shell.cs231n_watcher = Watcher(shell)
        shell.events.register("post_run_cell", shell.cs231n_watcher.after)
        shorten_refusals(shell)


def exercise_of(source: str, cell_id: str, names: dict[str, Any]) -> str:
    """Name the exercise that a cell belongs to, whatever the editor calls the cell.

    Parameters
    ----------
    source : str
        Of the cell.
    cell_id : str
        What the editor sent: the exercise's name, something of its own, or nothing.
    names : dict of {str: object}
        The notebook's global names.

    Returns
    -------
    exercise : str
        The one answer of the saved notebook that defines the same; else empty.
    """
    if _ID.fullmatch(cell_id):
        return cell_id
    made = set(names_in(source))
    answers = _saved_cells(names, "answer") if made else []
    found = [cell.name for cell in answers if made & set(names_in(cell.source))]
    return found[0] if len(found) == 1 else ""


def _saved_cells(names, *roles):
    """List cells of the saved notebook; none where it is not to be had at once."""
    if "google.colab" in sys.modules:  # Colab takes seconds to answer
        return []
    try:
        return this_notebook(names).of_role(*roles)
    except BadNotebook:
        return []


def retire(source: str, exercise: str, names: dict[str, Any]) -> list[str]:
    """Put away what an earlier version of a cell has defined, or let calls say why not.

    Parameters
    ----------
    source : str
        A cell that Python cannot read.
    exercise : str
        Its name, if it is known.
    names : dict of {str: object}
        The notebook's global names; changed.

    Returns
    -------
    retired : list of str
        Names that say from now on that their cell has a syntax error.
    """
    old = [name for name in names_in(source) if _is_own(names.get(name))]
    for name in old:
        names[name] = _retired(_first_parameter(names[name]), name, exercise or name)
    for name, first in _FUNCTION.findall(source):  # of an answer that never ran
        if name not in names and not hasattr(builtins, name):
            names[name] = _retired(first, name, exercise or name)
    if old:
        template = (
            "This cell has a syntax error, so nothing in it ran. The {name} that you "
            "ran before is put away, so that no test passes by it: mend the line that "
            "Python names, and run the cell again."
        )
        print(say(template, name=old[0]))
    return old


def _is_own(value):
    is_made = isinstance(value, types.FunctionType | type)
    return is_made and getattr(value, "__module__", "") == "__main__"


def _retired(first: str | None, name: str, exercise: str) -> Callable:
    template = "{exercise}: its cell has a syntax error. Mend it and run it again."
    message = say(template, exercise=exercise)

    def method(self, *args, **kwargs):
        raise Retired(message)

    def function(*args, **kwargs):
        raise Retired(message)

    made = method if first == "self" else function
    made.__name__, made.__module__ = name, "__main__"
    return made


def _first_parameter(value):
    if not isinstance(value, types.FunctionType):
        return None
    return next(iter(inspect.signature(value).parameters), None)


def this_notebook(names: dict[str, Any]) -> SavedNotebook:
    """Read the notebook that runs here, as it was saved last.

    Parameters
    ----------
    names : dict of {str: object}
        Its global names.

    Returns
    -------
    notebook : SavedNotebook
        From its file; on Colab, from Colab.

    Raises
    ------
    BadNotebook
        If it is not to be found.
    """
    if "google.colab" in sys.modules:
        return _from_colab()
    named = names.get("__vsc_ipynb_file__") or os.environ.get("JPY_SESSION_NAME")
    if named and Path(named).is_file():
        return read(Path(named))
    here = [path for path in all_below(Path.cwd()) if path.parent == Path.cwd()]
    found = [notebook for path in here if (notebook := _mine(path))]
    if len(found) != 1:
        raise BadNotebook(
            "The file of this notebook is not to be found from here. In a terminal: "
            "python -m cs231n.check NOTEBOOK.ipynb"
        )
    return found[0]


def _mine(path):
    """Read a notebook if it has what was ticked here."""
    try:
        notebook = read(path)
    except BadNotebook:
        return None
    known = {cell.name for cell in notebook.of_role("answer")}
    return notebook if score.ticked().keys() <= known else None


def _from_colab():
    try:
        answer = importlib.import_module("google.colab._message").blocking_request(
            "get_ipynb", timeout_sec=_PATIENCE
        )
        raw = answer["ipynb"]
        name = raw.get("metadata", {}).get("colab", {}).get("name") or "notebook.ipynb"
        text = json.dumps(raw)
    except (ImportError, AttributeError, TypeError, KeyError):
        raise BadNotebook("Colab does not hand out this notebook: save it.") from None
    path = Path(tempfile.gettempdir()) / "cs231n-notebook" / Path(name).name
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, encoding="utf-8")  # check and hint read files
    return parsed(text, path)


def unsaved(notebook: SavedNotebook) -> list[str]:
    """Name the answers that ran with another text than the file has.

    Parameters
    ----------
    notebook : SavedNotebook
        As it was saved.

    Returns
    -------
    exercises : list of str
        From top to bottom.
    """
    return [
        cell.name
        for cell in notebook.of_role("answer")
        if cell.name in ran and ran[cell.name].strip() != cell.source.strip()
    ]
