"""Labelled images, split for training and testing."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from cs231n.data.errors import DatasetError

LAYOUTS = ("NHWC", "NCHW")


@dataclass(frozen=True, eq=False, repr=False)
class ImageSet:
    """Images and labels of a classification task.

    Attributes
    ----------
    X_train, X_test : ndarray of shape (N, H, W, C) or (N, C, H, W)
        Pixels, 0..255 in any dtype.
    y_train, y_test : ndarray of shape (N,), intp
        Class of each image, an index into ``classes``.
    classes : tuple of str
        Names of the classes.
    source : str
        Which dataset this is, for example ``"cifar10"`` or ``"shapes10"``.
    """

    X_train: np.ndarray
    y_train: np.ndarray
    X_test: np.ndarray
    y_test: np.ndarray
    classes: tuple
    source: str

    def __repr__(self) -> str:
        """Say in one line what is inside."""
        height, width, *_ = sorted(self.X_train.shape[1:], reverse=True)
        return (
            f"{self.source}: {len(self.y_train)} training and {len(self.y_test)} test "
            f"images of {height} x {width} pixels, {len(self.classes)} classes, "
            f"{self.X_train.dtype}"
        )


def check_format(dtype: npt.DTypeLike, layout: str) -> np.dtype:
    """Refuse a dtype or a layout that the loaders do not make.

    Parameters
    ----------
    dtype : dtype-like
        Asked for by a caller.
    layout : str
        Asked for by a caller.

    Returns
    -------
    dtype : numpy.dtype
        uint8, float32 or float64.

    Raises
    ------
    ValueError
        If one of them is something else.
    """
    if layout not in LAYOUTS:
        raise ValueError(f"layout is 'NHWC' or 'NCHW', got {layout!r}.")
    dtype = np.dtype(dtype)
    if dtype not in (np.uint8, np.float32, np.float64):
        raise ValueError(f"dtype is uint8, float32 or float64, got {dtype.name!r}.")
    return dtype


def empty_images(
    num: int, dtype: npt.DTypeLike, layout: str, *, side: int = 32, channels: int = 3
) -> np.ndarray:
    """Allocate room for square images.

    Parameters
    ----------
    num : int
        Number of images N.
    dtype : dtype-like
        Of the pixels.
    layout : str
        ``"NHWC"`` or ``"NCHW"``.
    side, channels : int
        Pixels along an edge; colours of a pixel.

    Returns
    -------
    X : ndarray of shape (N, H, W, C) or (N, C, H, W)
        Uninitialised.
    """
    last = (side, side, channels) if layout == "NHWC" else (channels, side, side)
    return np.empty((num, *last), dtype)


def check_count(name: str, asked: int | None, available: int, source: str) -> int:
    """Settle how many images a caller gets.

    Parameters
    ----------
    name : str
        The caller's argument, for the message.
    asked : int or None
        What the caller wants; None means all.
    available : int
        How many there are.
    source : str
        Dataset, for the message.

    Returns
    -------
    num : int
        ``available`` where nothing was asked.

    Raises
    ------
    ValueError
        If the number is negative.
    DatasetError
        If there are not as many.
    """
    if asked is None:
        return available
    if asked < 0:
        raise ValueError(f"{name} is a number of images, at least 0, got {asked}.")
    if asked > available:
        raise DatasetError(f"{name}={asked}, but {source} has only {available} images.")
    return int(asked)


def copy_planes(pixels: np.ndarray, X: np.ndarray, layout: str) -> None:
    """Copy rows of colour planes into images (written in place).

    Parameters
    ----------
    pixels : ndarray of shape (N, 3072), uint8
        Red, green and blue plane of each image.
    X : ndarray of shape (N, 32, 32, 3) or (N, 3, 32, 32)
        Where they go; cast to its dtype.
    layout : {"NHWC", "NCHW"}
        Of ``X``.
    """
    planes = pixels.reshape(-1, 3, 32, 32)
    X[...] = planes if layout == "NCHW" else planes.transpose(0, 2, 3, 1)
