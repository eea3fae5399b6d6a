# Steps of the optimisers.


def adam(
    w, dw, m, v, out, double rate, double beta1, double beta2, double epsilon,
    double decay, double correct1, double correct2
):
    """Take a step of Adam (``m``, ``v`` and ``out`` in place)."""
    cdef long n = w.size
    cdef double[7] settings
    settings[:] = [rate, beta1, beta2, epsilon, decay, correct1, correct2]
    cdef address p_w = at(w), p_dw = at(dw), p_m = at(m), p_v = at(v), p_out = at(out)
    cdef bint single = w.itemsize == 4
    with nogil:
        if single:
            chosen.f32.adam(n, p_w, p_dw, p_m, p_v, p_out, settings)
        else:
            chosen.f64.adam(n, p_w, p_dw, p_m, p_v, p_out, settings)


def momentum(w, dw, velocity, out, double rate, double mu, bint nesterov):
    """Roll on with momentum (``velocity`` and ``out`` in place)."""
    cdef long n = w.size
    cdef address p_w = at(w), p_dw = at(dw), p_velocity = at(velocity), p_out = at(out)
    cdef bint single = w.itemsize == 4
    with nogil:
        if single:
            chosen.f32.momentum(n, p_w, p_dw, p_velocity, p_out, rate, mu, nesterov)
        else:
            chosen.f64.momentum(n, p_w, p_dw, p_velocity, p_out, rate, mu, nesterov)


def rms(
    w, dw, cache, out, double rate, double keep, double take, double epsilon
):
    """Step by the gradient over its root mean square (in place)."""
    cdef long n = w.size
    cdef address p_w = at(w), p_dw = at(dw), p_cache = at(cache), p_out = at(out)
    cdef bint single = w.itemsize == 4
    with nogil:
        if single:
            chosen.f32.rms(n, p_w, p_dw, p_cache, p_out, rate, keep, take, epsilon)
        else:
            chosen.f64.rms(n, p_w, p_dw, p_cache, p_out, rate, keep, take, epsilon)


def sgd(w, dw, out, double rate):
    """Step against the gradient (``out`` in place)."""
    cdef long n = w.size
    cdef address p_w = at(w), p_dw = at(dw), p_out = at(out)
    cdef bint single = w.itemsize == 4
    with nogil:
        if single:
            chosen.f32.sgd(n, p_w, p_dw, p_out, rate)
        else:
            chosen.f64.sgd(n, p_w, p_dw, p_out, rate)
