"""Archives, unpacked into one folder and nowhere else."""

import os
import shutil
import tarfile
import tempfile
import zipfile
from pathlib import Path, PurePosixPath

from cs231n.data.errors import DatasetError
from cs231n.runs.progress import progress_bar

#: An archive that grows beyond this is refused: no set here is a tenth of it.
MOST_BYTES = 20 << 30


def unpack(
    archive: str | os.PathLike[str], folder: str, target: str | os.PathLike[str]
) -> None:
    """Unpack one folder of an archive; it appears whole or not at all.

    Call it in one process at a time: what an earlier one left when it was killed is
    removed first.

    Parameters
    ----------
    archive : path-like
        A ``.tar.gz`` or ``.zip`` file.
    folder : str
        Name of the one folder that the archive holds.
    target : path-like
        Where that folder goes. One that is already there is replaced.

    Raises
    ------
    DatasetError
        If the archive is damaged, holds anything outside its folder, or links.
    OSError
        If the disk is full or not writable.
    """
    archive, target = Path(archive), Path(target)
    for stale in target.parent.glob(f".{folder}-*"):
        shutil.rmtree(stale, ignore_errors=True)
    scratch = Path(tempfile.mkdtemp(prefix=f".{folder}-", dir=target.parent))
    try:
        read = _zip_members if archive.suffix == ".zip" else _tar_members
        try:
            _write_members(read(archive), folder, scratch, archive)
        except (tarfile.TarError, zipfile.BadZipFile, EOFError) as error:
            raise DatasetError(f"{archive} is damaged: {error}.") from None
        if not (scratch / folder).is_dir():
            raise DatasetError(f"{archive} holds no folder {folder!r}.")
        if target.exists():
            os.replace(target, scratch / "old")
        os.replace(scratch / folder, target)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def _write_members(members, folder, scratch, archive):
    total, title = 0, f"unpacking {archive.name}"
    for name, size, kind, source in progress_bar(
        members, desc=title, unit="file", ncols=None, leave=False
    ):
        parts = PurePosixPath(name.replace("\\", "/")).parts
        total += size
        if (
            kind == "other"
            or parts[:1] != (folder,)
            or ".." in parts
            or any(":" in part for part in parts)
            or total > MOST_BYTES
        ):
            raise DatasetError(
                f"{archive} was not unpacked: its member {name!r} is not a plain file "
                f"inside {folder!r}. Delete the archive and fetch it again."
            )
        path = scratch.joinpath(*parts)
        if kind == "folder":
            path.mkdir(parents=True, exist_ok=True)
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        with source() as reader, open(path, "wb") as writer:
            shutil.copyfileobj(reader, writer)


def _tar_members(archive):
    with tarfile.open(archive) as tar:
        for member in tar:
            kind = (
                "file" if member.isfile() else "folder" if member.isdir() else "other"
            )
            yield (
                member.name,
                member.size,
                kind,
                lambda member=member: tar.extractfile(member),
            )


def _zip_members(archive):
    with zipfile.ZipFile(archive) as bundle:
        for member in bundle.infolist():
            link = (member.external_attr >> 16) & 0o170000 == 0o120000
            kind = "other" if link else "folder" if member.is_dir() else "file"
            if member.filename.startswith("__MACOSX/"):
                continue
            yield (
                member.filename,
                member.file_size,
                kind,
                lambda member=member: bundle.open(member),
            )
