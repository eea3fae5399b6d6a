"""Tiny ImageNet: 200 classes of 64 x 64 photographs, in the folders of its archive."""

import os
import re
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from cs231n.data.errors import DatasetError
from cs231n.data.home import data_home
from cs231n.data.images import load_image
from cs231n.data.imageset import check_format

FOLDER = "tiny-imagenet-200"
SIDE = 64
FETCH = "Fetch it with:  python -m cs231n.data.fetch tiny-imagenet"
REFETCH = "Replace it with:  python -m cs231n.data.fetch tiny-imagenet --force"
#: Larger parts stay on the disk and are decoded as they are asked for.
MOST_BYTES = 1 << 29


def load_tiny_imagenet(
    path: str | os.PathLike[str] | None = None,
    dtype: npt.DTypeLike = np.float32,
    subtract_mean: bool = True,
    *,
    layout: str = "NCHW",
) -> dict:
    """Load Tiny ImageNet, or any folder that is laid out like it.

    Parameters
    ----------
    path : path-like, optional
        Folder with ``wnids.txt``, ``words.txt``, ``train``, ``val`` and ``test``; by
        default the one in the data home.
    dtype : dtype-like
        float32, uint8 or float64. Pixels are 0..255 in each.
    subtract_mean : bool
        Subtract the mean training image. It takes a pass over the training images.
    layout : {"NCHW", "NHWC"}
        Colours first or last.

    Returns
    -------
    data : dict
        ``X_train``, ``X_val``, ``X_test`` of shape (N, 3, 64, 64): arrays, or beyond
        512 MB :class:`Pictures`, which are indexed like arrays. ``y_train``, ``y_val``
        and ``y_test`` of shape (N,), intp, the last None where the folder has no test
        labels. ``class_names``, a list of the names of each class; ``mean_image`` of
        shape (3, 64, 64), float32, or None.

    Raises
    ------
    DatasetError
        If the folder, a file in it or a picture is missing or damaged.
    ValueError
        If the dtype or layout is none of the above, or the mean is to be subtracted
        from integers.

    References
    ----------
    Le, Yang (2015), "Tiny ImageNet Visual Recognition Challenge".
    """
    dtype = check_format(dtype, layout)
    if subtract_mean and dtype == np.uint8:
        raise ValueError("subtract_mean=True needs a float dtype, got uint8.")
    folder = Path(path) if path else data_home() / FOLDER
    if not folder.is_dir():
        raise DatasetError(f"No Tiny ImageNet in {folder}.\n{FETCH}")
    wnids = [line[0] for line in _read_table(folder / "wnids.txt")]
    words = dict(row[:2] for row in _read_table(folder / "words.txt") if len(row) > 1)
    parts = {
        "train": _list_train(folder / "train", wnids),
        "val": _list_part(folder / "val", wnids),
        "test": _list_part(folder / "test", wnids, labelled=False),
    }
    sets = {k: Pictures(files, dtype, layout) for k, (files, _) in parts.items()}
    mean = sets["train"].mean_image() if subtract_mean else None
    names = [words.get(wnid, wnid).split(", ") for wnid in wnids]
    data: dict[str, Any] = {"class_names": names, "mean_image": mean}
    for part, (_, labels) in parts.items():
        pictures = sets[part].minus(mean)
        small = pictures.nbytes <= MOST_BYTES
        data[f"X_{part}"] = pictures.read(f"{part} images") if small else pictures
        data[f"y_{part}"] = labels
    return data


class Pictures:
    """Pictures on the disk that are decoded when they are asked for.

    Index them like an array; a row is decoded each time.

    Parameters
    ----------
    files : list of pathlib.Path
        One file for each picture.
    dtype : numpy.dtype
        Of the pixels, 0..255.
    layout : {"NCHW", "NHWC"}
        Colours first or last.
    mean : ndarray of the shape of a picture, optional
        Subtracted from each.

    Attributes
    ----------
    shape : tuple of int
        ``(N, 3, 64, 64)`` or ``(N, 64, 64, 3)``.
    nbytes : int
        Size of the whole array.
    """

    def __init__(
        self,
        files: list[Path],
        dtype: np.dtype,
        layout: str,
        mean: np.ndarray | None = None,
    ) -> None:
        self.files, self.dtype, self.layout, self.mean = files, dtype, layout, mean
        one = (3, SIDE, SIDE) if layout == "NCHW" else (SIDE, SIDE, 3)
        self.shape = (len(files), *one)
        self.nbytes = int(np.prod(self.shape, dtype=object)) * dtype.itemsize

    def __len__(self) -> int:
        """Count the pictures."""
        return len(self.files)

    def __getitem__(self, rows: Any) -> np.ndarray:
        """Decode one picture, or those of a slice or an array of rows or of flags."""
        rows = np.arange(len(self))[rows]
        X = np.empty((rows.size, *self.shape[1:]), self.dtype)
        for i, row in enumerate(rows.flat):
            X[i] = self._decode(self.files[row])
        if self.mean is not None:
            X -= self.mean.astype(self.dtype)
        return X.reshape(*rows.shape, *self.shape[1:])

    def minus(self, mean: np.ndarray | None) -> "Pictures":
        """Subtract an image from each.

        Parameters
        ----------
        mean : ndarray of the shape of a picture, or None
            What to subtract.

        Returns
        -------
        pictures : Pictures
            The same files.
        """
        return Pictures(self.files, self.dtype, self.layout, mean)

    def read(self, title: str) -> np.ndarray:
        """Decode all of them.

        Parameters
        ----------
        title : str
            For the progress bar.

        Returns
        -------
        X : ndarray of ``shape``
            The pictures.
        """
        X = np.empty(self.shape, self.dtype)
        for i in self._progress(title):
            X[i] = self[i]
        return X

    def mean_image(self) -> np.ndarray:
        """Average all of them, one at a time.

        Returns
        -------
        mean : ndarray of the shape of a picture, float32
            The mean, 0..255.
        """
        total = np.zeros(self.shape[1:], np.int64)
        for i in self._progress("mean image"):
            total += self._decode(self.files[i])
        return (total / max(len(self), 1)).astype(np.float32)

    def _decode(self, path):
        image = load_image(path)
        if image.shape != (SIDE, SIDE, 3):
            height, width = image.shape[:2]
            raise DatasetError(
                f"{path} has {height} x {width} pixels; expected {SIDE} x {SIDE}.\n"
                f"{REFETCH}"
            )
        return image.transpose(2, 0, 1) if self.layout == "NCHW" else image

    def _progress(self, title):
        from cs231n.runs.progress import progress_bar

        return progress_bar(range(len(self)), desc=title, ncols=None, leave=False)


def _read_table(path):
    """Read lines of words between tabs; empty lines do not count."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        raise DatasetError(f"Cannot read {path}.\n{REFETCH}") from None
    return [line.split("\t") for line in lines if line.strip()]


def _list_train(folder, wnids):
    """List the training pictures class by class, and their labels."""
    files, labels = [], []
    for label, wnid in enumerate(wnids):
        found = _list_pictures(folder / wnid / "images")
        if not found:
            raise DatasetError(f"No pictures in {folder / wnid / 'images'}.\n{REFETCH}")
        files += found
        labels += [label] * len(found)
    return files, np.array(labels, np.intp)


def _list_part(folder, wnids, *, labelled=True):
    """List the pictures of validation or test, and their labels where there are any."""
    files = _list_pictures(folder / "images")
    table = folder / f"{folder.name}_annotations.txt"
    if not labelled and not table.is_file():
        return files, None
    by_name = {file.name: file for file in files}
    numbers = {wnid: label for label, wnid in enumerate(wnids)}
    found, labels = [], []
    for row in _read_table(table):
        name, wnid = (*row, "")[:2]
        if name not in by_name or wnid not in numbers:
            missing = f"picture {name!r}" if name not in by_name else f"class {wnid!r}"
            raise DatasetError(
                f"{table} names a {missing}, which is not there.\n{REFETCH}"
            )
        found.append(by_name[name])
        labels.append(numbers[wnid])
    return found, np.array(labels, np.intp)


def _list_pictures(folder):
    """List the files of a folder in the order of the numbers in their names."""
    if not folder.is_dir():
        raise DatasetError(f"No folder {folder}.\n{REFETCH}")
    number = lambda path: [int(n) for n in re.findall(r"\d+", path.stem)]
    files = [path for path in folder.iterdir() if path.suffix.lower() == ".jpeg"]
    return sorted(files, key=lambda path: (number(path), path.name))
