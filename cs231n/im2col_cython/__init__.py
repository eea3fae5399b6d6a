"""Old spelling of :mod:`cs231n.layers.columns`: what the course compiles."""

from cs231n.layers.columns import col2im_6d_cython, col2im_cython, im2col_cython

__all__ = ["col2im_6d_cython", "col2im_cython", "im2col_cython"]
