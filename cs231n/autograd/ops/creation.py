"""New tensors: from data, filled, counted."""

import numpy as np

from cs231n.autograd import dtypes
from cs231n.autograd.ops.shaping import sizes
from cs231n.autograd.tensor import Tensor, _plain, need, wrap

_default = [dtypes.float32]


def get_default_dtype():
    """Return the dtype that Python's floats become."""
    return _default[0]


def set_default_dtype(dtype):
    """Choose the dtype that Python's floats become."""
    _default[0] = dtypes.as_dtype(dtype)


def _made(array, requires_grad=False, device=None, **_):
    dtypes.check_device(device)
    out = wrap(array)
    return out.requires_grad_() if requires_grad else out


def tensor(data, *, dtype=None, device=None, requires_grad=False):
    """Copy data into a new tensor without history."""
    plain = _plain(data)
    if data is None:
        raise RuntimeError(
            "Could not infer dtype of NoneType: an answer is still None."
        )
    try:
        array = np.array(plain)
    except ValueError as error:
        raise ValueError(
            f"tensor(): the rows of the data differ in length: {error}"
        ) from None
    if array.dtype.kind not in "fiub":
        raise TypeError(f"tensor(): cannot make numbers of {type(data).__name__}.")
    if dtype is not None:
        array = array.astype(dtypes.as_dtype(dtype))
    elif array.dtype.kind == "f" and _of_python(data):
        array = array.astype(_default[0])
    return _made(array, requires_grad, device)


def _of_python(data):
    """Tell whether floats in nested lists are Python's (or float32 already)."""
    while isinstance(data, list | tuple) and len(data):
        data = data[0]
    return isinstance(data, float | int | list | tuple) and not isinstance(
        data, np.generic
    )


def as_tensor(data, dtype=None, device=None):
    """Return data as a tensor, sharing an array's memory."""
    if isinstance(data, Tensor):
        return data if dtype is None else data.to(dtype)
    if isinstance(data, np.ndarray):
        out = wrap(data)
        return out if dtype is None else out.to(dtype)
    return tensor(data, dtype=dtype, device=device)


def from_numpy(ndarray):
    """Return a tensor that shares the array's memory."""
    if not isinstance(ndarray, np.ndarray):
        raise TypeError(
            f"expected np.ndarray (got {type(ndarray).__name__}); use torch.tensor."
        )
    if ndarray.dtype not in dtypes.DTYPES.values():
        raise TypeError(
            f"can't convert np.ndarray of type {ndarray.dtype} to a tensor."
        )
    return wrap(ndarray)


def _filled(name, make):
    def filled(*size, dtype=None, device=None, requires_grad=False, out=None):
        shape = size or ((),)
        dtype = _default[0] if dtype is None else dtypes.as_dtype(dtype)
        return _made(make(sizes(shape), dtype), requires_grad, device)

    def like(input, *, dtype=None, device=None, requires_grad=False, **_):
        a = need(input, f"{name}_like")._a
        dtype = a.dtype if dtype is None else dtypes.as_dtype(dtype)
        return _made(make(a.shape, dtype), requires_grad, device)

    def new(self, *size, dtype=None, device=None, requires_grad=False):
        dtype = self.dtype if dtype is None else dtype
        return filled(*size, dtype=dtype, device=device, requires_grad=requires_grad)

    filled.__name__, like.__name__ = name, f"{name}_like"
    filled.__doc__ = f"Return a tensor of a shape: {name}."
    like.__doc__ = f"Return a tensor shaped like another: {name}."
    if not name.startswith("rand"):
        setattr(Tensor, f"new_{name}", new)
    return filled, like


zeros, zeros_like = _filled("zeros", np.zeros)
ones, ones_like = _filled("ones", np.ones)
empty, empty_like = _filled("empty", np.zeros)


def full(size, fill_value, *, dtype=None, device=None, requires_grad=False):
    """Return a tensor full of one number, of the number's kind."""
    if isinstance(fill_value, Tensor):
        fill_value = fill_value.item()
    if dtype is None:
        kinds = {bool: np.dtype(bool), int: dtypes.int64}
        dtype = kinds.get(type(fill_value), _default[0])
    size = (size,) if isinstance(size, int) else size
    array = np.full(sizes((tuple(size),)), fill_value, dtypes.as_dtype(dtype))
    return _made(array, requires_grad, device)


def full_like(input, fill_value, *, dtype=None, device=None):
    """Return a tensor shaped like another, full of one number."""
    dtype = input.dtype if dtype is None else dtype
    return full(input.shape, fill_value, dtype=dtype, device=device)


def arange(start, end=None, step=1, *, dtype=None, device=None, requires_grad=False):
    """Count from ``start`` up to but not including ``end``."""
    start, end = (0, start) if end is None else (start, end)
    start, end, step = (
        v.item() if isinstance(v, Tensor | np.generic) else v
        for v in (start, end, step)
    )
    if (end - start) * step < 0:
        raise RuntimeError(f"arange: steps of {step} do not lead from {start} to {end}")
    if dtype is None:
        floats = any(isinstance(v, float) for v in (start, end, step))
        dtype = _default[0] if floats else dtypes.int64
    return _made(
        np.arange(start, end, step).astype(dtypes.as_dtype(dtype)),
        requires_grad,
        device,
    )


def linspace(start, end, steps, *, dtype=None, device=None, requires_grad=False):
    """Return evenly spaced numbers, both ends included."""
    dtype = _default[0] if dtype is None else dtypes.as_dtype(dtype)
    start, end = (v.item() if isinstance(v, Tensor) else v for v in (start, end))
    return _made(np.linspace(start, end, steps).astype(dtype), requires_grad, device)


def eye(n, m=None, *, dtype=None, device=None, requires_grad=False):
    """Return a matrix with ones on the diagonal."""
    dtype = _default[0] if dtype is None else dtypes.as_dtype(dtype)
    return _made(np.eye(n, m, dtype=dtype), requires_grad, device)


def meshgrid(*tensors, indexing="ij"):
    """Return the coordinates of a grid."""
    if len(tensors) == 1 and isinstance(tensors[0], list | tuple):
        tensors = tensors[0]
    grids = np.meshgrid(*(t._a for t in tensors), indexing=indexing)
    return tuple(wrap(g.copy()) for g in grids)


class TensorType:
    """An old name for a dtype that also makes tensors, such as ``FloatTensor``."""

    def __init__(self, name, dtype):
        self.__name__, self.dtype = name, dtype

    def __call__(self, *data):
        """Make a tensor of data, or of a shape."""
        if len(data) == 1 and not isinstance(data[0], int):
            return tensor(data[0], dtype=self.dtype)
        return zeros(*data, dtype=self.dtype)

    def __repr__(self):
        return f"torch.{self.__name__}"


FloatTensor = TensorType("FloatTensor", dtypes.float32)
DoubleTensor = TensorType("DoubleTensor", dtypes.float64)
LongTensor = TensorType("LongTensor", dtypes.int64)
IntTensor = TensorType("IntTensor", dtypes.int32)
BoolTensor = TensorType("BoolTensor", np.dtype(bool))
ByteTensor = TensorType("ByteTensor", dtypes.uint8)

__all__ = [
    "BoolTensor",
    "ByteTensor",
    "DoubleTensor",
    "FloatTensor",
    "IntTensor",
    "LongTensor",
    "arange",
    "as_tensor",
    "empty",
    "empty_like",
    "eye",
    "from_numpy",
    "full",
    "full_like",
    "get_default_dtype",
    "linspace",
    "meshgrid",
    "ones",
    "ones_like",
    "set_default_dtype",
    "tensor",
    "zeros",
    "zeros_like",
]
