"""Randomness that nobody asked to be fixed, fixed: the same verdict every time."""

import hashlib
import random
import sys
from typing import TYPE_CHECKING

import numpy.random.bit_generator

from grading.judge.protocol.pristine_numpy import np

if TYPE_CHECKING:
    from numpy import ndarray


def seed_of(*parts: str) -> int:
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


def fix(seed: int) -> None:
    """Let what draws without a seed follow one: NumPy, and PyTorch if it is loaded.

    Parameters
    ----------
    seed : int
        As :func:`seed_of` makes it.
    """
    # NumPy asks the operating system under this name when no seed is given.
    numpy.random.bit_generator.randbits = random.Random(seed).getrandbits  # type: ignore[attr-defined]
    np.random.seed(seed % 2**32)  # what answers may still draw from
    torch = sys.modules.get("torch")
    if torch is not None:
        torch.manual_seed(seed)


def replace_rng(names: dict, secret: str, test: str) -> None:
    """Give a test numbers that nobody can have known beforehand.

    Parameters
    ----------
    names : dict
        What the test runs in. A generator called ``rng``, which the set-up has seeded
        for all to see, is replaced; without one there is nothing to do.
    secret : str
        What only the grader knows; the same secret gives the same numbers.
    test : str
        grade_id.
    """
    if isinstance(names.get("rng"), np.random.Generator):
        names["rng"] = np.random.default_rng(seed_of("rng", secret, test))


def torch_state(state: "ndarray | None" = None) -> "ndarray | None":
    """Read the state of PyTorch's random numbers, and set it.

    Parameters
    ----------
    state : ndarray of uint8, optional
        The state to set; left alone by default.

    Returns
    -------
    state : ndarray of uint8 or None
        What it is now; None where PyTorch is not loaded.
    """
    torch = sys.modules.get("torch")
    if torch is None:
        return None
    if state is not None:
        torch.random.set_rng_state(torch.from_numpy(state))
    return torch.random.get_rng_state().numpy()
