"""Lines that a notebook shows whole."""

import textwrap

#: Letters in a line; a notebook breaks longer ones within a word.
WIDTH = 80


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
