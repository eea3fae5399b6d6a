"""The commands that give something back: pages for students, a report, grades."""

import contextlib
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from tqdm import tqdm

from grading.engine.intake.roster import known_roster
from grading.engine.notebooks.released import templates
from grading.engine.pages.overview import Overview
from grading.engine.storage.names import printable
from grading.engine.storage.secret import Secret
from grading.progress import bar

if TYPE_CHECKING:
    from argparse import Namespace

    from grading.course import Course


def progress_bar(total: int) -> tqdm:
    """Make a bar of notebooks.

    Parameters
    ----------
    total : int
        How many there are.

    Returns
    -------
    bar : tqdm.tqdm
        A context manager with ``update``.
    """
    return bar(total=total, unit="notebook", smoothing=0.05)


def feedback(course: "Course", args: "Namespace") -> int:
    """Write the students' pages.

    Parameters
    ----------
    course : Course
        Has graded the assignment.
    args : argparse.Namespace
        The command line.

    Returns
    -------
    status : int
        1 if nothing is graded.
    """
    from grading.engine.pages.feedback import write_feedback

    overview = Overview(course, args.assignment)
    with progress_bar(len(overview.rows)) as bar:
        count = write_feedback(course, overview, bar.update, os.cpu_count() or 1)
    print(f"{count} pages in {course.feedback}")
    if not count:
        print("Nothing is graded yet:  python -m grading run", args.assignment)
        return 1
    return _zip_feedback(course, args) if args.zip else 0


def _zip_feedback(course, args):
    from grading.engine.pages.feedback_zip import write_feedback_zip

    roster = known_roster(course, args.roster)
    count, strangers = write_feedback_zip(
        course, args.assignment, args.platform, roster, args.zip
    )
    print(f"{count} pages in {args.zip}")
    if strangers and args.platform in ("canvas", "brightspace"):
        title = args.platform.title()
        words = f"Left out, because they were not collected from an export of {title}"
        _name(words, strangers)
    else:
        _say_who_is_left_out(args, strangers)
    return 1 if strangers else 0


def report(course: "Course", args: "Namespace") -> int:
    """Write the instructor's report.

    Parameters
    ----------
    course : Course
        Has graded the assignment.
    args : argparse.Namespace
        The command line.

    Returns
    -------
    status : int
        0.
    """
    from grading.engine.pages.report import write_report

    overview = Overview(course, args.assignment)
    print(write_report(course, overview))
    old = sum(row.verdict is not None and row.prints is None for row in overview.rows)
    if old:
        print(
            f"{old} notebooks were read by an older version, and compared with none. "
            f"Run again; no test runs twice:  python -m grading run {args.assignment}"
        )
    return 0


def export(course: "Course", args: "Namespace") -> int:
    """Print the scores as CSV, or as a platform takes them in.

    Parameters
    ----------
    course : Course
        Has graded the assignment.
    args : argparse.Namespace
        The command line.

    Returns
    -------
    status : int
        1 if somebody's grade is not the last word, or somebody is left out; 2 without
        a table.
    """
    from grading import gradebook
    from grading.engine.pages.platform_grades import read_grades, write_grades

    overview = Overview(course, args.assignment)
    if not args.platform:
        status = gradebook.export(course, args.assignment, args.out)
        return max(status, _say_who_waits(overview))
    templates = overview.templates
    grades = read_grades(
        course, args.assignment, templates, known_roster(course, args.roster)
    )
    if not grades:
        print(f"Nobody is graded in {args.assignment} yet.", file=sys.stderr)
        return 2
    with contextlib.ExitStack() as stack:
        file = sys.stdout
        if args.out:
            opened = args.out.open("w", newline="", encoding="utf-8")
            file = stack.enter_context(opened)
        strangers = write_grades(
            args.platform,
            grades,
            templates,
            file,
            column=args.column or args.assignment,
            each=args.each,
        )
    status = _say_who_is_missing(args, grades, strangers)
    return max(status, _say_who_waits(overview))


def _say_who_waits(overview):
    """Name those whose grades are older than what they handed in, or its time."""
    if not any(row.verdict for row in overview.rows):
        return 0  # nbgrader graded without the engine
    students = sorted({row.student for row in overview.waiting})
    words = f"Run first (python -m grading run {overview.assignment}); not taken in"
    _name(words, students)
    return 1 if students else 0


def _say_who_is_missing(args, grades, strangers):
    unmarked = [one.total.student for one in grades if one.total.to_mark]
    _name("Still to mark by hand, and 0 so far", unmarked)
    _say_who_is_left_out(args, strangers)
    return 1 if unmarked or strangers else 0


def _say_who_is_left_out(args, strangers):
    words = f"Left out, because the roster has no {args.platform} id of"
    _name(words, strangers)


def _name(words, students):
    if students:
        names = ", ".join(map(printable, students))
        print(f"{words}: {names}.", file=sys.stderr)


def handout(course: "Course", args: "Namespace") -> int:
    """Write what students get.

    Parameters
    ----------
    course : Course
        Any; what is handed out is the project's.
    args : argparse.Namespace
        The command line.

    Returns
    -------
    status : int
        0.
    """
    # It loads nbgrader, which takes other commands a second or two.
    from grading.authoring.handout import HandoutError
    from grading.authoring.handout import handout as write

    out = args.out or (None if args.branch else Path("workbook.zip"))
    options = {
        name: getattr(args, name) for name in ("repository", "sums", "downloads")
    }
    try:
        if args.language:
            from grading.authoring.translation.catalogue import rewording

            options["reworded"] = rewording(args.language)
        commit, files = write(out, args.branch, **options)
    except (HandoutError, ValueError) as reason:
        print(reason, file=sys.stderr)
        return 1
    places = [f"{out}"] if out else []
    places += [f"the branch {args.branch}"] if args.branch else []
    print(f"{files} files of {commit} are in {' and '.join(places)}.")
    return 0


def extend(course: "Course", args: "Namespace") -> int:
    """Give a student an extension.

    Parameters
    ----------
    course : Course
        Has a ``course.toml``.
    args : argparse.Namespace
        The command line.

    Returns
    -------
    status : int
        0.
    """
    from grading.extensions import extend as write

    write(course, args.assignment, args.student, args.until)
    what = "no extension" if args.until == "none" else f"an extension: {args.until}"
    print(f"{printable(args.student)} has {what}, for {args.assignment}.")
    print("Scores, exports and pages follow it from now on; nothing is graded again.")
    return 0


def gradescope(course: "Course", args: "Namespace") -> int:
    """Write an autograder for Gradescope.

    Parameters
    ----------
    course : Course
        Has released the assignment.
    args : argparse.Namespace
        The command line.

    Returns
    -------
    status : int
        0.
    """
    from grading.gradescope.autograder_zip import ZipError, write_autograder
    from grading.gradescope.course_copy import CourseCopy

    secret = course.ledger / "secret"
    copy = CourseCopy(
        args.assignment,
        templates(course, args.assignment),
        Secret(secret),
        args.trust_students,
        args.limits,
    )
    out = args.out or Path(f"{args.assignment}-autograder.zip")
    try:
        size = write_autograder(copy, secret, out)
    except ZipError as reason:
        print(reason, file=sys.stderr)
        return 1
    print(f"{out}: {size / 1e6:.1f} MB, {len(copy.templates)} notebooks.")
    print(
        "Upload it at Gradescope under Configure Autograder. Keep it to yourself: the "
        "solutions, the hidden tests and the secret of the course are in it."
    )
    return 0
