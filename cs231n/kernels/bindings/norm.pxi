# Batch, layer and group normalisation.


def batch_norm_forward(x, gamma, beta, double eps, out, mean, var, rstd):
    """Normalise channels of (N, C, S) over the batch (the last four in place)."""
    cdef long n = x.shape[0], c = x.shape[1], s = x.shape[2]
    cdef address p_x = at(x), p_gamma = at(gamma), p_beta = at(beta), p_out = at(out)
    cdef address p_mean = at(mean), p_var = at(var), p_rstd = at(rstd)
    cdef bint single = x.itemsize == 4
    cdef int status
    with nogil:
        if single:
            status = chosen.f32.batch_norm_forward(
                n, c, s, p_x, p_gamma, p_beta, eps, p_out, p_mean, p_var, p_rstd)
        else:
            status = chosen.f64.batch_norm_forward(
                n, c, s, p_x, p_gamma, p_beta, eps, p_out, p_mean, p_var, p_rstd)
    check(status)


def batch_norm_backward(dout, x, gamma, mean, rstd, dx, dgamma, dbeta):
    """Differentiate batch normalisation (the last three in place)."""
    cdef long n = x.shape[0], c = x.shape[1], s = x.shape[2]
    cdef address p_dout = at(dout), p_x = at(x), p_gamma = at(gamma), p_mean = at(mean)
    cdef address p_rstd = at(rstd), p_dx = at(dx), p_dgamma = at(dgamma)
    cdef address p_dbeta = at(dbeta)
    cdef bint single = dout.itemsize == 4
    cdef int status
    with nogil:
        if single:
            status = chosen.f32.batch_norm_backward(
                n, c, s, p_dout, p_x, p_gamma, p_mean, p_rstd, p_dx, p_dgamma, p_dbeta)
        else:
            status = chosen.f64.batch_norm_backward(
                n, c, s, p_dout, p_x, p_gamma, p_mean, p_rstd, p_dx, p_dgamma, p_dbeta)
    check(status)


def scale_shift(x, scale, shift, out):
    """Multiply and shift each channel of (N, C, S) (``out`` in place)."""
    cdef long n = x.shape[0], c = x.shape[1], s = x.shape[2]
    cdef address p_x = at(x), p_scale = at(scale), p_shift = at(shift), p_out = at(out)
    cdef bint single = x.itemsize == 4
    with nogil:
        if single:
            chosen.f32.scale_shift(n, c, s, p_x, p_scale, p_shift, p_out)
        else:
            chosen.f64.scale_shift(n, c, s, p_x, p_scale, p_shift, p_out)


def group_norm_forward(x, gamma, beta, double eps, out, mean, rstd):
    """Normalise groups of (N, G, K, S) (the last three in place)."""
    cdef long n = x.shape[0], g = x.shape[1], k = x.shape[2], s = x.shape[3]
    cdef address p_x = at(x), p_gamma = at(gamma), p_beta = at(beta), p_out = at(out)
    cdef address p_mean = at(mean), p_rstd = at(rstd)
    cdef bint single = x.itemsize == 4
    with nogil:
        if single:
            chosen.f32.group_norm_forward(
                n, g, k, s, p_x, p_gamma, p_beta, eps, p_out, p_mean, p_rstd)
        else:
            chosen.f64.group_norm_forward(
                n, g, k, s, p_x, p_gamma, p_beta, eps, p_out, p_mean, p_rstd)


def group_norm_backward(dout, x, gamma, mean, rstd, dx, dgamma, dbeta):
    """Differentiate group normalisation (the last three in place)."""
    cdef long n = x.shape[0], g = x.shape[1], k = x.shape[2], s = x.shape[3]
    cdef address p_dout = at(dout), p_x = at(x), p_gamma = at(gamma), p_mean = at(mean)
    cdef address p_rstd = at(rstd), p_dx = at(dx), p_dgamma = at(dgamma)
    cdef address p_dbeta = at(dbeta)
    cdef bint single = dout.itemsize == 4
    cdef int status
    with nogil:
        if single:
            status = chosen.f32.group_norm_backward(
                n, g, k, s, p_dout, p_x, p_gamma, p_mean, p_rstd, p_dx, p_dgamma,
                p_dbeta)
        else:
            status = chosen.f64.group_norm_backward(
                n, g, k, s, p_dout, p_x, p_gamma, p_mean, p_rstd, p_dx, p_dgamma,
                p_dbeta)
    check(status)
