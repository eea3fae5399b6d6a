"""The store: every file handed in, once, under the hash of its contents."""

import hashlib
from os import PathLike
from pathlib import Path

from cs231n.files import write_whole


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
