"""Similarity: answers with one structure, whatever their names and comments are.

Each answer becomes the sequence of its syntax tree's nodes without names, cut into
overlapping runs of which a few are kept: winnowing (Schleimer, Wilkerson and Aiken
2003). A run counts the more the fewer students have it, so that two of the many who
found the usual solution are no pair.
"""

import ast
import math
import statistics
import zlib
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache

from grading.engine.notebooks.statements import parsed, plain_python

#: Nodes in a run, and runs of which at least one is kept.
RUN, WINDOW = 7, 4
#: Pairs below this share of common structure are not looked at.
ALIKE = 0.6
#: With fewer pairs to compare nothing can be said to stand out.
FEW = 20
#: Standard deviations above the middle of all pairs that suggest copying.
OUTLYING = 3.5
#: Runs that more students have suggest no pair by themselves.
RARE = 30
#: Nodes that say nothing about an answer.
PASSED_OVER = (ast.expr_context, ast.arguments)


@dataclass(frozen=True)
class Pair:
    """Two students whose answers resemble each other."""

    first: str
    second: str
    share: float  #: of the smaller one's structure that both have, 0..1
    rarity: float  #: how unusual the common part is, in nats
    common: frozenset  #: runs that both have

    @property
    def weight(self) -> float:
        """Both at once: what pairs are sorted by."""
        return self.share * self.rarity


def prints(source: str) -> frozenset[int]:
    """Take the fingerprints of an answer.

    Parameters
    ----------
    source : str
        A cell.

    Returns
    -------
    runs : frozenset of int
        Empty for what is no Python or too short.
    """
    tree = parsed(source) or parsed(plain_python(source)[0])
    if tree is None:
        return frozenset()
    words: list[int] = []
    try:
        _walk(tree, words)
    except RecursionError:
        return frozenset()
    runs = [hash(tuple(words[i : i + RUN])) for i in range(len(words) - RUN + 1)]
    windows = (runs[i : i + WINDOW] for i in range(max(1, len(runs) - WINDOW + 1)))
    return frozenset(min(window) for window in windows if window)


def _walk(tree, words):
    """List a tree's nodes in order; names of variables do not count, of methods do."""
    for name in tree._fields:
        value = getattr(tree, name, None)
        for node in value if type(value) is list else (value,):
            if not isinstance(node, ast.AST) or isinstance(node, PASSED_OVER):
                continue
            if type(node) is ast.Expr and type(node.value) is ast.Constant:
                continue  # a docstring
            words.append(_number(type(node).__name__))
            if type(node) is ast.Attribute:
                words.append(_number(node.attr))
            elif type(node) is ast.Constant:
                words.append(_number(_constant(node.value)))
            _walk(node, words)


def _constant(value):
    number = isinstance(value, int | float) and abs(value) < 1e18
    return repr(value) if number else type(value).__name__


@lru_cache(4096)
def _number(word):
    """Give a word a number that is the same in every process."""
    return zlib.crc32(word.encode())


def pairs(
    answers: dict[str, list[str]],
    given: Iterable[str] = (),
    mapped: Callable[..., Iterable] = map,
) -> "list[Pair]":
    """Find the students who resemble each other more than the class does.

    Parameters
    ----------
    answers : dict of {str: list of str}
        Every student's answers.
    given : iterable of str, optional
        Cells that everybody was given.
    mapped : callable, optional
        What to take fingerprints with: ``map``, or that of a pool of processes.

    Returns
    -------
    found : list of Pair
        The most remarkable first.
    """
    known = frozenset().union(*(prints(source) for source in given))
    found = zip(answers, mapped(_all_prints, answers.values()), strict=True)
    taken = {student: runs - known for student, runs in found}
    students = max(len(taken), 1)
    counts = Counter(run for runs in taken.values() for run in runs)
    weight = {run: math.log((students + 1) / count) for run, count in counts.items()}
    total = {s: sum(weight[run] for run in runs) for s, runs in taken.items()}
    compared = [
        _compare(first, second, taken, weight, total)
        for first, second in sorted(_candidates(taken, counts))
    ]
    floor = _floor(compared, students)
    alike = [pair for pair in compared if pair.share >= ALIKE and pair.weight >= floor]
    return sorted(alike, key=lambda pair: -pair.weight)


def _all_prints(sources: list[str]) -> frozenset[int]:
    """Take the fingerprints of all of a student's answers, in any process."""
    return frozenset().union(*map(prints, sources))


def _floor(found, students):
    """Say how much a pair must have in common to stand out from the other pairs."""
    least = 3 * math.log(students + 1)
    if len(found) < FEW:
        return least
    weights = [pair.weight for pair in found]
    middle = statistics.median(weights)
    spread = statistics.median(abs(weight - middle) for weight in weights)
    return max(least, middle + OUTLYING * 1.4826 * spread)


def _candidates(taken, counts):
    """Name the pairs that have something rare in common."""
    holders = defaultdict(list)
    for student, runs in sorted(taken.items()):
        for run in runs:
            if counts[run] <= RARE:
                holders[run].append(student)
    return {
        (first, second)
        for group in holders.values()
        for place, first in enumerate(group)
        for second in group[place + 1 :]
    }


def _compare(first, second, taken, weight, total):
    common = taken[first] & taken[second]
    rarity = sum(weight[run] for run in common)
    share = rarity / max(min(total[first], total[second]), 1e-9)
    return Pair(first, second, min(share, 1.0), rarity, common)
