"""Times of handing in, as a collector knows them."""

import csv
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from grading.engine.intake.folder import RefusedFile, open_file
from grading.engine.intake.roster import RosterError, folded
from grading.engine.intake.roster_file import unread

if TYPE_CHECKING:
    from pathlib import Path


def timestamp(folder: "Path") -> str:
    """Read the time that nbgrader wrote beside a submission.

    Parameters
    ----------
    folder : pathlib.Path
        Of the submission.

    Returns
    -------
    time : str
        As :func:`utc` gives it.
    """
    try:
        with open_file(folder / "timestamp.txt") as file:
            return utc(file.read(100).decode())
    except (OSError, RefusedFile, UnicodeDecodeError):
        return ""


def utc(text: str) -> str:
    """Read a time.

    Parameters
    ----------
    text : str
        ISO 8601, or as nbgrader writes it; UTC unless it says.

    Returns
    -------
    time : str
        ISO 8601 in UTC; empty if it is none.
    """
    text = str(text).strip().removesuffix(" UTC")
    try:
        time = datetime.fromisoformat(text)
        return time.replace(tzinfo=time.tzinfo or UTC).astimezone(UTC).isoformat()
    except (ValueError, OverflowError):
        return ""


def read_times(path: "Path") -> dict[str, str]:
    """Read when students handed in.

    Parameters
    ----------
    path : pathlib.Path
        CSV with the columns ``student`` and ``time`` (ISO 8601; UTC unless it says).

    Returns
    -------
    times : dict of {str: str}
        By student, folded.

    Raises
    ------
    RosterError
        If a line is not understood.
    """
    try:
        with open(path, newline="", encoding="utf-8-sig") as file:
            rows = list(csv.DictReader(file))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise RosterError(
            f"The times {path} cannot be read: {unread(error)}."
        ) from None
    times = {}
    for number, row in enumerate(rows, start=2):
        time = utc(row.get("time") or "")
        if not time or not row.get("student"):
            raise RosterError(
                f"{path}, line {number}: expected a student and a time such as "
                f"2026-11-21T18:30:00+01:00."
            )
        times[folded(row["student"])] = time
    return times
