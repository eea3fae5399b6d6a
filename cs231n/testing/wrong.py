"""The error of a wrong answer: a message that ends at the student's line."""

import sys
import types

from cs231n.testing import pictures
from cs231n.workbook.lines import wrapped


class WrongAnswer(AssertionError):
    """An answer that is not what a test expects.

    Parameters
    ----------
    message : str
        Expected, got, likeliest cause.
    named : bool, optional
        Whether the message says what is wrong; false if it only says where, and what
        often is.
    picture : Wrong, optional
        Arrays to show beside the message in a notebook.
    """

    def __init__(self, message, *, named=True, picture=None):
        super().__init__(message)
        self.named = named
        self._picture = picture

    def _render_traceback_(self):
        # IPython asks for this. The last line a student sees is one of the notebook,
        # not of this package.
        shell = sys.modules["IPython"].get_ipython()
        picture, self._picture = self._picture, None  # asked for twice, shown once
        if picture is not None:
            pictures.show(picture)
        lines = shell.InteractiveTB.structured_traceback(
            type(self), self, _above_this_package(self.__traceback__), tb_offset=1
        )
        said = str(self)
        return [line.replace(said, wrapped(said)) for line in lines]


def _above_this_package(traceback):
    """Copy a traceback without the frames of this package at its end."""
    if traceback is None:
        return None
    module = traceback.tb_frame.f_globals["__name__"]
    if module == "contextlib" or f"{module}.".startswith(f"{__package__}."):
        return None
    return types.TracebackType(
        _above_this_package(traceback.tb_next),
        traceback.tb_frame,
        traceback.tb_lasti,
        traceback.tb_lineno,
    )


def expect(condition: bool, message: str) -> None:
    """Fail with ``message`` unless ``condition`` holds.

    Parameters
    ----------
    condition : bool
        What must be true.
    message : str
        Expected, got, likeliest cause.

    Raises
    ------
    WrongAnswer
        If ``condition`` is false.
    """
    if not condition:
        raise WrongAnswer(message)
