"""A folder handed in: its notebooks, read without following anything out of it."""

import os
import stat
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from os import PathLike
from typing import IO

from grading.engine.intake.left_out import LeftOut
from grading.engine.storage.names import printable
from grading.engine.storage.store import TooLarge

#: A notebook with many pictures has some ten megabytes.
MAX_BYTES = 64 << 20
#: Bytes of all notebooks of a submission, and how many are taken.
MAX_TOTAL, MAX_FILES = 4 * MAX_BYTES, 200
#: Folders that are looked into, and names that are looked at.
MAX_FOLDERS, MAX_NAMES = 200, 1_000_000
#: Left by tools, not by students.
IGNORED = {".ipynb_checkpoints", "__pycache__", ".DS_Store", "__MACOSX", "Thumbs.db"}


class RefusedFile(ValueError):
    """A file that is not taken; the message says why."""


def likely_first(names: Iterable[str], likely: Iterable[str]) -> list[str]:
    """Order files so that the notebooks that are asked for come first.

    Parameters
    ----------
    names : iterable of str
        Of files.
    likely : iterable of str
        Names of notebooks, such as ``"knn"``.

    Returns
    -------
    names : list of str
        Notebooks by their very names, names that are alike, other notebooks, the rest.
    """
    likely = tuple(likely)

    def rank(name):
        folded = name.casefold()
        return (
            not folded.endswith(".ipynb"),
            folded.removesuffix(".ipynb") not in likely,
            not any(one in folded for one in likely),
            name,
        )

    return sorted(names, key=rank)


def read_folder(
    path: str | PathLike,
    keep: Callable[[IO[bytes], int], str],
    likely: Iterable[str] = (),
) -> tuple[dict[str, str], list[str]]:
    """Read the notebooks of a folder, one at a time.

    Parameters
    ----------
    path : path-like
        Folder of one student and one assignment. It and everything in it may be
        hostile, and may change while it is read.
    keep : callable
        Called as ``keep(file, most)`` with each open notebook and the bytes it may
        have; returns its digest. :meth:`Store.put_file` does.
    likely : iterable of str, optional
        Names of the assignment's notebooks, which are taken before others.

    Returns
    -------
    files : dict of {str: str}
        Digests of the notebooks, by file name; those of sub-folders too, unless the
        name is taken.
    flags : list of str
        What was left out and why.

    Raises
    ------
    RefusedFile
        If the folder itself is a link, no folder or unreadable.
    """
    found = _Found(keep, likely)
    descriptor = _open_folder(path)
    try:
        found.read_level(descriptor, "", depth=0)
    finally:
        os.close(descriptor)
    return found.files, found.flags + found.left_out.flags()


def _open_folder(path, parent=None):
    try:
        flags = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW
        return os.open(path, flags, dir_fd=parent)
    except OSError:
        shown = printable(str(path))
        raise RefusedFile(f"{shown!r} is a link, no folder or unreadable.") from None


class _Found:
    """What a folder had so far."""

    def __init__(self, keep, likely):
        self._keep, self._likely = keep, tuple(likely)
        self.files, self.flags, self.left_out = {}, [], LeftOut()
        self._names, self._folders, self._room = 0, 0, MAX_TOTAL

    def read_level(self, folder, prefix, depth):
        """Read one folder: its notebooks, then the folders in it."""
        notebooks, levels = [], []
        with os.scandir(folder) as entries:
            for entry in entries:
                self._names += 1
                if self._names > MAX_NAMES:
                    self.flags.append(
                        f"More than {MAX_NAMES} names; not all were read."
                    )
                    break
                if entry.name not in IGNORED:
                    self._sort(entry, prefix, notebooks, levels)
        for name in likely_first(notebooks, self._likely):
            self._take(folder, prefix, name)
        for name in sorted(levels):
            self._descend(folder, name, prefix, depth)

    def _sort(self, entry, prefix, notebooks, levels):
        """Tell a notebook from a folder and from what is left out."""
        name = entry.name
        if entry.is_dir(follow_symlinks=False):
            levels.append(name)
        elif name.lower().endswith(".ipynb"):
            notebooks.append(name)
        elif entry.is_file(follow_symlinks=False):
            if name != "timestamp.txt":
                self.left_out.add(prefix + name, "no notebook.")
        else:
            self.left_out.add(prefix + name, "it is a link, a pipe or a device.")

    def _take(self, folder, prefix, name):
        if name in self.files:
            self.left_out.add(prefix + name, "a second file of that name.")
        elif len(self.files) >= MAX_FILES or self._room <= 0:
            self.left_out.add(prefix + name, "the submission has too much already.")
        else:
            try:
                with open_file(name, folder) as file:
                    self._store(file, folder, prefix, name)
            except RefusedFile as reason:
                self.left_out.add(prefix + name, str(reason))

    def _store(self, file, folder, prefix, name):
        found = os.fstat(file.fileno())
        if found.st_nlink > 1 and found.st_uid != os.fstat(folder).st_uid:
            raise RefusedFile("it is a hard link to another user's file.")
        if found.st_size > self._room:
            raise RefusedFile("the submission has too much already.")
        try:
            self.files[name] = self._keep(file, min(MAX_BYTES, self._room))
        except TooLarge:
            raise RefusedFile("it grew while it was read.") from None
        self._room -= found.st_size
        if found.st_nlink > 1:
            # Whoever made the second name, it costs nobody points.
            shown = printable(prefix + name)
            self.flags.append(f"{shown!r} has another name elsewhere: a hard link.")

    def _descend(self, folder, name, prefix, depth):
        self._folders += 1
        if name.lower().endswith(".ipynb"):
            reason = "a folder with the name of a notebook."
        elif depth == 4:
            reason = "too many folders inside each other."
        elif self._folders > MAX_FOLDERS:
            reason = "too many folders."
        else:
            try:
                inner = _open_folder(name, folder)
            except RefusedFile as error:
                self.flags.append(str(error))
                return
            try:
                self.read_level(inner, f"{prefix}{name}/", depth + 1)
            finally:
                os.close(inner)
            return
        self.left_out.add(prefix + name, reason)


@contextmanager
def open_file(name: str | PathLike, folder: int | None = None) -> Iterator[IO[bytes]]:
    """Open one file, if it is a plain one.

    Parameters
    ----------
    name : path-like
        The file.
    folder : int, optional
        Descriptor of the folder that ``name`` is relative to.

    Yields
    ------
    file : binary file
        Whoever replaces it meanwhile is too late.

    Raises
    ------
    RefusedFile
        If it is a link, is no file or too large.
    """
    # Without NONBLOCK, opening a pipe would wait for somebody to write to it.
    how = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
    try:
        descriptor = os.open(name, how, dir_fd=folder)
    except OSError:
        raise RefusedFile("it is a link, a socket or unreadable.") from None
    # Not opened by Python before it is looked at, which fails for a folder.
    with os.fdopen(_looked_at(descriptor), "rb") as file:
        yield file


def _looked_at(descriptor):
    found = os.fstat(descriptor)
    reason = ""
    if not stat.S_ISREG(found.st_mode):
        reason = "it is no file but a pipe, a device or a folder."
    elif found.st_size > MAX_BYTES:
        reason = f"it is larger than {MAX_BYTES >> 20} MB."
    if reason:
        os.close(descriptor)
        raise RefusedFile(reason)
    return descriptor
