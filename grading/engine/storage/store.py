"""The store: every file handed in, once, under the hash of its contents."""

import hashlib
import os
import tempfile
from collections.abc import Iterator
from os import PathLike
from pathlib import Path
from typing import IO

from cs231n.files import write_whole

#: Bytes of a file that are in memory at one time.
CHUNK = 1 << 20


class TooLarge(ValueError):
    """A file has more bytes than were allowed."""


class Store:
    """A folder of files that never change.

    Parameters
    ----------
    root : path-like
        The folder.
    """

    def __init__(self, root: str | PathLike) -> None:
        self.root = Path(root)

    def put(self, data: bytes) -> str:
        """Keep some bytes.

        Parameters
        ----------
        data : bytes
            Contents of a file.

        Returns
        -------
        digest : str
            SHA-256, as hexadecimal digits.
        """
        digest = hashlib.sha256(data).hexdigest()
        path = self.path(digest)
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            write_whole(path, data, mode=0o400)
        return digest

    def put_file(self, file: IO[bytes], most: int) -> str:
        """Keep what an open file holds, a piece in memory at a time.

        Parameters
        ----------
        file : binary file
            At its beginning. Somebody may be changing it.
        most : int
            Bytes it may have.

        Returns
        -------
        digest : str
            SHA-256 of what is kept, as hexadecimal digits.

        Raises
        ------
        TooLarge
            If it has more.
        """
        found = hashlib.sha256()
        for chunk in _chunks(file, most):
            found.update(chunk)
        if self.path(found.hexdigest()).exists():
            return found.hexdigest()
        file.seek(0)
        return self._copied(file, most)

    def _copied(self, file, most):
        self.root.mkdir(parents=True, exist_ok=True)
        found = hashlib.sha256()
        handle, partial = tempfile.mkstemp(prefix=".", dir=self.root)
        try:
            with os.fdopen(handle, "wb") as copy:
                for chunk in _chunks(file, most):
                    found.update(chunk)
                    copy.write(chunk)
                copy.flush()
                os.fsync(copy.fileno())
            os.chmod(partial, 0o400)
            path = self.path(found.hexdigest())
            path.parent.mkdir(exist_ok=True)
            os.replace(partial, path)
        except BaseException:
            Path(partial).unlink(missing_ok=True)
            raise
        return found.hexdigest()

    def get(self, digest: str) -> bytes:
        """Return the bytes kept under a digest.

        Parameters
        ----------
        digest : str
            From :meth:`put`.

        Returns
        -------
        data : bytes
            Contents of the file.

        Raises
        ------
        LookupError
            If they are not there, or were changed since.
        """
        try:
            data = self.path(digest).read_bytes()
        except FileNotFoundError:
            data = b""
        if hashlib.sha256(data).hexdigest() != digest:
            raise LookupError(
                f"{self.path(digest)} is gone or was changed. Collect again."
            )
        return data

    def path(self, digest: str) -> Path:
        """Return where the bytes of a digest lie.

        Parameters
        ----------
        digest : str
            SHA-256, as hexadecimal digits.

        Returns
        -------
        path : pathlib.Path
            The file, whether it is there or not.
        """
        return self.root / digest[:2] / digest


def _chunks(file: IO[bytes], most: int) -> Iterator[bytes]:
    while chunk := file.read(CHUNK):
        most -= len(chunk)
        if most < 0:
            raise TooLarge
        yield chunk
