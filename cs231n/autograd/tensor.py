"""The tensor: an array, its gradient, and the step that made it."""

import copy
import weakref

import numpy as np

from cs231n.autograd import dtypes
from cs231n.autograd.graph import Node, sweep
from cs231n.autograd.protocol import Protocol, Size


class Tensor(Protocol):
    """An array that remembers how it was made.

    Called as in PyTorch, ``Tensor(data)`` copies data to float32, and
    ``Tensor(2, 3)`` makes room for six numbers. Use :func:`torch.tensor` instead.
    """

    # Defaults live in the class, so that a result costs two attributes.
    _grad = None
    _node = None  # the step that made it
    _asks = False  # requires_grad, if it is not a stale view
    _base = None  # the tensor this one is a view of
    _how = None  # (step, array -> view, gradient -> gradient of the base)
    _seen = 0  # the base's count of changed histories when this view was made
    _changes = 0  # how often a write in place changed the history
    __array_priority__ = 1000

    def __init__(self, *data):
        if len(data) == 1 and not isinstance(data[0], int):
            array = np.array(_plain(data[0]), np.float32)
        else:
            array = np.zeros(data if data else (0,), np.float32)
        self._a, self._version = array, [0]

    # What it is -----------------------------------------------------------------
    @property
    def shape(self):
        """Sizes of the axes."""
        return Size(self._a.shape)

    @property
    def dtype(self):
        """Dtype of the numbers."""
        return self._a.dtype

    @property
    def ndim(self):
        """Number of axes."""
        return self._a.ndim

    @property
    def device(self):
        """The CPU."""
        return dtypes.CPU

    @property
    def is_cuda(self):
        """False: the tape runs on the CPU."""
        return False

    @property
    def requires_grad(self):
        """Whether gradients are carried back to this tensor."""
        if self._base is not None:
            _refresh(self)
        return self._asks

    @requires_grad.setter
    def requires_grad(self, wanted):
        self.requires_grad_(wanted)

    @property
    def is_leaf(self):
        """Whether no recorded step made this tensor."""
        return self.grad_fn is None

    @property
    def grad_fn(self):
        """The step that made this tensor, or None."""
        if self._base is not None:
            _refresh(self)
        return self._node

    @property
    def data(self):
        """The same memory, without history; may be set."""
        return wrap(self._a)

    @data.setter
    def data(self, value):
        a = need(value, "data", "value")._a
        if a.shape != self._a.shape and self._node is not None:
            raise RuntimeError("Only the data of a leaf may be replaced.")
        self._a = a

    @property
    def grad(self):
        """What ``backward`` added up, or None; may be set."""
        return self._grad

    @grad.setter
    def grad(self, value):
        if value is not None:
            a = need(value, "grad", "value")._a
            if a.shape != self._a.shape or a.dtype != self._a.dtype:
                raise RuntimeError(
                    f"grad: expected {self._a.dtype} of shape {self._a.shape}; got "
                    f"{a.dtype} of shape {a.shape}."
                )
        self._grad = value

    def detach(self):
        """Return the same memory, without history."""
        out = wrap(self._a)
        out._version = self._version
        return out

    def detach_(self):
        """Forget the history."""
        self._node, self._base, self._asks = None, None, False
        return self

    def requires_grad_(self, requires_grad=True):
        """Ask for gradients, or no longer; return self."""
        wanted = bool(requires_grad)
        if wanted == self.requires_grad:
            return self
        if self._node is not None:
            raise RuntimeError(
                "you can only change requires_grad flags of leaf variables. Use "
                "x.detach() for a copy without history."
            )
        if wanted and self._a.dtype.kind != "f":
            raise RuntimeError(
                f"only Tensors of floating point dtype can require gradients; this "
                f"one is {dtypes.spoken(self._a.dtype)}."
            )
        self._asks, self._base = wanted, None
        return self

    def retain_grad(self):
        """Keep the gradient of a result in ``.grad`` as well."""
        if self.grad_fn is not None:
            self._node.kept = weakref.ref(self)

    # Backward -------------------------------------------------------------------
    def backward(self, gradient=None, retain_graph=False, create_graph=False):
        """Add to ``.grad`` of every leaf behind this result its derivative.

        Parameters
        ----------
        gradient : Tensor, optional
            Upstream gradient; may be left out for a single number.
        retain_graph : bool, optional
            Whether another ``backward`` will follow.
        create_graph : bool, optional
            Refused: gradients of gradients are PyTorch's.
        """
        root, upstream = start(self, gradient, create_graph)
        found = sweep([(root, upstream)], retain=retain_graph)
        for leaf, (array, owned) in found.items():
            leaf._collect(array, owned)

    def _collect(self, array, owned):
        grad = self._grad
        if grad is not None:
            np.add(grad._a, array, out=grad._a, casting="same_kind")
            grad._version[0] += 1
        elif owned and array.dtype == self._a.dtype and array.flags.c_contiguous:
            self._grad = wrap(array)
        else:
            self._grad = wrap(np.array(array, self._a.dtype, order="C"))

    # Copies -----------------------------------------------------------------------
    __hash__ = object.__hash__

    def __copy__(self):
        return self.__deepcopy__({})

    def __deepcopy__(self, memo):
        if self.grad_fn is not None:
            raise RuntimeError(
                "Only Tensors created explicitly by the user support the deepcopy "
                "protocol; use x.detach().clone()."
            )
        out = memo[id(self)] = wrap(self._a.copy(), type(self))
        out._asks = self._asks
        out.grad = copy.deepcopy(self.grad, memo)
        return out

    def __reduce__(self):
        return _rebuild, (type(self), self._a, self._asks)

    # What it is not -------------------------------------------------------------
    def cuda(self, *_, **__):
        """Refuse: the tape runs on the CPU."""
        dtypes.check_device("cuda")

    def register_hook(self, hook):
        """Refuse: this tape has no hooks."""
        raise NotImplementedError(
            "This tape has no hooks; retain_grad() keeps the gradient of a result."
        )


def _rebuild(kind, array, asks):
    out = wrap(array, kind)
    out._asks = asks
    return out


def wrap(array, kind=Tensor):
    """Return a tensor of an array, which it shares."""
    out = kind.__new__(kind)
    out._a = array if type(array) is np.ndarray else np.asarray(array)
    out._version = [0]
    return out


def start(result, gradient, create_graph=False):
    """Return where a backward pass starts, and the gradient it starts with."""
    if create_graph:
        raise NotImplementedError(
            "Gradients of gradients (create_graph=True) are not on this tape; choose "
            "PyTorch (CS231N_ENGINE=torch)."
        )
    root, a = edge(result), result._a
    if root is None:
        raise RuntimeError(
            "element 0 of tensors does not require grad and does not have a grad_fn: "
            "nothing that this result was computed from asked for gradients."
        )
    if gradient is None:
        if a.size != 1:
            raise RuntimeError(
                f"grad can be implicitly created only for scalar outputs; this one has "
                f"shape {a.shape}: take its sum or mean first."
            )
        return root, np.ones(a.shape, a.dtype)
    if need(gradient, "backward", "gradient")._a.shape != a.shape:
        raise RuntimeError(
            f"Mismatch in shape: grad_output[0] has a shape of {gradient.shape} and "
            f"output[0] has a shape of {result.shape}."
        )
    return root, gradient._a.astype(a.dtype, copy=False)


def edge(x):
    """Return what a gradient of ``x`` goes to: a node, a leaf, or None."""
    if x is None:
        return None
    if x._base is not None:
        _refresh(x)
    if x._node is not None:
        return x._node
    return x if x._asks else None


def _refresh(x):
    """Bring the history of a view up to date after a write to what it views."""
    base = x._base
    if base._base is not None:
        _refresh(base)
    if x._seen != base._changes:
        step, _, back = x._how
        x._node, x._asks = Node(step, back, (edge(base),)), True
        x._seen = base._changes
        x._changes += 1


def _plain(value):
    """Return data with arrays in place of tensors."""
    if isinstance(value, Tensor):
        return value._a
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value


def need(x, step, name="input"):
    """Return ``x`` if it is a tensor; say what came instead."""
    if isinstance(x, Tensor):
        return x
    hint = ": an answer is still None" if x is None else ""
    raise TypeError(
        f"{step}(): argument {name!r} must be Tensor, not {type(x).__name__}{hint}"
    )


def method(*names):
    """Return a decorator that makes a function a method of tensors, under names."""

    def attach(function):
        for name in names or (function.__name__.strip("_"),):
            setattr(Tensor, name, function)
        return function

    return attach
