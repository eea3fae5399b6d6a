"""What an autograder knows of its course: the notebooks, the secret, the settings."""

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path

from cs231n.files import write_whole
from grading.engine.judging.judge_host import HostPlan
from grading.engine.notebooks.template import Template
from grading.engine.storage.secret import Secret
from grading.sandbox.limits import Limits


@dataclass(frozen=True)
class CourseCopy:
    """One assignment of a course, to be judged on another machine."""

    assignment: str
    templates: dict  #: {name: Template}
    secret: Secret
    trust_students: bool = False
    limits: Limits = field(default_factory=Limits)

    def plan(self, imports: tuple[str, ...]) -> HostPlan:
        """Say how workers run answers.

        Parameters
        ----------
        imports : tuple of str
            Modules that the exams load.

        Returns
        -------
        plan : HostPlan
            For a pool.
        """
        return HostPlan(require_isolation=not self.trust_students, imports=imports)


def write_copy(copy: CourseCopy, folder: Path, secret: Path) -> None:
    """Write what :func:`read_copy` reads.

    Parameters
    ----------
    copy : CourseCopy
        To be written.
    folder : pathlib.Path
        Where to.
    secret : pathlib.Path
        File of the course's secret.
    """
    settings = {
        "assignment": copy.assignment,
        "trust_students": copy.trust_students,
        "limits": asdict(copy.limits),
        "templates": [asdict(template) for template in copy.templates.values()],
    }
    write_whole(folder / "course.json", json.dumps(settings).encode())
    write_whole(folder / "secret", secret.read_bytes(), mode=0o600)


def read_copy(folder: Path) -> CourseCopy:
    """Read a course that travelled.

    Parameters
    ----------
    folder : pathlib.Path
        Where :func:`write_copy` wrote it.

    Returns
    -------
    copy : CourseCopy
        Equal to the one written.
    """
    raw = json.loads((folder / "course.json").read_bytes())
    found = [Template.from_dict(one) for one in raw["templates"]]
    return CourseCopy(
        raw["assignment"],
        {template.name: template for template in found},
        Secret(folder / "secret"),
        raw["trust_students"],
        Limits(**raw["limits"]),
    )
