"""COCO-2014 captions with the course's VGG-16 features."""

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from cs231n.data.captions import SPECIAL
from cs231n.data.errors import DatasetError
from cs231n.data.home import data_home
from cs231n.runs.chance import generator

if TYPE_CHECKING:
    import h5py

FOLDER = "coco_captioning"
FETCH = "Fetch it with:  python -m cs231n.data.fetch coco"
REFETCH = "Replace it with:  python -m cs231n.data.fetch coco --force"
#: Larger features stay on the disk and are read row by row.
MOST_BYTES = 1 << 28


def load_coco_data(
    base_dir: str | os.PathLike[str] | None = None,
    max_train: int | None = None,
    pca_features: bool = True,
    rng: np.random.Generator | None = None,
) -> dict:
    """Load captions, features and vocabulary.

    Parameters
    ----------
    base_dir : path-like, optional
        Folder with the course's files; by default the one in the data home.
    max_train : int, optional
        Draw so many training captions instead of taking all.
    pca_features : bool
        Features of 512 numbers, else of 4096. The longer ones are read from the disk
        as they are asked for.
    rng : numpy.random.Generator, optional
        For ``max_train``; the same captions every time by default.

    Returns
    -------
    data : dict
        For train and val: ``train_captions`` (N, 17) int32, ``train_image_idxs`` (N,),
        ``train_features`` (M, D) float32, ``train_urls`` (M,); and ``idx_to_word``,
        ``word_to_idx``.

    Raises
    ------
    DatasetError
        If a file or a key is missing, or captions point to images or words that are
        not there, or h5py is not installed.

    References
    ----------
    Chen et al. (2015), "Microsoft COCO Captions", arXiv:1504.00325.
    """
    folder = Path(base_dir) if base_dir else data_home() / FOLDER
    if not folder.is_dir():
        raise DatasetError(f"No COCO captions in {folder}.\n{FETCH}")
    data = _read_hdf5(folder / "coco2014_captions.h5", None)
    for split in ("train", "val"):
        suffix = "_pca" if pca_features else ""
        path = folder / f"{split}2014_vgg16_fc7{suffix}.h5"
        data[f"{split}_features"] = _read_hdf5(path, "features")
        data[f"{split}_urls"] = _read_lines(folder / f"{split}2014_urls.txt")
    data |= _read_vocabulary(folder / "coco2014_vocab.json")
    for split in ("train", "val"):
        _check(data, split, folder)
    if max_train is not None:
        _draw_captions(data, max_train, rng)
    return data


def _draw_captions(data, num, rng):
    rng = generator(rng)
    rows = rng.integers(len(data["train_captions"]), size=num)
    for key in ("train_captions", "train_image_idxs"):
        data[key] = data[key][rows]


def _read_hdf5(path, key):
    """Read one dataset of a file, or all of them as a dictionary."""
    try:
        import h5py
    except ImportError:
        raise DatasetError(
            "COCO's files need h5py. Install it with:  pip install h5py"
        ) from None
    if not path.is_file():
        raise DatasetError(f"No file {path}.\n{FETCH}")
    try:
        file = h5py.File(path, "r")
    except OSError:
        raise DatasetError(f"{path} is no HDF5 file, or damaged.\n{REFETCH}") from None
    if key is None:
        with file:
            return {name: _native(value) for name, value in file.items()}
    if key not in file:
        names = ", ".join(file) or "nothing"
        file.close()
        raise DatasetError(f"{path} has no {key!r}; it has {names}.\n{REFETCH}")
    if file[key].nbytes > MOST_BYTES:
        return Rows(file[key])
    with file:
        return _native(file[key])


def _native(values):
    """Turn an array round if its bytes stand in another machine's order."""
    values = np.asarray(values)
    return values.astype(values.dtype.newbyteorder("="), copy=False)


class Rows:
    """Rows of an array on the disk, read when they are asked for.

    Parameters
    ----------
    dataset : h5py.Dataset
        Of shape (N, D), in a file that stays open.
    """

    def __init__(self, dataset: "h5py.Dataset") -> None:
        self._dataset = dataset
        self.shape, self.dtype = dataset.shape, dataset.dtype

    def __len__(self) -> int:
        """Count the rows."""
        return self.shape[0]

    def __getitem__(self, rows: Any) -> np.ndarray:
        """Read rows in any order, also more than once."""
        if isinstance(rows, slice | int | np.integer):
            return _native(self._dataset[rows])
        once, back = np.unique(np.asarray(rows), return_inverse=True)
        return _native(self._dataset[once])[back]


def _read_lines(path):
    if not path.is_file():
        raise DatasetError(f"No file {path}.\n{FETCH}")
    text = path.read_text(encoding="utf-8-sig")
    return np.array(text.removesuffix("\n").split("\n"))


def _read_vocabulary(path):
    try:
        words = json.loads(path.read_text(encoding="utf-8-sig"))
        vocabulary = {key: words[key] for key in ("idx_to_word", "word_to_idx")}
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise DatasetError(
            f"{path} is missing or damaged: {error}.\n{REFETCH}"
        ) from None
    if tuple(vocabulary["idx_to_word"][:4]) != SPECIAL:
        raise DatasetError(
            f"{path} starts with {vocabulary['idx_to_word'][:4]}; expected "
            f"{list(SPECIAL)}.\n{REFETCH}"
        )
    return vocabulary


def _check(data, split, folder):
    """Refuse captions whose images or words do not exist."""
    for key in ("captions", "image_idxs"):
        if f"{split}_{key}" not in data:
            raise DatasetError(
                f"{folder / 'coco2014_captions.h5'} has no '{split}_{key}'.\n{REFETCH}"
            )
    images, num = data[f"{split}_image_idxs"], len(data[f"{split}_features"])
    lines = len(data[f"{split}_urls"])
    if lines != num:
        path = folder / f"{split}2014_urls.txt"
        raise DatasetError(f"{path} has {lines} lines for {num} images.\n{REFETCH}")
    if images.shape != data[f"{split}_captions"].shape[:1]:
        raise DatasetError(f"{folder} has unlike numbers of captions and images.")
    limits = (
        ("images", images, num),
        ("words", data[f"{split}_captions"], len(data["idx_to_word"])),
    )
    for what, numbers, limit in limits:
        if numbers.size and not 0 <= numbers.min() <= numbers.max() < limit:
            raise DatasetError(
                f"{folder}: {split} captions name {what} {numbers.min()} to "
                f"{numbers.max()}, but there are {limit}.\n{REFETCH}"
            )
