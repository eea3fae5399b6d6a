"""Statistics: what a class did, by exercise and by test."""

import re
import statistics
from collections import Counter
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from grading.engine.pages.exercises import exercises, is_hidden, purpose

if TYPE_CHECKING:
    from grading.engine.notebooks.template import Template
    from grading.engine.pages.exercises import Exercise
    from grading.engine.pages.overview import Row

#: Columns of a histogram.
BINS = 10
#: Messages that are listed for a test or an exercise.
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
class ExerciseStatistics:
    """How a class fared in one exercise, all its tests together."""

    exercise: "Exercise"
    points: float
    mean: float
    median: float
    histogram: tuple[int, ...]  #: students by tenths of the points
    seconds: tuple[float, float, float] | None  #: median, 95 of 100, longest
    messages: tuple[tuple[int, str], ...]  #: how many students got it, and which
    tests: tuple[TestStatistics, ...]


@dataclass(frozen=True)
class NotebookStatistics:
    """How a class fared in one notebook."""

    name: str
    points: float
    mean: float
    median: float
    histogram: tuple[int, ...]  #: students by tenths of the points
    exercises: tuple[ExerciseStatistics, ...]  #: those that have tests


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
    outcomes = [{one.name: one for one in verdict.outcomes} for verdict in verdicts]
    parts = [
        _exercise(part, outcomes, rows) for part in exercises(template) if part.tests
    ]
    spread = _spread(scores, points)
    return NotebookStatistics(template.name, points, *spread, tuple(parts))


def _spread(scores: list[float], points: float) -> tuple[float, float, tuple[int, ...]]:
    """Give the mean, the median and the histogram."""
    histogram = Counter(_bin(score, points) for score in scores)
    return (
        statistics.fmean(scores) if scores else 0.0,
        statistics.median(scores) if scores else 0.0,
        tuple(histogram[place] for place in range(BINS)),
    )


def _bin(score, points):
    return min(BINS - 1, int(BINS * score / points)) if points else 0


def _exercise(part, outcomes, rows):
    names = {slot.name for slot in part.tests}
    # A test of no points counts for its messages and its time.
    found = [[by[name] for name in names if name in by] for by in outcomes]
    scores = [sum(outcome.score for outcome in mine) for mine in found]
    timed = [[row.seconds[name] for name in names & set(row.seconds)] for row in rows]
    messages = Counter(text for mine in found for text in _complaints(mine))
    return ExerciseStatistics(
        part,
        part.points,
        *_spread(scores, part.points),
        _times([sum(mine) for mine in timed if mine]),
        _commonest(messages),
        tuple(_test(slot, outcomes, rows) for slot in part.tests),
    )


def _complaints(outcomes):
    """Give what a student was told, each message once."""
    return {alike(one.message) for one in outcomes if one.status != "passed"}


def _commonest(messages):
    """Give the commonest, those of one count by the alphabet."""
    ordered = sorted(messages.items(), key=lambda item: (-item[1], item[0]))
    return tuple((count, text) for text, count in ordered[:COMMONEST])


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
        _commonest(messages),
    )


@lru_cache(1 << 16)  # a message counts for its test and for its exercise
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
