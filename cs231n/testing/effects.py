"""What answers do besides: to their inputs, and to the memory."""

import contextlib
import tracemalloc
from collections.abc import Iterator

import numpy as np

from cs231n.languages import say
from cs231n.testing.inputs import remember
from cs231n.testing.wrong import expect

#: Peaks, in bytes, of answers that ran in another process within :func:`memory_below`.
PEAKS: list[int] = []
#: Arrays that :func:`unchanged` looks after at the moment.
WATCHED: list[np.ndarray] = []


@contextlib.contextmanager
def unchanged(**arrays: np.ndarray) -> Iterator[None]:
    """Fail if the body of the ``with`` statement modifies any of the arrays.

    Parameters
    ----------
    **arrays : ndarray
        The inputs by the names to use in the message.

    Yields
    ------
    None
        Nothing.

    Raises
    ------
    WrongAnswer
        If an array differs afterwards.
    """
    before = {name: array.copy() for name, array in arrays.items()}
    remember(before)
    outer = len(WATCHED)
    WATCHED.extend(arrays.values())
    try:
        yield
    finally:
        del WATCHED[outer:]
    for name, array in arrays.items():
        expect(
            np.array_equal(array, before[name], equal_nan=array.dtype.kind == "f"),
            say(
                "The answer changed its input {name}. Work on a copy, or build a new "
                "array, so that the caller's data stays as it was.",
                name=name,
            ),
        )


@contextlib.contextmanager
def memory_below(limit: float, hint: str = "") -> Iterator[None]:
    """Fail if the body allocates more than ``limit`` bytes at any one time.

    Parameters
    ----------
    limit : float
        Bytes.
    hint : str, optional
        Likeliest cause, a sentence.

    Yields
    ------
    None
        Nothing.

    Raises
    ------
    WrongAnswer
        If the peak is higher.
    """
    PEAKS.clear()
    tracemalloc.start()
    try:
        yield
        peak = max(tracemalloc.get_traced_memory()[1], *PEAKS, 0)
    finally:
        tracemalloc.stop()
    said = say(
        "This needed {peak:.1f} MB at once; {enough:.1f} MB are enough.",
        peak=peak / 1e6,
        enough=limit / 1e6,
    )
    expect(peak <= limit, f"{said} {hint}".rstrip())
