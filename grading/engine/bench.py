"""The bench: where a judge sits, with the isolated children it lets students run in."""

import importlib
import json
from dataclasses import asdict, dataclass

from grading.judge.exam import Cell, Exam


class NoIsolation(Exception):
    """Students cannot be isolated on this machine as was asked."""


@dataclass(frozen=True)
class BenchPlan:
    """How a worker is to set its bench up."""

    bench: str = "grading.engine.bench:Bench"  #: module:class
    require_isolation: bool = True
    imports: tuple[str, ...] = ()  #: modules that set-up cells load

    def to_json(self):
        """Return the plan as text."""
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text):
        """Read what :meth:`to_json` wrote.

        Parameters
        ----------
        text : str
            JSON.

        Returns
        -------
        plan : BenchPlan
            Equal to the one written.
        """
        raw = json.loads(text)
        return cls(**raw | {"imports": tuple(raw["imports"])})

    def open(self):
        """Set a bench up.

        Returns
        -------
        bench : Bench
            Ready to judge.

        Raises
        ------
        NoIsolation
            If this machine cannot isolate students and that is required.
        """
        module, _, name = self.bench.partition(":")
        kind = getattr(importlib.import_module(module), name)
        return kind(self.require_isolation, self.imports)


class Bench:
    """The judge on isolated children of this machine.

    Parameters
    ----------
    require_isolation : bool
        Take the strongest rung there is and refuse to go without; else none at all.
    imports : iterable of str
        Modules to load before any answer is there.

    Attributes
    ----------
    isolation : str
        What students really get.

    Raises
    ------
    NoIsolation
        If the machine cannot do what is required.
    """

    def __init__(self, require_isolation, imports=()):
        from grading.judge.judge import judge
        from grading.judge.needs import nursery_for
        from grading.judge.rungs import IsolationError

        self._judge = judge
        loads = "\n".join(f"import {name}" for name in ("cs231n.testing", *imports))
        exam = Exam("", (Cell("setup", "imports", loads),))
        try:
            isolation = "strongest" if require_isolation else "none"
            self._nursery = nursery_for([exam], isolation)
        except IsolationError as reason:
            raise NoIsolation(
                f"{reason}\nSee what is missing with:  python -m grading doctor"
            ) from None
        self.isolation = self._nursery.rung

    def judge(self, exam, answers, limits):
        """Judge one notebook.

        Parameters
        ----------
        exam : Exam
            The tests.
        answers : dict of {str: str}
            The student's, by grade_id.
        limits : Limits
            What they may use.

        Returns
        -------
        verdict : Verdict
            With the outcome of every test.
        seconds : dict of {str: float}
            How long each test took.
        """
        return self._judge(exam, answers, limits, self._nursery)

    def close(self):
        """End all children."""
        self._nursery.close()
