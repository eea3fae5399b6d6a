"""Grade a class: ``python -m grading COMMAND ASSIGNMENT``.

handout   write what students get, once it is built and committed
collect   take submissions from a learning platform's export or nbgrader's exchange
run       judge everything that was handed in, isolated and in parallel
status    who handed in, and what is graded
feedback  write one page a notebook for the students
marking   write every written answer beside its marking guide, a list for each grader
mark      take in the points and comments that graders filled in
report    write the instructor's report, with distributions and similar answers
reply     set both verdicts on a student's notebooks side by side, after a regrade
extend    give a student an extension, by days or until a date
export    print the scores as CSV
gradescope  write an autograder for Gradescope
pseudonyms  give everybody of a roster another id, and write the key to them
forget    remove a person everywhere
prune     remove what newer submissions have replaced
doctor    say which isolation this machine offers, and what is missing
"""

import argparse
import sys
from pathlib import Path

from cs231n.runs import terminal
from grading import arguments
from grading.course import Course
from grading.engine import commands
from grading.sandbox.limits import Limits


def parser() -> argparse.ArgumentParser:
    """Describe the command line.

    Returns
    -------
    parser : argparse.ArgumentParser
        With one sub-command for each line above.
    """
    top = argparse.ArgumentParser(
        prog="python -m grading",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    top.add_argument(
        "--course",
        type=Path,
        help="another course folder (default: CS231N_COURSE, else this project)",
    )
    chosen = top.add_subparsers(dest="command", required=True, metavar="COMMAND")
    handout = chosen.add_parser("handout", help="write what students get")
    handout.add_argument("--out", type=Path, help="the zip (default: workbook.zip)")
    handout.add_argument("--branch", default="", help="commit it to this branch")
    handout.add_argument(
        "--repository",
        help="where Colab gets the package: an address (default: the remote origin)",
    )
    handout.add_argument(
        "--sums",
        type=Path,
        help="the release's SHA256SUMS: Colab gets its wheels",
    )
    handout.add_argument(
        "--downloads", default="", help="where its files are (default: as on GitHub)"
    )
    handout.add_argument("--language", help="of the notebooks, such as zh_CN")
    _collect(chosen)
    _run(chosen)
    for name, text in (
        ("status", "who handed in, and what is graded"),
        ("report", "write the instructor's report"),
    ):
        chosen.add_parser(name, help=text).add_argument("assignment")
    _feedback(chosen)
    extend = chosen.add_parser("extend", help="give a student an extension")
    extend.add_argument("assignment")
    extend.add_argument("student", help="the id in the gradebook")
    extend.add_argument("until", help="days, a time with its zone, or none")
    _marking(chosen)
    _export(chosen)
    _gradescope(chosen)
    reply = chosen.add_parser("reply", help="both verdicts on a student's notebooks")
    reply.add_argument("assignment")
    reply.add_argument("student", help="the id in the gradebook")
    reply.add_argument("--notebook", help="only this one, for example knn")
    hidden = chosen.add_parser("pseudonyms", help="give everybody another id")
    hidden.add_argument("roster", type=Path, help="a table that says who is who")
    hidden.add_argument(
        "--key", type=Path, required=True, help="the file that becomes the key to them"
    )
    forget = chosen.add_parser("forget", help="remove a person everywhere")
    forget.add_argument("student", help="the id in the gradebook")
    chosen.add_parser("prune", help="remove what newer submissions have replaced")
    chosen.add_parser("doctor", help="which isolation this machine offers")
    return top


def _feedback(chosen):
    feedback = chosen.add_parser("feedback", help="write the students' pages")
    feedback.add_argument("assignment")
    feedback.add_argument("--zip", type=Path, help="also as a zip to upload")
    feedback.add_argument(
        "--for",
        dest="platform",
        choices=commands.FEEDBACK,
        default=commands.FEEDBACK[0],
        help="whose names the zip has (default: a folder for each student's id)",
    )
    feedback.add_argument("--roster", type=Path, help="CSV that says who is who")


def _marking(chosen):
    marking = chosen.add_parser("marking", help="write what graders read and fill in")
    marking.add_argument("assignment")
    marking.add_argument(
        "--grader",
        action="append",
        metavar="NAME",
        help="a grader; give it once for each, and the answers are shared out",
    )
    marking.add_argument("--section", default="", help="only this section's")
    marking.add_argument("--all", action="store_true", help="marked answers too")
    mark = chosen.add_parser("mark", help="take in what graders filled in")
    mark.add_argument("assignment")
    mark.add_argument("tables", nargs="+", type=Path, help="CSV files of `marking`")
    mark.add_argument(
        "--replace", action="store_true", help="also where somebody gave a mark before"
    )


def _export(chosen):
    export = chosen.add_parser("export", help="print the scores as CSV")
    export.add_argument("assignment")
    export.add_argument("--out", type=Path, help="CSV file (default: the screen)")
    export.add_argument(
        "--for",
        dest="platform",
        choices=commands.EXPORTS,
        help="the table that this platform takes in",
    )
    export.add_argument(
        "--each", action="store_true", help="a column for each exercise"
    )
    export.add_argument(
        "--column", help='the platform\'s title of the total, such as "knn (77)"'
    )
    export.add_argument("--roster", type=Path, help="CSV that says who is who")


def _collect(chosen):
    collect = chosen.add_parser("collect", help="take submissions in")
    collect.add_argument("assignment")
    collect.add_argument("archives", nargs="*", type=Path, help="zips of an export")
    collect.add_argument("--lms", choices=commands.PLATFORMS, default="auto")
    collect.add_argument("--roster", type=Path, help="CSV that says who is who")
    collect.add_argument("--times", type=Path, help="CSV of student,time")
    collect.add_argument("--exchange", type=Path, help="inbound folder of a course")
    collect.add_argument(
        "--trust-timestamps",
        action="store_true",
        help="timestamp.txt was written by nbgrader collect, not by students",
    )


def _run(chosen):
    run = chosen.add_parser("run", help="judge everything that was handed in")
    run.add_argument("assignment")
    run.add_argument(
        "--jobs", type=arguments.count, help="notebooks at a time (default: cores)"
    )
    run.add_argument(
        "--scheduler", default="", help="a Dask scheduler, tcp://host:port"
    )
    run.add_argument("--student", action="append", default=[], help="only this one")
    run.add_argument("--force", action="store_true", help="judge again what was judged")
    run.add_argument(
        "--dry-run", action="store_true", help="say what would change; record nothing"
    )
    _add_trust(run)


def _gradescope(chosen):
    zipped = chosen.add_parser("gradescope", help="write an autograder for Gradescope")
    zipped.add_argument("assignment")
    zipped.add_argument(
        "--out", type=Path, help="the zip (default: ASSIGNMENT-autograder.zip)"
    )
    _add_trust(zipped)


def _add_trust(command):
    """Add what students' code may do, and how much it may use."""
    trust = command.add_mutually_exclusive_group()
    trust.add_argument(
        "--require-isolation",
        action="store_true",
        help="refuse to run students' code unisolated (default)",
    )
    trust.add_argument(
        "--trust-students",
        action="store_true",
        help="run students' code with your rights",
    )
    limits = command.add_argument_group("limits of a notebook")
    for name, text in (
        ("call_seconds", "one call of an answer"),
        ("cell_seconds", "one test cell"),
        ("notebook_seconds", "all of a notebook"),
    ):
        flag = f"--{name.replace('_', '-')}"
        limits.add_argument(flag, type=arguments.seconds, help=text, metavar="S")
    limits.add_argument(
        "--memory-mb", type=arguments.count, metavar="MB", help="memory"
    )
    limits.add_argument(
        "--processes", type=arguments.count, metavar="N", help="threads"
    )


def parsed(argv: list[str] | None) -> argparse.Namespace:
    """Read a command line; archives may stand behind options too.

    Parameters
    ----------
    argv : list of str or None
        None for that of this process.

    Returns
    -------
    args : argparse.Namespace
        As the commands take it.
    """
    top = parser()
    args, rest = top.parse_known_args(argv)
    if rest and (args.command != "collect" or any(one[:1] == "-" for one in rest)):
        top.error(f"unrecognized arguments: {' '.join(rest)}")
    if rest:  # argparse takes all of such a list in one place, or none
        args.archives += map(Path, rest)
    return args


def limits_of(args: argparse.Namespace) -> Limits:
    """Read the limits from a command line.

    Parameters
    ----------
    args : argparse.Namespace
        Of the command ``run`` or ``gradescope``.

    Returns
    -------
    limits : Limits
        The usual ones, where nothing else was asked for.
    """
    names = ("call_seconds", "cell_seconds", "notebook_seconds", "processes")
    chosen = {name: getattr(args, name) for name in names}
    if args.memory_mb:
        chosen["memory_bytes"] = args.memory_mb << 20
    return Limits(**{name: value for name, value in chosen.items() if value})


def _refused(args):
    return 2 if args.command == "export" else 1  # whose 1 is a table with gaps


def main(argv: list[str] | None = None) -> int:
    """Run the command line; return the exit status."""
    args = parsed(argv)
    course = Course(args.course)
    try:
        if args.command in ("run", "gradescope"):
            args.limits = limits_of(args)
        return getattr(commands, args.command)(course, args)
    except commands.REFUSALS as reason:
        print(reason, file=sys.stderr)
        return _refused(args)
    except OSError as error:
        if terminal.is_unread(error):
            raise
        place = f"{error.filename}: " if error.filename else ""
        print(
            f"{place}{error.strerror}. What was judged so far is kept: mend it and run "
            f"the same command again.",
            file=sys.stderr,
        )
        return _refused(args)
    except KeyboardInterrupt:
        print(
            "\nStopped. Nothing is lost: run the same command again.", file=sys.stderr
        )
        return 130


if __name__ == "__main__":
    terminal.leave(main)
