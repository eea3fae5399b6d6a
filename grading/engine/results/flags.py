"""Flags of a class, grouped: what a person should see, and what mends silently."""

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

#: What was mended at nobody's cost and needs no person.
_MENDED = re.compile(
    r"recognised by (what it defines|its place)\."
    r"|: \d+ cells together\.|: lines for IPython were taken out\."
    r"|: uses .* from other cells\.|: found in the cell of "
    r"|: the test was (deleted|duplicated|edited);"
    r"|: the answer was found in the question's cell\."
    r"|' was taken for '|: no notebook\.$|: a second file of that name\.$"
    r"|: an older attempt than |^The file (begins with a byte order|is written in)"
    r"|^The file is not UTF-8|^The notebook has format 3"
    r"|^Canvas marks it as late|another name elsewhere: a hard link"
)
#: What costs points, and what a student should perhaps be asked about.
_LOST = re.compile(
    r"handed in|could not be read|breaks off|is missing\.$|conflict marks|longer than"
    r"|too large|Left out|question's cell was edited|cells were left out|^More than"
    r"|holds another notebook|Too much text"
)
RANKS = ("to be looked at", "perhaps lost", "mended")


@dataclass(frozen=True)
class FlagGroup:
    """One remark about many students."""

    rank: int  #: place in :data:`RANKS`; what nobody has thought of comes first
    text: str  #: of the first of them
    students: tuple[str, ...]
    notebook: str


def rank(flag: str) -> int:
    """Say who needs a flag.

    Parameters
    ----------
    flag : str
        A sentence.

    Returns
    -------
    rank : int
        Place in :data:`RANKS`.
    """
    if _MENDED.search(flag):
        return 2
    return 1 if _LOST.search(flag) else 0


def grouped(flags: Iterable[tuple[str, str, str]]) -> list[FlagGroup]:
    """Put remarks together that differ in names and numbers only.

    Parameters
    ----------
    flags : iterable of (str, str, str)
        Student, notebook and flag.

    Returns
    -------
    groups : list of FlagGroup
        By rank; in each the rare ones first, which nobody expects.
    """
    found = defaultdict(list)
    for student, notebook, flag in flags:
        found[rank(flag), notebook, _kind(flag)].append((student, flag))
    groups = [
        FlagGroup(
            level,
            members[0][1],
            tuple(dict.fromkeys(student for student, _ in members)),
            notebook,
        )
        for (level, notebook, _), members in found.items()
    ]
    return sorted(groups, key=lambda one: (one.rank, len(one.students), one.text))


def _kind(flag):
    text = re.sub(r"'[^']*'|\"[^\"]*\"", "'...'", flag)
    return re.sub(r"\d+", "N", text)
