"""The result of an exercise."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Result:
    """How an exercise fared."""

    exercise: str
    state: str  #: "passed", "open" or "fails"
    points: float
    of: float
    test: str = ""  #: the first that failed
    message: str = ""  #: what it said, in full
