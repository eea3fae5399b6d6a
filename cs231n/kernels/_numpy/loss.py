"""Classification losses without a compiler: the gradient is written in place."""

import numpy as np


def softmax_loss(x, y, scale, dx):
    """Return the summed cross entropy; write ``scale`` times its gradient to ``dx``.

    x, dx : (N, C); y : (N,) int64.
    """
    rows = np.arange(len(y))
    np.subtract(x, x.max(axis=1, keepdims=True), out=dx)
    right = dx[rows, y]
    np.exp(dx, out=dx)
    total = dx.sum(axis=1)
    loss = np.sum(np.log(total) - right, dtype=np.float64)
    dx *= (scale / total)[:, None]
    dx[rows, y] -= x.dtype.type(scale)
    return float(loss)


def svm_loss(x, y, scale, dx):
    """Return the summed hinge loss of margin 1; write its scaled gradient to ``dx``.

    x, dx : (N, C); y : (N,) int64.
    """
    rows = np.arange(len(y))
    np.subtract(x, x[rows, y][:, None] - 1, out=dx)
    np.maximum(dx, 0, out=dx)
    dx[rows, y] = 0
    loss = np.sum(dx, dtype=np.float64)
    np.multiply(dx > 0, x.dtype.type(scale), out=dx)
    dx[rows, y] = -dx.sum(axis=1)
    return float(loss)


def softmax(x, out):
    """Normalised exponentials of each row (``out`` in place); all -inf gives zeros.

    x, out : (N, C).
    """
    top = x.max(axis=1, keepdims=True)
    top[top == -np.inf] = 0
    np.subtract(x, top, out=out)
    np.exp(out, out=out)
    total = out.sum(axis=1, keepdims=True)
    total[total == 0] = 1
    out /= total


def softmax_backward(dout, out, dx):
    """Gradient of :func:`softmax` from its output (``dx`` in place)."""
    np.multiply(dout, out, out=dx)
    dx -= out * dx.sum(axis=1, keepdims=True)
