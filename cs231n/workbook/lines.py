"""Lines that a notebook shows: whole, and of a refused argument only what helps."""

import linecache
import sys
import textwrap
from pathlib import Path
from traceback import walk_tb
from types import TracebackType
from typing import Any

#: Letters in a line; a notebook breaks longer ones within a word.
WIDTH = 80
_PACKAGE = Path(__file__).resolve().parents[1]


def wrapped(text: str) -> str:
    """Break long lines between words.

    Parameters
    ----------
    text : str
        Any; the breaks that it has stay.

    Returns
    -------
    text : str
        In lines of at most `WIDTH` letters, where words are no longer; what goes on
        in a new line keeps the indentation.
    """
    return "\n".join(map(_broken, text.splitlines()))


def _broken(line):
    margin = line[: len(line) - len(line.lstrip())]
    return textwrap.fill(
        line,
        WIDTH,
        subsequent_indent=margin,
        break_long_words=False,
        break_on_hyphens=False,
    )


def asking_line(traceback: TracebackType | None) -> list[str]:
    """Find the innermost line of the notebook's cells, if its text is known.

    Parameters
    ----------
    traceback : traceback or None
        Of an error.

    Returns
    -------
    lines : list of str
        One line with a margin, or none.
    """
    line = ""
    for frame, number in walk_tb(traceback):
        if frame.f_globals.get("__name__") == "__main__":
            line = linecache.getline(frame.f_code.co_filename, number).strip()
    return [f"    {line}"] if line else []


def shorten_refusals(shell: Any) -> None:
    """Have a kernel show refused arguments as a sentence and the student's line.

    The package's frames above the sentence tell a student nothing. ``%tb`` shows them,
    and ``%debug`` goes through them.

    Parameters
    ----------
    shell : IPython.core.interactiveshell.InteractiveShell
        Of a kernel whose set-up has run; what it did before is not needed any more.
    """
    shell.set_custom_exc((ValueError, TypeError), _show)


def _show(shell, kind, error, traceback, tb_offset=None):
    """Show an error as IPython does, or in short."""
    if not hasattr(error, "_render_traceback_") and _is_refusal(traceback):
        # For `%tb` and `%debug`.
        sys.last_type, sys.last_value, sys.last_traceback = kind, error, traceback
        lines = [wrapped(f"{kind.__name__}: {error}"), *asking_line(traceback)]
        shell._showtraceback(kind, error, lines)
    else:
        shell.showtraceback((kind, error, traceback), tb_offset=tb_offset)


def _is_refusal(traceback):
    """Say whether the last line is a ``raise`` of the package, not one within NumPy."""
    *_, (frame, number) = walk_tb(traceback)
    file = frame.f_code.co_filename
    line = linecache.getline(file, number)
    return line.lstrip().startswith("raise ") and _PACKAGE in Path(file).parents
