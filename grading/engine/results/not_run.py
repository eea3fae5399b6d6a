"""What a worker replied, as a verdict; and verdicts of which nothing ran."""

from typing import TYPE_CHECKING

from grading.engine.judging.in_flight import MAX_DEATHS
from grading.judge.exam import Outcome, Verdict

if TYPE_CHECKING:
    from grading.engine.notebooks.template import Template

#: Their isolation.
NOT_RUN = "not run"
DEADLY = (
    f"This notebook ended the process that judged it, {MAX_DEATHS} times. Ask your "
    f"instructor to look at it."
)
STOPPED = (
    "The tests of this notebook ended outside of a test, and only with these answers. "
    "Ask your instructor to look at it."
)


class ExamFault(Exception):
    """The instructor's own part of a notebook does not run."""


def verdict_of(
    reply: dict | None, template: "Template", exam: str
) -> tuple[Verdict, dict[str, float]]:
    """Read what a worker replied.

    Parameters
    ----------
    reply : dict or None
        From :func:`~.worker.judge_text`; None if workers died over the notebook.
    template : Template
        The notebook.
    exam : str
        Digest of its exam.

    Returns
    -------
    verdict : Verdict
        Of the notebook.
    seconds : dict of {str: float}
        How long each test took.

    Raises
    ------
    ExamFault
        If the exam runs with nobody's answers.
    """
    if reply is None:
        return verdict_without_running(template, exam, "died", DEADLY), {}
    if "fault" in reply:
        raise ExamFault(reply["fault"])
    if "stopped" in reply:
        return verdict_without_running(template, exam, "died", STOPPED), {}
    return Verdict.from_json(reply["verdict"]), reply["seconds"]


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
