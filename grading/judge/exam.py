"""What is judged, within which limits, and what comes out.

Everything here is data: frozen, comparable, and JSON both ways. The same exam, answers
and limits give the same verdict to the byte; times are kept apart from it.
"""

import hashlib
import json
from dataclasses import asdict, dataclass, field

#: Everything a test can end with.
STATUSES = (
    "passed",  # all its points
    "partial",  # the test itself gave a part of them
    "failed",  # an assertion or another exception
    "timeout",  # the time of a call, a cell or the notebook ran out
    "memory",  # the memory ran out
    "died",  # the student's process ended by itself: exit, crash, killed
    "refused",  # something crossed that is not data, or too much of it
)


#: Characters of what is said of one test or answer, and of what one test printed.
MAX_MESSAGE, MAX_OUTPUT = 4_000, 1 << 17
#: Characters of a flag, and flags of a notebook.
MAX_FLAG, MAX_FLAGS = 500, 100


def cut(text: str, most: int) -> str:
    """Keep the beginning of a text that may come from a student's side.

    Parameters
    ----------
    text : str
        Of any length.
    most : int
        Characters to keep.

    Returns
    -------
    text : str
        With three dots at its end if something is missing.
    """
    return text if len(text) <= most else f"{text[: most - 3]}..."


@dataclass(frozen=True)
class Cell:
    """One cell that a judge runs."""

    kind: str  #: "setup", "answer" or "test"
    name: str  #: grade_id; for set-up cells the cell's id
    source: str  #: code; of an answer, the solution
    points: float = 0.0  #: at most, for tests

    @property
    def is_hidden(self) -> bool:
        """Whether students do not see this test, or a part of it."""
        return self.kind == "test" and "### BEGIN HIDDEN TESTS" in self.source


@dataclass(frozen=True)
class Exam:
    """A notebook as the instructor wrote it: set-up, answers and tests, in order."""

    notebook: str  #: "assignment1/knn"
    cells: tuple[Cell, ...]

    @property
    def digest(self) -> str:
        """SHA-256 of everything in it, as hexadecimal digits."""
        return hashlib.sha256(_json(asdict(self)).encode()).hexdigest()

    @classmethod
    def from_dict(cls, raw: dict) -> "Exam":
        """Read what :func:`dataclasses.asdict` made of an exam.

        Parameters
        ----------
        raw : dict
            With ``"notebook"`` and ``"cells"``.

        Returns
        -------
        exam : Exam
            Equal to the one before.
        """
        return cls(raw["notebook"], tuple(Cell(**cell) for cell in raw["cells"]))

    def of_kind(self, kind: str) -> "list[Cell]":
        """List the cells of one kind.

        Parameters
        ----------
        kind : str
            "setup", "answer" or "test".

        Returns
        -------
        cells : list of Cell
            In order.
        """
        return [cell for cell in self.cells if cell.kind == kind]


@dataclass(frozen=True)
class Outcome:
    """What one test cell gave."""

    name: str  #: grade_id of the test
    points: float  #: at most
    score: float  #: earned; 0 <= score <= points
    status: str  #: one of STATUSES
    message: str = ""  #: one to three sentences for the student; no hidden source
    output: str = ""  #: what was printed meanwhile, capped

    def __post_init__(self) -> None:
        """Cap what the student's side may have said, wherever it comes from."""
        object.__setattr__(self, "message", cut(self.message, MAX_MESSAGE))
        object.__setattr__(self, "output", cut(self.output, MAX_OUTPUT))


@dataclass(frozen=True)
class Verdict:
    """What a judge says of one submitted notebook."""

    exam: str  #: digest of the exam
    outcomes: tuple[Outcome, ...]
    answers: dict = field(default_factory=dict)  #: {grade_id: why it did not load}
    flags: tuple[str, ...] = ()  #: what an instructor should look at, a sentence each
    isolation: str = "none"  #: the level it ran on, as `doctor` names them

    def __post_init__(self) -> None:
        """Cap what the student's side may have said, wherever it comes from."""
        answers = {name: cut(why, MAX_MESSAGE) for name, why in self.answers.items()}
        flags = tuple(cut(flag, MAX_FLAG) for flag in self.flags[:MAX_FLAGS])
        if len(self.flags) > MAX_FLAGS:
            flags = (*flags[:-1], f"And more: {len(self.flags) - MAX_FLAGS + 1} flags.")
        object.__setattr__(self, "answers", answers)
        object.__setattr__(self, "flags", flags)

    @property
    def score(self) -> float:
        """Sum over the tests."""
        return sum(outcome.score for outcome in self.outcomes)

    def to_json(self) -> str:
        """Return the verdict as one line of JSON, the same for equal verdicts."""
        return _json(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> "Verdict":
        """Read what :meth:`to_json` wrote.

        Parameters
        ----------
        text : str
            One line of JSON.

        Returns
        -------
        verdict : Verdict
            Equal to the one written.
        """
        raw = json.loads(text)
        raw["outcomes"] = tuple(Outcome(**outcome) for outcome in raw["outcomes"])
        raw["flags"] = tuple(raw["flags"])
        return cls(**raw)


def _json(value):
    return json.dumps(value, sort_keys=True, separators=(",", ":"), allow_nan=False)
