"""Similarity: students whose answers have one structure, by their fingerprints.

A run counts the more the fewer students have it, so that two of the many who found the
usual solution are no pair.
"""

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np

#: Pairs below this share of common structure are not looked at.
ALIKE = 0.6
#: With fewer pairs to compare nothing can be said to stand out.
FEW = 20
#: Standard deviations above the middle of all pairs that suggest copying.
OUTLYING = 3.5
#: Runs that more students have suggest no pair by themselves.
RARE = 30


@dataclass(frozen=True)
class Pair:
    """Two students whose answers resemble each other."""

    first: str
    second: str
    share: float  #: of the smaller one's structure that both have, 0..1
    rarity: float  #: how unusual the common part is, in nats

    @property
    def weight(self) -> float:
        """Both at once: what pairs are sorted by."""
        return self.share * self.rarity


def pairs(
    taken: dict[str, Collection[int]], given: Collection[int] = ()
) -> "list[Pair]":
    """Find the students who resemble each other more than the class does.

    Parameters
    ----------
    taken : dict of {str: collection of int}
        The fingerprints of every student's answers, each once.
    given : collection of int, optional
        Fingerprints of what everybody was given.

    Returns
    -------
    found : list of Pair
        The most remarkable first.
    """
    students = sorted(taken)
    first, second, share, rarity = _compared(
        [np.fromiter(taken[student], np.int64) for student in students],
        np.array(sorted(given), np.int64),
    )
    weight = share * rarity
    alike = np.flatnonzero((share >= ALIKE) & (weight >= _floor(weight, len(students))))
    return [
        Pair(students[first[n]], students[second[n]], float(share[n]), float(rarity[n]))
        for n in sorted(alike, key=lambda n: -weight[n])
    ]


def _compared(taken: list[np.ndarray], given: np.ndarray) -> tuple[np.ndarray, ...]:
    """Compare those who have something rare in common: first, second, share, rarity.

    A run that one student alone has counts in that student's total and for no pair.
    """
    if not taken:
        return np.zeros(0, int), np.zeros(0, int), np.zeros(0), np.zeros(0)
    owner = np.repeat(np.arange(len(taken)), [runs.size for runs in taken])
    run, place, count = np.unique(
        np.concatenate(taken), return_inverse=True, return_counts=True
    )
    weight = np.log((len(taken) + 1) / count) * ~np.isin(run, given)
    total = np.bincount(owner, weight[place], len(taken))
    shared = (count > 1) & (weight > 0)
    row = np.cumsum(shared) - 1  # of `has`, for the runs that are shared
    has = np.zeros((int(shared.sum()), len(taken)), bool)  # (runs, students)
    is_shared = shared[place]
    has[row[place[is_shared]], owner[is_shared]] = True
    weight, rare = weight[shared], count[shared] <= RARE
    own = np.split(place, np.cumsum([runs.size for runs in taken])[:-1])
    found = []
    for first, runs in enumerate(own):
        mine = row[runs[shared[runs]]]
        later = has[mine, first + 1 :]
        others = np.flatnonzero(later[rare[mine]].any(axis=0))
        rarity = weight[mine] @ later[:, others]
        least = np.minimum(total[first], total[first + 1 + others])
        share = np.minimum(rarity / np.maximum(least, 1e-9), 1.0)
        found.append((np.full(others.size, first), first + 1 + others, share, rarity))
    return tuple(map(np.concatenate, zip(*found, strict=True)))


def _floor(weights, students):
    """Say how much a pair must have in common to stand out from the other pairs."""
    least = 3 * np.log(max(students, 1) + 1)
    if weights.size < FEW:
        return least
    middle = np.median(weights)
    spread = np.median(abs(weights - middle))
    return max(least, middle + OUTLYING * 1.4826 * spread)
