"""Fetch real datasets into the data home: ``python -m cs231n.data.fetch --list``."""

import argparse
import hashlib
import json
import os
import shutil
import sys
from dataclasses import replace
from pathlib import Path

from cs231n.data.errors import DatasetError
from cs231n.data.home import data_home
from cs231n.data.locks import locked
from cs231n.data.remote.download import TIMEOUT, download
from cs231n.data.remote.registry import Dataset, pick, read_registry
from cs231n.data.remote.unpack import unpack
from cs231n.files import write_whole
from cs231n.runs import terminal

#: Where the command keeps what it knows of the files it has installed.
RECORDS = ".fetched"


def fetch(
    name: str,
    *,
    home: str | os.PathLike[str] | None = None,
    force: bool = False,
    registry: dict[str, Dataset] | None = None,
    timeout: tuple[float, float] = TIMEOUT,
) -> list[Path]:
    """Install a dataset.

    Parameters
    ----------
    name : str
        As ``python -m cs231n.data.fetch --list`` shows it.
    home : path-like, optional
        Where to; the data home by default.
    force : bool
        Whether to fetch again what is already there.
    registry : dict of str to Dataset, optional
        What there is; ``registry.toml`` by default.
    timeout : tuple of float
        Seconds to connect and seconds between pieces.

    Returns
    -------
    paths : list of pathlib.Path
        What is installed now.

    Raises
    ------
    DatasetError
        If there is no such dataset, or it cannot be had or written. Nothing
        half-written is left under a final name.
    """
    dataset = pick(name, read_registry() if registry is None else registry)
    home = Path(home) if home else data_home()
    try:
        (home / RECORDS).mkdir(parents=True, exist_ok=True)
        return [_install(file, home, force, timeout) for file in dataset.files]
    except OSError as error:
        raise DatasetError(
            f"Cannot write to {error.filename or home}: {error.strerror}. Make room "
            "there, or set CS231N_DATA to another folder."
        ) from None


def _install(file, home, force, timeout):
    target, record = home / file.installed_as, _record_path(file, home)
    with locked(home / RECORDS / f"{file.name}.lock"):
        if target.exists() and not force:
            return target
        _check_room(file, home)
        known = file.sha256 or _read_record(record).get("sha256")
        archive = download(replace(file, sha256=known), home / RECORDS, timeout=timeout)
        found = _sha256(archive)
        if file.unpacks:
            unpack(archive, file.unpacks, target)
            archive.unlink()
        else:
            archive.replace(target)
        sums = {
            path.relative_to(home).as_posix(): _sha256(path) for path in _all(target)
        }
        entry = {"sha256": found, "published": bool(file.sha256), "files": sums}
        write_whole(record, json.dumps(entry, indent=1).encode())
    return target


def _check_room(file, home):
    """Refuse at once what the disk cannot hold, archive and content together."""
    needed = (file.bytes or 0) * (3 if file.unpacks else 1)
    free = shutil.disk_usage(home).free
    if free < needed:
        raise DatasetError(
            f"{file.name} needs {needed / 1e6:.0f} MB on the disk of {home}, which has "
            f"{free / 1e6:.0f} MB. Make room, or set CS231N_DATA to another folder."
        )


def verify(
    name: str,
    *,
    home: str | os.PathLike[str] | None = None,
    registry: dict[str, Dataset] | None = None,
) -> list[str]:
    """Compare what is installed with the checksums.

    Parameters
    ----------
    name : str
        Dataset.
    home : path-like, optional
        The data home by default.
    registry : dict of str to Dataset, optional
        What there is; ``registry.toml`` by default.

    Returns
    -------
    faults : list of str
        A sentence for each file that is absent or differs; empty where all is well.
    """
    dataset = pick(name, read_registry() if registry is None else registry)
    home = Path(home) if home else data_home()
    faults = []
    for file in dataset.files:
        faults += _verify_file(file, home)
    return faults


def _verify_file(file, home):
    target = home / file.installed_as
    if not target.exists():
        return [f"{target} is not there."]
    faults = []
    for name, expected in _known_sums(file, home).items():
        path = home / name
        if not path.is_file():
            faults.append(f"{path} is not there.")
        elif _sha256(path) != expected:
            faults.append(
                f"{path} has changed: another SHA-256 than {expected[:12]}..."
            )
    return faults


def _known_sums(file, home):
    """Look up checksums by path below the home; empty where none is known."""
    sums = _read_record(_record_path(file, home)).get("files")
    if isinstance(sums, dict):
        return sums
    return {file.name: file.sha256} if file.sha256 and not file.unpacks else {}


def _record_path(file, home):
    return home / RECORDS / f"{file.name}.json"


def _read_record(path):
    try:
        record = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return record if isinstance(record, dict) else {}


def _all(target):
    if target.is_file():
        return [target]
    return sorted(path for path in target.rglob("*") if path.is_file())


def _sha256(path):
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def list_datasets(home: Path, registry: dict[str, Dataset]) -> str:
    """Say what there is and what is installed.

    Parameters
    ----------
    home : pathlib.Path
        Data home.
    registry : dict of str to Dataset
        What there is.

    Returns
    -------
    text : str
        One line for each dataset.
    """
    lines = [f"in {home}:"]
    for name, dataset in registry.items():
        there = [(home / file.installed_as).exists() for file in dataset.files]
        state = "installed" if all(there) else "part" if any(there) else "-"
        size = sum(file.bytes or 0 for file in dataset.files)
        megabytes = f"{size / 1e6:.1f} MB" if size else "about 1 GB"
        lines.append(f"  {name:16}{state:11}{megabytes:>11}  {dataset.title}")
    return "\n".join(lines)


def main(arguments: list[str] | None = None) -> int:
    """Run the command.

    Parameters
    ----------
    arguments : list of str, optional
        Of the command line.

    Returns
    -------
    status : int
        0 where all went well, else 1.
    """
    registry = read_registry()
    parser = argparse.ArgumentParser(
        prog="python -m cs231n.data.fetch", description=__doc__
    )
    parser.add_argument("names", nargs="*", metavar="NAME", help="datasets, or 'all'")
    parser.add_argument("--list", action="store_true", help="say what there is")
    parser.add_argument("--verify", action="store_true", help="check what is installed")
    parser.add_argument("--force", action="store_true", help="fetch again")
    options = parser.parse_args(arguments)
    if options.list or not (options.names or options.verify):
        print(list_datasets(data_home(), registry))
        return 0
    names = options.names or _present(registry, data_home())
    names = list(registry) if "all" in names else names
    act = _verify_one if options.verify else _fetch_one
    return max([act(name, options.force, registry) for name in names], default=0)


def _fetch_one(name, force, registry):
    try:
        paths = fetch(name, force=force, registry=registry)
    except DatasetError as error:
        print(f"{name}: {error}", file=sys.stderr)
        return 1
    for file, path in zip(registry[name].files, paths, strict=True):
        note = "" if file.sha256 else " (no published checksum; its sum was recorded)"
        print(f"{name}: {path}{note}")
    return 0


def _verify_one(name, force, registry):
    try:
        faults = verify(name, registry=registry)
    except DatasetError as error:
        faults = [str(error)]
    for fault in faults:
        print(f"{name}: {fault}", file=sys.stderr)
    if not faults:
        files = registry[name].files
        known = all(_known_sums(file, data_home()) for file in files)
        print(f"{name}: {'as it should be' if known else 'there; no sums to compare'}")
    return int(bool(faults))


def _present(registry, home):
    """Name the datasets of which anything is installed."""
    return [
        name
        for name, dataset in registry.items()
        if any((home / file.installed_as).exists() for file in dataset.files)
    ]


if __name__ == "__main__":
    terminal.leave(main)
