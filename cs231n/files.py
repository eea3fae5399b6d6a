"""Files that are there whole or not at all, whoever is killed while writing."""

import contextlib
import os
import tempfile
from pathlib import Path


def write_whole(
    path: str | os.PathLike, data: bytes | bytearray | memoryview, *, mode: int = 0o644
) -> None:
    """Write a file so that no one ever sees half of it.

    Parameters
    ----------
    path : path-like
        Final name; replaced if it is there. Its folder is made where it is missing.
    data : bytes-like
        What the file shall hold.
    mode : int, optional
        Permissions, whatever the process's umask.

    Raises
    ------
    OSError
        If the folder cannot be written or the disk is full. What was there before is
        still there, and nothing else is left behind.
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, partial = tempfile.mkstemp(prefix=f".{path.name}-", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())  # the bytes reach the disk before the name
        os.chmod(partial, mode)  # mkstemp makes it private
        os.replace(partial, path)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(partial)
        raise
