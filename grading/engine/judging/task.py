"""A task: what a judge needs to know of one notebook, as JSON."""

import hashlib
import json
from dataclasses import asdict, dataclass
from typing import Any

from grading.judge.exam import Cell, Exam
from grading.sandbox.limits import Limits


@dataclass(frozen=True)
class Task:
    """An exam, the answers to it, the limits, and what the tests' numbers come from."""

    exam: Exam
    answers: dict  #: {grade_id: Python}
    limits: Limits
    secret: str = ""  #: of this exam and these answers; :class:`Secret` makes it

    @property
    def key(self) -> str:
        """SHA-256 of what the verdict depends on, as hexadecimal digits."""
        depends = [self.exam.digest, self.answers, asdict(self.limits), self.secret]
        text = _json(depends)
        return hashlib.sha256(text.encode()).hexdigest()

    def to_json(self) -> str:
        """Return the task as text; whoever reads it needs nothing else."""
        return _json(
            {
                "exam": asdict(self.exam),
                "answers": self.answers,
                "limits": asdict(self.limits),
                "secret": self.secret,
            }
        )

    @classmethod
    def from_json(cls, text: str) -> "Task":
        """Read what :meth:`to_json` wrote.

        Parameters
        ----------
        text : str
            JSON.

        Returns
        -------
        task : Task
            Equal to the one written.
        """
        raw = json.loads(text)
        cells = tuple(Cell(**cell) for cell in raw["exam"]["cells"])
        exam = Exam(raw["exam"]["notebook"], cells)
        return cls(exam, raw["answers"], Limits(**raw["limits"]), raw["secret"])


def exam_of(template: Any) -> Exam:
    """Make the exam of a template.

    Parameters
    ----------
    template : Template
        A released notebook.

    Returns
    -------
    exam : Exam
        Its set-up, answers (as solved) and tests, in order.
    """
    cells = tuple(
        Cell(slot.role, slot.name, slot.solution or slot.source, slot.points)
        for slot in template.slots
        if slot.role in ("setup", "answer", "test") and slot.kind == "code"
    )
    return Exam(f"{template.assignment}/{template.name}", cells)


def _json(value):
    return json.dumps(value, sort_keys=True, separators=(",", ":"))
