"""Files that are made once and then read, whole or not at all."""

import contextlib
import os
import tempfile
from pathlib import Path

from cs231n.data.home import data_home, user_cache


def write_atomically(path, content):
    """Write a file so that no one ever sees half of it.

    Parameters
    ----------
    path : path-like
        Final name. Its folder is made where it is missing.
    content : bytes-like
        What the file shall hold.

    Raises
    ------
    OSError
        If the folder cannot be written or the disk is full. Nothing is left behind.
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, partial = tempfile.mkstemp(prefix=f".{path.name}-", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        os.chmod(partial, 0o644)  # mkstemp makes it private; a class may share a cache
        os.replace(partial, path)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(partial)
        raise


def cached(name, size, make):
    """Read a generated file, or make it and keep it for the next time.

    Parameters
    ----------
    name : str
        Path below ``generated/`` in the data home, forward slashes.
    size : int
        Length of the file in bytes. A file of another length is made again.
    make : callable
        ``make()`` returns the content, bytes-like.

    Returns
    -------
    content : bytes-like
        The same bytes whether they were read or made. Where no folder can be
        written, they are made each time.
    """
    paths = _paths(name)
    for path in paths:
        with contextlib.suppress(OSError):
            content = path.read_bytes()
            if len(content) == size:
                return content
    content = make()
    for path in paths:
        with contextlib.suppress(OSError):
            write_atomically(path, content)
            break
    return content


def is_cached(name):
    """Say whether a generated file is there.

    Parameters
    ----------
    name : str
        As for :func:`cached`.

    Returns
    -------
    there : bool
        Whether :func:`cached` has something to read.
    """
    return any(path.is_file() for path in _paths(name))


def _paths(name):
    return [home / "generated" / name for home in (data_home(), user_cache())]
