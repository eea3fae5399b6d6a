"""Verdicts of which nothing of a student's ran."""

from typing import TYPE_CHECKING

from grading.judge.exam import Outcome, Verdict

if TYPE_CHECKING:
    from grading.engine.notebooks.template import Template

#: Their isolation.
NOT_RUN = "not run"


def verdict_without_running(
    template: "Template", exam: str, status: str, message: str
) -> Verdict:
    """Give no points for a notebook, and one reason for all of its tests.

    Parameters
    ----------
    template : Template
        The notebook.
    exam : str
        Digest of its exam.
    status : str
        How every test ended: "failed" or "died".
    message : str
        Why.

    Returns
    -------
    verdict : Verdict
        Flagged for the instructor if the notebook ended the judge's process.
    """
    outcomes = tuple(
        Outcome(slot.name, slot.points, 0.0, status, message)
        for slot in template.of_role("test")
    )
    flags = (message,) if status == "died" else ()
    return Verdict(exam, outcomes, {}, flags, NOT_RUN)
