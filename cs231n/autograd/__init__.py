"""Automatic differentiation over NumPy arrays, in PyTorch's words.

``from cs231n.engine import torch, nn, F, optim`` brings it into a notebook, or PyTorch
itself where that is asked for. Names, argument order, defaults and semantics are
PyTorch's; ``docs/autograd.md`` lists the subset. Operations work on arrays with NumPy,
and every layer of :mod:`cs231n.layers` is one recorded step.
"""

from math import e, inf, nan, pi
from types import SimpleNamespace as _Names

from cs231n.autograd import dtypes as _dtypes
from cs231n.autograd import function as autograd
from cs231n.autograd import graph as _graph
from cs231n.autograd import nn, optim
from cs231n.autograd._names import missing as _missing
from cs231n.autograd.dtypes import *  # noqa: F403
from cs231n.autograd.dtypes import DTYPES as _DTYPES
from cs231n.autograd.graph import *  # noqa: F403
from cs231n.autograd.nn.functional import log_softmax, softmax
from cs231n.autograd.ops import arithmetic as _arithmetic
from cs231n.autograd.ops import attributes as _attributes
from cs231n.autograd.ops import choosing as _choosing
from cs231n.autograd.ops import creation as _creation
from cs231n.autograd.ops import diagonals as _diagonals
from cs231n.autograd.ops import extremes as _extremes
from cs231n.autograd.ops import filling as _filling
from cs231n.autograd.ops import indexing as _indexing
from cs231n.autograd.ops import inplace as _inplace
from cs231n.autograd.ops import joining as _joining
from cs231n.autograd.ops import ordering as _ordering
from cs231n.autograd.ops import pointwise as _pointwise
from cs231n.autograd.ops import products as _products
from cs231n.autograd.ops import randomness as _randomness
from cs231n.autograd.ops import reduction as _reduction
from cs231n.autograd.ops import shaping as _shaping
from cs231n.autograd.ops.arithmetic import *  # noqa: F403
from cs231n.autograd.ops.attributes import *  # noqa: F403
from cs231n.autograd.ops.choosing import *  # noqa: F403
from cs231n.autograd.ops.creation import *  # noqa: F403
from cs231n.autograd.ops.diagonals import *  # noqa: F403
from cs231n.autograd.ops.extremes import *  # noqa: F403
from cs231n.autograd.ops.joining import *  # noqa: F403
from cs231n.autograd.ops.ordering import *  # noqa: F403
from cs231n.autograd.ops.pointwise import *  # noqa: F403
from cs231n.autograd.ops.products import *  # noqa: F403
from cs231n.autograd.ops.randomness import *  # noqa: F403
from cs231n.autograd.ops.randomness import fork_rng as _fork_rng
from cs231n.autograd.ops.reduction import *  # noqa: F403
from cs231n.autograd.ops.reduction import linalg_norm as _linalg_norm
from cs231n.autograd.ops.reduction import vector_norm as _vector_norm
from cs231n.autograd.ops.shaping import *  # noqa: F403
from cs231n.autograd.ops.shaping import function_of_shape as reshape
from cs231n.autograd.ops.shaping import transpose_matrix as t
from cs231n.autograd.protocol import Size
from cs231n.autograd.saving import load, save
from cs231n.autograd.tensor import Tensor

# Names that hide Python's own: Python's types mean these dtypes as well.
bool, float, int = _DTYPES["bool"], _DTYPES["float"], _DTYPES["int"]
linalg = _Names(norm=_linalg_norm, vector_norm=_vector_norm)
random = _Names(fork_rng=_fork_rng, manual_seed=_randomness.manual_seed)
cuda = _Names(is_available=lambda: False, device_count=lambda: 0)
newaxis = None

_PARTS = (
    _arithmetic,
    _pointwise,
    _shaping,
    _joining,
    _attributes,
    _choosing,
    _diagonals,
    _reduction,
    _extremes,
    _ordering,
    _products,
    _creation,
    _randomness,
    _dtypes,
    _graph,
)
#: Modules that only attach methods to tensors.
_METHODS = (_filling, _indexing, _inplace)
__all__ = [
    *(name for part in _PARTS for name in part.__all__),
    "Size",
    "Tensor",
    "autograd",
    "bool",
    "cuda",
    "e",
    "float",
    "inf",
    "int",
    "linalg",
    "load",
    "log_softmax",
    "nan",
    "newaxis",
    "nn",
    "optim",
    "pi",
    "random",
    "reshape",
    "save",
    "softmax",
    "t",
]
__getattr__ = _missing("torch", lambda: __all__)
