"""The error of a wrong answer: a message that ends at the student's line."""

from cs231n.languages import say
from cs231n.testing import pictures
from cs231n.workbook.lines import wrapped

#: As terminals and notebooks show the names of errors.
_RED = "\033[31m{}\033[39m"


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
        # IPython asks for this: the message alone, and which line of the test it was.
        picture, self._picture = self._picture, None  # asked for twice, shown once
        if picture is not None:
            pictures.show(picture)
        name, said = type(self).__name__, wrapped(f"{type(self).__name__}: {self}")
        line = _line_of_the_cell(self.__traceback__)
        found = [say("Line {line} of this cell found it.", line=line)] if line else []
        return [_RED.format(name) + said.removeprefix(name), *found]


def _line_of_the_cell(traceback):
    """Return the line of the notebook's cell that was running; 0 if none was."""
    while traceback is not None:
        if traceback.tb_frame.f_globals.get("__name__") == "__main__":
            return traceback.tb_lineno
        traceback = traceback.tb_next
    return 0


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
