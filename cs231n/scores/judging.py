"""What every network that judges made-up pictures says of a set of them."""

import numpy as np

from cs231n.scores.frechet import frechet_distance, moments


class Scores:
    """Compare sets of pictures with real ones, as a network sees them.

    A subclass says how the network reads: ``_look``.

    Parameters
    ----------
    real : ndarray of shape (N, C, H, W), float32
        Real pictures, from -1 to 1.

    Attributes
    ----------
    real : ndarray of shape (N, C, H, W), float32
        The same.
    mu, sigma : ndarray
        Mean (64,) and covariance (64, 64) of their features.
    """

    def __init__(self, real: np.ndarray) -> None:
        self.real = real
        self.mu, self.sigma = moments(self._look(real)[0])

    def features(self, images: np.ndarray) -> np.ndarray:
        """Describe pictures by numbers.

        Parameters
        ----------
        images : ndarray
            Like the real ones.

        Returns
        -------
        features : ndarray of shape (N, 64), float32
            Of the network's last hidden layer.
        """
        return self._look(images)[0]

    def read(self, images: np.ndarray) -> np.ndarray:
        """Say how likely each picture shows each class.

        Parameters
        ----------
        images : ndarray
            Like the real ones.

        Returns
        -------
        probabilities : ndarray of shape (N, 10), float32
            With sum 1.
        """
        return self._look(images)[1]

    def distance(self, images: np.ndarray) -> float:
        """Return the Fréchet distance of a set of pictures from the real ones.

        Parameters
        ----------
        images : ndarray
            Like the real ones; a thousand or more make a steady measure.

        Returns
        -------
        distance : float
            In the network's features. Less is better.
        """
        found = moments(self._look(images)[0])
        return frechet_distance(*found, self.mu, self.sigma)

    def _look(self, images: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        raise NotImplementedError
