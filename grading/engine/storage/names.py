"""Names from outside, made safe for a path and for a terminal."""

import re
import unicodedata
from collections.abc import Iterable

#: Characters of a flag, and flags of a submission or a notebook.
MAX_FLAG, MAX_FLAGS = 400, 50
#: Spreadsheets run a cell that begins with one of these as a formula.
FORMULA = ("=", "+", "-", "@", "\t", "\r")


class RefusedName(ValueError):
    """A name that may not stand for a student or an assignment."""


def checked_name(name: str) -> str:
    """Return a student's id as it may be used for a folder.

    Blanks, commas, signs and any letters are fine. What is not could leave its folder,
    hide, or select several students at once.

    Parameters
    ----------
    name : str
        As the collector has it.

    Returns
    -------
    name : str
        In composed Unicode.

    Raises
    ------
    RefusedName
        If it may not be used.
    """
    name = unicodedata.normalize("NFC", name).strip()
    categories = {unicodedata.category(character) for character in name}
    if not name or len(name.encode("utf-8", "replace")) > 200:
        reason = "it is empty or longer than 200 bytes"
    elif name.startswith("."):
        reason = "it begins with a dot"
    elif re.search(r'[/\\*?\[\]:"<>|]', name):
        reason = 'it contains one of / \\ * ? [ ] : " < > |'
    elif categories & {"Cc", "Cf", "Cs", "Zl", "Zp"}:
        reason = "it contains characters that cannot be seen"
    else:
        return name
    raise RefusedName(f"{printable(name)!r} cannot be a student's id: {reason}.")


def printable(text: str, limit: int = 200) -> str:
    """Make text from outside safe to print on a terminal.

    Parameters
    ----------
    text : str
        Anything.
    limit : int, optional
        Characters to keep.

    Returns
    -------
    text : str
        Without escape sequences and control characters.
    """
    text = re.sub(r"\x1b\[[0-?]*[ -/]*[@-~]|\x1b[@-_]", "", text[: 4 * limit])
    seen = (
        c if c.isprintable() or c in "\n\t" else "\N{REPLACEMENT CHARACTER}"
        for c in text
    )
    text = "".join(seen)
    return text if len(text) <= limit else f"{text[:limit]}..."


def capped(flags: Iterable[str]) -> tuple[str, ...]:
    """Cap what is said of a submission, some of which is the student's.

    Parameters
    ----------
    flags : iterable of str
        Sentences.

    Returns
    -------
    flags : tuple of str
        Each once, short and printable; the last one counts those that are too many.
    """
    found = list(dict.fromkeys(printable(flag, MAX_FLAG) for flag in flags))
    if len(found) > MAX_FLAGS:
        rest = len(found) - MAX_FLAGS + 1
        found[MAX_FLAGS - 1 :] = [f"And more: {rest} flags."]
    return tuple(found)


def stem(name: str) -> str:
    """Reduce a file's name to that of the notebook.

    Parameters
    ----------
    name : str
        Such as ``"Copy of knn (1).ipynb"``.

    Returns
    -------
    stem : str
        Such as ``"knn"``.
    """
    text = re.sub(r"\.ipynb.*$", "", name, flags=re.IGNORECASE).casefold().strip()
    text = re.sub(r"^copy of ", "", text)
    return re.sub(r"[ +_-]*(copy[ _-]*\d*|\(\d+\)|-\d+)$", "", text)


def cell_text(text: str) -> str:
    """Write a text for a spreadsheet, which runs some as formulas.

    Parameters
    ----------
    text : str
        For example a student's id.

    Returns
    -------
    text : str
        With an apostrophe before it where a spreadsheet would run it.
    """
    return f"'{text}" if text.startswith(FORMULA) else text


def from_cell(text: str) -> str:
    """Read what :func:`cell_text` wrote.

    Parameters
    ----------
    text : str
        A cell; a spreadsheet may have taken the apostrophe away.

    Returns
    -------
    text : str
        As it was, without blanks around it.
    """
    text = text.strip()
    return text[1:] if text.startswith("'") and text[1:].startswith(FORMULA) else text
