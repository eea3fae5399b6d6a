"""An archive as an LMS exports it: files in memory, never unpacked to the disk."""

import io
import lzma
import stat
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from os import PathLike
from typing import IO

from grading.engine.intake.folder import IGNORED, MAX_BYTES
from grading.engine.storage.names import printable

#: Entries of a whole class's archive, and of a student's own inside it.
MAX_ENTRIES, MAX_INNER = 200_000, 2_000
#: Expanded bytes of a student's own archive.
MAX_INNER_BYTES = 2 * MAX_BYTES
#: What reading a broken member may raise; a password is a RuntimeError.
READ_ERRORS = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    OSError,
    EOFError,
    RuntimeError,
    ValueError,
)


class BadArchive(ValueError):
    """An archive that cannot be read; the message says why."""


@dataclass(frozen=True)
class Member:
    """A file in an archive."""

    parts: tuple[str, ...]  #: its path
    read: Callable  #: call it for (bytes or None, why not)


def members(path: str | PathLike | IO[bytes]) -> "Iterator[Member]":
    """List the files of an archive; each is read when asked for.

    Parameters
    ----------
    path : path-like or binary file
        A zip.

    Yields
    ------
    member : Member
        A file with an acceptable path.

    Raises
    ------
    BadArchive
        If it is no zip or has too many entries.
    """
    try:
        archive = zipfile.ZipFile(path)
    except FileNotFoundError:
        raise BadArchive(f"There is no file {printable(str(path))}.") from None
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise BadArchive(
            f"{printable(str(path))} is no readable zip: {error}"
        ) from None
    with archive:
        limit = MAX_ENTRIES if not isinstance(path, io.BytesIO) else MAX_INNER
        if len(archive.infolist()) > limit:
            raise BadArchive(f"{printable(str(path))} has more than {limit} entries.")
        for info in archive.infolist():
            parts = _parts(info)
            if not info.is_dir() and not IGNORED & set(parts):
                yield Member(parts, lambda info=info: _read(archive, info))


def _parts(info):
    return tuple(info.filename.replace("\\", "/").split("/"))


def _read(archive, info):
    """Read a member; its header may lie about its size."""
    name = printable(info.filename)
    parts = _parts(info)
    if ".." in parts or parts[0] == "" or ":" in parts[0]:
        return None, f"Refused {name!r}: its path leaves the archive."
    if stat.S_ISLNK(info.external_attr >> 16):
        return None, f"Refused {name!r}: it is a link."
    if info.flag_bits & 1:
        return None, f"Refused {name!r}: it is encrypted."
    try:
        with archive.open(info) as file:
            data = file.read(MAX_BYTES + 1)
    except READ_ERRORS:
        return None, f"Refused {name!r}: it is damaged."
    if len(data) > MAX_BYTES:
        return None, f"Refused {name!r}: it expands to more than {MAX_BYTES >> 20} MB."
    return data, ""


def notebooks_inside(data: bytes) -> tuple[dict[str, bytes], list[str]]:
    """Read the notebooks of an archive that a student handed in.

    Parameters
    ----------
    data : bytes
        A zip. Archives inside it are not opened.

    Returns
    -------
    files : dict of {str: bytes}
        Notebooks by file name.
    flags : list of str
        What was left out and why.
    """
    files, flags, total = {}, [], 0
    try:
        for member in members(io.BytesIO(data)):
            name = member.parts[-1]
            if not name.lower().endswith(".ipynb") or name.startswith("._"):
                flags.append(f"Left out {printable(name)!r}: no notebook.")
                continue
            contents, reason = member.read()
            total += len(contents or b"")
            if total > MAX_INNER_BYTES:
                flags.append("The archive expands too far; the rest was left out.")
                break
            if reason or name in files:
                flags.append(reason or f"Left out a second {printable(name)!r}.")
            else:
                files[name] = contents
    except BadArchive as error:
        flags.append(str(error))
    return files, flags[:20]
