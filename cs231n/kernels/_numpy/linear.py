"""Linear classifiers without a compiler: rows are used twice while in the cache."""

import numpy as np

from cs231n.kernels._numpy.loss import softmax_loss, svm_loss

#: Bytes of the rows that go by at a time.
CHUNK_BYTES = 2**20


def linear_softmax_loss(x, w, y, scale, dw):
    """Return the summed cross entropy of ``x @ w``; write its gradient to ``dw``.

    x : (N, D); w, dw : (D, C); y : (N,) int64. The gradient is multiplied by ``scale``.
    """
    return _by_chunks(softmax_loss, x, w, y, scale, dw)


def linear_svm_loss(x, w, y, scale, dw):
    """Return the summed hinge loss of ``x @ w``; write its gradient to ``dw``.

    x : (N, D); w, dw : (D, C); y : (N,) int64. The gradient is multiplied by ``scale``.
    """
    return _by_chunks(svm_loss, x, w, y, scale, dw)


def _by_chunks(loss, x, w, y, scale, dw):
    dw[...] = 0
    total, step = 0.0, max(16, CHUNK_BYTES // max(1, x.shape[1] * x.itemsize))
    for start in range(0, len(x), step):
        part = x[start : start + step]
        scores = part @ w  # (rows, C)
        dscores = np.empty_like(scores)
        total += loss(scores, y[start : start + step], scale, dscores)
        dw += part.T @ dscores
    return total
