"""The template: a notebook as released, with what only the grader may see."""

import hashlib
import json
from dataclasses import asdict, dataclass
from functools import cached_property

from grading.engine.notebooks.statements import defined

#: Goes into every key: a change of the way answers are read grades everything again.
VERSION = 1


@dataclass(frozen=True)
class Slot:
    """A cell of a template."""

    name: str  #: grade_id, or the id of the cell
    role: str  #: "answer", "written", "test", "setup" or "text"
    kind: str  #: "code" or "markdown"
    source: str  #: of an answer, its stub; of a test, with its hidden part
    released: str  #: what the student was given
    metadata: dict
    points: float = 0.0
    solution: str = ""  #: of an answer

    @cached_property
    def names(self):
        """What an answer must define: the names its stub or its solution binds."""
        return defined(self.released) or defined(self.solution)


@dataclass(frozen=True)
class Template:
    """A released notebook of an assignment."""

    assignment: str
    name: str  #: "knn"
    slots: tuple[Slot, ...]
    metadata: dict

    @cached_property
    def digest(self):
        """SHA-256 of everything in it, as hexadecimal digits."""
        text = json.dumps([VERSION, asdict(self)], sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()

    def of_role(self, *roles):
        """List the cells that have one of some roles.

        Parameters
        ----------
        *roles : str
            For example ``"answer"``.

        Returns
        -------
        slots : list of Slot
            In order.
        """
        return [slot for slot in self.slots if slot.role in roles]

    @cached_property
    def position(self):
        """Where each name stands: ``{name: index}``."""
        return {slot.name: index for index, slot in enumerate(self.slots)}


def templates(course, assignment):
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
    paths = sorted((course.source / assignment).glob("*.ipynb"))
    if not paths:
        known = sorted(path.name for path in course.source.glob("*") if path.is_dir())
        raise LookupError(
            f"No assignment {assignment!r} in {course.source}; there are: "
            f"{', '.join(known) or 'none'}.\nBuild them with:  make release"
        )
    return {path.stem: _cached(course, assignment, path) for path in paths}


def _cached(course, assignment, path):
    data = path.read_bytes()
    digest = hashlib.sha256(data + str(VERSION).encode()).hexdigest()
    kept = course.ledger / "templates" / f"{digest[:32]}.json"
    try:
        raw = json.loads(kept.read_bytes())
        slots = tuple(Slot(**slot) for slot in raw["slots"])
        return Template(assignment, path.stem, slots, raw["metadata"])
    except (OSError, ValueError, KeyError, TypeError):
        from grading.engine.notebooks.build_template import build_template
        from grading.engine.storage.store import write_whole

        template = build_template(assignment, path.stem, data.decode("utf-8"))
        write_whole(kept, json.dumps(asdict(template)).encode())
        return template
