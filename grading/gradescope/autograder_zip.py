"""The autograder as a zip: scripts, the package, and one assignment of a course."""

import shutil
import subprocess
import tempfile
from pathlib import Path

from cs231n.files import write_whole
from grading import ROOT
from grading.authoring.build import EXTRAS
from grading.gradescope.course_copy import CourseCopy, write_copy

HERE = Path(__file__).parent
SCRIPTS = ("setup.sh", "run_autograder")
#: What is installed there, of what git knows.
PACKAGE = ("cs231n", "grading", "pyproject.toml", "setup.py", "README.md", "LICENSE")
#: What judges nothing.
LEFT_OUT = ("grading/mistakes/", "grading/demo.py")


class ZipError(Exception):
    """No autograder can be made; the message says why."""


def write_autograder(copy: CourseCopy, secret: Path, out: Path) -> int:
    """Write the zip that an instructor uploads.

    Parameters
    ----------
    copy : CourseCopy
        The assignment.
    secret : pathlib.Path
        File of the course's secret, which the copy has read.
    out : pathlib.Path
        The zip.

    Returns
    -------
    size : int
        Its bytes.

    Raises
    ------
    ZipError
        If git cannot say which files belong to the package.
    """
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "autograder"
        for name in SCRIPTS:
            _copied(HERE / name, folder / name)
            (folder / name).chmod(0o755)
        for name in _package_files():
            _copied(ROOT / name, folder / "workbook" / name)
        write_whole(folder / "extras", _extras(copy).encode())
        write_copy(copy, folder / "course", secret)
        made = shutil.make_archive(str(Path(place) / "made"), "zip", folder)
        out.parent.mkdir(parents=True, exist_ok=True)
        shutil.move(made, out)
    out.chmod(0o600)
    return out.stat().st_size


def _copied(source, target):
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, target)


def _package_files():
    try:
        listed = subprocess.run(
            ["git", "ls-files", "-z", *PACKAGE],
            cwd=ROOT,
            capture_output=True,
            check=True,
        )
    except (OSError, subprocess.CalledProcessError):
        raise ZipError(
            f"{ROOT} is no git checkout, so nobody knows which files belong to it. "
            f"Clone the project and make the autograder there."
        ) from None
    names = listed.stdout.decode().split("\0")
    return [name for name in names if name and not name.startswith(LEFT_OUT)]


def _extras(copy):
    """Name the optional parts of the package that the notebooks need."""
    names = {f"{copy.assignment}/{name}" for name in copy.templates}
    return ",".join(["grading", *sorted({EXTRAS[n] for n in names & EXTRAS.keys()})])
