"""The pipes of a process in a :class:`~.line_pool.LinePool`."""

import json
import os
import sys
from typing import TextIO

from grading.sandbox.linux import die_with_parent


def private_pipes() -> tuple[TextIO, TextIO]:
    """Keep standard input and output for ourselves, and end with the coordinator.

    Returns
    -------
    tasks, replies : text file
        A stray print must not look like a reply, so it goes to the log.
    """
    if sys.platform == "linux":
        die_with_parent()  # nothing runs on when the coordinator is killed
    tasks = os.fdopen(os.dup(0), "r", encoding="utf-8")
    replies = os.fdopen(os.dup(1), "w", encoding="utf-8")
    nothing = os.open(os.devnull, os.O_RDWR)
    os.dup2(nothing, 0)
    os.dup2(2, 1)
    os.close(nothing)
    return tasks, replies


def say(replies: TextIO, reply: dict) -> None:
    """Give a line back.

    Parameters
    ----------
    replies : text file
        From :func:`private_pipes`.
    reply : dict
        Whatever JSON can hold.
    """
    print(json.dumps(reply), file=replies, flush=True)
