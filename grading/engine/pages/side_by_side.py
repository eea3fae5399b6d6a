"""Two answers side by side, line by line."""

import difflib
import re

from grading.engine.pages.html import clean

#: Longer answers are shown in part: comparing takes time that grows with the square.
MAX_LINES = 400


def both_sides(first: str, second: str) -> tuple[list, ...]:
    """Lay two answers out beside each other.

    Parameters
    ----------
    first, second : str
        Python.

    Returns
    -------
    lines : tuple of list
        For each side, ``(class, text)``: "same" to the letter, "like" but for names,
        or "".
    """
    left, right = (clean(text).split("\n")[:MAX_LINES] for text in (first, second))
    one, other = ([_shape(line) for line in side] for side in (left, right))
    match = difflib.SequenceMatcher(None, one, other, autojunk=False)
    sides = ([], [])
    for tag, i, j, k, m in match.get_opcodes():
        alike = tag == "equal"
        sides[0].extend(_marked(left[i:j], right[k:m], alike))
        sides[1].extend(_marked(right[k:m], left[i:j], alike))
        missing = (j - i) - (m - k)
        sides[missing > 0].extend([("", "")] * abs(missing))
    return sides


def _marked(lines, others, alike):
    for place, line in enumerate(lines):
        if not alike or not line.strip():
            yield "", line
        else:
            yield ("same" if line.strip() == others[place].strip() else "like"), line


def _shape(line):
    """Reduce a line to its words' kinds: names are one kind, keywords their own."""
    text = re.sub(r"#.*", "", line).strip()
    return re.sub(
        r"(?<![\w.])(?!(?:for|in|if|return|def|while|else)\b)[^\W\d]\w*", "n", text
    )
