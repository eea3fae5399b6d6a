"""How many threads the kernels use."""

import contextlib
import os

from cs231n.kernels import _backend, _blas
from cs231n.kernels._cores import cores
from cs231n.kernels.options import whole


def _at_start():
    """Set the number of threads that the environment asks for, or one for each core.

    ``CS231N_NUM_THREADS`` is ours, and a mistake in it is worth a message. Clusters and
    graders set ``OMP_NUM_THREADS``, whose first number counts where ours is not set.
    """
    wanted = os.environ.get("CS231N_NUM_THREADS", "")
    if not wanted:  # then NumPy's matrix library is left alone, and not loaded for this
        shared = os.environ.get("OMP_NUM_THREADS", "").partition(",")[0].strip()
        _set(int(shared) if shared.isdecimal() and int(shared) else cores())
        return
    if not wanted.isdecimal() or int(wanted) < 1:
        raise ImportError(
            f"CS231N_NUM_THREADS must be a whole number of at least 1; got {wanted!r}."
        )
    set_num_threads(int(wanted))


def get_num_threads():
    """Return how many threads the kernels may use.

    Returns
    -------
    count : int
        At first ``CS231N_NUM_THREADS``, else ``OMP_NUM_THREADS``, else the number of
        cores that this process may use, by its affinity and its control groups.
    """
    return _count


def set_num_threads(count):
    """Set how many threads the kernels may use, and NumPy's matrix products too.

    Results of the compiled kernels are the same to the last bit for every number.
    Matrix products, of which the NumPy twins are made, never get more threads than
    their library had at first (``OPENBLAS_NUM_THREADS``). The kernels and the matrix
    library do not compute at the same time, so together they use no more than the
    cores.

    Parameters
    ----------
    count : int
        At least 1; more than the cores of this machine count as that many.

    Raises
    ------
    ValueError
        If ``count`` is no whole number of at least 1.
    """
    _set(whole(count, "count", 1))
    _blas.limit(_count)


def _set(count):
    global _count
    _count = min(count, cores())
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
_at_start()
