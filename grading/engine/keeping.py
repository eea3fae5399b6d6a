"""The commands about what is kept: a person removed, old submissions pruned."""

from typing import TYPE_CHECKING

from grading.engine import forgetting
from grading.engine.storage.names import printable

if TYPE_CHECKING:
    from argparse import Namespace

    from grading.course import Course


def forget(course: "Course", args: "Namespace") -> int:
    """Remove a person everywhere.

    Parameters
    ----------
    course : Course
        Where from.
    args : argparse.Namespace
        The command line.

    Returns
    -------
    status : int
        1 if nobody has this id.
    """
    places = forgetting.forget(course, args.student)
    student = printable(args.student)
    if not places:
        print(f"Nobody here is called {student!r}.")
        return 1
    print(f"{student!r} is gone from: {', '.join(places)}.")
    if course.downloaded.is_dir():
        print(f"The platforms' archives in {course.downloaded} are as they were.")
    print("Copies that you made, and the platform's own, are yours to remove.")
    return 0


def pseudonyms(course: "Course", args: "Namespace") -> int:
    """Give everybody of a roster a pseudonym.

    Parameters
    ----------
    course : Course
        The key must lie outside of it.
    args : argparse.Namespace
        The command line.

    Returns
    -------
    status : int
        0.
    """
    from grading.engine.intake.pseudonyms import write_key

    students, new = write_key(course, args.roster, args.key)
    print(f"{students} students are in {args.key}, {new} of them new.")
    print(
        "Give it as --roster to collect, export and feedback --zip. Keep a copy: "
        "without it nobody can say whose grades these are."
    )
    return 0


def prune(course: "Course", args: "Namespace") -> int:
    """Remove what newer submissions have replaced.

    Parameters
    ----------
    course : Course
        Where from.
    args : argparse.Namespace
        The command line.

    Returns
    -------
    status : int
        0.
    """
    lines, files = forgetting.prune(course)
    print(f"Removed {lines} lines of the logs and {files} files handed in.")
    return 0
