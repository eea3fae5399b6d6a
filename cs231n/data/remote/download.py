"""One file from the network: mirrors, resume, checksum, progress."""

import os
import time
from pathlib import Path
from typing import Any

import pooch
import requests

from cs231n.data.errors import DatasetError
from cs231n.data.remote.registry import RemoteFile
from cs231n.runs.progress import progress_bar

#: Seconds to wait for a connection, and for the next piece of a file.
TIMEOUT = (10, 30)
#: Times an address is asked for the rest of a file that broke off.
TRIES = 3
PIECE = 1 << 14


class ResumingDownloader:
    """Downloader for pooch that goes on where a broken download stopped.

    Parameters
    ----------
    part : pathlib.Path
        Where the beginning of the file is kept between tries.
    timeout : tuple of float
        Seconds to connect and seconds between pieces.
    """

    def __init__(self, part: Path, timeout: tuple[float, float] = TIMEOUT) -> None:
        self.part, self.timeout = part, timeout

    def __call__(
        self,
        url: str,
        output_file: str | os.PathLike[str],
        pooch_object: Any,
        check_only: bool = False,
    ) -> bool | None:
        """Download a file; see ``pooch.HTTPDownloader``.

        Parameters
        ----------
        url : str
            Address.
        output_file : path-like
            Where the whole file goes.
        pooch_object : object
            Not used.
        check_only : bool
            Whether only to ask if the address answers.

        Returns
        -------
        there : bool or None
            With ``check_only``, whether it answers.
        """
        if check_only:
            return requests.head(url, timeout=self.timeout, allow_redirects=True).ok
        for attempt in range(TRIES):
            try:
                self._append_rest(url)
                break
            except (requests.ConnectionError, requests.Timeout):
                if attempt == TRIES - 1 or not self.part.exists():
                    raise
            except _CutShort:
                if attempt == TRIES - 1:
                    raise
            time.sleep(0.2 * 2**attempt)
        os.replace(self.part, output_file)
        return None

    def _append_rest(self, url):
        """Ask for what is missing and append it."""
        have = self.part.stat().st_size if self.part.exists() else 0
        headers = {"Accept-Encoding": "identity"}
        if have:
            headers["Range"] = f"bytes={have}-"
        with requests.get(
            url, headers=headers, stream=True, timeout=self.timeout
        ) as response:
            if response.status_code == 416:
                if response.headers.get("Content-Range") == f"bytes */{have}":
                    return  # it was whole already
                self.part.unlink()
                raise _CutShort("the file changed on the server")
            response.raise_for_status()
            self._append(response, have if response.status_code == 206 else 0)

    def _append(self, response, have):
        """Write the body of an answer behind the first ``have`` bytes."""
        left = response.headers.get("Content-Length")
        total = int(left) + have if left else None
        with (
            open(self.part, "ab" if have else "wb") as file,
            _bar(self.part.name, total, have) as bar,
        ):
            try:
                for piece in response.iter_content(PIECE):
                    file.write(piece)
                    bar.update(len(piece))
            except (
                requests.exceptions.ChunkedEncodingError,
                requests.ConnectionError,
            ) as error:
                if "timed out" in str(error):
                    raise requests.Timeout from error
                raise _CutShort("the connection broke off") from error
        if total is not None and self.part.stat().st_size < total:
            raise _CutShort("the connection broke off")


class _CutShort(Exception):
    """A download stopped before its end."""


def _bar(name, total, initial):
    return progress_bar(
        total=total,
        initial=initial,
        desc=name.removesuffix(".part"),
        unit="B",
        unit_scale=True,
        leave=False,
        delay=0.5,
        ncols=None,
    )


def download(
    file: RemoteFile,
    folder: str | os.PathLike[str],
    *,
    timeout: tuple[float, float] = TIMEOUT,
) -> Path:
    """Get a file from the first address that has it.

    Parameters
    ----------
    file : RemoteFile
        What to get.
    folder : path-like
        Where to put it. The beginning of a broken download is kept there as
        ``NAME.part``.
    timeout : tuple of float
        Seconds to connect and seconds between pieces.

    Returns
    -------
    path : pathlib.Path
        The whole file, with the right checksum where one is known.

    Raises
    ------
    DatasetError
        If no address has the file, or a sum is wrong, or the disk is full. It says
        what each address answered and what to do. Nothing is left under ``path``.
    """
    pooch.get_logger().setLevel("CRITICAL")  # it writes to standard error
    path, reasons = Path(folder) / file.name, []
    for url in file.urls:
        loader = ResumingDownloader(path.with_name(path.name + ".part"), timeout)
        try:
            pooch.retrieve(
                url, file.sha256, path.name, path=path.parent, downloader=loader
            )
            return path
        except (requests.RequestException, _CutShort) as error:
            reasons.append(f"{url}: {_reason(error)}")
        except ValueError:  # pooch: another sum
            reasons.append(f"{url}: another SHA-256 than {str(file.sha256)[:12]}...")
        except OSError as error:
            raise DatasetError(
                f"Cannot write {path}: {error.strerror}. Make room there, or set "
                "CS231N_DATA to a folder on another disk."
            ) from None
    tried = "\n  ".join(reasons)
    raise DatasetError(
        f"Could not fetch {file.name}:\n  {tried}\n"
        "Check the network and run the command again; it goes on where it stopped. "
        f"Or save the file by hand as {path}."
    )


def read_url(
    url: str, *, most_bytes: int = 1 << 26, timeout: tuple[float, float] = TIMEOUT
) -> bytes:
    """Read a small file from the network into memory.

    Parameters
    ----------
    url : str
        Address.
    most_bytes : int
        A longer file is refused.
    timeout : tuple of float
        Seconds to connect and seconds between pieces.

    Returns
    -------
    content : bytes
        The whole file.

    Raises
    ------
    DatasetError
        If it cannot be had whole, or is longer.
    """
    content = bytearray()
    try:
        with requests.get(url, stream=True, timeout=timeout) as response:
            response.raise_for_status()
            for piece in response.iter_content(PIECE):
                content += piece
                if len(content) > most_bytes:
                    raise DatasetError(f"{url} is longer than {most_bytes} bytes.")
    except requests.RequestException as error:
        raise DatasetError(
            f"Cannot read {url}: {_reason(error)}. Check the address and the network."
        ) from None
    return bytes(content)


def _reason(error):
    """Say in a few words what went wrong on the network."""
    response = getattr(error, "response", None)
    if response is not None:
        return f"the server answered {response.status_code} {response.reason}"
    if isinstance(error, requests.Timeout) or "timed out" in str(error):
        return "no answer in time"
    if isinstance(error, requests.exceptions.ChunkedEncodingError):
        return "the connection broke off"
    if isinstance(error, ValueError):  # what requests raises of addresses
        return "this is no address of a web page"
    if isinstance(error, _CutShort):
        return str(error)
    if isinstance(error, requests.ConnectionError):
        return "no connection"
    return type(error).__name__
