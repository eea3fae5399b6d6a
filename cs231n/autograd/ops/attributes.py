"""What a tensor says about itself, and its numbers in other dtypes."""

from cs231n.autograd import dtypes
from cs231n.autograd.history import record
from cs231n.autograd.ops.shaping import axis
from cs231n.autograd.tensor import Tensor, method, wrap


@method("size")
def _size(self, dim=None):
    """Return the shape, or one size."""
    return self.shape if dim is None else self._a.shape[axis(dim, self.ndim)]


@method("numel", "nelement")
def numel(input):
    """Return the number of elements."""
    return input._a.size


def is_tensor(obj):
    """Tell whether something is a tensor."""
    return isinstance(obj, Tensor)


@method("dim", "ndimension")
def _dim(self):
    """Return the number of axes."""
    return self._a.ndim


@method("stride")
def _stride(self, dim=None):
    """Return the steps between elements, in elements."""
    steps = tuple(s // self._a.itemsize for s in self._a.strides)
    return steps if dim is None else steps[dim]


@method("is_contiguous")
def _is_contiguous(self):
    """Tell whether the memory is in order."""
    return self._a.flags.c_contiguous


# Other dtypes -------------------------------------------------------------------
@method("to")
def _to(self, *args, dtype=None, device=None, copy=False, **_):
    """Return another dtype; the device must be the CPU."""
    for value in args:
        if isinstance(value, bool):
            continue
        if isinstance(value, Tensor):
            dtype = value.dtype
        elif dtypes.is_device(value):
            device = value
        else:
            dtype = value
    dtypes.check_device(device)
    dtype = self.dtype if dtype is None else dtypes.as_dtype(dtype)
    if dtype == self.dtype and not copy:
        return self
    before, out = self.dtype, self._a.astype(dtype)
    if dtype.kind != "f" or before.kind != "f":
        return wrap(out)
    return record("to", out, lambda g: g.astype(before, copy=False), (self,))


@method("type")
def _type(self, dtype=None, **_):
    """Return another dtype, or without an argument the name of this one."""
    if dtype is None:
        return f"torch.{dtypes.spoken(self.dtype)}Tensor"
    return self.to(dtypes.as_dtype(dtype))


@method("type_as")
def _type_as(self, other):
    """Return the dtype of another tensor."""
    return self.to(other.dtype)


def _conversion(name, dtype):
    def convert(self):
        return self.to(dtype)

    convert.__name__, convert.__doc__ = name, f"Return the numbers as {dtype}."
    setattr(Tensor, name, convert)


for _name, _dtype in dtypes.DTYPES.items():
    if _name in ("float", "double", "long", "int", "short", "bool"):
        _conversion(_name, _dtype)


@method("cpu")
def _cpu(self):
    """Return the tensor: it is on the CPU."""
    return self


@method("is_floating_point")
def is_floating_point(input):
    """Tell whether the numbers are float32 or float64."""
    return input._a.dtype.kind == "f"


__all__ = ["is_floating_point", "is_tensor", "numel"]
