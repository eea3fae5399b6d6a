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
        In lines of at most `WIDTH` letters, where words are no longer.
    """
    return "\n".join(textwrap.fill(line, WIDTH) for line in text.splitlines())
