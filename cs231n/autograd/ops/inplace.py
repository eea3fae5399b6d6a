"""What changes a tensor in place, and what NumPy's functions do to one."""

import numpy as np

from cs231n.autograd.history import write
from cs231n.autograd.ops import arithmetic, pointwise
from cs231n.autograd.tensor import Tensor, wrap


def in_place(name, function):
    """Make ``x.name_(...)`` the function in place."""

    def change(self, *args, **kwargs):
        return write(self, name, lambda old: function(old, *args, **kwargs))

    change.__name__ = change.__qualname__ = f"{name}_"
    change.__doc__ = f"Do :func:`{name}` in place; return self."
    setattr(Tensor, f"{name}_", change)
    return change


for _name in ("add", "sub", "mul", "div", "pow", "floor_divide", "remainder"):
    in_place(_name, getattr(arithmetic, _name))
for _name in ("bitwise_and", "bitwise_or", "bitwise_xor"):
    in_place(_name, getattr(arithmetic, _name))
for _name in (
    "abs",
    "clamp",
    "cos",
    "exp",
    "floor",
    "lerp",
    "log",
    "neg",
    "reciprocal",
):
    in_place(_name, getattr(pointwise, _name))
for _name in ("relu", "round", "rsqrt", "sigmoid", "sin", "sqrt", "square", "tanh"):
    in_place(_name, getattr(pointwise, _name))
Tensor.clip_ = Tensor.clamp_
Tensor.__iadd__, Tensor.__isub__ = Tensor.add_, Tensor.sub_
Tensor.__imul__, Tensor.__itruediv__ = Tensor.mul_, Tensor.div_
Tensor.__ipow__, Tensor.__imod__ = Tensor.pow_, Tensor.remainder_
Tensor.__iand__, Tensor.__ior__ = Tensor.bitwise_and_, Tensor.bitwise_or_
Tensor.__ixor__ = Tensor.bitwise_xor_

#: What NumPy's functions do to tensors, where it is more than one array.
_UFUNCS = {
    np.add: arithmetic.add,
    np.subtract: arithmetic.sub,
    np.multiply: arithmetic.mul,
    np.true_divide: arithmetic.div,
    np.power: arithmetic.pow,
    np.floor_divide: arithmetic.floor_divide,
    np.remainder: arithmetic.remainder,
    np.equal: arithmetic.eq,
    np.not_equal: arithmetic.ne,
    np.less: arithmetic.lt,
    np.less_equal: arithmetic.le,
    np.greater: arithmetic.gt,
    np.greater_equal: arithmetic.ge,
}


def _array_ufunc(self, ufunc, method, *inputs, **options):
    """Do ``np.exp(tensor)`` and ``np.float64(2) * tensor``."""
    if method != "__call__" or options:
        return NotImplemented
    if len(inputs) == 1:
        return wrap(ufunc(self.numpy()))
    if ufunc not in _UFUNCS:
        return wrap(ufunc(*(i.numpy() if isinstance(i, Tensor) else i for i in inputs)))
    if isinstance(inputs[0], np.ndarray) and inputs[0].ndim:
        raise TypeError(
            f"{ufunc.__name__}: an array and a tensor do not mix; turn the array into "
            f"a tensor with torch.from_numpy, or write the tensor first."
        )
    return _UFUNCS[ufunc](*inputs)


Tensor.__array_ufunc__ = _array_ufunc
