"""Files that are made once and then read."""

import contextlib
from collections.abc import Callable

from cs231n.data.home import data_home, user_cache
from cs231n.files import write_whole


def cached(name: str, size: int, make: Callable) -> bytes | bytearray | memoryview:
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
            write_whole(path, content)
            break
    return content


def is_cached(name: str) -> bool:
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
