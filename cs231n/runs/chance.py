"""Where random numbers come from: one seed unless the caller says otherwise."""

from typing import Any

import numpy as np

#: Draws where nothing is passed, so that the same cell gives the same numbers.
SEED = 231


class Legacy:
    """The numbers of ``np.random.seed``, asked for as of a ``Generator``.

    Notebooks of the course seed NumPy's global numbers; with ``rng=np.random`` a model
    draws what it drew there, to the last bit.

    Parameters
    ----------
    source : module or numpy.random.RandomState
        ``np.random`` itself, or a generator of its kind.
    """

    def __init__(self, source: Any) -> None:
        self._source = source

    def standard_normal(self, size: Any = None) -> Any:
        """Draw from the normal distribution."""
        return self._source.standard_normal(size)

    def integers(self, low: int, high: int | None = None, size: Any = None) -> Any:
        """Draw whole numbers from ``low`` up to ``high``, which is left out."""
        return self._source.randint(low, high, size, dtype=np.int64)


def generator(rng: Any = None) -> Any:
    """Return what random numbers are drawn from.

    Parameters
    ----------
    rng : numpy.random.Generator, int, module or RandomState, optional
        A generator, which is drawn from and so goes on; a seed; or ``np.random``, so
        that ``np.random.seed`` has its say. By default a generator seeded with 231.

    Returns
    -------
    rng : numpy.random.Generator or Legacy
        Has ``standard_normal`` and ``integers``.

    Raises
    ------
    TypeError
        If it is none of these.
    """
    if rng is None:
        return np.random.default_rng(SEED)
    if rng is np.random or isinstance(rng, np.random.RandomState):
        return Legacy(rng)
    if isinstance(rng, int | np.integer) and not isinstance(rng, bool) and rng >= 0:
        return np.random.default_rng(int(rng))
    if all(hasattr(rng, name) for name in ("standard_normal", "integers")):
        return rng
    raise TypeError(
        f"rng must be a np.random.Generator, a seed, or np.random itself; got {rng!r}. "
        f"Make one with np.random.default_rng(231)."
    )


def lasting(rng: Any) -> np.random.Generator:
    """Return a generator whose state can be saved.

    Parameters
    ----------
    rng : numpy.random.Generator or Legacy
        From :func:`generator`.

    Returns
    -------
    rng : numpy.random.Generator
        The same, or one whose seed is drawn from it.
    """
    if isinstance(rng, Legacy):
        return np.random.default_rng(int(rng.integers(2**63)))
    return rng
