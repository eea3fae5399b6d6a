"""Conflicts: what Git writes into a file that two people changed."""

import re

#: Git's marks stand at the beginning of a line.
OURS, BASE, THEIRS, END = (
    re.compile(rf"{mark}(?: |$)") for mark in ("<{7}", r"\|{7}", "={7}", ">{7}")
)


def first_sides(text: str) -> str | None:
    """Keep the first of what Git could not merge.

    Parameters
    ----------
    text : str
        A file.

    Returns
    -------
    text : str or None
        Without the marks and the other sides; None if there are no marks.
    """
    if "<<<<<<<" not in text or ">>>>>>>" not in text:
        return None
    kept, keeping, found = [], True, False
    for line in text.split("\n"):
        bare = line.rstrip("\r")
        if OURS.match(bare) or END.match(bare):
            keeping, found = True, True
        elif found and (BASE.match(bare) or THEIRS.fullmatch(bare)):
            keeping = False
        elif keeping:
            kept.append(line)
    return "\n".join(kept) if found else None
