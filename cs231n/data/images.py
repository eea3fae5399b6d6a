"""Single photographs: read, resized, normalised for a network and back."""

import functools
import os
from pathlib import Path
from typing import Any

import imageio.v3 as iio
import numpy as np

from cs231n.data.errors import DatasetError

#: Mean and standard deviation of ImageNet's red, green and blue, 0..1.
SQUEEZENET_MEAN = np.array([0.485, 0.456, 0.406], np.float32)
SQUEEZENET_STD = np.array([0.229, 0.224, 0.225], np.float32)


def preprocess_image(img: np.ndarray) -> np.ndarray:
    """Normalise an image as ImageNet's networks expect it.

    Parameters
    ----------
    img : ndarray of shape (..., 3)
        Red, green, blue, 0..255.

    Returns
    -------
    img : ndarray of shape (..., 3), float32 or float64
        About -2..2, mean 0 and standard deviation 1 over ImageNet.

    Raises
    ------
    ValueError
        If the last axis is not that of three colours, or values are not 0..255.
    """
    img = np.asarray(img)
    _check_pixels(img)
    dtype: Any = np.float64 if img.dtype == np.float64 else np.float32
    mean, std = SQUEEZENET_MEAN.astype(dtype), SQUEEZENET_STD.astype(dtype)
    return (img.astype(dtype) / dtype(255) - mean) / std


def _check_pixels(img):
    if img.ndim < 1 or img.shape[-1] != 3:
        last = " Put the channels last with transpose." if 3 in img.shape else ""
        raise ValueError(f"An image has shape (..., 3); got {img.shape}.{last}")
    if img.dtype == np.uint8 or not img.size:
        return
    low, high = float(img.min()), float(img.max())
    if not (low >= 0 and high <= 255):
        raise ValueError(
            f"preprocess_image takes pixels from 0 to 255, and takes them once; these "
            f"lie between {low:.3g} and {high:.3g}."
        )
    if img.dtype.kind == "f" and 0 < high <= 1:
        raise ValueError(
            f"preprocess_image takes pixels from 0 to 255; the largest here is "
            f"{high:.3g}. Multiply an image from 0 to 1 by 255."
        )


def deprocess_image(img: np.ndarray, rescale: bool = False) -> np.ndarray:
    """Undo :func:`preprocess_image`.

    Parameters
    ----------
    img : ndarray of shape (..., 3)
        A normalised image.
    rescale : bool
        Whether to stretch the result to the whole range.

    Returns
    -------
    img : ndarray of shape (..., 3), uint8
        Red, green, blue, 0..255, clipped.
    """
    img = np.asarray(img) * SQUEEZENET_STD + SQUEEZENET_MEAN
    if rescale:
        low, high = img.min(), img.max()
        img = (img - low) / max(high - low, np.finfo(img.dtype).tiny)
    return np.clip(255 * img + 0.5, 0, 255).astype(np.uint8)


def blur_image(X: np.ndarray) -> np.ndarray:
    """Blur images a little, as a regulariser of generated ones.

    Parameters
    ----------
    X : ndarray of shape (N, C, H, W), float
        Images.

    Returns
    -------
    X : ndarray of shape (N, C, H, W), dtype of ``X``
        Smoothed by (1, 6, 1) / 8 down and across; edges repeat.
    """
    for axis in (2, 3):
        pad = [(0, 0)] * 4
        pad[axis] = (1, 1)
        wide, size = np.pad(X, pad, mode="edge"), X.shape[axis]
        before = wide.take(range(size), axis)
        after = wide.take(range(2, size + 2), axis)
        X = (before + 6 * X + after) / 8
    return X


def load_image(filename: str | os.PathLike[str], size: int | None = None) -> np.ndarray:
    """Read a photograph.

    Parameters
    ----------
    filename : path-like
        A picture in any common format.
    size : int, optional
        Length of the shorter side, in pixels; as it is by default.

    Returns
    -------
    img : ndarray of shape (H, W, 3), uint8
        Red, green, blue, turned as the camera says (EXIF). Grey pictures of 16 bits or
        of floats (0..1, or 0..255) are brought to 8 bits.

    Raises
    ------
    DatasetError
        If there is no picture in the file, or its values have no known range.
    ValueError
        If ``size`` is no whole number of at least 1.
    """
    img = _decode(Path(filename), filename)
    return img if size is None else resize_image(img, size)


def image_from_url(url: str, *, timeout: tuple[float, float] = (10, 30)) -> np.ndarray:
    """Read a photograph from the network.

    Parameters
    ----------
    url : str
        Address, ``http://`` or ``https://``, of a picture of at most 64 MB.
    timeout : tuple of float
        Seconds to connect and seconds between pieces.

    Returns
    -------
    img : ndarray of shape (H, W, 3), uint8
        Red, green, blue.

    Raises
    ------
    DatasetError
        If there is no answer, or no picture in it.
    """
    from cs231n.data.remote.download import read_url  # not at the top: an HTTP library

    return _decode(read_url(url, timeout=timeout), url)


def _decode(source, name):
    """Decode the first picture of a file or of bytes: (H, W, 3), uint8."""
    read = functools.partial(iio.imread, source, index=0, plugin="pillow", rotate=True)
    try:
        img = np.asarray(read())
        if img.ndim == 2 and img.dtype not in (np.uint8, np.bool_):
            return np.repeat(_eight_bits(img, name)[:, :, None], 3, axis=2)
        return np.asarray(read(mode="RGB"))
    except (OSError, ValueError, SyntaxError) as error:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise DatasetError(f"Cannot read a picture from {name}: {reason}") from None


def _eight_bits(img, name):
    """Bring grey values of 16 bits, or of floats, to 0..255: (H, W), uint8."""
    low, high = float(img.min()), float(img.max())
    if np.issubdtype(img.dtype, np.integer) and low >= 0 and high < 1 << 16:
        return np.rint(img / 257).astype(np.uint8)
    if not (low >= 0 and high <= 255):
        raise DatasetError(
            f"The picture {name} has values from {low:g} to {high:g}; expected floats "
            f"of 0..1 or 0..255, or whole numbers of 16 bits. Scale it first."
        )
    return np.rint(img * (255 if high <= 1 else 1)).astype(np.uint8)


def resize_image(img: np.ndarray, size: int) -> np.ndarray:
    """Scale an image by averaging what each new pixel covers.

    Parameters
    ----------
    img : ndarray of shape (H, W, C)
        An image.
    size : int
        Length of the shorter side of the result, in pixels; at least 1.

    Returns
    -------
    img : ndarray of shape (H', W', C), dtype of ``img``
        The same picture.

    Raises
    ------
    ValueError
        If ``size`` is no whole number of at least 1.
    """
    if not isinstance(size, int | float | np.number) or size < 1 or size % 1 != 0:
        raise ValueError(f"size is a whole number of pixels, at least 1; got {size!r}.")
    height, width = img.shape[:2]
    scale = size / min(height, width)
    out = img.astype(np.float64)
    for axis, length in enumerate((height, width)):
        matrix = _coverage(length, max(1, round(length * scale)))
        out = np.moveaxis(np.tensordot(matrix, out, (1, axis)), 0, axis)
    if np.issubdtype(img.dtype, np.integer):
        out = np.rint(out)
    return out.astype(img.dtype)


def _coverage(old, new):
    """Share of each old pixel in each new one, rows sum to 1: (new, old)."""
    step = old / new
    reach = max(step, 1.0)  # when enlarging, blend neighbours
    centres = (np.arange(new) + 0.5) * step
    edges = np.arange(old)
    low = np.maximum(centres[:, None] - reach / 2, edges[None, :])
    high = np.minimum(centres[:, None] + reach / 2, edges[None, :] + 1)
    share = np.maximum(high - low, 0)
    return share / share.sum(axis=1, keepdims=True)
