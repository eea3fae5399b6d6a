"""Feedback: one page a notebook, which a student may see and nobody can misuse."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from cs231n.files import write_whole
from grading.engine.pages.exercises import exercises, is_hidden, purpose
from grading.engine.pages.html import clean, render
from grading.engine.results.manual_scores import ManualScores, read_manual_scores

if TYPE_CHECKING:
    from grading.course import Course
    from grading.engine.pages.overview import Overview, Row

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
    course: "Course", overview: "Overview", tick: Callable = lambda: None
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

    Returns
    -------
    count : int
        Pages written.
    """
    marks = {}
    if course.database.is_file():
        marks = {
            (student, name): found
            for student, name, found in read_manual_scores(course, overview.assignment)
        }
    count = 0
    for row in overview.rows:
        if row.verdict is not None:
            page = feedback_page(overview, row, marks.get((row.student, row.notebook)))
            folder = course.feedback / row.student / overview.assignment
            data = page.encode("utf-8", "replace")
            write_whole(folder / f"{row.notebook}.html", data)
            count += 1
        tick()
    return count


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
    tests = [_test(slot, outcomes[slot.name]) for slot in exercise.tests]
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


def _test(slot, outcome):
    hidden = is_hidden(slot)
    message = HIDDEN.get(outcome.status, "") if hidden else outcome.message
    return {
        "outcome": outcome,
        "purpose": _capital(purpose(slot)),
        "words": WORDS[outcome.status],
        "hidden": hidden,
        "message": message if outcome.status != "passed" else "",
        "output": "" if hidden else outcome.output,
    }


def _capital(text):
    return text[:1].upper() + text[1:]
