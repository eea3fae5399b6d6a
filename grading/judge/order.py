"""The order of tests: what students see first, hidden tests after it, elsewhere.

A process that has seen a hidden test runs no visible one after it, so nothing that the
hidden one handed over can be printed where students read it.
"""

from collections.abc import Container, Iterable
from dataclasses import dataclass
from itertools import groupby, takewhile
from typing import TYPE_CHECKING

from grading.judge.room.handed_out import handed_out

if TYPE_CHECKING:
    from grading.judge.exam import Cell, Exam


@dataclass(frozen=True)
class Group:
    """Tests that one process of the student's serves."""

    hidden: bool  #: whether students do not see them
    stage: int  #: place of the exam up to which set-up cells hand something out
    places: tuple[int, ...]  #: of the tests in the exam, in order


def groups(exam: "Exam", done: Container[str] = ()) -> list[Group]:
    """Put the tests of an exam in order.

    Parameters
    ----------
    exam : grading.judge.exam.Exam
        Any.
    done : container of str, optional
        Tests that have an outcome.

    Returns
    -------
    found : list of Group
        Visible tests, then hidden ones.
    """
    stage = stages(exam)
    keys = {
        place: (cell.is_hidden, stage[place])
        for place, cell in enumerate(exam.cells)
        if cell.kind == "test" and cell.name not in done
    }
    places = sorted(keys, key=lambda place: (keys[place][0], place))
    return [
        Group(hidden, above, tuple(part))
        for (hidden, above), part in groupby(places, keys.__getitem__)
    ]


def stages(exam: "Exam") -> list[int]:
    """Find the places of an exam at which a set-up cell hands out more.

    Parameters
    ----------
    exam : grading.judge.exam.Exam
        Any.

    Returns
    -------
    found : list of int
        For each cell, the place up to which set-up cells count for the cells before
        that: equal numbers mean that the same is in the room.
    """
    found, given, stage = [], handed_out(()), 0
    for place in range(len(exam.cells)):
        if exam.cells[place].kind == "setup":
            more = handed_out(exam.cells[: place + 1])
            if more != given:
                given, stage = more, place + 1
        found.append(stage)
    return found


def leading(cells: "Iterable[Cell]") -> list["Cell"]:
    """List the set-up cells above all answers, which can run before there are any.

    Parameters
    ----------
    cells : iterable of grading.judge.exam.Cell
        Of an exam.

    Returns
    -------
    found : list of grading.judge.exam.Cell
        In order.
    """
    above = takewhile(lambda cell: cell.kind != "answer", cells)
    return [cell for cell in above if cell.kind == "setup"]
