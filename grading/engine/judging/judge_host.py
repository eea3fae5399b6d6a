"""The host of a judge: it has the isolated children that answers run in."""

import functools
import importlib
import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from grading.judge.exam import Cell, Exam

if TYPE_CHECKING:
    from grading.judge.exam import Verdict
    from grading.sandbox.limits import Limits

#: Packages that make forking slow: who needs one gets a fork server of its own.
HEAVY = {"torch"}


class NoIsolation(Exception):
    """Students cannot be isolated on this machine as was asked."""


@dataclass(frozen=True)
class HostPlan:
    """How a worker is to set its host up."""

    host: str = "grading.engine.judging.judge_host:JudgeHost"  #: module:class
    require_isolation: bool = True
    imports: tuple[str, ...] = ()  #: modules that set-up cells load

    def to_json(self) -> str:
        """Return the plan as text."""
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> "HostPlan":
        """Read what :meth:`to_json` wrote.

        Parameters
        ----------
        text : str
            JSON.

        Returns
        -------
        plan : HostPlan
            Equal to the one written.
        """
        raw = json.loads(text)
        return cls(**raw | {"imports": tuple(raw["imports"])})

    def open(self) -> "JudgeHost":
        """Set a host up.

        Returns
        -------
        host : JudgeHost
            Ready to judge.

        Raises
        ------
        NoIsolation
            If this machine cannot isolate students and that is required.
        """
        module, _, name = self.host.partition(":")
        kind = getattr(importlib.import_module(module), name)
        return kind(self.require_isolation, self.imports)


class JudgeHost:
    """The judge on isolated children of this machine.

    Parameters
    ----------
    require_isolation : bool
        Take the strongest level there is and refuse to go without; else none at all.
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

    def __init__(self, require_isolation: bool, imports: Iterable[str] = ()) -> None:
        from grading.judge.judge import judge

        self._judge = judge
        self._level = "strongest" if require_isolation else "none"
        self._imports, self._rooms = imports, {}
        self.isolation = self._rooms_for(frozenset()).level

    def _rooms_for(self, heavy):
        """Start the fork server that has loaded the heavy modules an exam needs."""
        if heavy not in self._rooms:
            light = [
                name for name in self._imports if name.partition(".")[0] not in HEAVY
            ]
            names = ["cs231n.testing", *light, *sorted(heavy)]
            self._rooms[heavy] = self._started("\n".join(f"import {n}" for n in names))
        return self._rooms[heavy]

    def _started(self, setup):
        from grading.judge.preload import Rooms
        from grading.sandbox.levels import IsolationError

        exam = Exam("", (Cell("setup", "imports", setup),))
        try:
            return Rooms([exam], self._level)
        except IsolationError as reason:
            raise NoIsolation(
                f"{reason}\nSee what is missing with:  python -m grading doctor"
            ) from None

    def judge(
        self,
        exam: Exam,
        answers: dict[str, str],
        limits: "Limits",
        secret: str = "",
        *,
        hurry: bool = False,
    ) -> "tuple[Verdict, dict[str, float]]":
        """Judge one notebook.

        Parameters
        ----------
        exam : Exam
            The tests.
        answers : dict of {str: str}
            The student's, by grade_id.
        limits : Limits
            What they may use.
        secret : str, optional
            What the numbers come from that tests draw.
        hurry : bool, optional
            Whether other notebooks wait for this one.

        Returns
        -------
        verdict : Verdict
            With the outcome of every test.
        seconds : dict of {str: float}
            How long each test took.

        Raises
        ------
        grading.judge.judge.PutOff
            If others wait, and its turn is over.
        """
        rooms = self._rooms_for(_heavy(exam))
        return self._judge(exam, answers, limits, rooms, secret, hurry=hurry)

    def close(self) -> None:
        """End all children."""
        for rooms in self._rooms.values():
            rooms.close()


@functools.lru_cache(maxsize=64)
def _heavy(exam):
    """Name the heavy modules that an exam's set-up loads."""
    from grading.judge.preload import modules

    return frozenset(
        name for name in modules([exam]) if name.partition(".")[0] in HEAVY
    )
