"""The files that student code may read: Python, its packages, and what they need."""

import importlib.util
import os
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from os import PathLike
from pathlib import Path

from grading import ROOT

#: Folders of shared libraries, and what libraries look up at run time.
_LIBRARIES = ("/lib", "/lib32", "/lib64", "/usr/lib", "/usr/lib32", "/usr/lib64")
_LOCAL = ("/usr/local/lib", "/usr/local/lib64")
_LOOKED_UP = (
    "/etc/ld.so.cache",
    "/etc/alternatives",
    "/etc/localtime",
    "/etc/fonts",
    "/usr/share/fonts",
    "/usr/share/zoneinfo",
)
#: Prefixes that hold much more than Python.
_SHARED_PREFIXES = ("/usr", "/usr/local", "/")
#: Devices without state.
DEVICES = ("/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom")
#: Of this package one folder at a time is readable: answers lie beside them.
_OURS = __name__.partition(".")[0]


@dataclass(frozen=True)
class ReadablePaths:
    """Paths as they are outside, and at the same place inside, read-only."""

    readable: tuple[str, ...]  #: existing files and folders
    links: tuple[tuple[str, str], ...]  #: (path, target), as /lib -> usr/lib


def paths_of_python(
    modules: Iterable[str] = (),
    more: Iterable[str | PathLike] = (),
    hidden: Iterable[str | PathLike] = (),
) -> "ReadablePaths":
    """Name the files that this Python and some modules need.

    The course, home folders and programs are not among them; of this project only the
    packages of `modules`, of `grading` only their folders, and the sandbox itself.

    Parameters
    ----------
    modules : iterable of str
        Modules, whose whole top-level packages become readable; of `grading`, the
        folder below it.
    more : iterable of path
        Further files and folders.
    hidden : iterable of path
        Files and folders to leave out, wherever they lie.

    Returns
    -------
    paths : ReadablePaths
        What exists of them.

    Raises
    ------
    ModuleNotFoundError
        If a package is not installed.
    FileNotFoundError
        If a path in `more` does not exist.
    """
    paths = [*_LOOKED_UP, *_LOCAL, *_prefixes(), str(ROOT / _OURS / "__init__.py")]
    links = []
    for folder in _LIBRARIES:
        if os.path.islink(folder):
            links.append((folder, os.readlink(folder)))
        else:
            paths.append(folder)
    for name in sorted(set(map(_whole, (*modules, __name__)))):
        paths += _package(name)
    for path in more:
        paths.append(str(Path(path).resolve(strict=True)))
    hidden = {str(Path(path).resolve()) for path in hidden}
    return ReadablePaths(_outermost(_without(_outermost(paths), hidden)), tuple(links))


def _prefixes():
    yield sys.executable
    yield os.path.realpath(sys.executable)
    yield getattr(sys, "_base_executable", sys.executable)
    for prefix in {sys.prefix, sys.base_prefix, sys.exec_prefix, sys.base_exec_prefix}:
        if prefix not in _SHARED_PREFIXES:
            yield prefix


def _whole(module):
    """Name what becomes readable with a module."""
    first, *rest = module.split(".")
    return f"{first}.{rest[0]}" if first == _OURS and rest else first


def _package(name):
    if name == _OURS:
        return []  # nothing of it but what was named
    spec = importlib.util.find_spec(name)
    if spec is None:
        raise ModuleNotFoundError(
            f"No package {name!r} to load before the answers. Install it in this "
            "environment, or leave it out of `preload`."
        )
    if spec.submodule_search_locations:
        return list(spec.submodule_search_locations)
    return [spec.origin] if spec.origin and os.path.exists(spec.origin) else []


def _without(paths, hidden):
    """Put the contents of a folder in its place where some of them are hidden."""
    for path in paths:
        real = os.path.realpath(path)
        if any(f"{real}/".startswith(f"{inner}/") for inner in hidden):
            continue
        if any(inner.startswith(f"{real}/") for inner in hidden):
            parts = sorted(os.path.join(path, name) for name in os.listdir(path))
            yield from _without(parts, hidden)
        else:
            yield path


def _outermost(paths):
    """Drop what does not exist and what lies in a folder that is there anyway."""
    kept = []
    for path in sorted(set(map(os.path.normpath, paths)), key=len):
        inside = any(path.startswith(folder + "/") for folder in kept)
        if os.path.exists(path) and not inside:
            kept.append(path)
    return tuple(sorted(kept))
