"""The history of a notebook: every verdict that a student was given, in order."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from grading.engine.results.journal import journal_path
from grading.engine.storage.append_log import AppendLog
from grading.judge.exam import Verdict

if TYPE_CHECKING:
    from grading.course import Course


@dataclass(frozen=True)
class Judged:
    """A verdict, and what was handed in for it."""

    verdict: Verdict
    files: str  #: digest of the submission


def history(
    course: "Course", assignment: str, student: str
) -> dict[str, tuple[Judged, ...]]:
    """Read what a student was given.

    Parameters
    ----------
    course : Course
        Whose journal it is.
    assignment : str
        For example ``"assignment1"``.
    student : str
        The id in the gradebook.

    Returns
    -------
    found : dict of {str: tuple of Judged}
        By notebook, the oldest first. What `prune` took away is missing.
    """
    with AppendLog(journal_path(course, assignment), writable=False) as log:
        places = _places(log, student)
        return {
            notebook: tuple(
                Judged(Verdict.from_json(log.at(offset)["verdict"]), files)
                for offset, files in given
            )
            for notebook, given in places.items()
        }


def _places(log, student):
    """Find where in the log a student's verdicts are: {notebook: [(offset, files)]}."""
    latest: dict[str, int] = {}  # of each key, the newest verdict
    now: dict[str, tuple[str, str]] = {}  # of each notebook, the key and the files
    found: dict[str, list[tuple[int, str]]] = {}
    for offset, line in log.lines():
        if line["kind"] == "verdict":
            latest[line["key"]] = offset
            again = [name for name, (key, _) in now.items() if key == line["key"]]
        elif line["kind"] == "record" and line["student"] == student:
            now[line["notebook"]] = line["key"], line["files"]
            again = [line["notebook"]]
        else:
            continue
        for name in again:
            key, files = now[name]
            given = found.setdefault(name, [])
            if key in latest and given[-1:] != [(latest[key], files)]:
                given.append((latest[key], files))
    return found
