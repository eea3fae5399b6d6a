"""What the network that knows ``shapes10`` says of generated pictures."""

import numpy as np

from cs231n.nets.conv_stack import from_bytes
from cs231n.nets.shapenet import ShapeNet, normalise
from cs231n.scores.judging import Scores

#: Of the pictures that the network was trained on.
SIDE = 32


class ShapeScores(Scores):
    """Compare sets of pictures with ``shapes10``, as :class:`ShapeNet` sees them.

    Parameters
    ----------
    real : ndarray of shape (N, 3, S, S)
        Real pictures with sides of 8, 16 or 32: whole numbers from 0 to 255, or floats
        from -1 to 1. Ten thousand or more make a steady measure.

    Attributes
    ----------
    real : ndarray of shape (N, 3, S, S), float32
        The real pictures, from -1 to 1.
    mu, sigma : ndarray
        Mean (64,) and covariance (64, 64) of their features.

    Notes
    -----
    The network knows sides of 32. In smaller pictures each pixel becomes a square.
    Distances have another unit than those of digits: the features are others.
    Distances of fewer pictures are larger: compare sets of one size.
    """

    def __init__(self, real: np.ndarray) -> None:
        self.net = ShapeNet()
        super().__init__(from_bytes(real))

    def _look(self, images):
        x, times = 127.5 + 127.5 * from_bytes(images), _times(images.shape)
        x = x.repeat(times, axis=2).repeat(times, axis=3)
        return self.net.read(normalise(x.transpose(0, 2, 3, 1)))


def _times(shape):
    """Say how many pixels in a row one becomes."""
    channels, *sides = shape[1:] if len(shape) == 4 else (0,)
    if channels != 3 or sides not in ([8, 8], [16, 16], [SIDE, SIDE]):
        raise ValueError(
            f"Expected pictures of shape (N, 3, S, S) with S = 8, 16 or {SIDE}; got "
            f"{shape}."
        )
    return SIDE // sides[0]
