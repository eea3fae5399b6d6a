"""CIFAR-10 in its two public layouts."""

import os
from pathlib import Path

import numpy as np
import numpy.typing as npt

from cs231n.data.drawn import shapes10
from cs231n.data.errors import DatasetError
from cs231n.data.home import data_home
from cs231n.data.imageset import (
    ImageSet,
    check_count,
    check_format,
    copy_planes,
    empty_images,
)
from cs231n.data.pickles import read_plain_pickle

CLASSES = (
    "airplane",
    "automobile",
    "bird",
    "cat",
    "deer",
    "dog",
    "frog",
    "horse",
    "ship",
    "truck",
)
PIXELS = 3 * 32 * 32
#: Batches as (name, images), in the order of the training set; the test set is last.
BATCHES = [(f"data_batch_{i}", 10_000) for i in range(1, 6)] + [("test_batch", 10_000)]
FETCH = "Fetch it with:  python -m cs231n.data.fetch cifar10"
REFETCH = "Replace it with:  python -m cs231n.data.fetch cifar10 --force"


def load_cifar10(
    source: str = "auto",
    num_training: int | None = None,
    num_test: int | None = None,
    dtype: npt.DTypeLike = np.float32,
    layout: str = "NHWC",
    root: str | os.PathLike[str] | None = None,
) -> ImageSet:
    """Load CIFAR-10, or where it is not on this machine its drawn stand-in.

    Parameters
    ----------
    source : {"auto", "cifar10", "shapes10"}
        ``"auto"`` takes the real images if they are there, else ``shapes10``. The
        result says which it took.
    num_training, num_test : int, optional
        The first so many images of each part; all of them by default.
    dtype : dtype-like
        float32, uint8 or float64. Pixels are 0..255 in each.
    layout : {"NHWC", "NCHW"}
        Colours last, as pictures have them, or first, as convolutions do.
    root : path-like, optional
        Folder that holds ``cifar-10-batches-bin`` or ``cifar-10-batches-py``, or one
        of these two itself; the data home by default.

    Returns
    -------
    images : ImageSet
        50,000 training and 10,000 test images of CIFAR-10, or 10,000 and 2,000 of
        ``shapes10``.

    Raises
    ------
    DatasetError
        If the images are missing or damaged. The message says how to get them.
    ValueError
        If ``source``, ``dtype`` or ``layout`` is none of the above.

    References
    ----------
    Krizhevsky (2009), "Learning Multiple Layers of Features from Tiny Images".
    """
    if source not in ("auto", "cifar10", "shapes10"):
        raise ValueError(f"source is 'auto', 'cifar10' or 'shapes10', got {source!r}.")
    folder = None if source == "shapes10" else find_cifar10(root)
    if source == "shapes10" or (source == "auto" and folder is None):
        return shapes10.load_shapes10(num_training, num_test, dtype, layout)
    if folder is None:
        raise DatasetError(f"No CIFAR-10 in {root or data_home()}.\n{FETCH}")
    dtype = check_format(dtype, layout)
    num_training = check_count("num_training", num_training, 50_000, "CIFAR-10")
    num_test = check_count("num_test", num_test, 10_000, "CIFAR-10")
    X_train, y_train = _read_batches(folder, BATCHES[:5], num_training, dtype, layout)
    X_test, y_test = _read_batches(folder, BATCHES[5:], num_test, dtype, layout)
    return ImageSet(X_train, y_train, X_test, y_test, CLASSES, "cifar10")


def find_cifar10(root: str | os.PathLike[str] | None = None) -> Path | None:
    """Look for the folder of the batches.

    Parameters
    ----------
    root : path-like, optional
        Where to look; the data home by default.

    Returns
    -------
    folder : pathlib.Path or None
        The binary version where both are there; None where neither is.
    """
    root = Path(root) if root else data_home()
    folders = (root / "cifar-10-batches-bin", root / "cifar-10-batches-py", root)
    for folder in (root / root.name, *folders):  # unpacked into a folder of its name
        if any((folder / name).exists() for name in ("test_batch.bin", "test_batch")):
            return folder
        if folder.name.startswith("cifar-10-batches-") and folder.is_dir():
            raise DatasetError(f"{folder} has no test batch.\n{REFETCH}")
    return None


def refuse_folder(folder: Path) -> None:
    """Say what is in a folder that holds no batches.

    Parameters
    ----------
    folder : pathlib.Path
        Where the batches should be.

    Raises
    ------
    DatasetError
        Always.
    """
    names = sorted(path.name for path in folder.iterdir())
    shown = ", ".join(names[:5]) + (", ..." if len(names) > 5 else "")
    what = f"it has {shown}" if names else "it is empty"
    if any("cifar-100" in name for name in names) or {"train", "meta"} <= set(names):
        what += ", which is CIFAR-100"
    raise DatasetError(
        f"{folder} holds no batches of CIFAR-10 ({what}); expected data_batch_1 to "
        f"data_batch_5 and test_batch, or the same with .bin.\n{FETCH}"
    )


def read_cifar_batch(path: str | os.PathLike[str]) -> tuple[np.ndarray, np.ndarray]:
    """Read one batch file in either layout.

    Parameters
    ----------
    path : path-like
        A file of the binary version (``*.bin``) or of the Python version.

    Returns
    -------
    pixels : ndarray of shape (N, 3072), uint8
        Red, green and blue plane of each image, row by row.
    labels : ndarray of shape (N,), uint8
        Classes, 0 to 9.

    Raises
    ------
    DatasetError
        If the file is missing, cut short, or something else.
    """
    path = Path(path)
    if not path.is_file():
        raise DatasetError(f"No CIFAR-10 batch at {path}.\n{FETCH}")
    read = _read_binary if path.suffix == ".bin" else _read_python
    pixels, labels = read(path)
    if labels.size and labels.max() > 9:
        raise DatasetError(
            f"{path} has a label {labels.max()}; the classes are 0 to 9.\n{REFETCH}"
        )
    return pixels, labels


def _read_binary(path):
    records = np.fromfile(path, np.uint8)
    if records.size == 0 or records.size % (1 + PIXELS):
        raise DatasetError(
            f"{path} has {records.size} bytes, not a whole number of records of "
            f"{1 + PIXELS}: it is cut short or not CIFAR-10.\n{REFETCH}"
        )
    records = records.reshape(-1, 1 + PIXELS)
    return records[:, 1:], records[:, 0]


def _read_python(path):
    try:
        batch = read_plain_pickle(path)
    except DatasetError as error:
        raise DatasetError(f"{error}\n{REFETCH}") from None
    batch = batch if isinstance(batch, dict) else {}
    pixels = batch.get("data", batch.get(b"data"))
    labels = _integers(batch.get("labels", batch.get(b"labels")))
    if not (
        isinstance(pixels, np.ndarray)
        and pixels.dtype == np.uint8
        and pixels.shape[1:] == (PIXELS,)
        and labels.shape == pixels.shape[:1]
    ):
        raise DatasetError(
            f"{path} is not a CIFAR-10 batch: expected 'data', uint8 of shape "
            f"(N, {PIXELS}), and 'labels', a list of N integers.\n{REFETCH}"
        )
    return pixels, labels


def _integers(labels):
    """Read labels from a list, a tuple or an array; what is no label gives none."""
    kinds = (int, np.integer)
    if isinstance(labels, np.ndarray):
        whole = labels.ndim == 1 and np.issubdtype(labels.dtype, np.integer)
    else:
        whole = isinstance(labels, list | tuple) and all(
            isinstance(label, kinds) and not isinstance(label, bool) for label in labels
        )
    if not whole or not all(0 <= label < 256 for label in labels):
        return np.empty(0, np.uint8)
    return np.array(labels, np.uint8)


def _read_batches(folder, batches, num, dtype, layout):
    """Read the first ``num`` images of some batches into one pair of arrays."""
    X, y = empty_images(num, dtype, layout), np.empty(num, np.intp)
    suffix = ".bin" if (folder / "test_batch.bin").exists() else ""
    done = 0
    for name, size in batches:
        if done == num:
            break
        path = folder / (name + suffix)
        pixels, labels = read_cifar_batch(path)
        if len(labels) != size:
            raise DatasetError(
                f"{path} has {len(labels)} images; expected {size}.\n{REFETCH}"
            )
        rows = slice(done, min(done + size, num))
        done = rows.stop
        copy_planes(pixels[: done - rows.start], X[rows], layout)
        y[rows] = labels[: done - rows.start]
    return X, y
