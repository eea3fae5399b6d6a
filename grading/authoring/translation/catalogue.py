"""Catalogues of notebooks in other languages, as translators' tools read them."""

import re
from pathlib import Path
from typing import TYPE_CHECKING

import nbformat
import polib
from nbgrader.utils import compute_checksum, is_locked

from cs231n import languages
from grading import ROOT
from grading.authoring.translation.messages import messages, translated

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from nbformat import NotebookNode

#: A folder for each language, and in it one for each assignment.
LOCALE = ROOT / "solutions" / "locale"


def catalogue_path(language: str, name: str, locale: Path = LOCALE) -> Path:
    """Say where the catalogue of a notebook lies.

    Parameters
    ----------
    language : str
        Such as ``"zh_CN"``.
    name : str
        Such as ``"assignment1/knn"``.
    locale : pathlib.Path, optional
        The folder of all languages.

    Returns
    -------
    path : pathlib.Path
        A ``.po`` file, there or not.
    """
    return locale / language / f"{name}.po"


def rewording(language: str, locale: Path = LOCALE) -> "Callable[[str, str], str]":
    """Prepare to write notebooks in another language, as far as it has catalogues.

    Parameters
    ----------
    language : str
        Such as ``"zh_CN"``.
    locale : pathlib.Path, optional
        The folder of all languages.

    Returns
    -------
    reworded : callable
        Gives the notebook for its name and its text, and prints how many messages
        are translated; a notebook without a catalogue stays English.

    Raises
    ------
    ValueError
        If there is no catalogue in the language.
    """
    if not any((locale / language).glob("*/*.po")):
        there = ", ".join(sorted(path.name for path in locale.iterdir()))
        raise ValueError(
            f"There are no catalogues in {language!r}; there are some in {there}."
        )

    def reworded(name: str, text: str) -> str:
        path = catalogue_path(language, name, locale)
        if not path.exists():
            return text
        notebook = nbformat.reads(text, as_version=4)
        done, total = translate(notebook, polib.pofile(str(path)))
        print(f"{language} {name}: {done} of {total} messages translated")
        return nbformat.writes(notebook) + "\n"

    return reworded


def updated(texts: "Iterable[tuple[str, str]]", path: Path) -> polib.POFile:
    """Bring a catalogue up to date with its texts.

    Parameters
    ----------
    texts : iterable of (str, str)
        Where each message stands, and the message: those of a notebook from
        :func:`~.messages.messages`, those of the package from
        :func:`~.package.said`.
    path : pathlib.Path
        The catalogue; it need not be there, and is not written.

    Returns
    -------
    catalogue : polib.POFile
        A message for every text in the same order; what is translated is kept, and so
        is what nobody says any more, as obsolete.
    """
    old = polib.pofile(str(path)) if path.exists() else polib.POFile()
    said = {entry.msgid: entry for entry in old}
    new = polib.POFile(wrapwidth=92)
    new.metadata = {
        "Content-Type": "text/plain; charset=UTF-8",
        "Content-Transfer-Encoding": "8bit",
        "Language": path.parents[1].name,
    }
    for place, text in texts:
        if entry := new.find(text):
            if (place, "") not in entry.occurrences:
                entry.occurrences.append((place, ""))
            continue
        known = said.pop(text, None)
        new.append(
            polib.POEntry(
                msgid=text,
                msgstr=known.msgstr if known else "",
                flags=known.flags if known else [],
                occurrences=[(place, "")],
            )
        )
    for entry in said.values():
        if entry.msgstr:
            new.append(
                polib.POEntry(msgid=entry.msgid, msgstr=entry.msgstr, obsolete=True)
            )
    return new


def translate(notebook: "NotebookNode", catalogue: polib.POFile) -> tuple[int, int]:
    """Write a notebook in another language; grade ids, points and code stay.

    Its set-up gets one line more, by which the package knows the language.

    Parameters
    ----------
    notebook : nbformat.NotebookNode
        As released; changed in place.
    catalogue : polib.POFile
        Its messages; what is missing, empty or marked as fuzzy stays English.

    Returns
    -------
    done : int
        Messages that were translated.
    total : int
        Messages there are.
    """
    ready = {
        entry.msgid: entry.msgstr
        for entry in catalogue
        if entry.translated() and not entry.obsolete
    }
    texts = {text for _, text in messages(notebook)}
    translated(notebook, lambda text: ready.get(text, text))
    _name_the_language(notebook, catalogue.metadata.get("Language", ""))
    for cell in notebook.cells:
        if is_locked(cell) and "checksum" in cell.metadata.nbgrader:
            cell.metadata.nbgrader["checksum"] = compute_checksum(cell)
    return len(texts & set(ready)), len(texts)


def _name_the_language(notebook, language):
    """Let the set-up begin with it, so that figures know which letters they need."""
    for cell in notebook.cells:
        is_set_up = "setup" in cell.metadata.get("tags", [])
        if is_set_up and "from cs231n.testing import" in cell.source:
            title = re.match(r"(# @title .*\n)?", cell.source)[0]
            line = f'{languages.NAME} = "{language}"\n'
            cell.source = title + line + cell.source[len(title) :]
            return
