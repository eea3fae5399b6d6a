"""The wheels of a release, for the first cells of students' notebooks."""

import re
from pathlib import Path

import cs231n

#: Of what fits Colab and Kaggle: Linux on x86-64, or any system.
_FITS = re.compile(r"[\w.+-]+-(?:[\w.]*linux[\w.]*_x86_64|any)\.whl")
_LINE = re.compile(r"([0-9a-f]{64}) [ *](\S+)")
#: Goes into a cell and a page as it is.
_ADDRESS = re.compile(r"https?://[\w.:/~%+-]+")


class NoWheels(Exception):
    """A list of checksums names no wheel of this version; the message says what."""


def links(sums: Path, downloads: str) -> list[str]:
    """List where a release's wheels are, for Colab and Kaggle.

    Parameters
    ----------
    sums : pathlib.Path
        The release's ``SHA256SUMS``: what ``sha256sum`` prints.
    downloads : str
        The address of the release's files.

    Returns
    -------
    links : list of str
        One for each wheel that may fit, with its checksum as pip reads it.

    Raises
    ------
    NoWheels
        If the file cannot be read, or has no wheel of this version, or the address
        is none.
    """
    if not _ADDRESS.fullmatch(downloads):
        raise NoWheels(f"{downloads} is no address of files, as https://... is.")
    try:
        lines = sums.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise NoWheels(f"{sums} cannot be read: {error}.") from None
    found = [match.groups() for line in lines if (match := _LINE.fullmatch(line))]
    start = f"cs231n_workbook-{cs231n.__version__}-"
    wheels = [
        f"{downloads.rstrip('/')}/{name}#sha256={digest}"
        for digest, name in sorted(found, key=lambda pair: pair[1])
        if name.startswith(start) and _FITS.fullmatch(name)
    ]
    if not wheels:
        names = ", ".join(name for _, name in found) or "no file"
        raise NoWheels(
            f"{sums} has no wheel of version {cs231n.__version__} for Colab; it has "
            f"{names}. Take the SHA256SUMS of the release v{cs231n.__version__}."
        )
    return wheels
