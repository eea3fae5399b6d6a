"""An archive as an LMS exports it: files in memory, never unpacked to the disk."""

import io
import lzma
import stat
import struct
import zipfile
import zlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from os import PathLike

from grading.engine.intake.folder import IGNORED, MAX_BYTES, likely_first
from grading.engine.storage.names import printable

#: Entries of a whole class's archive.
MAX_ENTRIES = 200_000
#: Bytes of the directory of a student's own archive: some ten thousand entries.
MAX_DIRECTORY = 2 << 20
#: Expanded bytes of a student's notebooks.
MAX_INNER_BYTES = 2 * MAX_BYTES
#: The record at the end of a zip, and how far before the end it may stand.
END, END_BYTES = b"PK\5\6", (1 << 16) + 22
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
    size: int  #: bytes that it expands to, at most
    read: Callable  #: call it for (bytes or None, why not)


def members(path: str | PathLike) -> "Iterator[Member]":
    """List the files of an archive; each is read when asked for.

    Parameters
    ----------
    path : path-like
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
    with _opened(path, printable(str(path))) as archive:
        if len(archive.infolist()) > MAX_ENTRIES:
            shown = printable(str(path))
            raise BadArchive(f"{shown} has more than {MAX_ENTRIES} entries.")
        for info in archive.infolist():
            if _counts(info):
                yield _member(archive, info)


def inner_members(
    data: bytes, name: str, likely: Iterable[str] = ()
) -> "Iterator[Member]":
    """List the files of an archive that a student handed in, notebooks first.

    Parameters
    ----------
    data : bytes
        A zip. Archives inside it are not opened.
    name : str
        What it is called.
    likely : iterable of str, optional
        Names of notebooks that come before others.

    Yields
    ------
    member : Member
        A file with an acceptable path.

    Raises
    ------
    BadArchive
        If it is no zip or its directory is too long to be read.
    """
    shown = printable(name)
    place = data.rfind(END, max(0, len(data) - END_BYTES))
    directory = int.from_bytes(data[place + 12 : place + 16], "little")
    if place >= 0 and directory > MAX_DIRECTORY:
        raise BadArchive(f"{shown!r} has too many entries to be read.")
    with _opened(io.BytesIO(data), repr(shown)) as archive:
        by_name = defaultdict(list)
        for info in archive.infolist():
            if _counts(info):
                by_name[_parts(info)[-1]].append(info)
        for file in likely_first(by_name, likely):
            for info in by_name[file]:
                yield _member(archive, info)


def _opened(file, shown):
    try:
        return zipfile.ZipFile(file)
    except FileNotFoundError:
        raise BadArchive(f"There is no file {shown}.") from None
    except (*READ_ERRORS, NotImplementedError, struct.error) as error:
        raise BadArchive(f"{shown} is no readable zip: {error}") from None


def _counts(info):
    return not info.is_dir() and not IGNORED & set(_parts(info))


def _member(archive, info):
    return Member(_parts(info), info.file_size, lambda: _read(archive, info))


def _parts(info):
    return tuple(info.filename.replace("\\", "/").split("/"))


def _read(archive, info):
    """Read a member; of one whose header names too small a size, no more is read."""
    name = printable(info.filename)
    parts = _parts(info)
    if ".." in parts or parts[0] == "" or ":" in parts[0]:
        return None, f"Refused {name!r}: its path leaves the archive."
    if stat.S_ISLNK(info.external_attr >> 16):
        return None, f"Refused {name!r}: it is a link."
    if info.flag_bits & 1:
        return None, f"Refused {name!r}: it is encrypted."
    if info.file_size > MAX_BYTES:
        return None, f"Refused {name!r}: it expands to more than {MAX_BYTES >> 20} MB."
    try:
        with archive.open(info) as file:
            return file.read(MAX_BYTES), ""
    except (*READ_ERRORS, NotImplementedError, struct.error):
        return None, f"Refused {name!r}: it is damaged."
