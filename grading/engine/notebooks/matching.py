"""Which cell of a student's notebook answers which exercise."""

import re
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from grading.engine.notebooks.pictures import with_pictures
from grading.engine.notebooks.reading import folded

if TYPE_CHECKING:
    from grading.engine.notebooks.reading import ReadCell
    from grading.engine.notebooks.template import Template


@dataclass
class Match:
    """Where everything in a student's notebook belongs."""

    cells: list  #: of ReadCell
    groups: dict = field(default_factory=dict)  #: {answer: [positions of its cells]}
    owner: dict = field(default_factory=dict)  #: {position: name of a template's cell}
    flags: list = field(default_factory=list)

    def sources(self, name: str) -> list[str]:
        """Return the texts of the cells of an answer.

        Parameters
        ----------
        name : str
            grade_id of an answer.

        Returns
        -------
        sources : list of str
            In order, with the pictures that were pasted into them.
        """
        cells = [self.cells[position] for position in self.groups[name]]
        return [with_pictures(cell.source, cell.pictures) for cell in cells]

    @property
    def free(self) -> list[int]:
        """Positions of cells that no cell of the template claims."""
        return [at for at in range(len(self.cells)) if at not in self.owner]


def likeness(template: "Template", cells: "list[ReadCell]") -> float:
    """Count the cells of a template that a notebook has.

    Parameters
    ----------
    template : Template
        A released notebook.
    cells : list of ReadCell
        A notebook handed in.

    Returns
    -------
    share : float
        0 for a stranger, 1 if nothing is missing.
    """
    ids = {cell.grade_id for cell in cells} | {cell.cell_id for cell in cells}
    texts = {cell.folded for cell in cells}
    code = {name for cell in cells if cell.kind != "markdown" for name in _defs(cell)}
    # One-line cells are alike in every notebook.
    known = [
        slot.name in ids
        or (len(slot.released) > 40 and folded(slot.released) in texts)
        or bool(slot.role == "answer" and slot.names and slot.names <= code)
        for slot in template.slots
    ]
    return sum(known) / len(known)


def _defs(cell):
    return re.findall(r"^[ \t]*(?:def|class)[ \t]+(\w+)", cell.source, re.MULTILINE)


def match(template: "Template", cells: "list[ReadCell]") -> "Match":
    """Find the cells that answer each exercise.

    A cell is recognised by its grade_id, else its id, else its text (if locked), else
    by the names it defines, else by the cells around it.

    Parameters
    ----------
    template : Template
        The released notebook.
    cells : list of ReadCell
        The notebook handed in.

    Returns
    -------
    found : Match
        Answers that are nowhere have an empty group.
    """
    found = Match(cells)
    _by_name(found, template)
    _by_text(found, template)
    slots = template.of_role("answer", "written")
    found.groups = {slot.name: [] for slot in slots}
    for position, name in sorted(found.owner.items()):
        if name in found.groups:
            found.groups[name].append(position)
    for slot in slots:
        if slot.role == "answer" and _open(found, slot):
            _by_definition(found, slot)
    for slot in slots:
        if _open(found, slot):
            _by_place(found, slot, template)
    _report_tests(found, template)
    return found


def _by_name(found, template):
    for position, cell in enumerate(found.cells):
        for name in (cell.grade_id, cell.cell_id):
            if name in template.position:
                found.owner[position] = name
                break


def _by_text(found, template):
    names = {text: slot.name for slot in template.slots for text in slot.given}
    taken = set(found.owner.values())
    for position in found.free:
        name = names.get(found.cells[position].folded)
        if name and name not in taken:
            found.owner[position] = name
            taken.add(name)


def _open(found, slot):
    """Tell whether nobody has answered yet: no cell, or the stub."""
    untouched = {"", *slot.given}
    return all(folded(source) in untouched for source in found.sources(slot.name))


def _by_definition(found, slot):
    """Take the free cells that define what the answer must define."""
    if not slot.names:
        return
    chosen = [at for at in found.free if _defines(found.cells[at], slot.names)]
    _take(found, slot, chosen, "by what it defines")


def _defines(cell, names):
    # Parsing takes time; most cells do not even have the letters.
    return all(name in cell.source for name in names) and names <= cell.defines


def _by_place(found, slot, template):
    """Take the free cells between the nearest cells that were recognised."""
    here = template.position[slot.name]
    anchors = defaultdict(list)
    for position, name in found.owner.items():
        anchors[template.position[name]].append(position)
    before = max((index for index in anchors if index <= here), default=None)
    start = -1 if before is None else max(anchors[before])
    if before is not None and _between(template, before, here):
        return
    later = [min(anchors[i]) for i in anchors if i > here and min(anchors[i]) > start]
    stop = min(later, default=len(found.cells))
    chosen = [at for at in found.free if start < at < stop and _fits(found, at, slot)]
    _take(found, slot, chosen, "by its place")


def _take(found, slot, chosen, how):
    """Give free cells to an answer, and note how they were recognised."""
    for position in chosen:
        found.owner[position] = slot.name
        found.groups[slot.name].append(position)
    if chosen:
        found.flags.append(f"{slot.name}: recognised {how}.")


def _between(template, before, here):
    """Tell whether another answer could be meant by what stands at this place."""
    others = template.slots[before + 1 : here]
    mine = template.slots[here].role
    return any(slot.role == mine for slot in others)


def _fits(found, position, slot):
    cell = found.cells[position]
    if not cell.source.strip():
        return False
    if slot.role == "written":
        return cell.kind != "code" or slot.kind == "code"
    # Something that runs and does not define the answer is an experiment.
    return cell.kind != "markdown" and (not slot.names or not cell.is_python)


def _report_tests(found, template):
    counts = defaultdict(list)
    for position, name in found.owner.items():
        counts[name].append(position)
    for slot in template.slots:
        positions = counts[slot.name]
        if slot.role == "test":
            _report_test(found, slot, positions)
        elif slot.role in ("answer", "written") and not positions:
            found.flags.append(f"{slot.name}: the answer's cell is missing.")
        elif slot.role in ("answer", "written") and len(positions) > 1:
            found.flags.append(f"{slot.name}: {len(positions)} cells together.")


def _report_test(found, slot, positions):
    if not positions:
        found.flags.append(f"{slot.name}: the test was deleted; it ran all the same.")
        return
    if len(positions) > 1:
        found.flags.append(f"{slot.name}: the test was duplicated; it ran once.")
    texts = {found.cells[position].folded for position in positions}
    if texts - slot.given - {folded(slot.source)}:
        found.flags.append(f"{slot.name}: the test was edited; the original ran.")
