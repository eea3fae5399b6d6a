"""What there is to fetch, read from ``registry.toml``."""

import os
import tomllib
from dataclasses import dataclass
from pathlib import Path

from cs231n.data.errors import DatasetError

REGISTRY = Path(__file__).with_name("registry.toml")


@dataclass(frozen=True)
class RemoteFile:
    """One file to download.

    Attributes
    ----------
    name : str
        File name.
    urls : tuple of str
        Addresses, tried in order.
    sha256 : str or None
        Checksum, where one is published.
    bytes : int or None
        Size, where known.
    unpacks : str or None
        Folder in the archive that is installed instead of the archive.
    """

    name: str
    urls: tuple
    sha256: str | None = None
    bytes: int | None = None
    unpacks: str | None = None

    @property
    def installed_as(self) -> str:
        """Name the file or the unpacked folder in the data home.

        Returns
        -------
        name : str
            Below the data home.
        """
        return self.unpacks or self.name


@dataclass(frozen=True)
class Dataset:
    """A dataset and its files.

    Attributes
    ----------
    name, title, licence : str
        For people.
    files : tuple of RemoteFile
        All of them make the set.
    """

    name: str
    title: str
    licence: str
    files: tuple


def read_registry(path: str | os.PathLike[str] = REGISTRY) -> dict[str, Dataset]:
    """Read the datasets that can be fetched.

    Parameters
    ----------
    path : path-like
        A file like ``registry.toml``.

    Returns
    -------
    datasets : dict of str to Dataset
        By name. ``$CS231N_MIRROR``, where set, comes first among the addresses.
    """
    tables = tomllib.loads(Path(path).read_text(encoding="utf-8"))
    return {name: _dataset(name, table) for name, table in tables.items()}


def pick(name: str, registry: dict[str, Dataset]) -> Dataset:
    """Look up one dataset.

    Parameters
    ----------
    name : str
        As in the registry.
    registry : dict of str to Dataset
        What there is.

    Returns
    -------
    dataset : Dataset
        The one with this name.

    Raises
    ------
    DatasetError
        If there is none. The message has the names.
    """
    if name not in registry:
        names = ", ".join(registry)
        raise DatasetError(f"There is no dataset {name!r}; there are {names}.")
    return registry[name]


def _dataset(name, table):
    files = tuple(_remote_file(entry) for entry in table["files"])
    return Dataset(name, table["title"], table["licence"], files)


def _remote_file(entry):
    mirror = os.environ.get("CS231N_MIRROR")
    first = [f"{mirror.rstrip('/')}/{entry['name']}"] if mirror else []
    return RemoteFile(**{**entry, "urls": (*first, *entry["urls"])})
