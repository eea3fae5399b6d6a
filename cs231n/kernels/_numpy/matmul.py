"""Matrix products without a compiler: NumPy's BLAS."""

import numpy as np


def matmul(a, b, out, bias=None, add=False):
    """Multiply matrices (``out`` in place): ``out = a @ b (+ bias) (+ out)``.

    a : (M, K); b : (K, N); out : (M, N); each may be a transposed or strided view.
    bias : (N,) or None.
    """
    if add:
        out += a @ b
    else:
        np.matmul(a, b, out=out)
    if bias is not None:
        out += bias


def pack(b):
    """Return ``b`` as :func:`matmul_packed` wants it, for many products in a row."""
    return np.ascontiguousarray(b)


def matmul_packed(a, packed, out, add=False):
    """Multiply by a packed matrix (``out`` in place): ``out = a @ b (+ out)``."""
    matmul(a, packed, out, add=add)


def row_sum(x, out):
    """Sum the rows of ``(N, D)`` (``out`` in place)."""
    np.sum(x, axis=0, out=out)
