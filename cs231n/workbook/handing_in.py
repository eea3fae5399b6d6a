"""What a student hands in: every notebook of an assignment, in one zip."""

import io
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from cs231n.files import write_whole
from cs231n.workbook.saved import (
    BadNotebook,
    SavedNotebook,
    StrangeNotebook,
    all_below,
    own_name,
    read,
)

#: What graders read of one file.
MAX_BYTES = 64 << 20
#: In the environment of notebooks that are run through before they are handed in.
SUBMITTING = "CS231N_SUBMITTING"


@dataclass(frozen=True)
class Gathered:
    """The notebooks of an assignment, and what is wrong with them."""

    notebooks: Sequence[SavedNotebook]
    faults: Sequence[str]


def folder_of(assignment: str, here: Path) -> Path:
    """Find the folder of an assignment.

    Parameters
    ----------
    assignment : str
        Such as ``"assignment1"``.
    here : pathlib.Path
        Where the command is given.

    Returns
    -------
    folder : pathlib.Path
        One that is there.

    Raises
    ------
    BadNotebook
        If there is none.
    """
    name = (here / assignment).resolve().name  # "." is a name, too
    likely = [here / assignment, here / "assignments" / assignment, here]
    for folder in likely:
        if name and folder.is_dir() and name in (folder.name, folder.resolve().name):
            return folder
    raise BadNotebook(
        f"There is no folder {assignment} here. Give the command in the folder of the "
        f"course, or in the folder of the assignment itself."
    )


def gather(folder: Path) -> Gathered:
    """Read the notebooks of an assignment.

    Parameters
    ----------
    folder : pathlib.Path
        Of one assignment; folders in it are not looked into.

    Returns
    -------
    gathered : Gathered
        Each notebook once, by name; sentences about what is missing or damaged.
    """
    found: dict[str, SavedNotebook] = {}
    faults, own, damaged, wanted = [], {}, set(), set()
    for path in all_below(folder):
        if path.parent != folder:
            continue
        try:
            notebook = read(path)
        except StrangeNotebook as error:
            own[path.stem] = str(error)
            continue
        except BadNotebook as error:
            faults.append(str(error))
            damaged.add(own_name(path.stem))
            continue
        wanted |= set(notebook.siblings)
        if path.stat().st_size > MAX_BYTES:
            faults.append(
                f"{path.name} is larger than the {MAX_BYTES >> 20} MB that graders "
                f"take: clear its outputs (Edit, Clear Outputs of All Cells), save."
            )
        if notebook.name in found:
            both = f"{found[notebook.name].path.name} and {path.name}"
            faults.append(f"{both} are the same notebook: move one of them away.")
        found[notebook.name] = notebook
    faults += [own[name] for name in sorted(wanted & set(own))]
    missing = sorted(wanted - {*found, *own} - damaged)
    faults += [f"{name}.ipynb is missing." for name in missing]
    for name in sorted(set(found) - wanted) if wanted else ():
        file = found[name].path.name
        faults.append(
            f"{file} is no name of this assignment: rename it, or move it away. Its "
            f"notebooks are {', '.join(sorted(wanted))}."
        )
    if not found and not faults:
        faults.append(f"There is no notebook of the course in {folder}.")
    return Gathered([found[name] for name in sorted(found)], faults)


def saved_at(notebook: SavedNotebook) -> str:
    """Say when a notebook was saved last.

    Parameters
    ----------
    notebook : SavedNotebook
        From a file.

    Returns
    -------
    time : str
        In local time, to the minute.
    """
    return f"{datetime.fromtimestamp(notebook.path.stat().st_mtime):%Y-%m-%d %H:%M}"


def pack(notebooks: Sequence[SavedNotebook], target: Path, student: str = "") -> None:
    """Write the zip that is handed in.

    Parameters
    ----------
    notebooks : sequence of SavedNotebook
        As their files have them.
    target : pathlib.Path
        The zip; replaced if it is there.
    student : str, optional
        A folder of this name goes around them, for a course that collects zips by hand.

    Raises
    ------
    BadNotebook
        If the zip cannot be written there.
    """
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for notebook in notebooks:
            name = f"{notebook.name}.ipynb"
            inside = f"{student}/{name}" if student else name
            archive.writestr(inside, notebook.path.read_bytes())
    try:
        write_whole(target, made.getvalue())
    except OSError as error:
        raise BadNotebook(
            f"{target} cannot be written: {error.strerror}. Choose another place with "
            f"--out."
        ) from None
