"""Statistics: what a class did, test by test."""

import re
import statistics
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from grading.engine.pages.exercises import exercises, is_hidden, purpose

if TYPE_CHECKING:
    from grading.engine.notebooks.template import Template
    from grading.engine.pages.overview import Row

#: Columns of a histogram.
BINS = 10
#: Messages that are listed for a test.
COMMONEST = 4


@dataclass(frozen=True)
class TestStatistics:
    """How a class fared in one test."""

    name: str
    purpose: str
    hidden: bool
    points: float
    passed: int
    partial: int
    failed: int
    other: int  #: out of time or memory, crashed, refused
    seconds: tuple[float, float, float] | None  #: median, 95 of 100, longest
    messages: tuple[tuple[int, str], ...]  #: how often, and which

    @property
    def count(self) -> int:
        """Number of students."""
        return self.passed + self.partial + self.failed + self.other


@dataclass(frozen=True)
class NotebookStatistics:
    """How a class fared in one notebook."""

    name: str
    points: float
    mean: float
    median: float
    histogram: tuple[int, ...]  #: students by tenths of the points
    exercises: tuple  #: of (Exercise, tuple of TestStatistics)


def notebook_statistics(
    template: "Template", rows: "list[Row]"
) -> "NotebookStatistics":
    """Count what a class did in a notebook.

    Parameters
    ----------
    template : Template
        The notebook.
    rows : list of Row
        Everybody's, graded.

    Returns
    -------
    found : NotebookStatistics
        By exercise and test.
    """
    points = sum(slot.points for slot in template.of_role("test"))
    verdicts = [row.verdict for row in rows if row.verdict is not None]
    scores = [verdict.score for verdict in verdicts]
    histogram = Counter(_bin(score, points) for score in scores)
    outcomes = [{one.name: one for one in verdict.outcomes} for verdict in verdicts]
    parts = [
        (part, tuple(_test(slot, outcomes, rows) for slot in part.tests))
        for part in exercises(template)
        if part.tests
    ]
    return NotebookStatistics(
        template.name,
        points,
        statistics.fmean(scores) if scores else 0.0,
        statistics.median(scores) if scores else 0.0,
        tuple(histogram[place] for place in range(BINS)),
        tuple(parts),
    )


def _bin(score, points):
    return min(BINS - 1, int(BINS * score / points)) if points else 0


def _test(slot, outcomes, rows):
    found = [by_name[slot.name] for by_name in outcomes if slot.name in by_name]
    ends = Counter(outcome.status for outcome in found)
    messages = Counter(
        alike(outcome.message) for outcome in found if outcome.status != "passed"
    )
    return TestStatistics(
        slot.name,
        purpose(slot),
        is_hidden(slot),
        slot.points,
        ends["passed"],
        ends["partial"],
        ends["failed"],
        sum(ends[end] for end in ("timeout", "memory", "died", "refused")),
        _times([row.seconds[slot.name] for row in rows if slot.name in row.seconds]),
        tuple((count, text) for text, count in messages.most_common(COMMONEST)),
    )


def alike(message: str) -> str:
    """Reduce a message to what it shares with others of its kind.

    Parameters
    ----------
    message : str
        Of a failed test.

    Returns
    -------
    text : str
        Its first lines, with numbers that differ from student to student taken out.
    """
    text = " ".join(message.split("\n")[:2]).strip()[:300]
    text = re.sub(r" \(\d+ of \d+ entries differ\)", "", text)
    text = re.sub(r"\[[\d, ]+\]", "[…]", text)  # an index
    return re.sub(r"-?\d+\.\d+(e[+-]?\d+)?", "…", text) or "(no message)"


def _times(seconds):
    if not seconds:
        return None
    ordered = sorted(seconds)
    return (
        statistics.median(ordered),
        ordered[min(len(ordered) - 1, int(0.95 * len(ordered)))],
        ordered[-1],
    )
