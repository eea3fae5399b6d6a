"""Lock files, so that two processes do not do the same thing at once."""

import contextlib
import errno
import os
from collections.abc import Iterator

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]
    import msvcrt

#: What Windows says when another process has held a lock for ten seconds.
HELD = (errno.EDEADLK, errno.EACCES)


@contextlib.contextmanager
def locked(path: str | os.PathLike[str]) -> Iterator[None]:
    """Hold a lock file; wait for it where another process has it.

    Parameters
    ----------
    path : path-like
        Lock file. It stays; the operating system frees the lock when a process ends,
        however it ends.

    Yields
    ------
    None
        While the lock is held.

    Raises
    ------
    OSError
        If the file cannot be made, or its disk knows no locks.
    """
    lock, unlock = (_lock, _unlock) if fcntl else (_lock_byte, _unlock_byte)
    with open(path, "a+b") as file:
        lock(file)
        try:
            yield
        finally:
            unlock(file)


def _lock(file):
    fcntl.flock(file, fcntl.LOCK_EX)


def _unlock(file):
    fcntl.flock(file, fcntl.LOCK_UN)


def _lock_byte(file):
    """Wait for the first byte of a file, as Windows locks it."""
    while True:
        file.seek(0)  # the byte that is locked is the one at the file's position
        try:
            return msvcrt.locking(file.fileno(), msvcrt.LK_LOCK, 1)
        except OSError as error:
            if error.errno not in HELD:
                raise


def _unlock_byte(file):
    file.seek(0)
    msvcrt.locking(file.fileno(), msvcrt.LK_UNLCK, 1)
