# Activations.


def leaky_relu_forward(x, double slope, out):
    """Multiply negative elements by a slope (``out`` in place)."""
    cdef long n = x.size
    cdef address p_x = at(x), p_out = at(out)
    cdef bint single = x.itemsize == 4
    with nogil:
        if single:
            chosen.f32.leaky_relu_forward(n, p_x, slope, p_out)
        else:
            chosen.f64.leaky_relu_forward(n, p_x, slope, p_out)


def leaky_relu_backward(dout, x, double slope, dx):
    """Multiply a gradient by the slope at ``x`` (``dx`` in place)."""
    cdef long n = x.size
    cdef address p_dout = at(dout), p_x = at(x), p_dx = at(dx)
    cdef bint single = dout.itemsize == 4
    with nogil:
        if single:
            chosen.f32.leaky_relu_backward(n, p_dout, p_x, slope, p_dx)
        else:
            chosen.f64.leaky_relu_backward(n, p_dout, p_x, slope, p_dx)


def sigmoid_forward(x, out):
    """Take sigmoid of every element (``out`` in place)."""
    cdef long n = x.size
    cdef address p_x = at(x), p_out = at(out)
    cdef bint single = x.itemsize == 4
    with nogil:
        if single:
            chosen.f32.sigmoid_forward(n, p_x, p_out)
        else:
            chosen.f64.sigmoid_forward(n, p_x, p_out)


def sigmoid_backward(dout, out, dx):
    """Carry a gradient back through sigmoid (``dx`` in place)."""
    cdef long n = out.size
    cdef address p_dout = at(dout), p_out = at(out), p_dx = at(dx)
    cdef bint single = dout.itemsize == 4
    with nogil:
        if single:
            chosen.f32.sigmoid_backward(n, p_dout, p_out, p_dx)
        else:
            chosen.f64.sigmoid_backward(n, p_dout, p_out, p_dx)


def tanh_forward(x, out):
    """Take tanh of every element (``out`` in place)."""
    cdef long n = x.size
    cdef address p_x = at(x), p_out = at(out)
    cdef bint single = x.itemsize == 4
    with nogil:
        if single:
            chosen.f32.tanh_forward(n, p_x, p_out)
        else:
            chosen.f64.tanh_forward(n, p_x, p_out)


def tanh_backward(dout, out, dx):
    """Carry a gradient back through tanh (``dx`` in place)."""
    cdef long n = out.size
    cdef address p_dout = at(dout), p_out = at(out), p_dx = at(dx)
    cdef bint single = dout.itemsize == 4
    with nogil:
        if single:
            chosen.f32.tanh_backward(n, p_dout, p_out, p_dx)
        else:
            chosen.f64.tanh_backward(n, p_dout, p_out, p_dx)


def gelu_forward(x, out):
    """Take gelu of every element (``out`` in place)."""
    cdef long n = x.size
    cdef address p_x = at(x), p_out = at(out)
    cdef bint single = x.itemsize == 4
    with nogil:
        if single:
            chosen.f32.gelu_forward(n, p_x, p_out)
        else:
            chosen.f64.gelu_forward(n, p_x, p_out)


def gelu_backward(dout, x, dx):
    """Carry a gradient back through gelu (``dx`` in place)."""
    cdef long n = x.size
    cdef address p_dout = at(dout), p_x = at(x), p_dx = at(dx)
    cdef bint single = dout.itemsize == 4
    with nogil:
        if single:
            chosen.f32.gelu_backward(n, p_dout, p_x, p_dx)
        else:
            chosen.f64.gelu_backward(n, p_dout, p_x, p_dx)


def gelu_exact_forward(x, out):
    """Take the exact gelu of every element (``out`` in place)."""
    cdef long n = x.size
    cdef address p_x = at(x), p_out = at(out)
    cdef bint single = x.itemsize == 4
    with nogil:
        if single:
            chosen.f32.gelu_exact_forward(n, p_x, p_out)
        else:
            chosen.f64.gelu_exact_forward(n, p_x, p_out)


def gelu_exact_backward(dout, x, dx):
    """Carry a gradient back through the exact gelu (``dx`` in place)."""
    cdef long n = x.size
    cdef address p_dout = at(dout), p_x = at(x), p_dx = at(dx)
    cdef bint single = dout.itemsize == 4
    with nogil:
        if single:
            chosen.f32.gelu_exact_backward(n, p_dout, p_x, p_dx)
        else:
            chosen.f64.gelu_exact_backward(n, p_dout, p_x, p_dx)
