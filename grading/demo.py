"""The whole way once, on a throw-away course: from a release to feedback and a CSV.

Four sample students hand in the knn notebook: one perfect, one half finished, one
untouched and one with a cell that raises. The engine grades them, which takes Linux;
elsewhere, or with ``--nbgrader``, nbgrader does by itself.
"""

import argparse
import contextlib
import io
import shutil
import sys
import time
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

import nbformat

from cs231n.runs import terminal
from grading import ROOT
from grading.authoring.build import source_notebook
from grading.authoring.release import release
from grading.course import Course, CourseError
from grading.gradebook import scores, write_csv

if TYPE_CHECKING:
    from grading.gradebook import Score

ASSIGNMENT, NOTEBOOK = "assignment1", "knn"
#: An answer that fails as soon as its cell runs: the name is misspelt.
RAISES = (
    "@add_to_clas(KNearestNeighbor)\ndef predict_labels(self, dists, k=1):\n    pass"
)
HALF = ("knn-two-loops", "knn-one-loop", "knn-predict-labels", "q-knn-stripes")


def answers(notebook: nbformat.NotebookNode) -> dict[str, dict[str, str]]:
    """Choose what each sample student writes.

    Parameters
    ----------
    notebook : nbformat.NotebookNode
        The source notebook, with the solutions.

    Returns
    -------
    students : dict of {str: dict of {str: str}}
        For each student, the cells they changed, by grade_id.
    """
    solutions = {
        cell.metadata.nbgrader.grade_id: _without_markers(cell.source)
        for cell in notebook.cells
        if cell.metadata.get("nbgrader", {}).get("solution")
    }
    return {
        "ada": solutions,
        "ben": {name: solutions[name] for name in HALF},
        "cho": {},
        "dee": solutions | {"knn-predict-labels": RAISES},
    }


def _without_markers(source):
    return "\n".join(line for line in source.split("\n") if "### " not in line)


def hand_in(course: Course, students: dict[str, dict[str, str]]) -> None:
    """Pack every student's notebook into one archive, as an LMS exports them.

    Parameters
    ----------
    course : Course
        Has released the assignment.
    students : dict of {str: dict of {str: str}}
        From :func:`answers`.
    """
    archive = course.downloaded / ASSIGNMENT / "archive" / "export.zip"
    archive.parent.mkdir(parents=True)
    released = course.released / ASSIGNMENT / f"{NOTEBOOK}.ipynb"
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as export:
        for student, changes in students.items():
            notebook = nbformat.read(released, as_version=4)
            for cell in notebook.cells:
                name = cell.metadata.get("nbgrader", {}).get("grade_id")
                cell.source = changes.get(name, cell.source)
            export.writestr(f"{student}_{NOTEBOOK}.ipynb", nbformat.writes(notebook))


def run(course: Course, *, engine: bool = True) -> "list[Score]":
    """Take the sample students through the whole way.

    Parameters
    ----------
    course : Course
        An empty folder.
    engine : bool, optional
        Whether the engine grades, or nbgrader by itself.

    Returns
    -------
    found : list of Score
        What the gradebook says in the end.

    Raises
    ------
    CourseError
        If a step fails.
    """
    solutions = course.root / "solutions"
    script = solutions / ASSIGNMENT / f"{NOTEBOOK}.py"
    script.parent.mkdir(parents=True)
    shutil.copy(ROOT / "solutions" / ASSIGNMENT / script.name, script)
    students = answers(source_notebook(script))
    steps = [
        ("release the notebook", lambda: release(course, solutions=solutions)),
        (f"hand in {len(students)} times", lambda: hand_in(course, students)),
        *(_engine_steps(course) if engine else _nbgrader_steps(course)),
    ]
    for number, (title, step) in enumerate(steps, start=1):
        print(f"[{number}/{len(steps)}] {title:<22}", end=" ", flush=True)
        start = time.perf_counter()
        step()
        print(f"{time.perf_counter() - start:5.1f} s")
    return scores(course.database, ASSIGNMENT)


def _engine_steps(course):
    export = course.downloaded / ASSIGNMENT / "archive" / "export.zip"
    return [
        ("collect", lambda: _command(course, "collect", str(export))),
        ("judge, isolated", lambda: _judge(course)),
        ("write feedback", lambda: _command(course, "feedback")),
        ("write the report", lambda: _command(course, "report")),
    ]


def _nbgrader_steps(course):
    return [
        ("collect", lambda: course.nbgrader("zip_collect", ASSIGNMENT)),
        ("autograde", lambda: course.nbgrader("autograde", ASSIGNMENT)),
        ("write feedback", lambda: course.nbgrader("generate_feedback", ASSIGNMENT)),
    ]


def _judge(course):
    try:
        _command(course, "run")
    except CourseError as reason:
        if "grading doctor" not in str(reason):
            raise
        print("no isolation here; these answers are ours", end=" ", flush=True)
        _command(course, "run", "--trust-students")


def _command(course, name, *arguments):
    """Run ``python -m grading NAME`` on the assignment, without its words."""
    from grading.__main__ import main as grading

    where = ["--course", str(course.root)]
    said = io.StringIO()
    with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
        status = grading([*where, name, ASSIGNMENT, *arguments])
    if status:
        raise CourseError(f"`python -m grading {name}` failed:\n{said.getvalue()}")


def table(course: Course, found: "list[Score]") -> str:
    """Format the result for the screen.

    Parameters
    ----------
    course : Course
        Where the feedback lies.
    found : list of Score
        From :func:`run`.

    Returns
    -------
    text : str
        One line a student, with the path of the feedback page.
    """
    lines = ["student  by tests   to mark  feedback"]
    for score in found:
        page = course.feedback / score.student / ASSIGNMENT / f"{NOTEBOOK}.html"
        tests = f"{score.by_tests:g}/{score.max_by_tests:g}"
        shown = page.relative_to(ROOT) if page.is_relative_to(ROOT) else page
        lines.append(f"{score.student:<7}  {tests:<9}  {score.to_mark:<7}  {shown}")
    return "\n".join(lines)


def main(argv: list[str] | None = None) -> int:
    """Run the command line; return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--course", type=Path, default=ROOT / "build" / "demo")
    parser.add_argument(
        "--nbgrader",
        action="store_true",
        default=not sys.platform.startswith("linux"),
        help="grade with nbgrader by itself, unisolated",
    )
    args = parser.parse_args(argv)
    if args.course.exists() and not (args.course / "solutions").is_dir():
        parser.error(f"{args.course} exists and is no demo; choose another --course.")
    shutil.rmtree(args.course, ignore_errors=True)
    course = Course(args.course)
    try:
        course.root.mkdir(parents=True)
    except OSError as error:
        parser.error(f"{args.course} cannot be made: {error.strerror}.")
    try:
        found = run(course, engine=not args.nbgrader)
    except CourseError as error:
        print(f"\n{error}", file=sys.stderr)
        return 1
    grades = course.root / f"{ASSIGNMENT}.csv"
    with grades.open("w", newline="", encoding="utf-8") as file:
        write_csv(found, file)
    print(f"\n{table(course, found)}\n\nscores: {grades}")
    report = course.report / ASSIGNMENT / "index.html"
    if report.exists():
        print(f"report: {report}")
    return 0


if __name__ == "__main__":
    terminal.leave(main)
