"""Random draws that are the same numbers on every platform and NumPy version.

NumPy promises a stable stream for its bit generators but not for the methods of
``Generator``, so everything is made of raw 64-bit words here, with operations that
IEEE arithmetic defines to the last bit (no ``sin``, ``exp`` or sums in SIMD order).
"""

import math

import numpy as np

#: Steps of a full turn in the table of angles.
TURN = 1024
# Rounded well above the last bits, in which mathematical libraries may differ.
_SINE = np.array([round(math.sin(2 * math.pi * i / TURN), 7) for i in range(TURN)])


class Draws:
    """A stream of random numbers that depends on its key alone.

    Parameters
    ----------
    *key : int
        At least one number, each at least 0. Other keys give other, independent
        streams.
    """

    def __init__(self, *key: int) -> None:
        self._bits = np.random.PCG64(np.random.SeedSequence(key))

    def uniform(
        self,
        low: float | np.ndarray,
        high: float | np.ndarray,
        size: int | tuple[int, ...],
    ) -> np.ndarray:
        """Draw real numbers.

        Parameters
        ----------
        low, high : float or ndarray
            Half-open range; arrays broadcast against ``size``.
        size : int or tuple of int
            Shape of the result.

        Returns
        -------
        values : ndarray of shape ``size``, float64
            Multiples of ``2**-53``, scaled and shifted.
        """
        raw = self._bits.random_raw(math.prod(np.atleast_1d(size)))
        unit = (raw >> np.uint64(11)).astype(np.float64) * 2.0**-53
        return low + (high - low) * unit.reshape(size)

    def integers(
        self, num: int | np.ndarray, size: int | tuple[int, ...]
    ) -> np.ndarray:
        """Draw integers.

        Parameters
        ----------
        num : int or ndarray of int
            Values are 0 .. num - 1; below 2**31.
        size : int or tuple of int
            Shape of the result.

        Returns
        -------
        values : ndarray of shape ``size``, int64
            The draws.
        """
        raw = self._bits.random_raw(math.prod(np.atleast_1d(size))).reshape(size)
        top = (raw >> np.uint64(32)).astype(np.int64)
        return (top * num) >> 32

    def chance(
        self, probability: float | np.ndarray, size: int | tuple[int, ...]
    ) -> np.ndarray:
        """Toss coins.

        Parameters
        ----------
        probability : float or ndarray
            Of True.
        size : int or tuple of int
            Shape of the result.

        Returns
        -------
        values : ndarray of shape ``size``, bool
            The tosses.
        """
        return self.uniform(0.0, 1.0, size) < probability

    def choose(self, weights: np.ndarray) -> np.ndarray:
        """Draw one index from each row of weights.

        Parameters
        ----------
        weights : ndarray of shape (N, K)
            Not negative; a row need not sum to one.

        Returns
        -------
        chosen : ndarray of shape (N,), int64
            Indices, 0 .. K - 1.
        """
        heights = np.cumsum(weights, axis=1)
        mark = self.uniform(0.0, 1.0, len(weights)) * heights[:, -1]
        return np.minimum((heights <= mark[:, None]).sum(axis=1), heights.shape[1] - 1)

    def grain(self, size: tuple[int, ...]) -> np.ndarray:
        """Draw noise that looks Gaussian, from sums of four bytes.

        Parameters
        ----------
        size : tuple of int
            Shape of the result.

        Returns
        -------
        values : ndarray of shape ``size``, float32
            Mean 0, standard deviation 1, at most 3.46 from zero.
        """
        count = math.prod(size)
        raw = self._bits.random_raw((count + 1) // 2).astype("<u8")
        parts = raw.view(np.uint8).reshape(-1, 4)
        total = parts[:, 0].astype(np.int16)
        for k in (1, 2, 3):
            total += parts[:, k]
        # The sum of 4 bytes has mean 510 and variance 4 (256**2 - 1) / 12.
        return ((total[:count] - 510) * np.float32(1 / 147.8)).reshape(size)


def sine(steps: np.ndarray) -> np.ndarray:
    """Look up sines.

    Parameters
    ----------
    steps : ndarray of int
        Angles in 1/1024 of a full turn.

    Returns
    -------
    values : ndarray, float64
        Sines, to seven digits.
    """
    return _SINE[steps % TURN]


def cosine(steps: np.ndarray) -> np.ndarray:
    """Look up cosines.

    Parameters
    ----------
    steps : ndarray of int
        Angles in 1/1024 of a full turn.

    Returns
    -------
    values : ndarray, float64
        Cosines, to seven digits.
    """
    return _SINE[(steps + TURN // 4) % TURN]
