"""The exercises of a notebook: a heading, an answer, its tests, for people to read."""

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from grading.engine.notebooks.template import Slot, Template


@dataclass
class Exercise:
    """An answer and what tests it."""

    name: str  #: grade_id of the answer
    title: str  #: of the part of the notebook it stands in
    written: bool  #: marked by a person
    question: str = ""  #: of a written answer
    points: float = 0.0
    tests: list = field(default_factory=list)  #: of Slot


def exercises(template: "Template") -> "list[Exercise]":
    """Cut a notebook into its exercises.

    Parameters
    ----------
    template : Template
        A released notebook.

    Returns
    -------
    found : list of Exercise
        In order; a test belongs to the answer before it.
    """
    found, title, text = [], template.name, ""
    for slot in template.slots:
        if slot.kind == "markdown" and slot.role == "text":
            headings = re.findall(r"^#{1,4} +(.+)$", slot.released, re.MULTILINE)
            title, text = headings[-1] if headings else title, slot.released
        elif slot.role in ("answer", "written"):
            written = slot.role == "written"
            found.append(Exercise(slot.name, title, written, points=slot.points))
            if written:
                bold = re.match(r"\*\*(Question[^*(.]*)", text)
                found[-1].title = bold[1].strip() if bold else title
                found[-1].question = text
        elif slot.role == "test":
            if not found:
                found.append(Exercise(slot.name, title, False))
            found[-1].tests.append(slot)
            found[-1].points += slot.points
    return found


def is_hidden(slot: "Slot") -> bool:
    """Tell whether a test has a part that students do not see.

    Parameters
    ----------
    slot : Slot
        A test.

    Returns
    -------
    hidden : bool
        Its messages are then not for students.
    """
    return slot.source != slot.released


def purpose(slot: "Slot") -> str:
    """Say what a test is about, in the words of its first comment.

    Parameters
    ----------
    slot : Slot
        A test.

    Returns
    -------
    text : str
        What students read above it.
    """
    lines = []
    for line in slot.released.split("\n"):
        if not line.startswith("#"):
            break
        lines.append(line.lstrip("# "))
    text = " ".join(lines)
    return re.sub(r"^(@title Test:? |[\d.]+ points?: *)", "", text) or slot.name
