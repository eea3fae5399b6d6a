"""The lock of a course: one coordinator at a time."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

if sys.platform != "win32":
    import fcntl


class Busy(Exception):
    """Somebody else grades this course at the moment."""


@contextmanager
def only_one(path: "Path") -> Iterator[None]:
    """Hold the lock of a course, or say who does.

    Parameters
    ----------
    path : pathlib.Path
        Lock file. It stays; the system frees the lock when its holder ends, however.

    Yields
    ------
    None
        While the lock is held.

    Raises
    ------
    Busy
        If another process holds it.
    """
    if sys.platform == "win32":
        raise Busy("A class is graded on Linux; Windows lacks what isolates students.")
    path.parent.mkdir(parents=True, exist_ok=True)
    with open(path, "a+", encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            file.seek(0)
            holder = file.read().strip() or "unknown"
            raise Busy(
                f"This course is being graded by process {holder}. Wait until it ends, "
                f"or stop it with Ctrl-C there; nothing is lost."
            ) from None
        file.truncate(0)
        file.write(f"{os.getpid()}\n")
        file.flush()
        yield
