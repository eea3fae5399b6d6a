"""Patches: an answer as the few lines in which it differs from another.

A patch is one or more blocks with a blank line between them. In a block ``- `` begins a
line that goes, ``+ `` one that comes, and two spaces one that stays. The lines that go
and stay must stand together, in this order, exactly once in the answer that is patched.
How far a block is indented as a whole does not matter.
"""

import ast
import re

_MARKS = {"### BEGIN SOLUTION", "### END SOLUTION"}


class PatchError(Exception):
    """A patch does not fit; the message says why."""


def is_patch(source: str) -> bool:
    """Say whether a cell holds a patch, and not a whole answer.

    Parameters
    ----------
    source : str
        The cell.

    Returns
    -------
    found : bool
        Whether all its lines begin as those of a patch do, and one changes something.
    """
    lines = source.split("\n")
    changes = any(line[:1] in "+-" for line in lines if line)
    return changes and all(re.match(r"[-+]( |$)|  |$", line) for line in lines)


def lean(source: str) -> str:
    """Strip an answer of its docstrings and of the marks round the solution.

    Parameters
    ----------
    source : str
        An answer cell.

    Returns
    -------
    code : str
        What is left, line by line as it was.
    """
    dropped = {
        i for i, line in enumerate(source.split("\n"), 1) if line.strip() in _MARKS
    }
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.FunctionDef | ast.ClassDef) or len(node.body) < 2:
            continue
        if ast.get_docstring(node) is not None:
            text = node.body[0]
            dropped |= set(range(text.lineno, (text.end_lineno or text.lineno) + 1))
    lines = source.split("\n")
    return "\n".join(line for i, line in enumerate(lines, 1) if i not in dropped)


def patched(source: str, patch: str) -> str:
    """Apply a patch.

    Parameters
    ----------
    source : str
        The answer to be patched; see :func:`lean`.
    patch : str
        Blocks of lines.

    Returns
    -------
    changed : str
        The new answer.

    Raises
    ------
    PatchError
        If a block's old lines are not in ``source`` exactly once.
    """
    old = source.split("\n")
    edits = [_edit(old, block.split("\n")) for block in re.split(r"\n\n+", patch)]
    edits.sort(key=lambda edit: edit[0])
    new, done = [], 0
    for start, end, lines in edits:
        if start < done:
            raise PatchError("two blocks change the same line; make them one.")
        new += old[done:start] + lines
        done = end
    return "\n".join(new + old[done:])


def _edit(old, block):
    """Return where a block starts and ends in the old lines, and what comes there."""
    goes = [line[2:] for line in block if not line.startswith("+")]
    comes = [line[2:] for line in block if not line.startswith("-")]
    if not goes:
        raise PatchError(
            "a block only adds lines; put the line before or after them there too, "
            "behind two spaces."
        )
    places = [at for at in range(len(old)) if _shift(old[at:], goes) is not None]
    if len(places) != 1:
        often = "nowhere" if not places else f"{len(places)} times"
        raise PatchError(
            f"{goes[0].strip()!r}"
            f"{' and what follows' if len(goes) > 1 else ''} occurs {often}; it must "
            f"occur once. Copy it from the answer, with a neighbour if it is repeated."
        )
    shift = _shift(old[places[0] :], goes)
    return places[0], places[0] + len(goes), [_moved(line, shift) for line in comes]


def _shift(old, goes):
    """Say how much further right the lines stand in the old ones; None if elsewhere."""
    if len(old) < len(goes):
        return None
    shift = _indent(old[0]) - _indent(goes[0])
    fits = zip(goes, old, strict=False)
    return shift if all(_moved(new, shift) == was for new, was in fits) else None


def _moved(line, shift):
    """Indent a line by some spaces more, or less."""
    if not line.strip():
        return ""
    return " " * max(_indent(line) + shift, 0) + line.lstrip()


def _indent(line):
    return len(line) - len(line.lstrip())
