"""Every release there was: copies of what students were given."""

import hashlib
from typing import TYPE_CHECKING

from cs231n.files import write_whole

if TYPE_CHECKING:
    from grading.course import Course


def keep_release(course: "Course") -> None:
    """Keep what a course has released now.

    Parameters
    ----------
    course : Course
        Each notebook is kept once, beside the ledger.
    """
    for path in sorted(course.released.glob("*/*.ipynb")):
        data = path.read_bytes()
        folder = course.ledger / "releases" / path.parent.name / path.stem
        kept = folder / f"{hashlib.sha256(data).hexdigest()[:32]}.ipynb"
        if not kept.exists():
            write_whole(kept, data)


def earlier_releases(course: "Course", assignment: str, name: str) -> list[bytes]:
    """Read all releases of a notebook.

    Parameters
    ----------
    course : Course
        Whose.
    assignment, name : str
        For example ``"assignment1"`` and ``"knn"``.

    Returns
    -------
    releases : list of bytes
        Notebooks, each once, the present one among them.
    """
    folder = course.ledger / "releases" / assignment / name
    return [path.read_bytes() for path in sorted(folder.glob("*.ipynb"))]
