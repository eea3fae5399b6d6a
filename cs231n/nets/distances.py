"""Distances between two sets of points, and the nearest of them in little memory."""

import numpy as np

from cs231n.runs.progress import progress_bar

#: Points of either set in one matrix product. Its result, 32 MiB in float32, is the
#: only large array that the search for the nearest makes.
ROWS, COLUMNS = 1024, 8192

#: Points that tell where a set lies, and how many squares of its spread are far.
SOME, FAR = 256, 16

#: More neighbours than this are found by sorting all distances of a few points.
MANY = 1024


def euclidean_distances(X: np.ndarray, Y: np.ndarray) -> np.ndarray:
    """Compute all distances between two sets of points.

    Parameters
    ----------
    X : ndarray of shape (M, D), float32 or float64
        Points, one in a row.
    Y : ndarray of shape (N, D), dtype of ``X``
        Points, one in a row.

    Returns
    -------
    dists : ndarray of shape (M, N), dtype of ``X``
        ``dists[i, j]`` is the distance between ``X[i]`` and ``Y[j]``.

    Raises
    ------
    TypeError
        If the points are not made of floats.
    ValueError
        If the points have different dimensions.

    Notes
    -----
    Uses ``|x - y|**2 = |x|**2 - 2 x.y + |y|**2``, so the cost is that of one matrix
    product. Rounding can push the square of a distance near 0 below 0; it counts as 0.
    Points far from the origin are moved there first: distances stay, and the squares
    do not cancel.
    """
    dtype = _check_points(X, Y)
    X, Y = _near_origin(X, Y)
    dists, sizes = np.empty((len(X), len(Y)), dtype), np.vecdot(X, X)
    for rows, _, block in _blocks(X, Y, np.vecdot(Y, Y), dists):
        block += sizes[rows, None]
        np.maximum(block, 0, out=block)
        np.sqrt(block, out=block)
    return dists


def nearest(X: np.ndarray, Y: np.ndarray, k: int) -> np.ndarray:
    """Find the nearest points of one set for each point of another.

    Parameters
    ----------
    X : ndarray of shape (M, D), float32 or float64
        Points, one in a row.
    Y : ndarray of shape (N, D), dtype of ``X``
        Points, one in a row.
    k : int
        How many to find, 1 to N.

    Returns
    -------
    found : ndarray of shape (M, k), int
        ``found[i]`` are the rows of ``Y`` nearest to ``X[i]``, nearest first; of
        points at one distance the first in ``Y``. What is not a number is farthest.

    Raises
    ------
    TypeError
        If the points are not made of floats.
    ValueError
        If the points have different dimensions, or ``k`` is out of range.

    Notes
    -----
    Distances are those of :func:`euclidean_distances`, to the last bit, but only a
    block of them exists at a time. A bound on the distance of the ``k``-th nearest so
    far passes few of the next block, and only these are sorted.
    """
    dtype = _check_points(X, Y)
    check_number(k, len(Y))
    X, Y = _near_origin(X, Y)
    sizes, others = np.vecdot(X, X), np.vecdot(Y, Y)
    largest = max(np.max(sizes, initial=0), np.max(others, initial=0))
    if k > MANY or not largest < np.finfo(dtype).max / 8:
        return _nearest_by_sorting(X, Y, k)
    found = np.empty((len(X), k), np.intp)
    total = -(-len(X) // ROWS) * -(-len(Y) // COLUMNS)
    for rows, columns, block in _bar(_blocks(X, Y, others), total):
        if columns.start == 0:
            kept = _Nearest(sizes[rows], k, block)
        kept.see(block, columns.start)
        if columns.stop == len(Y):
            found[rows] = kept.columns.reshape(-1, k)
    return found


def check_number(k: int, n: int) -> None:
    """Refuse a number of neighbours that are not there.

    Parameters
    ----------
    k : int
        Number of neighbours.
    n : int
        Number of points to choose from.

    Raises
    ------
    ValueError
        If ``k`` is not in 1..n.
    """
    if not 1 <= k <= n:
        raise ValueError(
            f"k must be between 1 and the number of training examples, {n}; got {k}."
        )


class _Nearest:
    """The ``k`` nearest so far of each point of a block, sorted.

    Three arrays hold them, point after point: ``rows`` of the block, ``columns`` (the
    other points' numbers) and ``dists``.
    """

    def __init__(self, sizes, k, block):
        self.sizes, self.k = sizes, k
        self.rows = self.columns = np.empty(0, np.intp)
        self.dists = np.empty(0, block.dtype)
        self.bound = np.full(len(sizes), np.inf, block.dtype)
        if k <= block.shape[1]:
            some = np.partition(block[:, : max(1024, 4 * k)], k - 1, axis=1)
            self._tighten(slice(None), self._dists(some[:, k - 1], slice(None)))

    def see(self, block, start):
        """Add the points of a block whose columns begin at ``start``."""
        passed = np.flatnonzero(block <= self.bound[:, None])
        rows, columns = np.divmod(passed, block.shape[1])
        dists = self._dists(block[rows, columns], rows)
        self.rows = np.concatenate([self.rows, rows])
        self.columns = np.concatenate([self.columns, columns + start])
        self.dists = np.concatenate([self.dists, dists])
        self._keep()

    def _keep(self):
        order = np.lexsort((self.dists, self.rows))  # stable: the first of equals wins
        rows = self.rows[order]
        place = np.arange(len(rows)) - np.searchsorted(rows, rows)
        last = order[place == self.k - 1]
        order = order[place < self.k]
        self._tighten(self.rows[last], self.dists[last])
        self.rows, self.columns = self.rows[order], self.columns[order]
        self.dists = self.dists[order]

    def _dists(self, values, rows):
        """Return the distances of values ``|y|**2 - 2 x.y``."""
        return np.sqrt(np.maximum(values + self.sizes[rows], 0))

    def _tighten(self, rows, dists):
        """Let no value pass whose distance is certain to be larger than these."""
        sizes, numbers = self.sizes[rows].astype(float), np.finfo(dists.dtype)
        squares = np.square(dists, dtype=float)
        slack = 8 * float(numbers.eps) * (squares + sizes) + float(numbers.tiny)
        self.bound[rows] = squares - sizes + slack


def _blocks(X, Y, sizes, dists=None):
    """Yield ``|y|**2 - 2 x.y`` block by block: rows, columns and values.

    sizes : (N,), ``|y|**2``. The values are in ``dists`` (M, N), or in a buffer that
    the next block overwrites.
    """
    if dists is None:
        dtype, buffer = np.result_type(X, Y), (min(ROWS, len(X)), min(COLUMNS, len(Y)))
        buffer = np.empty(buffer, dtype)
    for rows in _slices(len(X), ROWS):
        points = -2 * X[rows]
        for columns in _slices(len(Y), COLUMNS):
            block = (
                buffer[: rows.stop - rows.start, : columns.stop - columns.start]
                if dists is None
                else dists[rows, columns]
            )
            np.matmul(points, Y[columns].T, out=block)
            block += sizes[columns]
            yield rows, columns, block


def _near_origin(X, Y):
    """Move both sets to the origin if they lie far from it, measured by their spread.

    The cancelling squares cost digits of (|mean| / spread)**2; pictures of 0..255 lose
    less than one of seven, and are left alone, because a copy costs memory.
    """
    some = Y[:: max(1, len(Y) // SOME)]
    if not len(some):
        return X, Y
    with np.errstate(
        over="ignore", invalid="ignore"
    ):  # such points stay where they are
        mean = some.mean(axis=0, dtype=np.float64)
        spread = np.mean(np.sum(np.square(some - mean), axis=1))
        far = FAR * spread < mean @ mean < np.inf
    mean = mean.astype(np.result_type(X, Y))
    return (X - mean, Y - mean) if far else (X, Y)


def _slices(count, step):
    return [slice(i, min(i + step, count)) for i in range(0, count, step)]


def _nearest_by_sorting(X, Y, k):
    found = np.empty((len(X), k), np.intp)
    blocks = _slices(len(X), ROWS)
    for rows in _bar(blocks, len(blocks)):
        dists = euclidean_distances(X[rows], Y)
        found[rows] = np.argsort(dists, axis=1, kind="stable")[:, :k]
    return found


def _bar(blocks, total):
    return progress_bar(blocks, total=total, leave=False)


def _check_points(X, Y):
    """Return the dtype of the distances, after checking both sets."""
    if X.ndim != 2 or Y.ndim != 2 or X.shape[1] != Y.shape[1]:
        raise ValueError(
            f"X and Y must have shapes (M, D) and (N, D) with one D; "
            f"got {X.shape} and {Y.shape}."
        )
    dtype = np.result_type(X, Y)
    if dtype not in (np.float32, np.float64):
        raise TypeError(
            f"Distances need float32 or float64 points; got {X.dtype} and {Y.dtype}. "
            f"Convert them first: X.astype(np.float32)."
        )
    return dtype
