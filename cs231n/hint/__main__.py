"""Open the next hint to an exercise.

``python -m cs231n.hint knn-two-loops`` shows one hint more each time.
"""

import argparse
import sys
from pathlib import Path

from cs231n.runs import terminal
from cs231n.workbook.hints import next_hint, notebook_of
from cs231n.workbook.saved import BadNotebook, find


def main(argv: list[str] | None = None) -> int:
    """Run the command line; return the exit status.

    Parameters
    ----------
    argv : list of str, optional
        Arguments; those of the process by default.

    Returns
    -------
    status : int
        2 if there is no such exercise.
    """
    parser = argparse.ArgumentParser(
        prog="python -m cs231n.hint", description=__doc__.partition("\n")[0]
    )
    parser.add_argument("exercise", help="its name, such as knn-two-loops")
    parser.add_argument("--notebook", help="a file, where several have the exercise")
    parser.add_argument("--number", type=int, choices=range(1, 10), help="this hint")
    args = parser.parse_args(argv)
    try:
        here = Path.cwd()
        path = find(args.notebook, here) if args.notebook else None
        path = path or notebook_of(args.exercise, here)
        print(next_hint(path, args.exercise, args.number))
    except BadNotebook as error:
        print(error, file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    terminal.leave(main)
