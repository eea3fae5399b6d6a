"""The templates of a released assignment, made once and kept beside the ledger."""

import hashlib
import json
from collections import defaultdict
from dataclasses import asdict, replace
from typing import TYPE_CHECKING

from cs231n.files import write_whole
from grading.authoring.releases import earlier_releases
from grading.engine.notebooks.reading import read_cells
from grading.engine.notebooks.template import VERSION, Slot, Template

if TYPE_CHECKING:
    from grading.course import Course


def templates(course: "Course", assignment: str) -> dict[str, Template]:
    """Read the templates of an assignment from what was built for its release.

    Parameters
    ----------
    course : Course
        Has released the assignment.
    assignment : str
        For example ``"assignment1"``.

    Returns
    -------
    found : dict of {str: Template}
        By the notebook's name. A copy of each is kept beside the ledger, because
        making one needs nbgrader, which takes seconds to load.

    Raises
    ------
    LookupError
        If the assignment was not released.
    """
    check_assignment(course, assignment)
    paths = sorted((course.source / assignment).glob("*.ipynb"))
    found = {path.stem: _cached(course, assignment, path) for path in paths}
    return {
        name: _with_earlier(template, earlier_releases(course, assignment, name))
        for name, template in found.items()
    }


def _with_earlier(template, releases):
    """Add what students were given before, so that it is not taken for theirs."""
    texts = defaultdict(dict)
    for release in releases:
        for cell in read_cells(release)[0]:
            texts[cell.grade_id or cell.cell_id][cell.source] = None
    slots = tuple(
        replace(
            slot,
            earlier=tuple(text for text in texts[slot.name] if text != slot.released),
        )
        for slot in template.slots
    )
    return replace(template, slots=slots)


def check_assignment(course: "Course", assignment: str) -> None:
    """Refuse a name that is no assignment's, before a folder is made of it.

    Parameters
    ----------
    course : Course
        Has released its assignments.
    assignment : str
        For example ``"assignment1"``.

    Raises
    ------
    LookupError
        If the assignment was not released.
    """
    known = sorted(path.parent.name for path in course.source.glob("*/*.ipynb"))
    if assignment not in known:
        names = ", ".join(dict.fromkeys(known)) or "none"
        raise LookupError(
            f"No assignment {assignment!r} in {course.source}; there are: {names}.\n"
            f"Build them with:  make release"
        )


def _cached(course, assignment, path):
    data = path.read_bytes()
    digest = hashlib.sha256(data + str(VERSION).encode()).hexdigest()
    kept = course.ledger / "templates" / f"{digest[:32]}.json"
    try:
        raw = json.loads(kept.read_bytes())
        slots = tuple(Slot(**slot) for slot in raw["slots"])
        return Template(assignment, path.stem, slots, raw["metadata"], raw["exam"])
    except (OSError, ValueError, KeyError, TypeError):
        # It loads nbgrader, which takes seconds.
        from grading.engine.notebooks.build_template import build_template

        template = build_template(assignment, path.stem, data.decode("utf-8"))
        write_whole(kept, json.dumps(asdict(template)).encode())
        return template
