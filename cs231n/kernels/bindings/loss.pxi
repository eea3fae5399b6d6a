# Losses and the softmax.


def softmax_loss(x, y, double scale, dx):
    """Return the summed loss; write its scaled gradient to ``dx``."""
    cdef double loss = 0
    cdef address p_y = at(y), p_dx = at(dx)
    cdef place first = look(x)
    cdef int status
    with nogil:
        if first.item == 4:
            status = chosen.f32.softmax_loss(
                first.rows, first.cols, first.data, p_y, scale, p_dx, &loss)
        else:
            status = chosen.f64.softmax_loss(
                first.rows, first.cols, first.data, p_y, scale, p_dx, &loss)
    check(status)
    return loss


def svm_loss(x, y, double scale, dx):
    """Return the summed loss; write its scaled gradient to ``dx``."""
    cdef double loss = 0
    cdef address p_y = at(y), p_dx = at(dx)
    cdef place first = look(x)
    cdef int status
    with nogil:
        if first.item == 4:
            status = chosen.f32.svm_loss(
                first.rows, first.cols, first.data, p_y, scale, p_dx, &loss)
        else:
            status = chosen.f64.svm_loss(
                first.rows, first.cols, first.data, p_y, scale, p_dx, &loss)
    check(status)
    return loss


def linear_softmax_loss(x, w, y, double scale, dw):
    """Return the summed loss of ``x @ w``; write the scaled gradient to ``dw``."""
    cdef double loss = 0
    cdef address p_y = at(y), p_dw = at(dw)
    cdef place first = look(x), second = look(w)
    cdef int status
    with nogil:
        if first.item == 4:
            status = chosen.f32.linear_softmax_loss(
                first.rows, first.cols, second.cols, first.data, first.row_step,
                second.data, p_y, scale, p_dw, &loss)
        else:
            status = chosen.f64.linear_softmax_loss(
                first.rows, first.cols, second.cols, first.data, first.row_step,
                second.data, p_y, scale, p_dw, &loss)
    check(status)
    return loss


def linear_svm_loss(x, w, y, double scale, dw):
    """Return the summed loss of ``x @ w``; write the scaled gradient to ``dw``."""
    cdef double loss = 0
    cdef address p_y = at(y), p_dw = at(dw)
    cdef place first = look(x), second = look(w)
    cdef int status
    with nogil:
        if first.item == 4:
            status = chosen.f32.linear_svm_loss(
                first.rows, first.cols, second.cols, first.data, first.row_step,
                second.data, p_y, scale, p_dw, &loss)
        else:
            status = chosen.f64.linear_svm_loss(
                first.rows, first.cols, second.cols, first.data, first.row_step,
                second.data, p_y, scale, p_dw, &loss)
    check(status)
    return loss


def softmax(x, out):
    """Take the softmax of each row (``out`` in place)."""
    cdef address p_out = at(out)
    cdef place first = look(x)
    with nogil:
        if first.item == 4:
            chosen.f32.softmax(first.rows, first.cols, first.data, p_out)
        else:
            chosen.f64.softmax(first.rows, first.cols, first.data, p_out)


def softmax_backward(dout, out, dx):
    """Carry a gradient back through softmax (``dx`` in place)."""
    cdef address p_out = at(out), p_dx = at(dx)
    cdef place first = look(dout)
    with nogil:
        if first.item == 4:
            chosen.f32.softmax_backward(first.rows, first.cols, first.data, p_out, p_dx)
        else:
            chosen.f64.softmax_backward(first.rows, first.cols, first.data, p_out, p_dx)
