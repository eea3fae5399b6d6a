"""How many threads the compiled kernels use."""

import contextlib
import os

from cs231n.kernels import _backend
from cs231n.kernels._check import whole


def _cores():
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:  # not Linux
        return os.cpu_count() or 1


def _at_start():
    wanted = os.environ.get("CS231N_NUM_THREADS", "")
    if not wanted:
        return _cores()
    if not wanted.isdecimal() or int(wanted) < 1:
        raise ImportError(
            f"CS231N_NUM_THREADS must be a whole number of at least 1; got {wanted!r}."
        )
    return min(int(wanted), _cores())


def get_num_threads():
    """Return how many threads the compiled kernels may use.

    Returns
    -------
    count : int
        At first ``CS231N_NUM_THREADS``, or the number of cores this process may use.
    """
    return _count


def set_num_threads(count):
    """Set how many threads the compiled kernels may use.

    Results are the same to the last bit for every number. NumPy's own matrix
    products, where they are used, follow their library's settings
    (``OPENBLAS_NUM_THREADS``), not this one.

    Parameters
    ----------
    count : int
        At least 1; more than the cores of this machine count as that many.

    Raises
    ------
    ValueError
        If ``count`` is no whole number of at least 1.
    """
    global _count
    _count = min(whole(count, "count", 1), _cores())
    _backend.impl.set_threads(_count)


@contextlib.contextmanager
def num_threads(count):
    """Use ``count`` threads inside a ``with`` block.

    Parameters
    ----------
    count : int
        As for :func:`set_num_threads`.

    Yields
    ------
    count : int
        The number in use.
    """
    before = get_num_threads()
    set_num_threads(count)
    try:
        yield get_num_threads()
    finally:
        set_num_threads(before)


_count = 1
set_num_threads(_at_start())
