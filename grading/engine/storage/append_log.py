"""A log: append-only lines that survive a crash at any byte.

A line is a checksum, a blank, and JSON. It counts once it is whole on the disk; a torn
last line is dropped when the log is opened, and a damaged one in between is skipped
and reported.
"""

import hashlib
import json
import os
from collections.abc import Callable, Iterator
from os import PathLike
from pathlib import Path
from typing import Any

from cs231n.files import write_whole

#: Hexadecimal digits of the checksum that begins a line.
DIGITS = 16


class LogError(Exception):
    """A log cannot be written; what it held before is still there."""


class AppendLog:
    """A file of checked lines, open for appending.

    Parameters
    ----------
    path : path-like
        The file; made if it is not there.
    writable : bool, optional
        False for a look at a log that somebody else may be writing.

    Raises
    ------
    LogError
        If the file cannot be opened for writing.
    """

    def __init__(self, path: str | PathLike, *, writable: bool = True) -> None:
        self.path, self._writable = Path(path), writable
        self.damaged = 0  #: lines whose checksum is wrong, a torn last one not counted
        self._file: Any = None  # its descriptor while it is open
        if not writable:
            return
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self._file = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
        except OSError as error:
            raise LogError(
                f"{self.path} cannot be written ({error.strerror}). Nothing was graded."
            ) from None

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.close()

    def close(self) -> None:
        """Close the file."""
        if self._file is not None:
            os.close(self._file)
            self._file = None

    def lines(self) -> Iterator[tuple[int, Any]]:
        """Read every whole line, and cut off a torn last one.

        Yields
        ------
        offset : int
            Where the line begins, in bytes; :meth:`at` finds it again.
        value : object
            What :meth:`append` was given.
        """
        good = 0
        if not self.path.exists():
            return
        with open(self.path, "rb") as file:
            for offset, line in _with_offsets(file):
                value = _checked(line)
                if value is not None:
                    yield offset, value
                elif line.endswith(b"\n"):
                    self.damaged += 1
                if line.endswith(b"\n"):
                    good = offset + len(line)
        if self._writable and good < os.fstat(self._file).st_size:
            os.ftruncate(self._file, good)

    def append(self, value: object) -> int:
        """Write one line and wait until the disk has it.

        Parameters
        ----------
        value : object
            Anything JSON can hold.

        Returns
        -------
        offset : int
            Where the line begins, in bytes.

        Raises
        ------
        LogError
            If the disk is full or gone; nothing of the line stays behind.
        """
        text = json.dumps(value, sort_keys=True, separators=(",", ":"))
        data = _checksum(text.encode()) + b" " + text.encode() + b"\n"
        offset = os.fstat(self._file).st_size
        try:
            _write(self._file, data)
            os.fsync(self._file)
        except OSError as error:
            os.ftruncate(self._file, offset)
            raise LogError(
                f"{self.path} cannot be written ({error.strerror}). What was graded so "
                f"far is kept: make room and run the same command again."
            ) from None
        return offset

    def at(self, offset: int) -> Any:
        """Read the line that begins at an offset.

        Parameters
        ----------
        offset : int
            From :meth:`lines` or :meth:`append`.

        Returns
        -------
        value : object
            What was appended there.

        Raises
        ------
        LogError
            If no whole line begins there.
        """
        with open(self.path, "rb") as file:
            file.seek(offset)
            value = _checked(file.readline())
        if value is None:
            raise LogError(f"{self.path} was changed by somebody else; run again.")
        return value


def _with_offsets(file):
    offset = 0
    for line in file:
        yield offset, line
        offset += len(line)


def _checksum(data):
    return hashlib.sha256(data).hexdigest()[:DIGITS].encode()


def _checked(line):
    """Return the value of a line, or None if it is torn or damaged."""
    if not line.endswith(b"\n") or line[DIGITS : DIGITS + 1] != b" ":
        return None
    text = line[DIGITS + 1 : -1]
    return json.loads(text) if _checksum(text) == line[:DIGITS] else None


def _write(descriptor, data):
    while data:
        data = data[os.write(descriptor, data) :]


def rewrite(path: Path, keep: Callable[[Any], bool]) -> int:
    """Leave only some lines of a log in it.

    Parameters
    ----------
    path : pathlib.Path
        Of a log that nobody has open.
    keep : callable
        Called with each value; says whether it stays.

    Returns
    -------
    removed : int
        Lines that are gone, damaged ones among them.
    """
    lines = path.read_bytes().splitlines(keepends=True)
    kept = [
        line for line in lines if (value := _checked(line)) is not None and keep(value)
    ]
    write_whole(path, b"".join(kept), mode=0o600)
    return len(lines) - len(kept)
