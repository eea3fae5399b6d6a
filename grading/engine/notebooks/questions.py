"""Answers that a student typed below a question, in the question's own cell."""

from typing import TYPE_CHECKING

from grading.engine.notebooks.pictures import with_pictures

if TYPE_CHECKING:
    from grading.engine.notebooks.matching import Match
    from grading.engine.notebooks.template import Template


def found_in_questions(
    found: "Match", written: dict[str, str], template: "Template"
) -> list[str]:
    """Take what was added to a question for its answer, if there is no other.

    Parameters
    ----------
    found : Match
        Where everything belongs.
    written : dict of {str: str}
        The answers so far; those that were found are put in.
    template : Template
        The released notebook.

    Returns
    -------
    flags : list of str
        What was done, or what a person should look at.
    """
    flags = []
    for slot in template.of_role("written"):
        question = template.slots[template.position[slot.name] - 1]
        added = _added(found, question)
        if not added:
            continue
        if written[slot.name].strip() in ("", slot.released.strip()):
            written[slot.name] = added
            flags.append(f"{slot.name}: the answer was found in the question's cell.")
        else:
            flags.append(
                f"{slot.name}: the question's cell was edited too; it holds: {added}"
            )
    return flags


def _added(found, question):
    """Give the lines of a question's cell that the release has not."""
    if question.role != "text" or question.kind != "markdown":
        return ""
    given = {" ".join(line.split()) for line in question.released.split("\n")}
    texts = [
        with_pictures(found.cells[position].source, found.cells[position].pictures)
        for position, name in sorted(found.owner.items())
        if name == question.name
    ]
    lines = [
        line
        for text in texts
        for line in text.split("\n")
        if " ".join(line.split()) not in given
    ]
    return "\n".join(_without_given(line, given) for line in lines).strip()


def _without_given(line, given):
    """Cut off what stands before an answer that was typed behind the question."""
    before = [text for text in given if len(text) > 20 and line.startswith(text)]
    return line[len(max(before, key=len)) :].strip() if before else line
