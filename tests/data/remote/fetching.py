"""One file on a mirror, and archives: what the tests of fetching share."""

import hashlib
import io
import socket
import tarfile
import zipfile

import numpy as np

from cs231n.data.remote.registry import Dataset, RemoteFile

CONTENT = np.random.default_rng(0).integers(0, 256, 300_000, np.uint8).tobytes()
QUICK = (10, 1.0)  # seconds to connect, and between two bytes


def sha256(content):
    return hashlib.sha256(content).hexdigest()


def one_file(*urls, name="a.bin", content=CONTENT, **extra):
    extra = {"sha256": sha256(content), "bytes": len(content), **extra}
    file = RemoteFile(name, tuple(f"{url}/{name}" for url in urls), **extra)
    return {"set": Dataset("set", "A set", "free", (file,))}


def leftovers(home):
    """Name everything under the home that is not a lock or a record."""
    return sorted(
        path.relative_to(home).as_posix()
        for path in home.rglob("*")
        if path.is_file() and path.suffix not in (".lock", ".json")
    )


def starts(mirror):
    """List the bytes from which the requests asked."""
    wanted = [wanted or "bytes=0-" for _, wanted in mirror.requests]
    return [int(text.removeprefix("bytes=").rstrip("-")) for text in wanted]


def closed_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{probe.getsockname()[1]}"


def tar_gz(members):
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as tar:
        for name, content in members.items():
            info = tarfile.TarInfo(name)
            if isinstance(content, bytes):
                info.size = len(content)
                tar.addfile(info, io.BytesIO(content))
            else:
                info.type, info.linkname = content
                tar.addfile(info)
    return buffer.getvalue()


def zipped(members):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as bundle:
        for name, content in members.items():
            bundle.writestr(name, content)
    return buffer.getvalue()


GOOD = {"set/b/one.txt": b"1", "set/two.txt": b"22"}
