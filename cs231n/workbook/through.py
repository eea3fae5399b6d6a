"""A notebook run from top to bottom: ``python -m cs231n.workbook.through NOTEBOOK``."""

import sys
from pathlib import Path

from cs231n.runs import terminal
from cs231n.workbook.running import run_through
from cs231n.workbook.saved import read


def main(argv: list[str] | None = None) -> int:
    """Print the faults of a notebook; return 0."""
    (path,) = sys.argv[1:] if argv is None else argv
    print(*run_through(read(Path(path))), sep="\n")
    return 0


if __name__ == "__main__":
    terminal.leave(main)
