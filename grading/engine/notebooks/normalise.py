"""Normalise: the template with a student's answers in it, whatever was handed in."""

import ast
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from grading.engine.notebooks.fingerprints import packed, prints
from grading.engine.notebooks.helpers import Helpers
from grading.engine.notebooks.matching import match
from grading.engine.notebooks.pictures import without_pictures
from grading.engine.notebooks.questions import found_in_questions
from grading.engine.notebooks.reading import folded
from grading.engine.notebooks.statements import (
    defined,
    parsed,
    pieces,
    plain_python,
    used,
)
from grading.engine.storage.names import capped

if TYPE_CHECKING:
    from grading.engine.notebooks.reading import ReadCell
    from grading.engine.notebooks.template import Template

#: Longer answers are not read; a page of code has 4000 characters.
MAX_ANSWER = 200_000
#: Names that an answer may borrow.
MAX_NAMES = 100
#: A written answer may have a picture in it.
MAX_WRITTEN = 4_000_000


@dataclass(frozen=True)
class Normalised:
    """A notebook whose order, tests and metadata are the template's."""

    notebook: str  #: "knn"
    written: dict  #: {grade_id: the answer as the student wrote it}
    answers: dict  #: {grade_id: Python for the judge}, autograded answers only
    flags: tuple[str, ...]
    reason: str = ""  #: why nothing could be read, if so
    prints: str = ""  #: the fingerprints of what the student wrote, packed

    def __post_init__(self) -> None:
        """Cap what is said: names of files and of Python may be of any length."""
        object.__setattr__(self, "flags", capped(self.flags))


def normalise(
    template: "Template", cells: "list[ReadCell]", flags: Iterable[str] = ()
) -> "Normalised":
    """Put a student's answers into their places.

    Parameters
    ----------
    template : Template
        The released notebook.
    cells : list of ReadCell
        The notebook handed in.
    flags : iterable of str, optional
        What is known already.

    Returns
    -------
    notebook : Normalised
        Exercises that were left out have their stub.
    """
    found = match(template, cells)
    written = {
        slot.name: _answer(found, slot)
        for slot in template.of_role("answer", "written")
    }
    flags = [*flags, *found.flags]
    flags += found_in_questions(found, written, template)
    _share_merged(found, written, template, flags)
    answers = {}
    for slot in template.of_role("answer"):
        answers[slot.name], changed = plain_python(written[slot.name])
        if changed:
            flags.append(f"{slot.name}: lines for IPython were taken out.")
    _lend(found, answers, template, flags)
    own = [prints(text) for name, text in written.items() if name in answers]
    return Normalised(
        template.name,
        written,
        answers,
        tuple(dict.fromkeys(flags)),
        prints=packed(frozenset().union(*own)),
    )


def unreadable(
    template: "Template", reason: str, flags: Iterable[str] = ()
) -> "Normalised":
    """Stand in for a notebook that could not be read, or was not there.

    Parameters
    ----------
    template : Template
        The released notebook.
    reason : str
        A sentence for the student.
    flags : iterable of str, optional
        What is known already.

    Returns
    -------
    notebook : Normalised
        With every stub in its place.
    """
    stubs = {slot.name: slot.released for slot in template.of_role("answer", "written")}
    answers = {slot.name: slot.released for slot in template.of_role("answer")}
    return Normalised(template.name, stubs, answers, (reason, *flags), reason)


def _answer(found, slot):
    """Join the cells of an answer: in order, without stubs, drafts and repetitions."""
    untouched = {"", *slot.given}
    texts = [text for text in found.sources(slot.name) if folded(text) not in untouched]
    texts = list({folded(text): text for text in texts}.values())
    if not texts:
        return slot.released if not _emptied(found, slot) else ""
    if slot.role == "answer" and len(texts) > 1:
        texts = _without_drafts(texts, slot)
    joined = "\n\n".join(texts)
    limit = MAX_ANSWER if slot.role == "answer" else MAX_WRITTEN
    if len(joined) > limit and slot.role == "written":
        found.flags.append(f"{slot.name}: its pictures are too large to be kept.")
        joined = without_pictures(joined)
    if len(joined) > limit:
        found.flags.append(f"{slot.name}: longer than {limit} characters.")
        return slot.released
    return joined


def _emptied(found, slot):
    sources = found.sources(slot.name)
    return bool(sources) and not any(source.strip() for source in sources)


def _without_drafts(texts, slot):
    """Drop cells that are no Python, and all but the last that define everything."""
    whole = [text for text in texts if parsed(plain_python(text)[0]) is not None]
    texts = whole or texts[-1:]
    complete = [text for text in texts if slot.names and slot.names <= defined(text)]
    drafts = set(complete[:-1])
    return [text for text in texts if text not in drafts]


def _share_merged(found, written, template, flags):
    """Cut a cell that holds several answers, or an answer and its tests."""
    locked = {
        piece.shape
        for slot in template.of_role("test", "text")
        if slot.kind == "code"
        for piece in pieces(slot.released)
    }
    slots = {slot.name: slot for slot in template.of_role("answer")}
    empty = {name for name, slot in slots.items() if written[name] == slot.released}
    for name, slot in slots.items():
        if written[name] == slot.released:
            continue
        parts, bound_here = pieces(written[name]), defined(written[name])
        others = {
            other: slots[other].names - slot.names
            for other in empty
            if slots[other].names and slots[other].names <= bound_here
        }
        moved = {bound for names in others.values() for bound in names}
        kept = [p for p in parts if p.shape not in locked and not p.binds & moved]
        if len(kept) == len(parts):
            continue
        written[name] = "\n\n".join(piece.source for piece in kept)
        for other, names in others.items():
            mine = [piece.source for piece in parts if piece.binds & names]
            written[other] = "\n\n".join(mine)
            flags.append(f"{other}: found in the cell of {name}.")
        empty -= set(others)


def _lend(found, answers, template, flags):
    """Give answers the helpers they use from cells that are no answers."""
    given = frozenset().union(
        *(defined(slot.released) for slot in template.of_role("setup")),
        *(defined(source) for source in answers.values()),
    )
    uses = {
        name: frozenset(sorted(used(source) - given)[:MAX_NAMES])
        for name, source in answers.items()
    }
    if not any(uses.values()):
        return
    helpers = Helpers(_lenders(found, template))
    released = {folded(slot.released) for slot in template.slots}
    done = set()
    for name, source in answers.items():
        wanted, needed = helpers.needed(uses[name])
        lent = [helper for helper in needed if helper not in done]
        if not lent:
            continue
        done |= set(lent)
        answers[name] = "\n".join([_guarded(piece) for _, piece in lent] + [source])
        own = {
            bound
            for at, piece in lent
            if found.cells[at].folded not in released
            for bound in piece.binds & wanted
        }
        if own:
            flags.append(f"{name}: uses {', '.join(sorted(own))} from other cells.")


def _lenders(found, template):
    """Give every cell with code that is neither an answer nor a test."""
    roles = {slot.name: slot.role for slot in template.slots}
    taken = {at for group in found.groups.values() for at in group}
    return {
        position: cell
        for position, cell in enumerate(found.cells)
        if cell.kind != "markdown"
        and position not in taken
        and roles.get(found.owner.get(position)) != "test"
    }


def _guarded(piece):
    """Let a value that cannot be computed here be missing, as in a notebook."""
    if piece.kind != "value":
        return piece.source
    try:
        # Unparsed, because indenting would change a string of several lines.
        line = ast.unparse(parsed(piece.source))
    except RecursionError:
        return ""
    return f"try:\n    {line}\nexcept Exception:\n    pass"
