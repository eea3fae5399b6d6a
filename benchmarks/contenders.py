"""Who is measured: calls that do the same work.

``ours`` are the layers of the package, ``numpy`` the same layers on the NumPy twins,
``torch`` PyTorch on the CPU through autograd (``torch nhwc`` in channels-last layout),
``columns`` a convolution as the course describes it, by one whole column matrix, and
``floor`` what cannot be avoided: the matrix product of the same FLOPs at NumPy's speed,
or a copy of the bytes that must move.
"""

import functools

import numpy as np

from cs231n import kernels
from cs231n.kernels import _numpy

try:
    import torch
except ImportError:
    torch = None

COMPILED = kernels.impl


def twin(call):
    """Return ``call`` made to run on the NumPy twins."""

    @functools.wraps(call)
    def on_numpy():
        kernels.impl = _numpy
        try:
            return call()
        finally:
            kernels.impl = COMPILED

    return on_numpy


def both(call):
    """Return the contenders that run our layers."""
    return {"ours": call, "numpy": twin(call)}


def data(dtype):
    """Return a function that draws an array of a shape."""
    rng = np.random.default_rng(231)
    return lambda *shape: rng.standard_normal(shape).astype(dtype)


def through_autograd(function, arrays, dout, layout=None):
    """Return a call that runs a torch function forward and backward."""
    kind = layout or torch.contiguous_format
    place = lambda t: t.contiguous(memory_format=kind) if t.ndim == 4 else t
    tensors = [place(torch.from_numpy(a.copy())).requires_grad_() for a in arrays]
    upstream = place(torch.from_numpy(dout))
    return lambda: torch.autograd.grad(function(*tensors), tensors, upstream)
