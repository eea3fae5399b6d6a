"""A folder handed in: its notebooks, read without following anything out of it."""

import os
import stat
from os import PathLike

from grading.engine.storage.names import printable

#: A notebook with many pictures has some ten megabytes.
MAX_BYTES = 64 << 20
#: No honest submission has more files.
MAX_FILES = 200
#: Left by tools, not by students.
IGNORED = {".ipynb_checkpoints", "__pycache__", ".DS_Store", "__MACOSX", "Thumbs.db"}


class RefusedFile(ValueError):
    """A file that is not taken; the message says why."""


def read_folder(path: str | PathLike) -> tuple[dict[str, bytes], list[str]]:
    """Read the notebooks of a folder.

    Parameters
    ----------
    path : path-like
        Folder of one student and one assignment. It and everything in it may be
        hostile, and may change while it is read.

    Returns
    -------
    files : dict of {str: bytes}
        Contents of the notebooks, by file name; those of sub-folders too, unless the
        name is taken.
    flags : list of str
        What was left out and why.

    Raises
    ------
    RefusedFile
        If the folder itself is a link or no folder.
    """
    files, flags = {}, []
    descriptor = _open_folder(path)
    try:
        _read_level(descriptor, "", files, flags, depth=0, seen=[0])
    finally:
        os.close(descriptor)
    return files, flags


def _open_folder(path, parent=None):
    try:
        flags = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW
        return os.open(path, flags, dir_fd=parent)
    except OSError:
        raise RefusedFile(f"{printable(str(path))!r} is a link or no folder.") from None


def _read_level(folder, prefix, files, flags, depth, seen):
    """Read one folder; ``seen`` counts the entries of all of them."""
    levels = []
    for name in sorted(os.listdir(folder)):
        seen[0] += 1
        if seen[0] > MAX_FILES:
            flags.append(f"More than {MAX_FILES} files; the rest was left out.")
            return
        if name in IGNORED:
            continue
        try:
            if stat.S_ISDIR(
                os.stat(name, dir_fd=folder, follow_symlinks=False).st_mode
            ):
                levels.append(name)
            elif name.lower().endswith(".ipynb"):
                _take(files, flags, prefix, name, read_file(name, folder))
            elif name != "timestamp.txt":
                _check_plain(name, folder)
                flags.append(f"Left out {printable(prefix + name)!r}: no notebook.")
        except RefusedFile as reason:
            flags.append(f"Left out {printable(prefix + name)!r}: {reason}")
    for name in levels:
        _descend(folder, name, prefix, files, flags, depth, seen)


def _descend(folder, name, prefix, files, flags, depth, seen):
    shown = printable(f"{prefix}{name}")
    if name.lower().endswith(".ipynb"):
        flags.append(f"Left out {shown!r}: a folder with the name of a notebook.")
        return
    if depth == 4:
        flags.append(f"Left out {shown!r}: too many folders inside each other.")
        return
    try:
        inner = _open_folder(name, folder)
    except RefusedFile as reason:
        flags.append(str(reason))
        return
    try:
        _read_level(inner, f"{prefix}{name}/", files, flags, depth + 1, seen)
    finally:
        os.close(inner)


def _take(files, flags, prefix, name, data):
    if name in files:
        flags.append(f"Left out {printable(prefix + name)!r}: a second file {name!r}.")
    else:
        files[name] = data


def _check_plain(name, folder):
    found = os.stat(name, dir_fd=folder, follow_symlinks=False)
    if not stat.S_ISREG(found.st_mode):
        raise RefusedFile("it is a link, a pipe or a device.")


def read_file(name: str | PathLike, folder: int | None = None) -> bytes:
    """Read one file, if it is a plain one.

    Parameters
    ----------
    name : path-like
        The file.
    folder : int, optional
        Descriptor of the folder that ``name`` is relative to.

    Returns
    -------
    data : bytes
        Its contents, from one open file: whoever replaces it meanwhile is too late.

    Raises
    ------
    RefusedFile
        If it is a link, has a second name elsewhere, is no file or too large.
    """
    # Without NONBLOCK, opening a pipe would wait for somebody to write to it.
    how = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
    try:
        descriptor = os.open(name, how, dir_fd=folder)
    except OSError:
        raise RefusedFile("it is a link, a socket or unreadable.") from None
    with os.fdopen(descriptor, "rb") as file:
        found = os.fstat(descriptor)
        if not stat.S_ISREG(found.st_mode):
            raise RefusedFile("it is no file but a pipe, a device or a folder.")
        if found.st_nlink > 1:
            raise RefusedFile("it is a hard link: the file has another name elsewhere.")
        data = file.read(MAX_BYTES + 1)
    if len(data) > MAX_BYTES:
        raise RefusedFile(f"it is larger than {MAX_BYTES >> 20} MB.")
    return data
