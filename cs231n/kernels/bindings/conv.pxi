# Convolution and pooling.


cdef conv_shape conv_sizes(image, filters, out, geometry) except *:
    cdef conv_shape k
    k.n, k.c, k.h, k.w = image
    k.f, k.kh, k.kw = filters[0], filters[2], filters[3]
    k.oh, k.ow = out[2], out[3]
    (k.sy, k.sx), (k.py, k.px), (k.ty, k.tx), k.groups = geometry
    return k


cdef pool_shape pool_sizes(image, out, geometry, window) except *:
    cdef pool_shape k
    k.planes = image[0] * image[1]
    k.h, k.w = image[2], image[3]
    k.oh, k.ow = out[2], out[3]
    k.kh, k.kw = window
    k.sy, k.sx = geometry.stride
    return k


def conv_forward(x, w, b, out, geometry):
    """Cross-correlate and add a bias (``out`` in place)."""
    cdef conv_shape k = conv_sizes(x.shape, w.shape, out.shape, geometry)
    cdef address p_x = at(x), p_w = at(w), p_b = at(b), p_out = at(out)
    cdef bint single = x.itemsize == 4
    cdef int status
    with nogil:
        if single:
            status = chosen.f32.conv_forward(&k, p_x, p_w, p_b, p_out)
        else:
            status = chosen.f64.conv_forward(&k, p_x, p_w, p_b, p_out)
    check(status)


def conv_dx(dout, w, dx, geometry):
    """Carry a gradient back to the images (``dx`` in place)."""
    cdef conv_shape k = conv_sizes(dx.shape, w.shape, dout.shape, geometry)
    cdef address p_dout = at(dout), p_w = at(w), p_dx = at(dx)
    cdef bint single = dout.itemsize == 4
    cdef int status
    with nogil:
        if single:
            status = chosen.f32.conv_dx(&k, p_dout, p_w, p_dx)
        else:
            status = chosen.f64.conv_dx(&k, p_dout, p_w, p_dx)
    check(status)


def conv_dw(x, dout, dw, db, geometry):
    """Sum the gradient of filters and biases over the batch (in place)."""
    cdef conv_shape k = conv_sizes(x.shape, dw.shape, dout.shape, geometry)
    cdef address p_x = at(x), p_dout = at(dout), p_dw = at(dw), p_db = at(db)
    cdef bint single = x.itemsize == 4
    cdef int status
    with nogil:
        if single:
            status = chosen.f32.conv_dw(&k, p_x, p_dout, p_dw, p_db)
        else:
            status = chosen.f64.conv_dw(&k, p_x, p_dout, p_dw, p_db)
    check(status)


def max_pool_forward(x, out, where, geometry, window):
    """Keep each window's first maximum and its place (in place)."""
    cdef pool_shape k = pool_sizes(x.shape, out.shape, geometry, window)
    cdef address p_x = at(x), p_out = at(out), p_where = at(where)
    cdef bint single = x.itemsize == 4
    with nogil:
        if single:
            chosen.f32.max_pool_forward(&k, p_x, p_out, p_where)
        else:
            chosen.f64.max_pool_forward(&k, p_x, p_out, p_where)


def max_pool_backward(dout, where, dx, geometry, window):
    """Give each gradient to the pixel that won (``dx`` in place)."""
    cdef pool_shape k = pool_sizes(dx.shape, dout.shape, geometry, window)
    cdef address p_dout = at(dout), p_where = at(where), p_dx = at(dx)
    cdef bint single = dout.itemsize == 4
    with nogil:
        if single:
            chosen.f32.max_pool_backward(&k, p_dout, p_where, p_dx)
        else:
            chosen.f64.max_pool_backward(&k, p_dout, p_where, p_dx)


def avg_pool_forward(x, out, geometry, window):
    """Average the pixels of each window (``out`` in place)."""
    cdef pool_shape k = pool_sizes(x.shape, out.shape, geometry, window)
    cdef address p_x = at(x), p_out = at(out)
    cdef bint single = x.itemsize == 4
    cdef int status
    with nogil:
        if single:
            status = chosen.f32.avg_pool_forward(&k, p_x, p_out)
        else:
            status = chosen.f64.avg_pool_forward(&k, p_x, p_out)
    check(status)


def avg_pool_backward(dout, dx, geometry, window):
    """Share each gradient among the pixels of its window (in place)."""
    cdef pool_shape k = pool_sizes(dx.shape, dout.shape, geometry, window)
    cdef address p_dout = at(dout), p_dx = at(dx)
    cdef bint single = dout.itemsize == 4
    cdef int status
    with nogil:
        if single:
            status = chosen.f32.avg_pool_backward(&k, p_dout, p_dx)
        else:
            status = chosen.f64.avg_pool_backward(&k, p_dout, p_dx)
    check(status)
