"""The commands: what each does for an instructor, and what it prints."""

import contextlib
import os
import sys
import time
from typing import TYPE_CHECKING

from grading.due_dates import CourseFileError
from grading.engine.handing_back import (
    export,
    extend,
    feedback,
    gradescope,
    handout,
    progress_bar,
    report,
)
from grading.engine.intake import lms_names
from grading.engine.intake.archive import BadArchive
from grading.engine.intake.intake import Intake
from grading.engine.intake.lms_export import IntakeError
from grading.engine.intake.roster import RosterError, known_roster
from grading.engine.intake.times import read_times
from grading.engine.judging.cluster import ClusterFailed
from grading.engine.judging.judge_host import HostPlan, NoIsolation
from grading.engine.keeping import forget, prune, pseudonyms
from grading.engine.marking_by_hand import mark, marking
from grading.engine.notebooks.released import check_assignment
from grading.engine.options import Options
from grading.engine.pages.overview import Overview
from grading.engine.processes.line_pool import WorkersFailed
from grading.engine.replying import reply
from grading.engine.results.flags import RANKS, grouped
from grading.engine.results.given_marks import MarksError
from grading.engine.results.not_run import NOT_RUN, ExamFault
from grading.engine.run import Run
from grading.engine.storage.append_log import LogError
from grading.engine.storage.gradebook_file import GradebookError
from grading.engine.storage.lock import Busy, only_one
from grading.engine.storage.names import RefusedName, printable
from grading.engine.storage.secret import SecretError
from grading.engine.storage.store import Store
from grading.progress import bar

if TYPE_CHECKING:
    from argparse import Namespace

    from grading.course import Course

__all__ = [
    "collect",
    "doctor",
    "export",
    "extend",
    "feedback",
    "forget",
    "gradescope",
    "handout",
    "mark",
    "marking",
    "prune",
    "pseudonyms",
    "reply",
    "report",
    "run",
    "status",
]

PLATFORMS = ("auto", *lms_names.KINDS)
#: Whose tables `export` writes; their module loads nbgrader, which takes seconds.
EXPORTS = ("csv", "canvas", "moodle", "gradescope", "blackboard")
#: In whose names `feedback` zips the pages.
FEEDBACK = ("folders", "moodle", "canvas", "brightspace")
#: Whatever ends a command with a sentence.
REFUSALS = (
    BadArchive,
    Busy,
    ClusterFailed,
    CourseFileError,
    ExamFault,
    IntakeError,
    LogError,
    LookupError,
    MarksError,
    NoIsolation,
    GradebookError,
    RefusedName,
    RosterError,
    SecretError,
    WorkersFailed,
)
#: Flags and problems that are printed one by one.
SHOWN = 20


def collect(course: "Course", args: "Namespace") -> int:
    """Take submissions in.

    Parameters
    ----------
    course : Course
        Where to.
    args : argparse.Namespace
        The command line.

    Returns
    -------
    status : int
        1 if something was refused.
    """
    check_assignment(course, args.assignment)
    if args.times and not args.archives:
        raise IntakeError("--times says when archives were handed in; name them too.")
    with only_one(course.ledger / "lock"):
        intake = Intake(course, args.assignment, Store(course.ledger / "objects"))
        with contextlib.closing(intake):
            if args.archives:
                times = read_times(args.times) if args.times else None
                collected = intake.from_archives(
                    bar(args.archives, unit="zip", leave=False),
                    kind=args.lms,
                    roster=known_roster(course, args.roster),
                    times=times,
                )
            elif args.exchange:
                collected = intake.from_exchange(args.exchange)
            else:
                collected = intake.from_tree(trust_timestamps=args.trust_timestamps)
    files = sum(len(one.files) for one in collected.submissions)
    print(f"{len(collected.submissions)} students, {files} notebooks.")
    flagged = {(s.student, ""): s.flags for s in collected.submissions if s.flags}
    _print_flags(flagged, collected.problems)
    if files:
        print(f"To grade them:  python -m grading run {args.assignment}")
    return 1 if collected.problems else 0


def run(course: "Course", args: "Namespace") -> int:
    """Judge everything that was handed in.

    Parameters
    ----------
    course : Course
        Has released the assignment.
    args : argparse.Namespace
        The command line.

    Returns
    -------
    status : int
        1 if something was refused or is missing.
    """
    options = Options(
        jobs=args.jobs or _cores(),
        scheduler=args.scheduler,
        students=tuple(args.student),
        force=args.force,
        dry_run=args.dry_run,
        plan=HostPlan(require_isolation=not args.trust_students),
        limits=args.limits,
    )
    start = time.monotonic()
    summary = Run(course, args.assignment, options).grade(progress_bar)
    _print_summary(summary, time.monotonic() - start)
    _print_changes(summary.changes)
    if args.dry_run:
        print("A dry run: the gradebook is as it was.")
    if not summary.submissions and not args.student:
        print(f"Nothing to grade: nobody's {args.assignment} is in {course.submitted}.")
    failed = summary.problems or summary.missing or not summary.submissions
    return 1 if failed else 0


def _cores():
    return len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count()


def _print_summary(summary, seconds):
    counts = summary.counts
    print(
        f"{summary.submissions} submissions, {summary.notebooks} notebooks: "
        f"{counts['judged']} judged, {counts['known']} known already, "
        f"{counts['unread']} missing or unreadable; {seconds:.1f} s."
    )
    isolations = sorted(summary.isolations - {NOT_RUN})
    if isolations:
        print(f"Isolation: {', '.join(isolations)}.")
    if "none" in isolations:
        print("UNISOLATED: students' code ran with your rights.")
    _print_flags(summary.flagged, summary.problems)
    for student in summary.missing:
        print(f"{printable(student)} handed nothing in.")


def _print_changes(changes):
    """Print whose points by tests are others than before."""
    if changes:
        print(f"{len(changes)} scores by tests differ from the gradebook's:")
    for student, notebook, before, after in sorted(changes):
        difference = after - before
        print(
            f"  {printable(student):<24} {notebook:<24} {before:6.2f} -> {after:6.2f} "
            f"({difference:+.2f})"
        )


def _print_flags(flagged, problems):
    """Print what a person should see, and count what mended silently."""
    for problem in problems[:SHOWN]:
        print(f"! {printable(problem, 400)}")
    if len(problems) > SHOWN:
        print(f"! ... and {len(problems) - SHOWN} more")
    groups = grouped(
        (student, notebook, flag)
        for (student, notebook), flags in flagged.items()
        for flag in flags
    )
    shown = [group for group in groups if RANKS[group.rank] != "mended"]
    if shown:
        print("To look at:")
    for group in shown[:SHOWN]:
        print(f"  {_who(group)} {group.notebook}: {printable(group.text, 400)}")
    if len(shown) > SHOWN:
        print(f"  ... and {len(shown) - SHOWN} kinds more.")
    mended = {student for group in groups[len(shown) :] for student in group.students}
    if mended:
        print(f"Mended at no cost for {len(mended)} students.")
    if groups:
        print("`python -m grading report` has every remark.")


def _who(group):
    names = ", ".join(map(printable, group.students[:3]))
    more = len(group.students) - 3
    return f"{names} and {more} more" if more > 0 else names


def status(course: "Course", args: "Namespace") -> int:
    """Say who handed in, and what is graded.

    Parameters
    ----------
    course : Course
        Has released the assignment.
    args : argparse.Namespace
        The command line.

    Returns
    -------
    status : int
        1 if something is still to be graded.
    """
    overview = Overview(course, args.assignment)
    rows = overview.rows
    waiting = overview.waiting
    students = {row.student for row in rows}
    print(f"{len(students)} students, {len(rows)} notebooks; {len(waiting)} to grade.")
    graded = any(row.verdict for row in rows)
    for name, (score, points) in overview.means().items() if graded else ():
        print(f"  {name:<24} {score:5.2f} of {points:g} on average")
    for row in waiting[:SHOWN]:
        print(f"  to grade: {printable(row.student)} {row.notebook}")
    _print_absent(known_roster(course, None), students)
    return 1 if waiting else 0


def _print_absent(roster, students):
    absent = sorted(set(roster.students) - students) if roster else []
    if absent:
        print(f"{len(absent)} of the roster handed nothing in:")
    for student in absent:
        print(f"  {printable(student)}")


def doctor(course: "Course", args: "Namespace") -> int:
    """Say which isolation this machine offers.

    Parameters
    ----------
    course : Course
        Where the store would be.
    args : argparse.Namespace
        The command line.

    Returns
    -------
    status : int
        1 if there is none.
    """
    from grading.sandbox import doctor

    levels = doctor.report()
    for name, there, why in levels:
        print(f"{'yes' if there else 'no ':<3}  {name:<11} {why}")
    best = next((name for name, there, _ in levels if there), "none")
    print(f"Students would be judged with: {best}.")
    return 1 if best == "none" else 0
