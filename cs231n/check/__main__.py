"""Check a notebook: points, messages, what is open.

``python -m cs231n.check knn.ipynb`` runs the tests of what has changed since the last
time; with ``--watch`` it does so after every save. Save the notebook first.
"""

import argparse
import os
import secrets
import sys
import time
from pathlib import Path

from cs231n.languages import speaking
from cs231n.runs import terminal
from cs231n.workbook.hints import notebook_of
from cs231n.workbook.saved import BadNotebook, find

#: Seconds between two looks at a file.
_PAUSE = 0.4
#: Looks in a row that find no file, before it is said; some editors save by renaming.
_GONE = 5


def main(argv: list[str] | None = None) -> int:
    """Run the command line; return the exit status.

    Parameters
    ----------
    argv : list of str, optional
        Arguments; those of the process by default.

    Returns
    -------
    status : int
        0 if all that was asked for passes and every question has an answer, 1 if not,
        2 if the notebook cannot be checked.
    """
    args = _arguments(argv)
    os.environ.setdefault("MPLBACKEND", "agg")  # nobody looks at pictures here
    numbers, status = secrets.token_hex(8) if args.secret_numbers else "", 130
    try:
        path = _notebook(args)
        seen = _stamp(path)
        status = _once(path, args, numbers)
        while args.watch:
            seen = _wait_for_a_save(path, seen)
            print(f"\n{path.name} was saved; what has changed:\n")
            status = _once(path, args, numbers)
    except BadNotebook as error:
        print(error, file=sys.stderr)
        return 2
    except KeyboardInterrupt as error:
        from cs231n.workbook.running import where_in_a_cell

        where = where_in_a_cell(error)
        print(f"\nStopped in {where}" if where else "\nStopped.")
        status = 130 if where else status
    return status


def _notebook(args):
    """Find the notebook; where an exercise was given in its place, its notebook."""
    here = Path.cwd()
    try:
        return find(args.notebook, here)
    except BadNotebook as reason:
        try:
            path = notebook_of(args.notebook, here)
        except BadNotebook:
            raise reason from None
    args.exercise.insert(0, args.notebook)
    return path


def _once(path, args, numbers):
    from cs231n.workbook.checking import check  # these bring NumPy
    from cs231n.workbook.running import SetUpFailed

    try:
        report = check(path, args.exercise, everything=args.all, numbers=numbers)
    except SetUpFailed as error:
        print(error, file=sys.stderr)
        return 2
    except BadNotebook as error:
        if not args.watch:
            raise
        print(error, file=sys.stderr)
        return 2
    with speaking(report.language):
        for line in report.lines():
            print(line)
    sys.stdout.flush()
    return 0 if report.is_done else 1


def _wait_for_a_save(path, before):
    """Return the new stamp once a file is another, and has been so for a moment."""
    now, looks = before, 0
    while now == before or now is None:
        time.sleep(_PAUSE)
        now = _stamp(path)
        looks = looks + 1 if now is None else 0
        if looks == _GONE:
            print(f"\n{path.name} is gone: waiting until it is saved again.")
    while now != (now := _stamp(path)):
        time.sleep(_PAUSE)
    return now


def _stamp(path):
    try:
        found = path.stat()
    except OSError:  # between two saves some editors have no file
        return None
    return found.st_mtime_ns, found.st_size


def _arguments(argv):
    parser = argparse.ArgumentParser(
        prog="python -m cs231n.check", description=__doc__.partition("\n")[0]
    )
    parser.add_argument("notebook", help="a file, a name such as knn, or an exercise")
    parser.add_argument("exercise", nargs="*", help="only these; all by default")
    parser.add_argument("--watch", action="store_true", help="again after every save")
    parser.add_argument("--all", action="store_true", help="unchanged exercises too")
    parser.add_argument(
        "--secret-numbers",
        action="store_true",
        help="let tests draw other numbers, as the grader does",
    )
    return parser.parse_args(argv)


if __name__ == "__main__":
    terminal.leave(main)
