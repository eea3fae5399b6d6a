"""CIFAR-10 and pickles as the course's own loaders return them: plain arrays."""

import os
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import numpy.typing as npt

from cs231n.data.cifar10 import (
    find_cifar10,
    load_cifar10,
    read_cifar_batch,
    refuse_folder,
)
from cs231n.data.imageset import copy_planes, empty_images
from cs231n.data.pickles import loads_plain


def load_CIFAR_batch(
    filename: str | os.PathLike[str], dtype: npt.DTypeLike = np.float32
) -> tuple[np.ndarray, np.ndarray]:
    """Load one batch file of CIFAR-10.

    Parameters
    ----------
    filename : path-like
        A file of the Python version, or ``*.bin`` of the binary version.
    dtype : dtype-like
        Of the pixels, 0..255.

    Returns
    -------
    X : ndarray of shape (N, 32, 32, 3)
        Images.
    Y : ndarray of shape (N,), intp
        Classes.
    """
    pixels, labels = read_cifar_batch(filename)
    X = empty_images(len(labels), dtype, "NHWC")
    copy_planes(pixels, X, "NHWC")
    return X, labels.astype(np.intp)  # what `np.bincount` counts with


def load_CIFAR10(
    ROOT: str | os.PathLike[str], dtype: npt.DTypeLike = np.float32
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Load all of CIFAR-10.

    Parameters
    ----------
    ROOT : path-like
        The folder with the batches. Where it does not exist and the data home has
        them neither, the drawn images of ``shapes10`` come instead. It may hold the
        folder that an archive unpacks to.
    dtype : dtype-like
        Of the pixels, 0..255.

    Returns
    -------
    Xtr, Ytr, Xte, Yte : ndarray
        Training images (N, 32, 32, 3) and classes (N,), test images and classes.

    Raises
    ------
    DatasetError
        If the folder exists and holds something else.
    """
    root = ROOT if Path(ROOT).is_dir() else None
    if root is not None and find_cifar10(root) is None:
        refuse_folder(Path(root))
    images = load_cifar10(dtype=dtype, root=root)
    return images.X_train, images.y_train, images.X_test, images.y_test


def load_pickle(f: BinaryIO) -> Any:
    """Read a pickle of plain arrays; anything else in it is refused.

    Parameters
    ----------
    f : binary file
        An open file, as older code has it.

    Returns
    -------
    value : object
        What was pickled.
    """
    return loads_plain(f.read(), getattr(f, "name", "the file"))
