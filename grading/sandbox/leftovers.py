"""Private folders of processes that were killed before they could remove them.

A folder's name has the number of the process that made it. Where that process is gone,
so is whoever could still want the folder.
"""

import contextlib
import os
import re
import shutil
import stat
import tempfile

from grading.sandbox.namespaces import NOBODY

_NAME = re.compile(r"cs231n-(?:notebook|fork-server)-(\d+)-.+")


def private_folder(kind: str) -> str:
    """Make a folder that :func:`sweep` finds when we are killed.

    Parameters
    ----------
    kind : str
        "notebook" or "fork-server".

    Returns
    -------
    path : str
        Of an empty folder, readable by nobody else.
    """
    return tempfile.mkdtemp(prefix=f"cs231n-{kind}-{os.getpid()}-")


def sweep() -> list[str]:
    """Remove the folders of processes that are gone.

    Returns
    -------
    names : list of str
        Of the folders removed.
    """
    root = tempfile.gettempdir()
    with os.scandir(root) as entries:
        stale = [entry.name for entry in entries if _is_stale(entry)]
    for name in stale:
        shutil.rmtree(os.path.join(root, name), ignore_errors=True)
    return stale


def _is_stale(entry):
    match = _NAME.fullmatch(entry.name)
    if match is None:
        return False
    with contextlib.suppress(OSError):  # somebody else has removed it
        found = entry.stat(follow_symlinks=False)
        ours = found.st_uid in (os.geteuid(), NOBODY)
        return ours and stat.S_ISDIR(found.st_mode) and not _lives(int(match[1]))
    return False


def _lives(number):
    try:
        os.kill(number, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except PermissionError:
        pass
    return True
