"""Feedback: one page a notebook, which a student may see and nobody can misuse."""

from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import TYPE_CHECKING

from cs231n.files import write_whole
from grading.engine.pages.exercises import exercises, is_hidden, purpose
from grading.engine.pages.html import clean, render
from grading.engine.results.manual_scores import ManualScores, manual_scores

if TYPE_CHECKING:
    from pathlib import Path

    from grading.course import Course
    from grading.engine.notebooks.template import Slot
    from grading.engine.pages.overview import Overview, Row
    from grading.judge.exam import Outcome

#: Notebooks for which starting processes takes longer than it saves.
SMALL = 200
_of_worker: "list[Overview]" = []  #: of a worker's process, one
#: What a student reads beside a mark for each end of a test.
WORDS = {
    "passed": "passed",
    "partial": "partly passed",
    "failed": "failed",
    "timeout": "took too long",
    "memory": "used too much memory",
    "died": "ended the process",
    "refused": "gave something that is no data",
}
#: For a hidden test these are all that is said.
HIDDEN = {
    "failed": "The grader's own check did not pass.",
    "timeout": "The grader's own check took too long.",
    "memory": "The grader's own check ran out of memory.",
    "died": "The grader's own check ended the process.",
    "refused": "The grader's own check got something that is no data.",
}


def write_feedback(
    course: "Course",
    overview: "Overview",
    tick: Callable = lambda: None,
    jobs: int = 1,
) -> int:
    """Write every student's pages.

    Parameters
    ----------
    course : Course
        Its ``feedback`` folder is filled as nbgrader does.
    overview : Overview
        What is known of the assignment.
    tick : callable, optional
        Called after each notebook.
    jobs : int, optional
        Processes that write; a small class is written by this one alone.

    Returns
    -------
    count : int
        Pages written.
    """
    marks = manual_scores(course, overview.assignment)
    pairs = [(row, marks.get((row.student, row.notebook))) for row in overview.rows]
    if jobs == 1 or len(pairs) < SMALL:
        return sum(_counted(_write(overview, *pair), tick) for pair in pairs)
    # Not forked: the gradebook is open here, and libraries have threads.
    with ProcessPoolExecutor(
        jobs, get_context("spawn"), _set_overview, (course.root, overview.assignment)
    ) as pool:
        done = pool.map(_write_in_worker, pairs, chunksize=20)
        return sum(_counted(written, tick) for written in done)


def _counted(written: bool, tick: Callable) -> bool:
    tick()
    return written


def _write(overview: "Overview", row: "Row", marks: ManualScores | None) -> bool:
    """Write the page of one notebook, if it is graded."""
    if row.verdict is None:
        return False
    page = feedback_page(overview, row, marks)
    folder = overview.course.feedback / row.student / overview.assignment
    data = page.encode("utf-8", "replace")
    write_whole(folder / f"{row.notebook}.html", data)
    return True


def _set_overview(root: "Path", assignment: str) -> None:
    """Give a worker what it knows of the assignment."""
    from grading.course import Course
    from grading.engine.pages.overview import Overview

    _of_worker.append(Overview(Course(root), assignment))


def _write_in_worker(pair: "tuple[Row, ManualScores | None]") -> bool:
    return _write(_of_worker[0], *pair)


def feedback_page(
    overview: "Overview", row: "Row", marks: ManualScores | None = None
) -> str:
    """Build the page of one notebook.

    Parameters
    ----------
    overview : Overview
        Where the answers are.
    row : Row
        Which; it is graded.
    marks : ManualScores, optional
        What a person gave.

    Returns
    -------
    html : str
        Whole.
    """
    template, verdict = overview.templates[row.notebook], row.verdict
    assert verdict is not None, f"{row.notebook} of {row.student} is not graded"
    outcomes = {outcome.name: outcome for outcome in verdict.outcomes}
    answers = overview.answers(row)
    marks = marks or ManualScores(
        score=verdict.score,
        points=sum(slot.points for slot in template.slots),
    )
    parts = [
        _part(exercise, answers, outcomes, verdict, marks)
        for exercise in exercises(template)
    ]
    return render(
        "feedback.html",
        title=f"{row.notebook} · {overview.assignment}",
        student=clean(row.student, 200),
        notebook=row.notebook,
        assignment=overview.assignment,
        marks=marks,
        parts=parts,
        notes=[clean(flag, 300) for flag in row.flags if is_for_students(flag)],
        waiting=len(marks.to_mark),
    )


def is_for_students(flag: str) -> bool:
    """Tell what was mended from what only an instructor should weigh.

    Parameters
    ----------
    flag : str
        Of a submission, a notebook or a verdict.

    Returns
    -------
    told : bool
        Whether students read it.
    """
    words = ("handed in", "could not be read", "was taken for", "breaks off", "missing")
    return any(word in flag for word in words)


def _part(exercise, answers, outcomes, verdict, marks):
    tests = [shown_outcome(slot, outcomes[slot.name]) for slot in exercise.tests]
    earned = sum(outcomes[slot.name].score for slot in exercise.tests)
    if exercise.written or not exercise.tests:
        earned = marks.scores.get(exercise.name, 0.0)
    return {
        "exercise": exercise,
        "source": answers.get(exercise.name, ""),
        "broken": verdict.answers.get(exercise.name, ""),
        "tests": tests,
        "earned": earned,
        "whole": exercise.points and earned >= exercise.points,
        "waits": exercise.name in marks.to_mark,
        "comment": marks.comments.get(exercise.name, ""),
    }


def shown_outcome(slot: "Slot | None", outcome: "Outcome") -> dict:
    """Say what a student may see of how a test ended.

    Parameters
    ----------
    slot : Slot or None
        The test; None for one that is no longer there, which may have been hidden.
    outcome : Outcome
        How it ended.

    Returns
    -------
    shown : dict
        For a page.
    """
    hidden = slot is None or is_hidden(slot)
    message = HIDDEN.get(outcome.status, "") if hidden else outcome.message
    return {
        "outcome": outcome,
        "purpose": _capital(purpose(slot)) if slot else outcome.name,
        "words": WORDS[outcome.status],
        "hidden": hidden,
        "message": message if outcome.status != "passed" else "",
        "output": "" if hidden else outcome.output,
    }


def _capital(text):
    return text[:1].upper() + text[1:]
