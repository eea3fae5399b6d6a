"""Sentences with fields, and catalogues of them in other languages."""

import ast
import contextlib
import functools
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

#: Catalogues by language, as translators' tools read them.
LOCALE = Path(__file__).parent / "locale"
CATALOGUE = "LC_MESSAGES/cs231n.po"
#: The global name by which a translated notebook says what its language is.
NAME = "LANGUAGE"


def say(template: str, *values: Any, **fields: Any) -> str:
    """Write a sentence in the language of the notebook.

    Parameters
    ----------
    template : str
        In English, with fields in braces as for :meth:`str.format`.
    *values, **fields : object
        What stands in the fields.

    Returns
    -------
    sentence : str
        In English where nothing says another language, or has no translation.
    """
    return _translations().get(template, template).format(*values, **fields)


def texts(*words: str) -> tuple[str, ...]:
    """Mark texts that :func:`say` is given by a variable: catalogues list them.

    Parameters
    ----------
    *words : str
        In English.

    Returns
    -------
    words : tuple of str
        The same.
    """
    return words


def language() -> str:
    """Name the language of the notebook that runs.

    Returns
    -------
    language : str
        Such as ``"zh_CN"``; empty if nothing names one.
    """
    named = getattr(sys.modules.get("__main__"), NAME, "")
    return named if isinstance(named, str) else ""


@contextlib.contextmanager
def speaking(language: str) -> Iterator[None]:
    """Speak a language where no notebook runs that names it.

    Parameters
    ----------
    language : str
        Such as ``"zh_CN"``; empty for English.

    Yields
    ------
    None
        Afterwards everything is as before.
    """
    names = vars(sys.modules["__main__"])
    before = names.get(NAME)
    names[NAME] = language
    try:
        yield
    finally:
        names[NAME] = before
        if before is None:
            del names[NAME]


def _translations():
    return _catalogue(language())


@functools.lru_cache(maxsize=8)
def _catalogue(language):
    """Read the entries of a catalogue that are translated and not marked as fuzzy."""
    path = LOCALE / language / CATALOGUE
    if not language.isidentifier() or not path.is_file():
        return {}
    blocks = path.read_text(encoding="utf-8").split("\n\n")
    entries = map(_entry, blocks)
    return {one["msgid"]: one["msgstr"] for one in entries if one.get("msgstr")}


def _entry(block):
    """Put the quoted lines below ``msgid`` and ``msgstr`` together."""
    if any(re.match("#,.*fuzzy", line) for line in block.splitlines()):
        return {}
    found: dict[str, str] = {}
    key = ""
    for line in block.splitlines():
        if line.startswith(("msgid ", "msgstr ")):
            key, _, line = line.partition(" ")
        if line.startswith('"'):
            found[key] = found.get(key, "") + ast.literal_eval(line)
    return found
