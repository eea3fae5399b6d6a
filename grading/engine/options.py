"""What an instructor may choose for a run."""

import os
from dataclasses import dataclass, field

from grading.engine.judging.judge_host import HostPlan
from grading.sandbox.limits import Limits


@dataclass(frozen=True)
class Options:
    """What an instructor may choose."""

    jobs: int = field(default_factory=lambda: os.cpu_count() or 1)
    scheduler: str = ""  #: address of a Dask scheduler; empty for this machine
    students: tuple[str, ...] = ()  #: only these; empty for all
    force: bool = False  #: judge again what was judged
    dry_run: bool = False  #: judge, and record nothing in the gradebook
    plan: HostPlan = field(default_factory=HostPlan)
    limits: Limits = field(default_factory=Limits)
