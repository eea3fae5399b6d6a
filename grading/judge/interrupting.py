"""Interrupting a cell of an answer that takes long outside of functions."""

import contextlib
import signal
from collections.abc import Iterator

#: What the judge sends to the process whose cell takes too long.
SIGNAL = signal.SIGINT


class Interrupted(BaseException):
    """The judge has interrupted a cell; no ``Exception``, which cells may catch."""


@contextlib.contextmanager
def interruptible() -> Iterator[None]:
    """Let the judge interrupt what runs here, and nothing else.

    Yields
    ------
    None
    """
    signal.signal(SIGNAL, _interrupt)
    try:
        yield
    finally:
        signal.signal(SIGNAL, signal.SIG_IGN)


def _interrupt(number, frame):
    raise Interrupted("The cell was interrupted.")


def line_of(error: BaseException, file: str) -> int:
    """Find the line of a cell that an error went through.

    Parameters
    ----------
    error : BaseException
        With its traceback.
    file : str
        What the cell was compiled as.

    Returns
    -------
    line : int
        As tracebacks count; 0 if nobody knows.
    """
    trace = error.__traceback__
    while trace is not None:
        code = trace.tb_frame.f_code
        if (code.co_filename, code.co_name) == (file, "<module>"):
            return trace.tb_lineno
        trace = trace.tb_next
    return 0
