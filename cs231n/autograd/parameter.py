"""The tensor that a module trains."""

import numpy as np

from cs231n.autograd.tensor import Tensor


class Parameter(Tensor):
    """A tensor that a module trains."""

    def __init__(self, data=None, requires_grad=True):
        array = np.zeros(0, np.float32) if data is None else data._a
        self._a, self._version, self._asks = array, [0], bool(requires_grad)

    def __deepcopy__(self, memo):
        out = super().__deepcopy__(memo)
        out.grad = None  # as in PyTorch, a copied module starts without gradients
        return out

    def __repr__(self):
        return f"Parameter containing:\n{super().__repr__()}"
