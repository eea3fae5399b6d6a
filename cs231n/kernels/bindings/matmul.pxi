# Matrix products, and word embedding.

import numpy as np


def matmul(a, b, out, bias=None, bint add=False):
    """Multiply matrices, views of any strides (``out``, rows contiguous, in place)."""
    cdef place first = look(a), second = look(b), third = look(out)
    cdef address p_bias = at(bias)
    cdef int status
    with nogil:
        if first.item == 4:
            status = chosen.f32.matmul(
                third.rows, third.cols, first.cols, first.data, first.row_step,
                first.col_step, second.data, second.row_step, second.col_step,
                third.data, third.row_step, p_bias, add)
        else:
            status = chosen.f64.matmul(
                third.rows, third.cols, first.cols, first.data, first.row_step,
                first.col_step, second.data, second.row_step, second.col_step,
                third.data, third.row_step, p_bias, add)
    check(status)


def pack(b):
    """Return ``b``, of any strides, in the order in which products read it."""
    cdef place first = look(b)
    cdef long whole = (first.cols + 31) // 32 * 32  # columns of the widest tile
    packed = np.empty(whole * first.rows + 16, b.dtype)  # so that a cache line begins
    cdef address p_packed = aligned(packed)
    with nogil:
        if first.item == 4:
            chosen.f32.matmul_pack(
                first.rows, first.cols, first.data, first.row_step, first.col_step,
                p_packed)
        else:
            chosen.f64.matmul_pack(
                first.rows, first.cols, first.data, first.row_step, first.col_step,
                p_packed)
    return packed


def matmul_packed(a, packed, out, bint add=False):
    """Multiply by a packed matrix (``out``, rows contiguous, in place)."""
    cdef place first = look(a), third = look(out)
    cdef address p_packed = aligned(packed)
    cdef int status
    with nogil:
        if first.item == 4:
            status = chosen.f32.matmul_packed(
                third.rows, third.cols, first.cols, first.data, first.row_step,
                first.col_step, p_packed, third.data, third.row_step, add)
        else:
            status = chosen.f64.matmul_packed(
                third.rows, third.cols, first.cols, first.data, first.row_step,
                first.col_step, p_packed, third.data, third.row_step, add)
    check(status)


cdef address aligned(object value) except NULL:
    """Return the first address in an array at which a cache line begins."""
    return <address>((<size_t>at(value) + 63) & ~<size_t>63)


def row_sum(x, out):
    """Sum the rows of a matrix (``out`` in place)."""
    cdef address p_out = at(out)
    cdef place first = look(x)
    with nogil:
        if first.item == 4:
            chosen.f32.row_sum(first.rows, first.cols, first.data, p_out)
        else:
            chosen.f64.row_sum(first.rows, first.cols, first.data, p_out)


def embedding_forward(x, w, out):
    """Copy rows of ``w`` by number (``out`` in place)."""
    cdef long n = x.size, d = w.shape[1]
    cdef address p_x = at(x), p_w = at(w), p_out = at(out)
    cdef bint single = w.itemsize == 4
    with nogil:
        if single:
            chosen.f32.embedding_forward(n, d, p_x, p_w, p_out)
        else:
            chosen.f64.embedding_forward(n, d, p_x, p_w, p_out)


def embedding_backward(dout, x, dw):
    """Add rows of ``dout`` up by number (``dw`` in place)."""
    cdef long n = x.size, v = dw.shape[0], d = dw.shape[1]
    cdef address p_dout = at(dout), p_x = at(x), p_dw = at(dw)
    cdef bint single = dout.itemsize == 4
    with nogil:
        if single:
            chosen.f32.embedding_backward(n, v, d, p_dout, p_x, p_dw)
        else:
            chosen.f64.embedding_backward(n, v, d, p_dout, p_x, p_dw)
