"""The feedback pages as a zip, in the names by which a platform hands them back."""

import io
import re
import zipfile
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from cs231n.files import write_whole
from grading.engine.intake.intake import Intake
from grading.engine.intake.lms_names import CANVAS
from grading.engine.storage.names import stem
from grading.engine.storage.store import Store

if TYPE_CHECKING:
    from grading.course import Course
    from grading.engine.intake.roster import Roster
    from grading.engine.intake.submission import Submission

#: Of each file, so that the same pages make the same bytes.
TIME = (1980, 1, 1, 0, 0, 0)
#: What goes into the zip, by path: pages, and archives of pages by name.
Named = dict[str, "bytes | dict[str, bytes]"]


@dataclass(frozen=True)
class Pages:
    """One student's pages, and what a platform calls the student."""

    student: str  #: the id in the gradebook
    files: dict[str, bytes]  #: by name
    row: dict = field(default_factory=dict)  #: of the roster
    origins: dict = field(default_factory=dict)  #: {notebook: path in the export}


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
        A key of :data:`NAMES`.
    roster : Roster or None
        Who is who.
    out : pathlib.Path
        The zip.

    Returns
    -------
    count : int
        Pages in it.
    strangers : list of str
        Students of whom a page is left out: nobody knows what this platform calls it.
    """
    count, strangers, files = 0, [], {}
    for pages in _pages(course, assignment, roster):
        named = NAMES[platform](pages)
        kept = sum(len(one) if isinstance(one, dict) else 1 for one in named.values())
        if kept < len(pages.files):
            strangers.append(pages.student)
        count += kept
        files |= named
    write_whole(out, _zipped(files))
    return count, strangers


def _pages(course, assignment, roster):
    """Read everybody's pages."""
    store = Store(course.ledger / "objects")
    with closing(Intake(course, assignment, store, writable=False)) as intake:
        known = {one.student: one for one in intake.known()}
    rows = roster.rows if roster else {}
    for folder in sorted(course.feedback.glob(f"*/{assignment}")):
        student = folder.parent.name
        yield Pages(
            student,
            {page.name: page.read_bytes() for page in sorted(folder.glob("*.html"))},
            rows.get(student, {}),
            _origins(known[student]) if student in known else {},
        )


def _origins(submission: "Submission") -> dict[str, str]:
    """Find what each notebook came in; "" is what the first of all came in."""
    found = {stem(name): path for name, path in submission.origins}
    return found | {"": next(iter(found.values()), "")} if found else {}


def _folder(name: Callable[[Pages], str]) -> Callable[[Pages], Named]:
    """Put a student's pages into a folder."""

    def named(pages: Pages) -> Named:
        folder = name(pages)
        return {f"{folder}/{f}": d for f, d in pages.files.items()} if folder else {}

    return named


def _moodle(pages: Pages) -> str:
    """Name a folder as Moodle's export does; the number decides who gets it.

    Moodle takes names apart at underscores (`assignfeedback_file`, importziplib.php).
    """
    number = re.sub(r"\D", "", pages.row.get("moodle_id") or "")
    name = pages.row.get("name") or pages.student
    name = re.sub(r"[\W_]+", " ", name).strip() or "student"
    return f"{name}_{number}_assignsubmission_file" if number else ""


def _brightspace(pages: Pages) -> str:
    """Name the folder of Brightspace's export: it knows it again by its name."""
    parts = pages.origins.get("", "").split("/")
    return next((part for part in parts if re.match(r"\d+-\d+ - ", part)), "")


def _canvas(pages: Pages) -> Named:
    """Name each page as the file that was handed in.

    Canvas reads the numbers of the user and of the file out of the name, and shows what
    it gets under the name of that file: pages about an archive go back as an archive.
    """
    named: Named = {}
    archives: dict[str, dict[str, bytes]] = {}
    for file, content in pages.files.items():
        path = pages.origins.get(Path(file).stem) or pages.origins.get("", "")
        name = path.rpartition("/")[2]
        if name.lower().endswith(".zip"):
            archives.setdefault(name, {})[file] = content
        elif match := CANVAS.fullmatch(name):
            named[name[: match.start("file")] + file] = content
    whole = {name: files for name, files in archives.items() if CANVAS.fullmatch(name)}
    return named | whole


def _zipped(files):
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in sorted(files.items()):
            info = zipfile.ZipInfo(name, TIME)
            info.compress_type = zipfile.ZIP_DEFLATED
            whole = _zipped(content) if isinstance(content, dict) else content
            archive.writestr(info, whole)
    return data.getvalue()


#: How a platform, or a script of the instructor's, finds whose a page is.
NAMES: dict[str, Callable[[Pages], Named]] = {
    "folders": _folder(lambda pages: pages.row.get("student") or pages.student),
    "moodle": _folder(_moodle),
    "canvas": _canvas,
    "brightspace": _folder(_brightspace),
}
