"""Folders of saved networks."""

import os
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from cs231n.checkpoint import TREE, read_state
from cs231n.data import DatasetError
from cs231n.data.pickles import read_plain_npy, read_plain_pickle

#: File names that end otherwise, a README for instance, are passed over.
ENDINGS = (".npz", ".npy", ".pkl", ".pickle")


def load_models(models_dir: str | os.PathLike[str]) -> dict[str, Any]:
    """Read every saved network of a folder.

    Parameters
    ----------
    models_dir : path-like
        Folder with files of a network's ``save``, checkpoints, plain ``.npz`` files, or
        files that an older edition pickled (``.npy``, ``.pkl``, ``.pickle``).

    Returns
    -------
    models : dict of str to object
        What each file holds, by the file's name: for ``save`` a dict with ``params``,
        for a plain ``.npz`` its arrays by name, for a pickle the numbers, text, lists,
        dicts and plain arrays in it.

    Raises
    ------
    DatasetError
        If there is no such folder, or a file is damaged, or holds objects of a class:
        those are not unpickled, since that would run code from the file.

    Notes
    -----
    The course's older function unpickled all there was and passed over what failed.
    """
    folder = Path(models_dir)
    if not folder.is_dir():
        raise DatasetError(f"No folder of saved models at {folder}.")
    files = sorted(path for path in folder.iterdir() if path.suffix in ENDINGS)
    return {path.name: _read(path) for path in files}


def read_weights(
    path: str | os.PathLike[str], dtype: npt.DTypeLike = np.float32
) -> dict[str, np.ndarray]:
    """Read weights that the package ships in half precision.

    Parameters
    ----------
    path : path-like
        A ``.npz`` file.
    dtype : dtype-like, optional
        float32 or float64.

    Returns
    -------
    weights : dict of str to ndarray
        By name, in the dtype asked for.
    """
    with np.load(path) as arrays:
        return {name: arrays[name].astype(dtype) for name in arrays}


def _read(path):
    if path.suffix in (".pkl", ".pickle"):
        return read_plain_pickle(path)
    try:
        if path.suffix == ".npy":
            with open(path, "rb") as file:
                return read_plain_npy(file, path)
        with open(path, "rb") as file, np.load(file, allow_pickle=False) as arrays:
            if TREE not in arrays:
                return dict(arrays)
        return read_state(path)
    except (OSError, ValueError, EOFError, TypeError, zipfile.BadZipFile):
        raise DatasetError(
            f"{path} is no saved model, or damaged. Delete it or save it again."
        ) from None
