"""The commands for what a person marks: pages and tables out, marks in."""

import sys
from typing import TYPE_CHECKING

from grading.engine.intake.roster import known_roster
from grading.engine.pages.overview import Overview
from grading.engine.results.given_marks import (
    MarksError,
    read_comments,
    read_marks,
    record_marks,
    unrecorded,
)
from grading.engine.storage.lock import only_one
from grading.engine.storage.names import checked_name, printable

if TYPE_CHECKING:
    from argparse import Namespace

    from grading.course import Course


def marking(course: "Course", args: "Namespace") -> int:
    """Write what graders read and fill in.

    Parameters
    ----------
    course : Course
        Has graded the assignment.
    args : argparse.Namespace
        The command line.

    Returns
    -------
    status : int
        1 if there is nothing to mark.
    """
    from grading.engine.pages.marking import shared_out, write_marking, written_answers

    overview = _graded(course, args.assignment)
    answers = written_answers(overview, _sections(course))
    sections = {one.section for one in answers}
    if args.section and args.section not in sections:
        raise MarksError(
            f"No written answer is from the section {args.section!r}; the roster has: "
            f"{', '.join(sorted(sections - {''})) or 'no sections'}."
        )
    graders = [checked_name(name) for name in args.grader or ["answers"]]
    chosen = [
        one
        for one in answers
        if (one.given is None or args.all) and args.section in ("", one.section)
    ]
    shares = shared_out(chosen, graders)
    for grader in graders:
        _refuse_to_lose(course.marking / args.assignment / f"{grader}.csv", answers)
    paths = write_marking(course, overview, shares, read_comments(course))
    for path, share in zip(paths, shares.values(), strict=True):
        print(f"{len(share):>5} answers  {path}")
    if not chosen:
        print(
            "Every written answer is marked." if answers else "Nobody wrote anything."
        )
    return 0 if chosen else 1


def mark(course: "Course", args: "Namespace") -> int:
    """Take graders' tables in.

    Parameters
    ----------
    course : Course
        Has graded the assignment.
    args : argparse.Namespace
        The command line.

    Returns
    -------
    status : int
        1 if a line was refused.
    """
    from grading.engine.pages.marking import written_answers

    comments = read_comments(course)
    tables = [(path, read_marks(path, comments)) for path in args.tables]
    refused = 0
    with only_one(course.ledger / "lock"):
        overview = _graded(course, args.assignment)
        answers = {
            one.place: one.digest
            for one in written_answers(overview, _sections(course))
        }
        for path, marks in tables:
            found = record_marks(course, args.assignment, marks, answers, args.replace)
            print(f"{path}: {found.written} marks written, {found.same} there already.")
            for reason in found.refused:
                print(f"{path}, {printable(reason, 400)}", file=sys.stderr)
            refused += len(found.refused)
    return 1 if refused else 0


def _refuse_to_lose(path, answers):
    """Keep a table in which a grader wrote what the gradebook does not have yet."""
    known = {one.place: (one.given, one.comment) for one in answers}
    waiting = unrecorded(path, known)
    if waiting:
        raise MarksError(
            f"{path} has {waiting} lines that are not in the gradebook. Take them in "
            f"with `python -m grading mark`, or move the file away."
        )


def _graded(course, assignment):
    overview = Overview(course, assignment)
    if not course.database.is_file():
        raise LookupError(f"Nothing is graded yet:  python -m grading run {assignment}")
    return overview


def _sections(course):
    roster = known_roster(course, None)
    return roster.sections if roster else {}
