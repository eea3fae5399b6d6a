"""What exams need to be there: packages loaded beforehand, and the drawn images."""

import ast
import contextlib
import functools
import importlib.util
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from cs231n.data import load_shapes10
from cs231n.data.home import data_home, user_cache
from grading.judge.order import leading
from grading.judge.pair import Pair, Spare
from grading.judge.room import importing
from grading.judge.room.handed_out import PACKAGE, SHOWN
from grading.judge.room.stripped import NEEDY, TOOLS, shelves, stripped
from grading.sandbox.fork_server import ForkServer

if TYPE_CHECKING:
    from grading.judge.exam import Exam
    from grading.sandbox.child import Child
    from grading.sandbox.limits import Limits
    from grading.sandbox.order import Order

#: What testers have loaded, beside what set-up cells import; the last three are what
#: reading the drawn images and the first progress bar import when they are asked to.
TESTERS = (
    *("grading.judge.tester", "cs231n.testing"),
    *("pooch", "tqdm.auto", "multiprocessing.synchronize"),
)
#: What answers have: tools of the package that need none of its answers.
_BESIDE = (
    "grading.judge.student",
    "numpy",
    "matplotlib.pyplot",
    *(f"{PACKAGE}.{tool}" for tool in TOOLS if tool not in NEEDY),
)
#: Libraries with answers in them; an exam whose set-up imports one has it.
_READY_MADE = (
    *("cupy", "cv2", "jax", "numba", "scipy", "skimage", "sklearn"),
    *("tensorflow", "torch", "torchvision"),
)
#: What libraries import when they are first used: an answer's time is for the answer.
_FIRST_USE = {"torch": "torch._dynamo"}  # by the first optimizer, a second or more
_GENERATED = "generated"


class Rooms:
    """Where testers run, and where answers do: no process of one is the other's parent.

    Parameters
    ----------
    exams : iterable of grading.judge.exam.Exam
        Their set-up cells say what to load.
    isolation : str, optional
        As for :class:`~grading.sandbox.fork_server.ForkServer`.

    Attributes
    ----------
    level : str
        The isolation of the answers.
    environment : dict of {str: str}
        Variables that say where the drawn images are.

    Raises
    ------
    grading.sandbox.levels.IsolationError
        If the machine cannot do what was asked.
    """

    def __init__(self, exams: "Iterable[Exam]", isolation: str = "strongest") -> None:
        folder = drawn_images()
        readable = [] if folder is None else [folder / _GENERATED]
        loaded = modules(exams)
        used = {name.partition(".")[0] for name in loaded}
        self._absent = sorted(set(_READY_MADE) - used)
        others = [name for name in loaded if name.partition(".")[0] != PACKAGE]
        self._answers = ForkServer(
            isolation, (*_BESIDE, *others), readable, hidden=_hidden(self._absent)
        )
        self.level = self._answers.level
        try:
            self._testers = ForkServer(self.level, (*TESTERS, *loaded), readable)
        except BaseException:
            self._answers.close()
            raise

        drawn = {} if folder is None else {"CS231N_DATA": str(folder)}
        self.environment = drawn
        self._spare = Spare(self)

    def __enter__(self) -> "Rooms":
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def tester(self, limits: "Limits") -> "Child":
        """Start a tester.

        Parameters
        ----------
        limits : grading.sandbox.limits.Limits
            What it may use.

        Returns
        -------
        child : grading.sandbox.child.Child
            Waits for its job.
        """
        return self._testers.child("grading.judge.tester:main", limits)

    def student(self, limits: "Limits", given: frozenset[str] = frozenset()) -> "Child":
        """Start a process for answers, and wait for it.

        Parameters
        ----------
        limits, given
            As for :meth:`order` and :meth:`furnish`.

        Returns
        -------
        child : grading.sandbox.child.Child
            Waits for requests.
        """
        return self.furnish(self.order(limits), given)

    def order(self, limits: "Limits") -> "Order":
        """Ask for a process for answers, and do something else until it is there.

        Parameters
        ----------
        limits : grading.sandbox.limits.Limits
            What it may use.

        Returns
        -------
        order : grading.sandbox.order.Order
            For :meth:`furnish`.
        """
        return self._answers.order("grading.judge.student:main", limits)

    def furnish(
        self, order: "Order", given: frozenset[str], exam: "Exam | None" = None
    ) -> "Child":
        """Give a process for answers what it is to have.

        Parameters
        ----------
        order : grading.sandbox.order.Order
            From :meth:`order`; waited for here.
        given : frozenset of str
            Of the package, from :func:`~grading.judge.room.handed_out.handed_out`.
        exam : grading.judge.exam.Exam, optional
            What its set-up cells import of the package is imported before the first
            request, and those above all answers run, while others are at work.

        Returns
        -------
        child : grading.sandbox.child.Child
            Waits for requests.
        """
        child = order.child()
        with contextlib.suppress(OSError):  # it has ended; whoever talks to it will see
            absent = (*self._absent, *SHOWN)
            beforehand = self._beforehand(exam) if exam else {}
            importing.send(child.sock, stripped(given), absent, beforehand)
        return child

    def _beforehand(self, exam):
        return {
            "environment": self.environment,
            "modules": of_package(exam),
            "cells": [(cell.name, cell.source) for cell in leading(exam.cells)],
        }

    def pair(self, exam: "Exam", stage: int, limits: "Limits") -> Pair:
        """Start what a sitting begins with, or take what :meth:`get_ready` started.

        Parameters
        ----------
        exam, stage, limits
            As for :class:`~grading.judge.pair.Pair`.

        Returns
        -------
        pair : grading.judge.pair.Pair
            Whoever asks closes it.
        """
        spare = self._spare.take(exam, stage, limits)
        return spare or Pair(self, exam, stage, limits)

    def get_ready(self, exam: "Exam", limits: "Limits") -> None:
        """Start what the next notebook of an exam will begin with.

        Parameters
        ----------
        exam, limits
            Those of the last one.
        """
        self._spare.start(exam, limits)

    def close(self) -> None:
        """End every process."""
        self._spare.drop()
        self._answers.close()
        self._testers.close()


def _hidden(absent):
    """List the files that answers must not read: ready-made ones."""
    paths = list(shelves())
    for name in absent:
        spec = importlib.util.find_spec(name)
        if spec is not None:
            paths += spec.submodule_search_locations or [spec.origin]
    return paths


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
                elif isinstance(node, ast.ImportFrom) and not node.level:
                    found.add(node.module or "")
                    if node.module == PACKAGE:  # its modules, as in `import drawings`
                        found |= {f"{PACKAGE}.{alias.name}" for alias in node.names}
    found |= {_FIRST_USE[name] for name in found & set(_FIRST_USE)}
    return sorted(name for name in found if _is_there(name))


@functools.lru_cache(maxsize=64)
def of_package(exam: "Exam") -> tuple[str, ...]:
    """List the modules of the package that set-up cells import.

    Parameters
    ----------
    exam : grading.judge.exam.Exam
        Any.

    Returns
    -------
    names : tuple of str
        In alphabetical order.
    """
    return tuple(name for name in modules([exam]) if name.startswith(f"{PACKAGE}."))


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
