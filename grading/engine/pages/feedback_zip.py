"""The feedback pages as a zip, in the names by which a platform hands them back."""

import re
import zipfile
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from grading.course import Course
    from grading.engine.intake.roster import Roster

#: Of each file, so that the same pages make the same bytes.
TIME = (1980, 1, 1, 0, 0, 0)


def write_feedback_zip(
    course: "Course",
    assignment: str,
    platform: str,
    roster: "Roster | None",
    out: "Path",
) -> tuple[int, list[str]]:
    """Zip the pages that are written.

    Parameters
    ----------
    course : Course
        Has written feedback.
    assignment : str
        For example ``"assignment1"``.
    platform : str
        A key of :data:`FOLDERS`.
    roster : Roster or None
        Who is who.
    out : pathlib.Path
        The zip.

    Returns
    -------
    count : int
        Pages in it.
    strangers : list of str
        Students whom the roster does not know by this platform's id.
    """
    count, strangers = 0, []
    rows = roster.rows if roster else {}
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for folder in sorted(course.feedback.glob(f"*/{assignment}")):
            student = folder.parent.name
            place = FOLDERS[platform](student, rows.get(student, {}))
            if not place:
                strangers.append(student)
                continue
            for page in sorted(folder.glob("*.html")):
                info = zipfile.ZipInfo(f"{place}/{page.name}", TIME)
                info.compress_type = zipfile.ZIP_DEFLATED
                archive.writestr(info, page.read_bytes())
                count += 1
    return count, strangers


def _moodle(student: str, row: dict) -> str:
    """Name a folder as Moodle's export does; the number decides who gets it.

    Moodle takes names apart at underscores (`assignfeedback_file`, importziplib.php).
    """
    number = re.sub(r"\D", "", row.get("moodle_id") or "")
    name = re.sub(r"[\W_]+", " ", row.get("name") or student).strip() or "student"
    return f"{name}_{number}_assignsubmission_file" if number else ""


def _folders(student: str, row: dict) -> str:
    """Name a folder by the id in the gradebook."""
    return student


#: How a platform, or a script of the instructor's, finds whose a page is.
FOLDERS = {"folders": _folders, "moodle": _moodle}
