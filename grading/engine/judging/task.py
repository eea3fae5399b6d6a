"""A task: what a judge needs to know of one notebook, as JSON."""

import hashlib
import json
from dataclasses import asdict, dataclass

from grading.judge.exam import Exam
from grading.sandbox.limits import Limits


@dataclass(frozen=True)
class Task:
    """An exam, the answers to it, the limits, and what the tests' numbers come from."""

    exam: Exam
    answers: dict  #: {grade_id: Python}
    limits: Limits
    secret: str = ""  #: of this exam and these answers; :class:`Secret` makes it
    hurry: bool = False  #: whether others wait; no verdict depends on it

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
                "hurry": self.hurry,
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
        exam = Exam.from_dict(raw["exam"])
        limits = Limits(**raw["limits"])
        return cls(exam, raw["answers"], limits, raw["secret"], raw["hurry"])


def _json(value):
    return json.dumps(value, sort_keys=True, separators=(",", ":"))
