"""The sign of negative numbers in drawings."""

#: As wide as a plus; the hyphen of a keyboard is shorter and sits lower.
MINUS = "\N{MINUS SIGN}"


def with_minus(words: object) -> str:
    """Write a number, or words about numbers, with the minus sign of print.

    Parameters
    ----------
    words : object
        A number or a text. Every hyphen in it is taken for a minus.

    Returns
    -------
    words : str
        With :data:`MINUS` for each hyphen.
    """
    return str(words).replace("-", MINUS)
