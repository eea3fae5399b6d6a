"""The course's sample of ImageNet: 25 validation images with their labels."""

import os
import zipfile
from pathlib import Path

import numpy as np

from cs231n.data.errors import DatasetError
from cs231n.data.home import data_home
from cs231n.data.pickles import read_plain_npy

NAME = "imagenet_val_25.npz"
FETCH = "Fetch it with:  python -m cs231n.data.fetch imagenet-sample"
REFETCH = "Replace it with:  python -m cs231n.data.fetch imagenet-sample --force"


def load_imagenet_val(
    num: int | None = None, *, root: str | os.PathLike[str] | None = None
) -> tuple[np.ndarray, np.ndarray, dict[int, str]]:
    """Load images of ImageNet's validation set.

    Parameters
    ----------
    num : int, optional
        The first so many of the 25; all by default.
    root : path-like, optional
        Folder of ``imagenet_val_25.npz``; the data home by default.

    Returns
    -------
    X : ndarray of shape (N, 224, 224, 3), uint8
        Images.
    y : ndarray of shape (N,), intp
        Classes, 0 to 999.
    class_names : dict of int to str
        Names of all classes.

    Raises
    ------
    DatasetError
        If the file is missing or damaged.

    References
    ----------
    Russakovsky et al. (2015), "ImageNet Large Scale Visual Recognition Challenge".
    """
    path = (Path(root) if root else data_home()) / NAME
    if not path.is_file():
        raise DatasetError(f"No ImageNet sample at {path}.\n{FETCH}")
    try:
        with open(path, "rb") as file, np.load(file) as arrays:
            X, y = arrays["X"][:num], arrays["y"][:num]
        with zipfile.ZipFile(path) as bundle:
            class_names = _read_object(bundle, "label_map.npy", path)
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
        raise DatasetError(f"{path} is damaged: {error}.\n{REFETCH}") from None
    return X, y, class_names


def _read_object(bundle, name, path):
    """Read the dictionary in an object array without running anything in it."""
    with bundle.open(name) as file:
        value = read_plain_npy(file, path)
    if not isinstance(value, dict):
        raise ValueError(f"{name} holds no dictionary")
    return {int(index): str(label) for index, label in value.items()}
