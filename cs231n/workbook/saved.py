"""A notebook as it was saved: by Jupyter, Colab, VS Code or Kaggle."""

import difflib
import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cs231n.languages import NAME

#: Folders that hold no notebook of a student's.
_ELSEWHERE = {".ipynb_checkpoints", ".venv", "build", "solutions", "node_modules"}
#: The tick of a test; its exercise is the first group.
TESTED = re.compile(r"""\bpassed\(\s*["']([\w-]+)["']""")
_LANGUAGE = re.compile(rf"""^{NAME} = ["'](\w+)["']""", re.MULTILINE)

#: Colab's name for a copy, in some of its languages.
_COPY_OF = re.compile(
    r"^((copy[ _]of|kopie[ _]von|copie[ _]de|copia[ _]de)[ _])+", re.IGNORECASE
)


class BadNotebook(Exception):
    """A file that is no notebook of the course; the message says what to do."""


class StrangeNotebook(BadNotebook):
    """A notebook in which nothing is the course's: a student's own."""


@dataclass(frozen=True)
class SavedCell:
    """A cell, and what it is to the course."""

    role: str  #: "setup", "answer", "test", "question", "hint", or "" for all others
    name: str  #: grade_id; of a hint, its exercise
    source: str
    points: float = 0
    is_code: bool = True


@dataclass(frozen=True)
class SavedNotebook:
    """The cells of a file, from top to bottom."""

    name: str  #: such as "knn"
    path: Path
    cells: tuple[SavedCell, ...]
    siblings: tuple[str, ...] = ()  #: names of the assignment's notebooks, if known

    def of_role(self, *roles: str) -> list[SavedCell]:
        """List the cells that are something to the course.

        Parameters
        ----------
        *roles : str
            As in :class:`SavedCell`.

        Returns
        -------
        cells : list of SavedCell
            From top to bottom.
        """
        return [cell for cell in self.cells if cell.role in roles]

    @property
    def language(self) -> str:
        """Name the language that its set-up sets; empty if it is English."""
        for cell in self.of_role("setup"):
            if found := _LANGUAGE.search(cell.source):
                return found[1]
        return ""


def read(path: Path) -> SavedNotebook:
    """Read a notebook.

    Parameters
    ----------
    path : pathlib.Path
        An ``.ipynb`` file.

    Returns
    -------
    notebook : SavedNotebook
        With at least one exercise or question.

    Raises
    ------
    BadNotebook
        If there is no such file, or it is no notebook of the course.
    """
    path = Path(path)
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise BadNotebook(f"{path} cannot be read: {error.strerror}.") from None
    except UnicodeDecodeError:
        raise BadNotebook(f"{path} is no notebook: it is not UTF-8 text.") from None
    return parsed(text, path)


def parsed(text: str, path: Path) -> SavedNotebook:
    """Read the text of a notebook.

    Parameters
    ----------
    text : str
        JSON.
    path : pathlib.Path
        Where it lies; the name of the notebook is taken from it.

    Returns
    -------
    notebook : SavedNotebook
        As :func:`read` returns it.

    Raises
    ------
    BadNotebook
        If it is no notebook of the course.
    """
    try:
        raw = json.loads(text)
        cells = tuple(map(_cell, raw["cells"]))
    except json.JSONDecodeError as error:
        raise BadNotebook(
            f"{path} is no whole notebook: its JSON breaks off or is damaged in line "
            f"{error.lineno}. Save it again, or go back to an older copy."
        ) from None
    except (KeyError, TypeError, AttributeError, ValueError, RecursionError):
        raise BadNotebook(
            f"{path} is no notebook: it has no list of cells. Give a file that "
            f"Jupyter, Colab, VS Code or Kaggle saved as .ipynb."
        ) from None
    if not any(cell.role in ("answer", "question") for cell in cells):
        raise _not_ours(cells, path)
    return SavedNotebook(own_name(path.stem), path, cells, _siblings(raw))


def own_name(stem: str) -> str:
    """Take off what Jupyter, Colab and browsers add to the name of a copy.

    Parameters
    ----------
    stem : str
        A file's name without its ending.

    Returns
    -------
    name : str
        The notebook's, such as ``"knn"``.
    """
    name = re.sub(r"([ _-]copy\d*|-\d+|[ _]?\(\d+\))+$", "", stem, flags=re.I)
    return _COPY_OF.sub("", name)


def _siblings(raw):
    try:
        return tuple(map(str, raw["metadata"]["cs231n"]["notebooks"]))
    except (KeyError, TypeError):  # an older release, or a program that drops it
        return ()


def _not_ours(cells, path):
    if any(TESTED.search(cell.source) for cell in cells):
        return BadNotebook(
            f"{path} has lost the marks that say which cell is which (the cells' "
            f"metadata). Take a fresh copy of the notebook and paste your answers in."
        )
    return StrangeNotebook(
        f"{path} has no exercise of the course in it. Is it the right file?"
    )


def _cell(raw: dict[str, Any]) -> SavedCell:
    metadata = raw.get("metadata") or {}
    source = raw.get("source", "")
    source = source if isinstance(source, str) else "".join(source)
    flags = metadata.get("nbgrader") or {}
    role, name = _role(raw, metadata, flags)
    points = float(flags.get("points") or 0)
    return SavedCell(role, name, source, points, raw["cell_type"] == "code")


def _role(raw, metadata, flags):
    """Say what a cell is to the course, and its name."""
    name = str(flags.get("grade_id") or raw.get("id") or "")
    if flags.get("solution"):
        return ("question" if flags.get("grade") else "answer"), name
    if flags.get("grade"):
        return "test", name
    hint = (metadata.get("cs231n") or {}).get("hint")
    if raw["cell_type"] == "markdown":
        if hint or name.startswith("hint-"):
            return "hint", str(hint or name.removeprefix("hint-"))
    elif "setup" in (metadata.get("tags") or []):
        return "setup", name
    return "", name


def find(name: str, below: Path) -> Path:
    """Find a notebook by what a student calls it.

    Parameters
    ----------
    name : str
        A path, or such as ``"knn"``, ``"knn.ipynb"``, ``"assignment1/knn"``.
    below : pathlib.Path
        The folder to look in, three levels deep.

    Returns
    -------
    path : pathlib.Path
        Of a file that is there.

    Raises
    ------
    BadNotebook
        If there is none, or more than one.
    """
    wanted = Path(name if name.lower().endswith(".ipynb") else f"{name}.ipynb")
    if (below / wanted).is_file():
        return below / wanted
    if (below / name).is_file():
        raise BadNotebook(f"{name} is no notebook. Give a file that ends in .ipynb.")
    end, notebooks = wanted.parts, all_below(below)
    found = [path for path in notebooks if path.parts[-len(end) :] == end]
    if len(found) == 1:
        return found[0]
    if found:
        several = ", ".join(str(path.relative_to(below)) for path in found)
        raise BadNotebook(f"There are several {wanted}: {several}. Give one of them.")
    raise BadNotebook(_not_there(name, wanted, below, notebooks))


def _not_there(name, wanted, below, notebooks):
    if (below / name).is_dir():
        notebooks = all_below(below / name)
        said = f"{name or '.'} is a folder"
    else:
        said = f"There is no {wanted.name} in {(below / wanted).parent}"
    known = sorted({path.stem for path in notebooks})
    if not known:
        return (
            f"{said}; no notebook is there. Give the command in the folder of the "
            f"course, or the path of a notebook."
        )
    lower = {stem.lower(): stem for stem in known}
    close = difflib.get_close_matches(wanted.stem.lower(), lower, n=1)
    meant = f" Did you mean {lower[close[0]]}?" if close else ""
    return f"{said}; there is {', '.join(known[:20])}.{meant}"


def all_below(folder: Path) -> list[Path]:
    """List the notebooks in a folder, three levels deep.

    Parameters
    ----------
    folder : pathlib.Path
        Where to look.

    Returns
    -------
    paths : list of pathlib.Path
        Sorted.
    """
    found = [
        path for depth in ("", "*/", "*/*/") for path in folder.glob(f"{depth}*.ipynb")
    ]
    return sorted(
        path
        for path in found
        if not _ELSEWHERE & set(path.relative_to(folder).parts) and path.is_file()
    )
