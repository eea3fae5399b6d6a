"""Old spelling of :mod:`cs231n.layers.columns`."""

from cs231n.layers.columns import (
    col2im_cython,
    col2im_indices,
    get_im2col_indices,
    im2col_cython,
    im2col_indices,
)

__all__ = [
    "col2im_cython",
    "col2im_indices",
    "get_im2col_indices",
    "im2col_cython",
    "im2col_indices",
]
