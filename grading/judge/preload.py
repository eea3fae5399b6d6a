"""What exams need to be there: packages loaded beforehand, and the drawn images."""

import ast
import functools
import importlib.util
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from cs231n.data import load_shapes10
from cs231n.data.home import data_home, user_cache
from grading.sandbox.fork_server import ForkServer

if TYPE_CHECKING:
    from grading.judge.exam import Exam

#: Modules of the judge that run in its children.
_OURS = ("grading.judge.student", "grading.judge.tester", "cs231n.testing")
_GENERATED = "generated"


def fork_server_for(
    exams: "Iterable[Exam]", isolation: str = "strongest"
) -> ForkServer:
    """Start a fork server whose children can run some exams at once.

    Parameters
    ----------
    exams : iterable of grading.judge.exam.Exam
        Their set-up cells say what to load.
    isolation : str, optional
        As for :class:`~grading.sandbox.fork_server.ForkServer`.

    Returns
    -------
    fork_server : grading.sandbox.fork_server.ForkServer
        For :func:`grading.judge.judge.judge`; close it in the end.

    Raises
    ------
    grading.sandbox.levels.IsolationError
        If the machine cannot do what was asked.
    """
    folder = drawn_images()
    readable = [] if folder is None else [folder / _GENERATED]
    return ForkServer(isolation, (*_OURS, *modules(exams)), readable)


def modules(exams: "Iterable[Exam]") -> list[str]:
    """List the installed modules that set-up cells import.

    Parameters
    ----------
    exams : iterable of grading.judge.exam.Exam
        Any.

    Returns
    -------
    names : list of str
        Without repetition, in alphabetical order.
    """
    found = set()
    for exam in exams:
        for cell in exam.of_kind("setup"):
            for node in ast.walk(ast.parse(cell.source)):
                if isinstance(node, ast.Import):
                    found |= {alias.name for alias in node.names}
                elif isinstance(node, ast.ImportFrom) and node.level == 0:
                    found.add(node.module or "")
    return sorted(name for name in found if _is_there(name))


def _is_there(name):
    try:
        return importlib.util.find_spec(name) is not None
    except ModuleNotFoundError:
        return False


@functools.cache
def drawn_images() -> Path | None:
    """Say where the drawn images that tests train on are kept; draw missing ones.

    Returns
    -------
    folder : pathlib.Path or None
        For ``CS231N_DATA``; None where nothing can be written, and every test that
        needs them draws them again.
    """
    load_shapes10(num_training=4000, num_test=2000)
    for folder in (data_home(), user_cache()):
        if (Path(folder) / _GENERATED).is_dir():
            return Path(folder)
    return None
