# Matrix products, and what recurrent nets and captions stand on.


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


def lstm_gates_forward(gates, prev_c, next_c, next_h):
    """Activate the gates and step the cell (in place)."""
    cdef long n = prev_c.shape[0], h = prev_c.shape[1]
    cdef address p_gates = at(gates), p_prev_c = at(prev_c), p_next_c = at(next_c)
    cdef address p_next_h = at(next_h)
    cdef bint single = gates.itemsize == 4
    with nogil:
        if single:
            chosen.f32.lstm_gates_forward(n, h, p_gates, p_prev_c, p_next_c, p_next_h)
        else:
            chosen.f64.lstm_gates_forward(n, h, p_gates, p_prev_c, p_next_c, p_next_h)


def lstm_gates_backward(gates, prev_c, next_c, dh, dc, da):
    """Differentiate one step (``dc`` and ``da`` in place)."""
    cdef long n = prev_c.shape[0], h = prev_c.shape[1]
    cdef address p_gates = at(gates), p_prev_c = at(prev_c), p_next_c = at(next_c)
    cdef address p_dh = at(dh), p_dc = at(dc), p_da = at(da)
    cdef bint single = gates.itemsize == 4
    with nogil:
        if single:
            chosen.f32.lstm_gates_backward(
                n, h, p_gates, p_prev_c, p_next_c, p_dh, p_dc, p_da)
        else:
            chosen.f64.lstm_gates_backward(
                n, h, p_gates, p_prev_c, p_next_c, p_dh, p_dc, p_da)
