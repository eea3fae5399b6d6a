"""Write the zip that is handed in, once every notebook is there and runs.

``python -m cs231n.submit assignment1`` runs each notebook from top to bottom, says what
is open, and writes ``assignment1.zip``. Save the notebooks first.
"""

import argparse
import os
import sys
from collections.abc import Iterator
from pathlib import Path

from cs231n.languages import speaking
from cs231n.runs import terminal
from cs231n.workbook import beside
from cs231n.workbook.handing_in import (
    SUBMITTING,
    Gathered,
    folder_of,
    gather,
    pack,
    saved_at,
)
from cs231n.workbook.saved import BadNotebook, SavedNotebook

#: Of a notebook that is run through: no long experiments, and no zip of its own.
VARIABLES = {"CS231N_QUICK": "1", SUBMITTING: "1"}


def main(argv: list[str] | None = None) -> int:
    """Run the command line; return the exit status.

    Parameters
    ----------
    argv : list of str, optional
        Arguments; those of the process by default.

    Returns
    -------
    status : int
        0 if the zip is written and whole, 1 if something is missing or does not run, 2
        if there is no such assignment.
    """
    args = _arguments(argv)
    os.environ.setdefault("MPLBACKEND", "agg")
    try:
        return _submit(args)
    except BadNotebook as error:
        print(error, file=sys.stderr)
        return 2
    except BrokenPipeError:  # nobody reads on: the other stream may still be read
        print("No zip was written.", file=sys.stderr)
        raise
    except KeyboardInterrupt as error:
        from cs231n.workbook.running import where_in_a_cell

        where = where_in_a_cell(error)
        print(f"\nStopped in {where}" if where else "\nStopped.")
        print("No zip was written.")
        return 130


def _submit(args):
    folder = folder_of(args.assignment, Path.cwd())
    target = args.out or Path(f"{folder.name}.zip")
    gathered = gather(folder)
    faults = [*gathered.faults, *_looked_at(gathered, args.no_run)]
    for fault in faults:
        print(f"✗ {fault}")
    if faults and not args.anyway:
        print("\nNo zip was written. Mend this, or hand it in as it is with --anyway.")
        if target.exists():
            print(f"The {target} that lies here is an older one.")
        return 1
    if not gathered.notebooks:
        return 1
    pack(gathered.notebooks, target, args.student)
    print(f"\nHand in {target}: {_counted(gathered.notebooks)}.")
    if not any(notebook.siblings for notebook in gathered.notebooks):
        print("None of them says what else the assignment has: see that all are here.")
    return 1 if faults else 0


def _counted(notebooks):
    return f"{len(notebooks)} notebook{'' if len(notebooks) == 1 else 's'}"


def _looked_at(gathered: Gathered, no_run: bool) -> Iterator[str]:
    """Print how each notebook stands; yield what keeps it from running."""
    from cs231n.workbook.checking import check
    from cs231n.workbook.report import totals, unanswered
    from cs231n.workbook.running import SetUpFailed

    for notebook in gathered.notebooks:
        print(f"{notebook.path.name}, saved {saved_at(notebook)}", flush=True)
        try:
            report = check(notebook.path)
        except SetUpFailed as error:
            yield f"{notebook.path.name}: {error}"
            continue
        with speaking(report.language):
            for line in (totals(report.results), *unanswered(report.questions)):
                print(f"  {line}", flush=True)
        if not no_run:
            yield from _run(notebook)


def _run(notebook: SavedNotebook) -> Iterator[str]:
    """Run a notebook from top to bottom, by itself."""
    print("  running from top to bottom ...", flush=True)
    path = str(notebook.path.resolve())
    done = beside.run("cs231n.workbook.through", path, **VARIABLES)
    if done.returncode:
        last = done.stderr.strip().rpartition("\n")[2]
        yield f"{notebook.path.name} ends in the middle: {last or done.returncode}."
    yield from (
        f"{notebook.path.name}: {line}" for line in done.stdout.split("\n") if line
    )


def _arguments(argv):
    parser = argparse.ArgumentParser(
        prog="python -m cs231n.submit", description=__doc__.partition("\n")[0]
    )
    parser.add_argument("assignment", help="such as assignment1")
    parser.add_argument("--out", type=Path, help="the zip (default: ASSIGNMENT.zip)")
    parser.add_argument("--student", default="", help="a folder around all")
    parser.add_argument("--no-run", action="store_true", help="run no notebook")
    parser.add_argument("--anyway", action="store_true", help="write it all the same")
    return parser.parse_args(argv)


if __name__ == "__main__":
    terminal.leave(main)
