"""Numbers on a command line: one that does not fit is refused in a sentence."""

import argparse


def count(text: str) -> int:
    """Read how many there are of something.

    Parameters
    ----------
    text : str
        What was typed.

    Returns
    -------
    number : int
        At least 1.

    Raises
    ------
    argparse.ArgumentTypeError
        If it is no such number.
    """
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"expected a number from 1 on; got {text!r}")
    return int(text)


def seconds(text: str) -> float:
    """Read a time.

    Parameters
    ----------
    text : str
        What was typed.

    Returns
    -------
    number : float
        Above 0, below a million.

    Raises
    ------
    argparse.ArgumentTypeError
        If it is no such number.
    """
    try:
        number = float(text)
    except ValueError:
        number = 0.0
    if not 0 < number < 1e6:
        raise argparse.ArgumentTypeError(f"expected a time in seconds; got {text!r}")
    return number
