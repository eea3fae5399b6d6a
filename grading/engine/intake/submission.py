"""A submission: who handed in which files, and when, as the collector says."""

import hashlib
import json
from dataclasses import asdict, dataclass

from grading.engine.storage.names import capped


@dataclass(frozen=True)
class Submission:
    """What one student handed in for one assignment."""

    student: str
    assignment: str
    files: tuple[tuple[str, str], ...]  #: notebooks: (file name, digest), sorted
    time: str = ""  #: ISO 8601 in UTC; empty if the collector does not know
    source: str = "folder"  #: who says so: "folder", "canvas", "moodle", ...
    flags: tuple[str, ...] = ()  #: what an instructor should look at
    #: Notebooks and the platform's names for what they came in: (file name, path).
    origins: tuple[tuple[str, str], ...] = ()

    def __post_init__(self) -> None:
        """Cap what is said: names of files may be of any length."""
        object.__setattr__(self, "flags", capped(self.flags))

    @property
    def digest(self) -> str:
        """SHA-256 of the files, as hexadecimal digits."""
        return hashlib.sha256(json.dumps(self.files).encode()).hexdigest()

    def to_dict(self) -> dict:
        """Return what a ledger can hold."""
        return asdict(self)

    @classmethod
    def from_dict(cls, raw: dict) -> "Submission":
        """Read what :meth:`to_dict` wrote.

        Parameters
        ----------
        raw : dict
            From JSON.

        Returns
        -------
        submission : Submission
            Equal to the one written.
        """
        pairs = {
            key: tuple((name, value) for name, value in raw.get(key, ()))
            for key in ("files", "origins")
        }
        return cls(**raw | pairs | {"flags": tuple(raw["flags"])})
