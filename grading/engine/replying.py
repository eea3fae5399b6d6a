"""The command for a student who asks for a regrade: what was given before, and now."""

from typing import TYPE_CHECKING

from grading.engine.notebooks.released import templates
from grading.engine.pages.reply import Reply, reply_of, write_reply
from grading.engine.results.history import history
from grading.engine.storage.names import printable

if TYPE_CHECKING:
    from argparse import Namespace

    from grading.course import Course


def reply(course: "Course", args: "Namespace") -> int:
    """Set both verdicts on a student's notebooks side by side.

    Parameters
    ----------
    course : Course
        Has graded the assignment.
    args : argparse.Namespace
        The command line.

    Returns
    -------
    status : int
        1 if nothing was judged twice.
    """
    known = templates(course, args.assignment)
    given = history(course, args.assignment, args.student)
    if args.notebook and args.notebook not in known:
        raise LookupError(
            f"{args.assignment} has no notebook {args.notebook!r}; it has: "
            f"{', '.join(known)}."
        )
    if not given:
        raise LookupError(
            f"Nothing of {printable(args.student)} is graded in {args.assignment}."
        )
    asked = [args.notebook] if args.notebook else [n for n in known if n in given]
    found = [reply_of(known[name], given.get(name, ())) for name in asked]
    replies = [one for one in found if one is not None]
    for one in replies:
        _print_reply(one)
    if not replies:
        print(
            f"Judged once, as far as the journal goes: {', '.join(asked)}. Judge again "
            f"with:  python -m grading run {args.assignment} --student "
            f"{printable(args.student)} --force"
        )
        return 1
    print(write_reply(course, args.assignment, args.student, replies))
    return 0


def _print_reply(reply: Reply) -> None:
    change = f"{reply.before:g} -> {reply.now:g} points by tests"
    print(f"{reply.notebook}: {change}. {reply.reason}")
    for line in reply.changed:
        print(f"  {line.name}")
        for title, side in (("before", line.before), ("now", line.now)):
            print(f"    {title:<7} {_told(side)}")
    if not reply.changed:
        print("  Every test ended as before.")


def _told(side):
    if side is None:
        return "there was no such test"
    outcome = side["outcome"]
    first = printable(side["message"].strip().partition("\n")[0], 100)
    points = f"{outcome.score:g} of {outcome.points:g}"
    return f"{side['words']}, {points}{': ' if first else ''}{first}"
