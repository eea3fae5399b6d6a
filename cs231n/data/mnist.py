"""MNIST: written digits in the IDX format."""

import gzip
import os
import zlib
from pathlib import Path

import numpy as np
import numpy.typing as npt

from cs231n.data.drawn.glyphs import CLASSES, load_glyphs
from cs231n.data.errors import DatasetError
from cs231n.data.home import data_home
from cs231n.data.imageset import ImageSet, check_count, check_format

FETCH = "Fetch it with:  python -m cs231n.data.fetch mnist"
REFETCH = "Replace it with:  python -m cs231n.data.fetch mnist --force"
STEMS = {"train": "train", "test": "t10k"}


def load_mnist(
    source: str = "auto",
    num_training: int | None = None,
    num_test: int | None = None,
    dtype: npt.DTypeLike = np.float32,
    root: str | os.PathLike[str] | None = None,
) -> ImageSet:
    """Load MNIST, or where it is not on this machine its drawn stand-in.

    Parameters
    ----------
    source : {"auto", "mnist", "glyphs"}
        ``"auto"`` takes the real digits if they are there, else ``glyphs``. The
        result says which it took.
    num_training, num_test : int, optional
        The first so many images of each part; all of them by default. The files of a
        part of which 0 images are asked need not be there.
    dtype : dtype-like
        float32, uint8 or float64. Ink is up to 255, paper is 0.
    root : path-like, optional
        Folder with the four files; the data home by default.

    Returns
    -------
    images : ImageSet
        Images of shape (N, 28, 28): 60,000 and 10,000 of MNIST, or 10,000 and 2,000
        of ``glyphs``.

    Raises
    ------
    DatasetError
        If the images are missing or damaged.
    ValueError
        If ``source`` or ``dtype`` is none of the above.

    References
    ----------
    LeCun, Bottou, Bengio, Haffner (1998), "Gradient-based learning applied to
    document recognition".
    """
    if source not in ("auto", "mnist", "glyphs"):
        raise ValueError(f"source is 'auto', 'mnist' or 'glyphs', got {source!r}.")
    root = Path(root) if root else data_home()
    asked = {"train": num_training, "test": num_test}
    wanted = [part for part, num in asked.items() if num != 0]
    there = all(_find(root, part, "images-idx3") for part in wanted)
    if source == "glyphs" or (source == "auto" and not there):
        return load_glyphs(num_training, num_test, dtype)
    dtype = check_format(dtype, "NHWC")
    parts = [_load_part(root, part, num, dtype) for part, num in asked.items()]
    (X_train, y_train), (X_test, y_test) = parts
    return ImageSet(X_train, y_train, X_test, y_test, CLASSES, "mnist")


def _load_part(root, part, num, dtype):
    if num == 0:
        return np.empty((0, 28, 28), dtype), np.empty(0, np.intp)
    paths = [_find(root, part, kind) for kind in ("images-idx3", "labels-idx1")]
    if None in paths:
        raise DatasetError(f"No {STEMS[part]}-*-ubyte.gz of MNIST in {root}.\n{FETCH}")
    images, labels = (read_idx(path) for path in paths)
    if images.shape[1:] != (28, 28) or labels.shape != (len(images),):
        raise DatasetError(
            f"{paths[0]} and {paths[1].name} hold arrays of shapes {images.shape} and "
            f"{labels.shape}; expected (N, 28, 28) and (N,).\n{REFETCH}"
        )
    num = check_count(
        {"train": "num_training", "test": "num_test"}[part], num, len(images), "MNIST"
    )
    return images[:num].astype(dtype), labels[:num].astype(np.intp)


def _find(root, part, kind):
    """Look for a file under the names that archives, torchvision and Kaggle give it."""
    stem = STEMS[part]
    names = [f"{stem}-{kind}-ubyte", f"{stem}-{kind.replace('-idx', '.idx')}-ubyte"]
    for folder in (root, root / "mnist", root / "MNIST" / "raw", root / "raw"):
        for name in names:
            for path in (folder / f"{name}.gz", folder / name, folder / name / name):
                if path.is_file():
                    return path
    return None


def read_idx(path: str | os.PathLike[str]) -> np.ndarray:
    """Read an array of bytes in the IDX format.

    Parameters
    ----------
    path : path-like
        An ``*-ubyte`` file, or ``*-ubyte.gz``.

    Returns
    -------
    values : ndarray of uint8
        Of any shape.

    Raises
    ------
    DatasetError
        If the file is missing, cut short, or something else.
    """
    path = Path(path)
    try:
        raw = path.read_bytes()
        # By its first bytes: some programs unpack it and keep the name.
        raw = gzip.decompress(raw) if raw[:2] == b"\x1f\x8b" else raw
    except FileNotFoundError:
        raise DatasetError(f"No file {path}.\n{FETCH}") from None
    except (OSError, EOFError, zlib.error) as error:
        raise DatasetError(f"{path} is damaged: {error}.\n{REFETCH}") from None
    ndim = raw[3] if raw[:3] == b"\0\0\x08" and len(raw) > 3 else 0
    shape = np.frombuffer(raw[4 : 4 + 4 * ndim], ">u4").tolist()
    start = 4 + 4 * ndim
    if (
        not ndim
        or len(shape) < ndim
        or len(raw) - start != np.prod(shape, dtype=object)
    ):
        raise DatasetError(
            f"{path} is not an IDX file of bytes, or is cut short: its header says "
            f"{shape}, {max(len(raw) - start, 0)} bytes follow.\n{REFETCH}"
        )
    return np.frombuffer(raw, np.uint8, offset=start).reshape(shape)
