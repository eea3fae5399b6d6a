"""Careful reading: large files in a process of their own, which may come to grief.

A few megabytes of brackets become a gigabyte of lists. That must not end the
coordinator, which would meet the same file again in the next run.
"""

import contextlib
import json
import subprocess
import sys
from dataclasses import asdict

from grading import ROOT
from grading.engine.notebooks.reading import ReadCell, Unreadable, read_cells

#: Up to this size a file is harmless.
SMALL = 4 << 20
MEMORY, SECONDS = 1 << 30, 60  # of a processor; ten times that on the clock


def read_limited(data: bytes) -> tuple[list[ReadCell], list[str]]:
    """Read the cells of a notebook of any size.

    Parameters
    ----------
    data : bytes
        A file.

    Returns
    -------
    cells : list of ReadCell
        As :func:`~grading.engine.notebooks.reading.read_cells` gives them.
    flags : list of str
        What had to be mended.

    Raises
    ------
    Unreadable
        If no cell can be found in it, or not within time and memory.
    """
    if len(data) <= SMALL:
        return read_cells(data)
    try:
        result = subprocess.run(
            [sys.executable, "-m", "grading.engine.notebooks.read_limited"],
            input=data,
            capture_output=True,
            cwd=ROOT,
            timeout=10 * SECONDS,
        )
        reply = json.loads(result.stdout)
    except (subprocess.TimeoutExpired, ValueError):
        raise Unreadable("The file takes too much time or memory to read.") from None
    if "reason" in reply:
        raise Unreadable(reply["reason"])
    return [ReadCell(**cell) for cell in reply["cells"]], reply["flags"]


def main() -> None:
    """Read a notebook from standard input; write its cells as JSON."""
    if sys.platform == "linux":
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    try:
        cells, flags = read_cells(sys.stdin.buffer.read())
        reply = {"cells": [asdict(cell) for cell in cells], "flags": flags}
    except Unreadable as reason:
        reply = {"reason": str(reason)}
    with contextlib.suppress(BrokenPipeError):
        print(json.dumps(reply))


if __name__ == "__main__":
    main()
