"""What a network that reads digits says of generated ones."""

from typing import NamedTuple

import numpy as np

from cs231n.nets.digitnet import DigitNet, as_pictures
from cs231n.scores.frechet import frechet_distance, moments
from cs231n.scores.judging import Scores

#: From this probability on, a picture is read with confidence.
CONFIDENT = 0.9
#: A digit is among the pictures if it has this share of them; an even share is 0.1.
PRESENT = 0.04


class Score(NamedTuple):
    """How good a set of generated digits is.

    Parameters
    ----------
    distance : float
        Fréchet distance from the real digits, in the network's features. Less is
        better.
    classes : int
        How many of the ten digits have at least 4 % of the pictures.
    confident : float
        Share of pictures that are read with a probability above 0.9. Noise reaches a
        high one too, so that it says something only beside the distance.
    shares : ndarray of shape (10,)
        Share of each digit.
    """

    distance: float
    classes: int
    confident: float
    shares: np.ndarray

    def __str__(self) -> str:
        """Say it in a line."""
        return (
            f"FD {self.distance:.1f}, {self.classes} of 10 digits, "
            f"{100 * self.confident:.0f} % confident"
        )


class DigitScores(Scores):
    """Compare sets of digits with real ones, as :class:`DigitNet` sees them.

    Parameters
    ----------
    real : ndarray of shape (N, 28, 28), (N, 1, 28, 28) or (N, 784)
        Real digits: whole numbers from 0 to 255, or floats from -1 to 1. Four thousand
        or more make a steady measure.
    net : DigitNet, optional
        Another network than the one that is shipped.

    Attributes
    ----------
    real : ndarray of shape (N, 1, 28, 28), float32
        The real digits, from -1 to 1.
    mu, sigma : ndarray
        Mean (64,) and covariance (64, 64) of their features.

    Notes
    -----
    Distances of fewer pictures are larger: compare sets of one size.
    """

    def __init__(self, real: np.ndarray, net: DigitNet | None = None) -> None:
        self.net = DigitNet() if net is None else net
        super().__init__(as_pictures(real))

    def _look(self, images):
        return self.net.read(as_pictures(images))

    def score(self, images: np.ndarray) -> Score:
        """Compare a set of pictures with the real digits.

        Parameters
        ----------
        images : ndarray
            Like the real digits; a thousand or more make a steady measure.

        Returns
        -------
        score : Score
            Distance, digits that are there, share that is read with confidence.
        """
        features, probabilities = self._look(images)
        found = probabilities.argmax(axis=1)
        shares = np.bincount(found, minlength=10) / len(found)
        return Score(
            frechet_distance(*moments(features), self.mu, self.sigma),
            int((shares >= PRESENT).sum()),
            float((probabilities.max(axis=1) > CONFIDENT).mean()),
            shares,
        )

    def nearest(
        self, images: np.ndarray, k: int = 1, batch_size: int = 200
    ) -> tuple[np.ndarray, np.ndarray]:
        """Find the real digits that look most like each picture, pixel by pixel.

        Parameters
        ----------
        images : ndarray
            Like the real digits.
        k : int
            How many for each picture.
        batch_size : int
            So many pictures at once.

        Returns
        -------
        rows : ndarray of int, shape (N, k)
            Rows of the real digits, nearest first.
        distances : ndarray of shape (N, k), float32
            Root of the mean squared difference of the pixels: 0 for a copy.
        """
        real = self.real.reshape(len(self.real), -1)
        pictures = as_pictures(images).reshape(-1, real.shape[1])
        if not 1 <= k <= len(real):
            raise ValueError(f"Expected k from 1 to {len(real)}; got {k}.")
        rows = np.empty((len(pictures), k), np.int64)
        half = (real**2).sum(axis=1) / 2
        for start in range(0, len(pictures), batch_size):
            part = slice(start, start + batch_size)
            order = np.argsort(half - pictures[part] @ real.T, axis=1, kind="stable")
            rows[part] = order[:, :k]
        gaps = pictures[:, None] - real[rows]
        return rows, np.sqrt((gaps**2).mean(axis=2))
