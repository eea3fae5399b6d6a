"""The bench: where a judge sits, with the isolated children it lets students run in."""

import importlib
import json
from dataclasses import asdict, dataclass


class NoIsolation(Exception):
    """Students cannot be isolated on this machine as was asked."""


@dataclass(frozen=True)
class BenchPlan:
    """How a worker is to set its bench up."""

    bench: str = "grading.engine.bench:Bench"  #: module:class
    require_isolation: bool = True

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
        return cls(**json.loads(text))

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
        return getattr(importlib.import_module(module), name)(self.require_isolation)
