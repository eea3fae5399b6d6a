"""The template: a notebook as released, with what only the grader may see."""

import hashlib
import json
from dataclasses import asdict, dataclass
from functools import cached_property

from grading.engine.notebooks.reading import folded
from grading.engine.notebooks.statements import defined

#: Goes into every reading: a change of the way answers are read has all read again.
VERSION = 3


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
    earlier: tuple[str, ...] = ()  #: what students were given in earlier releases

    @cached_property
    def given(self) -> frozenset[str]:
        """What students were given in any release, as :func:`.folded` reduces it."""
        return frozenset(folded(text) for text in (self.released, *self.earlier))

    @cached_property
    def names(self) -> frozenset[str]:
        """What an answer must define: the names its stub or its solution binds."""
        return defined(self.released) or defined(self.solution)


@dataclass(frozen=True)
class Template:
    """A released notebook of an assignment."""

    assignment: str
    name: str  #: "knn"
    slots: tuple[Slot, ...]
    metadata: dict
    exam: dict  #: what a judge runs of it, as plain data

    @cached_property
    def digest(self) -> str:
        """SHA-256 of everything in it, as hexadecimal digits."""
        plain = asdict(self)
        for slot in plain["slots"]:
            slot.pop("earlier")  # which texts there were, not what is tested
        text = json.dumps([VERSION, plain], sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()

    @classmethod
    def from_dict(cls, raw: dict) -> "Template":
        """Read what ``dataclasses.asdict`` made of a template, from JSON too.

        Parameters
        ----------
        raw : dict
            By field.

        Returns
        -------
        template : Template
            Equal to the one written, but for tuples that JSON makes lists.
        """
        return cls(**raw | {"slots": tuple(Slot(**slot) for slot in raw["slots"])})

    def of_role(self, *roles: str) -> "list[Slot]":
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
    def position(self) -> dict[str, int]:
        """Where each name stands: ``{name: index}``."""
        return {slot.name: index for index, slot in enumerate(self.slots)}
