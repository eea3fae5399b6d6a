"""The reply to a request for a regrade: what a notebook got before, and now."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from cs231n.files import write_whole
from grading.engine.pages.feedback import shown_outcome
from grading.engine.pages.html import clean, render

if TYPE_CHECKING:
    from pathlib import Path

    from grading.course import Course
    from grading.engine.notebooks.template import Template
    from grading.engine.results.history import Judged


@dataclass(frozen=True)
class Line:
    """A test in both verdicts."""

    name: str
    purpose: str
    before: dict | None  #: as feedback shows it; None if the verdict has no such test
    now: dict | None

    @property
    def changed(self) -> bool:
        """Whether a student would see a difference."""
        return self.before != self.now


@dataclass(frozen=True)
class Reply:
    """The last two verdicts on one notebook."""

    notebook: str
    before: float  #: points by tests
    now: float
    reason: str  #: why there are two
    lines: tuple[Line, ...]

    @property
    def changed(self) -> list[Line]:
        """The tests that ended otherwise."""
        return [line for line in self.lines if line.changed]


def reply_of(template: "Template", given: "tuple[Judged, ...]") -> "Reply | None":
    """Compare the last two verdicts on a notebook.

    Parameters
    ----------
    template : Template
        The notebook as it is released today.
    given : tuple of Judged
        From :func:`.history`.

    Returns
    -------
    reply : Reply or None
        None if it was judged only once.
    """
    if len(given) < 2:
        return None
    before, now = given[-2:]
    slots = {slot.name: slot for slot in template.of_role("test")}
    both = [{o.name: o for o in one.verdict.outcomes} for one in (before, now)]
    lines = []
    for name in dict.fromkeys([*slots, *both[0], *both[1]]):
        sides = [
            shown_outcome(slots.get(name), one[name]) if name in one else None
            for one in both
        ]
        purpose = next((side["purpose"] for side in sides[::-1] if side), name)
        if any(sides):
            lines.append(Line(name, purpose, *sides))
    return Reply(
        template.name,
        before.verdict.score,
        now.verdict.score,
        _reason(before, now),
        tuple(lines),
    )


def _reason(before, now):
    reasons = []
    if before.files != now.files:
        reasons.append("Other files were handed in since.")
    if before.verdict.exam != now.verdict.exam:
        reasons.append("The tests have changed since.")
    same = "The same answers were judged again by the same tests."
    return " ".join(reasons) or same


def write_reply(
    course: "Course", assignment: str, student: str, replies: "list[Reply]"
) -> "Path":
    """Write a page that a student may see.

    Parameters
    ----------
    course : Course
        Its folder ``grading/replies`` gets the page.
    assignment, student : str
        Of what, and whose.
    replies : list of Reply
        One for each notebook that is asked about.

    Returns
    -------
    path : pathlib.Path
        The page.
    """
    page = render(
        "reply.html",
        title=f"{assignment} · judged again",
        wide=True,
        assignment=assignment,
        student=clean(student, 200),
        replies=replies,
    )
    path = course.replies / student / f"{assignment}.html"
    write_whole(path, page.encode("utf-8", "replace"))
    return path
