"""The gradebook's file: opened one way, with patience for whoever else writes to it."""

import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

Found = TypeVar("Found")
#: Seconds to wait for somebody else who writes to the gradebook.
PATIENCE = 60.0
#: Seconds that one statement waits by itself; Ctrl-C acts after them.
STATEMENT = 5.0


class GradebookError(Exception):
    """The gradebook cannot be used; the message says why."""


class GradebookFile:
    """nbgrader's gradebook, open.

    Parameters
    ----------
    database : pathlib.Path
        The SQLite file.

    Raises
    ------
    GradebookError
        If there is no such file, or it cannot be opened.
    """

    def __init__(self, database: Path) -> None:
        if not database.is_file():
            raise GradebookError(
                f"No gradebook at {database}.\nMake one with:  make release"
            )
        from nbgrader.api import Gradebook

        self._database = database
        self.book: Any = None
        url = f"sqlite:///{database.resolve()}?timeout={STATEMENT}"
        self.book = self.patiently(lambda: Gradebook(url))

    def close(self) -> None:
        """Close the file."""
        self.book.close()

    def patiently(self, action: Callable[[], Found]) -> Found:
        """Do something, again and again while somebody else writes.

        Parameters
        ----------
        action : callable
            Reads or writes; begun again from the start, so it must commit at its end.

        Returns
        -------
        found : object
            What it gave.

        Raises
        ------
        GradebookError
            If the file stays in use, or cannot be used at all.
        """
        from sqlalchemy.exc import DatabaseError

        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                with warnings.catch_warnings():
                    # nbgrader's own way to add a submission makes SQLAlchemy warn.
                    warnings.simplefilter("ignore")
                    return action()
            except DatabaseError as error:
                if self.book is not None:
                    self.book.db.rollback()
                busy = "locked" in str(error.orig) or "busy" in str(error.orig)
                if not busy or time.monotonic() > deadline:
                    raise self._refusal(error, busy) from None
                time.sleep(0.05)

    def _refusal(self, error, busy):
        advice = (
            f"another program has held it for {PATIENCE:g} s; close that"
            if busy
            else "mend it"
        )
        return GradebookError(
            f"The gradebook {self._database} cannot be used ({error.orig}). What was "
            f"judged is kept: {advice} and run the same command again."
        )


@contextmanager
def opened(database: Path) -> Iterator[GradebookFile]:
    """Open a gradebook for a while.

    Parameters
    ----------
    database : pathlib.Path
        The SQLite file.

    Yields
    ------
    file : GradebookFile
        Open.

    Raises
    ------
    GradebookError
        If it cannot be used.
    """
    file = GradebookFile(database)
    try:
        yield file
    finally:
        file.close()
