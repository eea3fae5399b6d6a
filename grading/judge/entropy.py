"""Randomness that nobody asked to be fixed, fixed: the same verdict every time."""

import hashlib
import random

import numpy.random.bit_generator

from grading.judge.frozen import np


def seed_of(*parts):
    """Derive a seed from texts.

    Parameters
    ----------
    *parts : str
        What the seed depends on.

    Returns
    -------
    seed : int
        Of 63 bits.
    """
    digest = hashlib.sha256("\0".join(parts).encode()).digest()
    return int.from_bytes(digest[:8], "little") >> 1


def fix(seed):
    """Let ``numpy.random.default_rng()`` and NumPy's global state follow a seed.

    Parameters
    ----------
    seed : int
        As :func:`seed_of` makes it.
    """
    # NumPy asks the operating system under this name when no seed is given.
    numpy.random.bit_generator.randbits = random.Random(seed).getrandbits
    np.random.seed(seed % 2**32)  # noqa: NPY002 (what answers may still draw from)
