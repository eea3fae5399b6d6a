"""Diagonals of matrices, and what is on either side."""

import numpy as np

from cs231n.autograd.history import record
from cs231n.autograd.tensor import method, need


@method()
def tril(input, diagonal=0):
    """Keep what is on and below a diagonal."""
    return _triangle("tril", np.tril, input, diagonal)


@method()
def triu(input, diagonal=0):
    """Keep what is on and above a diagonal."""
    return _triangle("triu", np.triu, input, diagonal)


def _triangle(step, keep, input, diagonal):
    if need(input, step).ndim < 2:
        raise RuntimeError(f"{step}: input tensor must have at least 2 dimensions")
    back = lambda g: keep(g, diagonal)
    return record(step, keep(input._a, diagonal), back, (input,))


@method("diagonal")
def diagonal(input, offset=0, dim1=0, dim2=1):
    """Return a diagonal of the last of two axes as a copy."""
    shape, dtype = input._a.shape, input._a.dtype

    def back(g):
        dx = np.zeros(shape, dtype)
        rows = np.arange(g.shape[-1])
        at = np.moveaxis(dx, (dim1, dim2), (-2, -1))
        at[..., rows + max(0, -offset), rows + max(0, offset)] = g
        return dx

    out = np.diagonal(input._a, offset, dim1, dim2).copy()
    return record("diagonal", out, back, (input,))


@method()
def diag(input, diagonal=0):
    """Return the diagonal of a matrix, or a matrix with a diagonal."""
    n = need(input, "diag").ndim
    if n not in (1, 2):
        raise RuntimeError(
            f"diag(): Supports 1D or 2D tensors. Got {n}D; for others use diagonal()."
        )
    out = np.array(np.diag(input._a, diagonal))
    shape = input._a.shape

    def back(g):
        if n == 1:
            return np.diag(g, diagonal)
        dx = np.zeros(shape, g.dtype)
        rows = np.arange(len(g))
        dx[rows + max(0, -diagonal), rows + max(0, diagonal)] = g
        return dx

    return record("diag", out, back, (input,))


__all__ = ["diag", "diagonal", "tril", "triu"]
