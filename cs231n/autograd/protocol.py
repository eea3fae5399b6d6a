"""How Python and NumPy see a tensor: as a number, a sequence, an array, a text."""

import numpy as np

from cs231n.autograd import dtypes
from cs231n.autograd._names import missing


class Size(tuple):
    """The shape of a tensor."""

    __slots__ = ()

    def numel(self):
        """Return the product of the sizes."""
        return int(np.prod(self, dtype=np.int64))

    def __repr__(self):
        return f"torch.Size({list(self)})"


class Protocol:
    """Base of tensors; reads their array ``_a``, ``requires_grad`` and ``grad_fn``."""

    def __getattr__(self, name):
        known = [n for n in dir(type(self)) if not n.startswith("_")]
        return missing("Tensor", lambda: known)(name)

    def item(self):
        """Return the one number as Python's."""
        if self._a.size != 1:
            raise RuntimeError(
                f"a Tensor with {self._a.size} elements cannot be converted to Scalar"
            )
        return self._a.item()

    def tolist(self):
        """Return nested lists of numbers."""
        return self._a.tolist()

    def numpy(self, *, force=False):
        """Return the array itself: it shares the memory."""
        if self.requires_grad and not force:
            raise RuntimeError(
                "Can't call numpy() on Tensor that requires grad. Use "
                "tensor.detach().numpy() instead."
            )
        return self._a

    def __array__(self, dtype=None, copy=None):
        array = self.numpy()
        return np.array(array, dtype, copy=copy) if copy or dtype else array

    def __len__(self):
        if self._a.ndim == 0:
            raise TypeError("len() of a 0-d tensor")
        return len(self._a)

    def __iter__(self):
        if self._a.ndim == 0:
            raise TypeError("iteration over a 0-d tensor")
        return (self[i] for i in range(len(self._a)))

    def __bool__(self):
        if self._a.size != 1:
            raise RuntimeError(
                f"Boolean value of Tensor with {self._a.size} values is ambiguous"
                if self._a.size == 0
                else "Boolean value of Tensor with more than one value is ambiguous"
            )
        return bool(self._a.item())

    def __float__(self):
        return float(self.item())

    def __int__(self):
        return int(self.item())

    def __index__(self):
        if self._a.dtype.kind not in "iu" or self._a.size != 1:
            raise TypeError(
                "only integer tensors of a single element can be converted to an index"
            )
        return int(self._a.item())

    def __format__(self, spec):
        if self._a.ndim == 0:
            return format(self.item(), spec)
        if spec:
            raise TypeError(
                f"a tensor of shape {self._a.shape} cannot be formatted as {spec!r}: "
                f"take one number out of it first, as with x[0] or x.mean()."
            )
        return str(self)

    def __repr__(self):
        text = np.array2string(self._a, separator=", ", precision=4, prefix="tensor(")
        usual = self._a.dtype in (dtypes.float32, dtypes.int64) or (
            self._a.dtype.kind == "b"
        )
        text += "" if usual else f", dtype=torch.{self._a.dtype}"
        if self.grad_fn is not None:
            return f"tensor({text}, grad_fn={self._node})"
        return f"tensor({text}{', requires_grad=True' if self._asks else ''})"
