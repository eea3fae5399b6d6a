"""The folders in which datasets live."""

import os
from pathlib import Path


def data_home() -> Path:
    """Say where real datasets are looked for and installed.

    Returns
    -------
    folder : pathlib.Path
        ``$CS231N_DATA`` where that is set, else ``datasets/`` of a checkout of the
        repository, else the user's cache folder. It need not exist.
    """
    chosen = os.environ.get("CS231N_DATA")
    if chosen:
        return Path(chosen).expanduser()
    checkout = Path(__file__).resolve().parents[2]
    if (checkout / "pyproject.toml").is_file() and (checkout / "datasets").is_dir():
        return checkout / "datasets"
    return user_cache()


def user_cache() -> Path:
    """Say where this user's caches lie on this operating system.

    Returns
    -------
    folder : pathlib.Path
        For example ``~/.cache/cs231n``. It need not exist.
    """
    import pooch  # not at the top: it loads an HTTP library

    return Path(pooch.os_cache("cs231n"))
