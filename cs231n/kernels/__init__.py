"""The compute kernels: compiled where a compiler was at hand, NumPy elsewhere.

``BACKEND`` says which runs, ``"cython"`` or ``"numpy"``, and ``INSTRUCTIONS`` which
vector instructions the compiled one uses. The choice is made once, at import; set
``CS231N_KERNELS=numpy`` (or ``avx2``, ``avx512``, ``vec128``) beforehand to make it
yourself. ``python -m cs231n.kernels`` prints the choice and a two-second speed check.

``impl`` holds the kernels of that back end. They check nothing: call
:mod:`cs231n.layers`, or :func:`im2col` and :func:`col2im` here.
"""

from cs231n.kernels._backend import BACKEND, INSTRUCTIONS, impl
from cs231n.kernels._columns import col2im, im2col
from cs231n.kernels._geometry import Geometry
from cs231n.kernels._threads import get_num_threads, num_threads, set_num_threads

__all__ = [
    "BACKEND",
    "INSTRUCTIONS",
    "Geometry",
    "col2im",
    "get_num_threads",
    "im2col",
    "impl",
    "num_threads",
    "set_num_threads",
]
