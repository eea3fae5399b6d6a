"""The secret of a course: what the numbers come from that tests draw."""

import hmac
import json
import os
import re
import secrets
from os import PathLike
from pathlib import Path

#: Characters of 256 bits.
_DIGITS = 64


class SecretError(Exception):
    """The file with the secret cannot be used; the message says what to do."""


class Secret:
    """Makes seeds that nobody outside of the course can know.

    Parameters
    ----------
    path : path-like
        Its file, readable by its owner alone; made if it is not there.

    Raises
    ------
    SecretError
        If the file holds something else.
    """

    def __init__(self, path: str | PathLike) -> None:
        self._key = _read(Path(path))

    def of(self, *parts: object) -> str:
        """Derive a secret of something.

        Parameters
        ----------
        *parts : object
            What it depends on, as JSON has it.

        Returns
        -------
        secret : str
            64 hexadecimal digits, which tell nothing about any other.
        """
        text = json.dumps(parts, sort_keys=True)
        return hmac.digest(self._key, text.encode(), "sha256").hex()


def _read(path):
    if not path.exists():
        _make(path)
    os.chmod(path, 0o600)  # a copy or a backup may have opened it
    text = path.read_text(encoding="ascii", errors="replace").strip()
    if not re.fullmatch(rf"[0-9a-f]{{{_DIGITS}}}", text):
        raise SecretError(
            f"{path} should hold {_DIGITS} hexadecimal digits. Put your copy of it "
            f"back, or remove it: then a new one is made and everything judged again."
        )
    return bytes.fromhex(text)


def _make(path):
    """Write a new secret, whole or not at all; one that is there already stays."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(secrets.token_hex(_DIGITS // 2) + "\n")
            file.flush()
            os.fsync(file.fileno())
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        os.unlink(draft)
