"""Helpers: statements that answers may borrow from other cells."""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable
from typing import TYPE_CHECKING

from grading.engine.notebooks.statements import Statement, pieces

if TYPE_CHECKING:
    from grading.engine.notebooks.reading import ReadCell


class Helpers:
    """The statements of some cells, found by the names they bind.

    Parameters
    ----------
    cells : dict of {int: ReadCell}
        By their positions in the notebook.
    """

    def __init__(self, cells: "dict[int, ReadCell]") -> None:
        self._cells = cells
        self._places = defaultdict(list)  # word -> positions of the cells that have it
        for position, cell in cells.items():
            text = unicodedata.normalize("NFKC", cell.source)  # as Python reads names
            for word in set(re.findall(r"\w+", text)):
                self._places[word].append(position)
        self._cut = set()  # positions of the cells that are in statements already
        self._binders = defaultdict(list)  # name -> (position, place, Statement)

    def needed(
        self, names: Iterable[str]
    ) -> tuple[set[str], list[tuple[int, Statement]]]:
        """Find what binds some names, and whatever that needs itself.

        Every name and every statement is looked at once.

        Parameters
        ----------
        names : iterable of str
            What an answer reads.

        Returns
        -------
        wanted : set of str
            The names, and those that the helpers read.
        helpers : list of (int, Statement)
            Positions of cells and statements in them, in order.
        """
        wanted, waiting, found = set(names), list(names), {}
        while waiting:
            for position, place, piece in self._binding(waiting.pop()):
                if (position, place) not in found:
                    found[position, place] = piece
                    waiting += piece.uses - wanted
                    wanted |= piece.uses
        return wanted, [(key[0], found[key]) for key in sorted(found)]

    def _binding(self, name):
        """List the statements that bind a name; cut only cells that have the word."""
        for position in self._places.get(name, ()):
            if position not in self._cut:
                self._cut.add(position)
                self._cut_up(position)
        return self._binders.get(name, ())

    def _cut_up(self, position):
        for place, piece in enumerate(pieces(self._cells[position].plain)):
            if piece.kind != "other":
                for name in piece.binds:
                    self._binders[name].append((position, place, piece))
