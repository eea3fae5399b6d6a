"""Build what students open from what instructors edit.

``python -m grading.authoring.release`` rewrites ``assignments/``; with ``--check`` it
rewrites nothing and fails if ``assignments/`` is not what ``solutions/`` builds.
"""

import argparse
import sys
import tempfile
from pathlib import Path

from cs231n.runs import terminal
from grading import ROOT
from grading.authoring.build import SourceError, build_sources
from grading.authoring.releases import keep_release
from grading.course import Course, CourseError
from grading.engine.storage.gradebook_file import GradebookError, opened


def release(
    course: Course,
    *,
    solutions: Path = ROOT / "solutions",
    database: bool = True,
    language: str = "",
) -> list[str]:
    """Build all student notebooks of a course.

    Parameters
    ----------
    course : Course
        Where to write.
    solutions : pathlib.Path, optional
        Folder of the percent scripts.
    database : bool, optional
        Tell the gradebook about cells and points, which autograding needs.
    language : str, optional
        What the grader's tests say to students, where there is a translation; their
        notebooks are English all the same, and `handout` translates them.

    Returns
    -------
    assignments : list of str
        Names of the assignments released.

    Raises
    ------
    SourceError
        If a script breaks a rule.
    CourseError
        If nbgrader refuses, for example because a graded cell was added after
        submissions came in.
    GradebookError
        If another program holds the gradebook, or it cannot be used.
    ValueError
        If there is no catalogue in the language.
    """
    reworded = _rewording(language) if language else None
    if database and course.database.is_file():
        with opened(course.database):  # nbgrader's commands do not wait for others
            pass
    keep_release(course)
    assignments = build_sources(course.source, solutions)
    for assignment in assignments:
        options = [] if database else ["--no-db"]
        course.nbgrader("generate_assignment", assignment, "--force", *options)
    keep_release(course)
    if reworded:
        _reword(course.source, reworded)
    return assignments


def _rewording(language):
    try:  # the course is installed without polib
        from grading.authoring.translation.catalogue import rewording
    except ModuleNotFoundError as lacking:
        mend = f"{sys.executable} -m pip install {lacking.name}"
        raise ValueError(
            f"Another language needs {lacking.name}, which is missing: {mend}"
        ) from None
    return rewording(language)


def _reword(folder, reworded):
    """Write the notebooks that the grader reads in another language."""
    for path in sorted(folder.glob("*/*.ipynb")):
        name = path.relative_to(folder).with_suffix("").as_posix()
        text = path.read_text(encoding="utf-8")
        path.write_bytes(reworded(name, text).encode())


def drift(
    released: Path = ROOT / "assignments", solutions: Path = ROOT / "solutions"
) -> list[str]:
    """Compare the committed student notebooks with a fresh build.

    Parameters
    ----------
    released : pathlib.Path, optional
        The committed notebooks.
    solutions : pathlib.Path, optional
        Folder of the percent scripts.

    Returns
    -------
    differing : list of str
        Notebooks that are missing, stale or changed, such as
        ``"assignment1/knn.ipynb"``.
    """
    with tempfile.TemporaryDirectory() as folder:
        course = Course(Path(folder))
        release(course, solutions=solutions, database=False)
        built, committed = _notebooks(course.released), _notebooks(released)
    names = sorted(set(built) | set(committed))
    return [name for name in names if built.get(name) != committed.get(name)]


def _notebooks(folder):
    """Read every notebook below a folder; line ends do not count."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes().replace(b"\r\n", b"\n")
        for path in Path(folder).glob("*/*.ipynb")
    }


def main(argv: list[str] | None = None) -> int:
    """Run the command line; return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--check", action="store_true", help="only compare")
    parser.add_argument(
        "--language", default="", help="in which the grader answers, such as zh_CN"
    )
    args = parser.parse_args(argv)
    try:
        if not args.check:
            course = Course()
            assignments = release(course, language=args.language)
            print(f"Released {', '.join(assignments)} into {course.released}.")
            return 0
        differing = drift()
    except (SourceError, CourseError, GradebookError, ValueError) as error:
        print(error, file=sys.stderr)
        return 1
    if differing:
        print("assignments/ is not what solutions/ builds:", *differing, sep="\n  ")
        print("Mend it with:  make release")
    return 1 if differing else 0


if __name__ == "__main__":
    terminal.leave(main)
