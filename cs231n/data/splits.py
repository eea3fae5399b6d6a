"""The course's own split of CIFAR-10 into training, validation and test images."""

import os

import numpy as np
import numpy.typing as npt

from cs231n.data.cifar10 import find_cifar10, load_cifar10

#: Images of ``shapes10`` that stand in for CIFAR-10's 50,000.
STAND_IN = 10_000


def split_cifar10(
    num_training: int | None = None,
    num_validation: int = 1000,
    num_test: int = 1000,
    subtract_mean: bool = True,
    *,
    source: str = "auto",
    dtype: npt.DTypeLike = np.float32,
    layout: str = "NCHW",
    root: str | os.PathLike[str] | None = None,
) -> dict[str, np.ndarray]:
    """Load images and split them for training a network.

    The parts are views of the loaded arrays and the mean is subtracted in place, so
    the images are held once.

    Parameters
    ----------
    num_training : int, optional
        Images to learn from; by default all that validation leaves, 49,000 of
        CIFAR-10 or 9,000 of ``shapes10``.
    num_validation : int
        The images after these.
    num_test : int
        The first images of the test set.
    subtract_mean : bool
        Whether to subtract the mean training image from every part.
    source, dtype, layout, root
        As for :func:`cs231n.data.load_cifar10`.

    Returns
    -------
    data : dict of str to ndarray
        ``X_train``, ``y_train``, ``X_val``, ``y_val``, ``X_test``, ``y_test``.

    Raises
    ------
    DatasetError
        If the images are missing or damaged, or there are not as many.
    ValueError
        If the mean is to be subtracted from integers, or a number is negative.
    """
    if subtract_mean and np.issubdtype(np.dtype(dtype), np.integer):
        raise ValueError("subtract_mean=True needs a float dtype, got uint8.")
    if num_training is None:
        drawn = source == "shapes10" or (
            source == "auto" and find_cifar10(root) is None
        )
        num_training = (STAND_IN if drawn else 50_000) - num_validation
    if min(num_training, num_validation, num_test) < 0:
        raise ValueError("Numbers of images are at least 0.")
    both = num_training + num_validation
    images = load_cifar10(source, both, num_test, dtype, layout, root)
    if subtract_mean and num_training:
        mean = images.X_train[:num_training].mean(axis=0, dtype=np.float64)
        images.X_train[...] -= mean.astype(dtype)
        images.X_test[...] -= mean.astype(dtype)
    return {
        "X_train": images.X_train[:num_training],
        "y_train": images.y_train[:num_training],
        "X_val": images.X_train[num_training:],
        "y_val": images.y_train[num_training:],
        "X_test": images.X_test,
        "y_test": images.y_test,
    }
