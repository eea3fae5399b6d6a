# cython: language_level=3, boundscheck=False, wraparound=False
# cython: cdivision=True, initializedcheck=False, embedsignature=False
"""The compiled kernels: im2col here, everything else in C behind thin bindings.

Private: import from ``cs231n.kernels``. Nothing is checked here, so a wrong shape reads
or writes outside an array; ``cs231n.layers`` checks every shape first. Arrays come as
buffers, so that the build needs no NumPy.
"""

cimport cython
from cpython.buffer cimport (
    PyBUF_STRIDED_RO, PyBuffer_Release, PyObject_GetBuffer
)
from libc.stdint cimport int64_t, uint8_t


cdef extern from "csrc/threads.h" nogil:
    void threads_set(int count)
    int threads_get()


cdef extern from "csrc/kernels.h" nogil:
    ctypedef struct conv_shape:
        long n, c, h, w, f, kh, kw, oh, ow, sy, sx, py, px, ty, tx, groups
    ctypedef struct pool_shape:
        long planes, h, w, oh, ow, kh, kw, sy, sx
    ctypedef struct kernels_f32:
        int (*conv_forward)(
            const conv_shape *, const float *, const float *, const
            float *, float *) noexcept nogil
        int (*conv_dx)(
            const conv_shape *, const float *, const float *, float *) noexcept nogil
        int (*conv_dw)(
            const conv_shape *, const float *, const float *, float *,
            float *) noexcept nogil
        int (*matmul)(
            long, long, long, const float *, long, long, const float *,
            long, long, float *, long, const float *, int) noexcept nogil
        void (*row_sum)(long, long, const float *, float *) noexcept nogil
        void (*max_pool_forward)(
            const pool_shape *, const float *, float *, uint8_t *) noexcept nogil
        void (*max_pool_backward)(
            const pool_shape *, const float *, const uint8_t *, float *) noexcept nogil
        int (*avg_pool_forward)(
            const pool_shape *, const float *, float *) noexcept nogil
        int (*avg_pool_backward)(
            const pool_shape *, const float *, float *) noexcept nogil
        int (*batch_norm_forward)(
            long, long, long, const float *, const float *, const float
            *, double, float *, float *, float *, float *) noexcept nogil
        int (*batch_norm_backward)(
            long, long, long, const float *, const float *, const float
            *, const float *, const float *, float *, float *, float *) noexcept nogil
        void (*scale_shift)(
            long, long, long, const float *, const float *, const float *,
            float *) noexcept nogil
        void (*group_norm_forward)(
            long, long, long, long, const float *, const float *, const float *, double,
            float *, float *, float *) noexcept nogil
        int (*group_norm_backward)(
            long, long, long, long, const float *, const float *, const float *,
            const float *, const float *, float *, float *, float *) noexcept nogil
        void (*leaky_relu_forward)(long, const float *, double, float *) noexcept nogil
        void (*leaky_relu_backward)(
            long, const float *, const float *, double, float *) noexcept nogil
        void (*sigmoid_forward)(long, const float *, float *) noexcept nogil
        void (*tanh_forward)(long, const float *, float *) noexcept nogil
        void (*sigmoid_backward)(
            long, const float *, const float *, float *) noexcept nogil
        void (*tanh_backward)(
            long, const float *, const float *, float *) noexcept nogil
        void (*gelu_forward)(long, const float *, float *) noexcept nogil
        void (*gelu_backward)(
            long, const float *, const float *, float *) noexcept nogil
        void (*gelu_exact_forward)(long, const float *, float *) noexcept nogil
        void (*gelu_exact_backward)(
            long, const float *, const float *, float *) noexcept nogil
        int (*softmax_loss)(
            long, long, const float *, const int64_t *, double, float *,
            double *) noexcept nogil
        int (*svm_loss)(
            long, long, const float *, const int64_t *, double, float *,
            double *) noexcept nogil
        void (*softmax)(long, long, const float *, float *) noexcept nogil
        void (*softmax_backward)(
            long, long, const float *, const float *, float *) noexcept nogil
        void (*lstm_gates_forward)(
            long, long, float *, const float *, float *, float *) noexcept nogil
        void (*lstm_gates_backward)(
            long, long, const float *, const float *, const float *,
            const float *, float *, float *) noexcept nogil
        void (*embedding_forward)(
            long, long, const int64_t *, const float *, float *) noexcept nogil
        void (*embedding_backward)(
            long, long, long, const float *, const int64_t *, float *) noexcept nogil
        void (*adam)(
            long, const float *, const float *, float *, float *, float
            *, const double *) noexcept nogil
        void (*momentum)(
            long, const float *, const float *, float *, float *,
            double, double, int) noexcept nogil
        void (*rms)(
            long, const float *, const float *, float *, float *,
            double, double, double, double) noexcept nogil
        void (*sgd)(long, const float *, const float *, float *, double) noexcept nogil
    ctypedef struct kernels_f64:
        int (*conv_forward)(
            const conv_shape *, const double *, const double *, const
            double *, double *) noexcept nogil
        int (*conv_dx)(
            const conv_shape *, const double *, const double *, double *) noexcept nogil
        int (*conv_dw)(
            const conv_shape *, const double *, const double *, double
            *, double *) noexcept nogil
        int (*matmul)(
            long, long, long, const double *, long, long, const double
            *, long, long, double *, long, const double *, int) noexcept nogil
        void (*row_sum)(long, long, const double *, double *) noexcept nogil
        void (*max_pool_forward)(
            const pool_shape *, const double *, double *, uint8_t *) noexcept nogil
        void (*max_pool_backward)(
            const pool_shape *, const double *, const uint8_t *, double
            *) noexcept nogil
        int (*avg_pool_forward)(
            const pool_shape *, const double *, double *) noexcept nogil
        int (*avg_pool_backward)(
            const pool_shape *, const double *, double *) noexcept nogil
        int (*batch_norm_forward)(
            long, long, long, const double *, const double *, const
            double *, double, double *, double *, double *, double *) noexcept nogil
        int (*batch_norm_backward)(
            long, long, long, const double *, const double *, const
            double *, const double *, const double *, double *, double
            *, double *) noexcept nogil
        void (*scale_shift)(
            long, long, long, const double *, const double *, const double *,
            double *) noexcept nogil
        void (*group_norm_forward)(
            long, long, long, long, const double *, const double *, const double *, double,
            double *, double *, double *) noexcept nogil
        int (*group_norm_backward)(
            long, long, long, long, const double *, const double *, const double *,
            const double *, const double *, double *, double *, double *) noexcept nogil
        void (*leaky_relu_forward)(
            long, const double *, double, double *) noexcept nogil
        void (*leaky_relu_backward)(
            long, const double *, const double *, double, double *) noexcept nogil
        void (*sigmoid_forward)(long, const double *, double *) noexcept nogil
        void (*tanh_forward)(long, const double *, double *) noexcept nogil
        void (*sigmoid_backward)(
            long, const double *, const double *, double *) noexcept nogil
        void (*tanh_backward)(
            long, const double *, const double *, double *) noexcept nogil
        void (*gelu_forward)(long, const double *, double *) noexcept nogil
        void (*gelu_backward)(
            long, const double *, const double *, double *) noexcept nogil
        void (*gelu_exact_forward)(long, const double *, double *) noexcept nogil
        void (*gelu_exact_backward)(
            long, const double *, const double *, double *) noexcept nogil
        int (*softmax_loss)(
            long, long, const double *, const int64_t *, double, double
            *, double *) noexcept nogil
        int (*svm_loss)(
            long, long, const double *, const int64_t *, double, double
            *, double *) noexcept nogil
        void (*softmax)(long, long, const double *, double *) noexcept nogil
        void (*softmax_backward)(
            long, long, const double *, const double *, double *) noexcept nogil
        void (*lstm_gates_forward)(
            long, long, double *, const double *, double *, double *) noexcept nogil
        void (*lstm_gates_backward)(
            long, long, const double *, const double *, const double *,
            const double *, double *, double *) noexcept nogil
        void (*embedding_forward)(
            long, long, const int64_t *, const double *, double *) noexcept nogil
        void (*embedding_backward)(
            long, long, long, const double *, const int64_t *, double *) noexcept nogil
        void (*adam)(
            long, const double *, const double *, double *, double *,
            double *, const double *) noexcept nogil
        void (*momentum)(
            long, const double *, const double *, double *, double *,
            double, double, int) noexcept nogil
        void (*rms)(
            long, const double *, const double *, double *, double *,
            double, double, double, double) noexcept nogil
        void (*sgd)(
            long, const double *, const double *, double *, double) noexcept nogil
    ctypedef struct kernel_set:
        const char *name
        kernels_f32 f32
        kernels_f64 f64
    const kernel_set *kernels_choose(const char *name)


cdef const kernel_set *chosen = NULL


def choose(name):
    """Use the vector instructions of that name; return the name, or None."""
    global chosen
    cdef const kernel_set *found = kernels_choose(name.encode())
    if found is NULL:
        return None
    chosen = found
    return found.name.decode()


def set_threads(int count):
    """Set how many threads work, the caller among them."""
    threads_set(count)


cdef struct place:
    void *data
    Py_ssize_t item
    long rows, cols, row_step, col_step


cdef place look(object value) except *:
    """Return where an array's data is; the caller keeps the array alive."""
    cdef Py_buffer view
    cdef place found
    PyObject_GetBuffer(value, &view, PyBUF_STRIDED_RO)
    found.data = view.buf
    found.item = view.itemsize
    found.rows = found.cols = found.row_step = found.col_step = 0
    if view.ndim == 2:
        found.rows, found.cols = view.shape[0], view.shape[1]
        found.row_step = view.strides[0] // view.itemsize
        found.col_step = view.strides[1] // view.itemsize
    PyBuffer_Release(&view)
    return found


cdef void *at(object value) except? NULL:
    """Return the address of an array's data, or NULL for None."""
    return NULL if value is None else look(value).data


cdef int check(int status) except -1:
    if status:
        raise MemoryError("The compiled kernels could not get their working memory.")
    return 0


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


def im2col(const cython.floating[:, :, :, ::1] x,
           cython.floating[:, :, :, :, :, ::1] cols,
           geometry):
    """Copy every window of ``x``, padded with zeros, into ``cols`` (in place).

    x : (N, C, H, W); cols : (N, C, KH, KW, OH, OW).
    """
    cdef Py_ssize_t n, c, i, j, y, z, row, left
    cdef Py_ssize_t N = cols.shape[0], C = cols.shape[1]
    cdef Py_ssize_t KH = cols.shape[2], KW = cols.shape[3]
    cdef Py_ssize_t OH = cols.shape[4], OW = cols.shape[5]
    cdef Py_ssize_t H = x.shape[2], W = x.shape[3]
    cdef Py_ssize_t sy, sx, py, px, ty, tx, column
    (sy, sx), (py, px), (ty, tx), _ = geometry

    with nogil:
        for n in range(N):
            for c in range(C):
                for i in range(KH):
                    for j in range(KW):
                        left = j * tx - px
                        for y in range(OH):
                            row = y * sy + i * ty - py
                            if row < 0 or row >= H:
                                for z in range(OW):
                                    cols[n, c, i, j, y, z] = 0
                                continue
                            for z in range(OW):
                                column = z * sx + left
                                if column < 0 or column >= W:
                                    cols[n, c, i, j, y, z] = 0
                                else:
                                    cols[n, c, i, j, y, z] = x[n, c, row, column]


def col2im(const cython.floating[:, :, :, :, :, ::1] cols,
           cython.floating[:, :, :, ::1] x,
           geometry):
    """Add every window in ``cols`` to where it came from (``x`` in place).

    cols : (N, C, KH, KW, OH, OW); x : (N, C, H, W). The windows go by in the order of
    im2col, so each is the transpose of the other: ``<im2col(x), c> == <x, col2im(c)>``.
    """
    cdef Py_ssize_t n, c, i, j, y, z, row, left
    cdef Py_ssize_t N = cols.shape[0], C = cols.shape[1]
    cdef Py_ssize_t KH = cols.shape[2], KW = cols.shape[3]
    cdef Py_ssize_t OH = cols.shape[4], OW = cols.shape[5]
    cdef Py_ssize_t H = x.shape[2], W = x.shape[3]
    cdef Py_ssize_t sy, sx, py, px, ty, tx, column
    (sy, sx), (py, px), (ty, tx), _ = geometry

    with nogil:
        for n in range(N):
            for c in range(C):
                for row in range(H):
                    for column in range(W):
                        x[n, c, row, column] = 0
                for i in range(KH):
                    for j in range(KW):
                        left = j * tx - px
                        for y in range(OH):
                            row = y * sy + i * ty - py
                            if row < 0 or row >= H:
                                continue
                            for z in range(OW):
                                column = z * sx + left
                                if 0 <= column < W:
                                    x[n, c, row, column] += cols[n, c, i, j, y, z]


def conv_forward(x, w, b, out, geometry):
    """Cross-correlate and add a bias (``out`` in place)."""
    cdef conv_shape k = conv_sizes(x.shape, w.shape, out.shape, geometry)
    cdef void *p_x = at(x)
    cdef void *p_w = at(w)
    cdef void *p_b = at(b)
    cdef void *p_out = at(out)
    cdef place first = look(x)
    cdef int status
    with nogil:
        if first.item == 4:
            status = chosen.f32.conv_forward(
                &k, <float *>p_x, <float *>p_w, <float *>p_b, <float *>p_out)
        else:
            status = chosen.f64.conv_forward(
                &k, <double *>p_x, <double *>p_w, <double *>p_b, <double *>p_out)
    check(status)


def conv_dx(dout, w, dx, geometry):
    """Carry a gradient back to the images (``dx`` in place)."""
    cdef conv_shape k = conv_sizes(dx.shape, w.shape, dout.shape, geometry)
    cdef void *p_dout = at(dout)
    cdef void *p_w = at(w)
    cdef void *p_dx = at(dx)
    cdef place first = look(dout)
    cdef int status
    with nogil:
        if first.item == 4:
            status = chosen.f32.conv_dx(
                &k, <float *>p_dout, <float *>p_w, <float *>p_dx)
        else:
            status = chosen.f64.conv_dx(
                &k, <double *>p_dout, <double *>p_w, <double *>p_dx)
    check(status)


def conv_dw(x, dout, dw, db, geometry):
    """Sum the gradient of filters and biases over the batch (in place)."""
    cdef conv_shape k = conv_sizes(x.shape, dw.shape, dout.shape, geometry)
    cdef void *p_x = at(x)
    cdef void *p_dout = at(dout)
    cdef void *p_dw = at(dw)
    cdef void *p_db = at(db)
    cdef place first = look(x)
    cdef int status
    with nogil:
        if first.item == 4:
            status = chosen.f32.conv_dw(
                &k, <float *>p_x, <float *>p_dout, <float *>p_dw, <float *>p_db)
        else:
            status = chosen.f64.conv_dw(
                &k, <double *>p_x, <double *>p_dout, <double *>p_dw, <double *>p_db)
    check(status)


def matmul(a, b, out, bias=None, bint add=False):
    """Multiply matrices, views of any strides (``out``, rows contiguous, in place)."""
    cdef place first = look(a), second = look(b), third = look(out)
    cdef void *p_bias = at(bias)
    cdef int status
    with nogil:
        if first.item == 4:
            status = chosen.f32.matmul(
                third.rows, third.cols, first.cols, <float *>first.data, first.row_step,
                first.col_step, <float *>second.data, second.row_step, second.col_step,
                <float *>third.data, third.row_step, <float *>p_bias, add)
        else:
            status = chosen.f64.matmul(
                third.rows, third.cols, first.cols, <double *>first.data,
                first.row_step, first.col_step, <double *>second.data, second.row_step,
                second.col_step, <double *>third.data, third.row_step, <double *>p_bias,
                add)
    check(status)


def row_sum(x, out):
    """Sum the rows of a matrix (``out`` in place)."""
    cdef void *p_out = at(out)
    cdef place first = look(x)
    with nogil:
        if first.item == 4:
            chosen.f32.row_sum(
                first.rows, first.cols, <float *>first.data, <float *>p_out)
        else:
            chosen.f64.row_sum(
                first.rows, first.cols, <double *>first.data, <double *>p_out)


def max_pool_forward(x, out, where, geometry, window):
    """Keep each window's first maximum and its place (in place)."""
    cdef pool_shape k = pool_sizes(x.shape, out.shape, geometry, window)
    cdef void *p_x = at(x)
    cdef void *p_out = at(out)
    cdef void *p_where = at(where)
    cdef place first = look(x)
    with nogil:
        if first.item == 4:
            chosen.f32.max_pool_forward(
                &k, <float *>p_x, <float *>p_out, <uint8_t *>p_where)
        else:
            chosen.f64.max_pool_forward(
                &k, <double *>p_x, <double *>p_out, <uint8_t *>p_where)


def max_pool_backward(dout, where, dx, geometry, window):
    """Give each gradient to the pixel that won (``dx`` in place)."""
    cdef pool_shape k = pool_sizes(dx.shape, dout.shape, geometry, window)
    cdef void *p_dout = at(dout)
    cdef void *p_where = at(where)
    cdef void *p_dx = at(dx)
    cdef place first = look(dout)
    with nogil:
        if first.item == 4:
            chosen.f32.max_pool_backward(
                &k, <float *>p_dout, <uint8_t *>p_where, <float *>p_dx)
        else:
            chosen.f64.max_pool_backward(
                &k, <double *>p_dout, <uint8_t *>p_where, <double *>p_dx)


def avg_pool_forward(x, out, geometry, window):
    """Average the pixels of each window (``out`` in place)."""
    cdef pool_shape k = pool_sizes(x.shape, out.shape, geometry, window)
    cdef void *p_x = at(x)
    cdef void *p_out = at(out)
    cdef place first = look(x)
    cdef int status
    with nogil:
        if first.item == 4:
            status = chosen.f32.avg_pool_forward(
                &k, <float *>p_x, <float *>p_out)
        else:
            status = chosen.f64.avg_pool_forward(
                &k, <double *>p_x, <double *>p_out)
    check(status)


def avg_pool_backward(dout, dx, geometry, window):
    """Share each gradient among the pixels of its window (in place)."""
    cdef pool_shape k = pool_sizes(dx.shape, dout.shape, geometry, window)
    cdef void *p_dout = at(dout)
    cdef void *p_dx = at(dx)
    cdef place first = look(dout)
    cdef int status
    with nogil:
        if first.item == 4:
            status = chosen.f32.avg_pool_backward(
                &k, <float *>p_dout, <float *>p_dx)
        else:
            status = chosen.f64.avg_pool_backward(
                &k, <double *>p_dout, <double *>p_dx)
    check(status)


def batch_norm_forward(x, gamma, beta, double eps, out, mean, var, rstd):
    """Normalise channels of (N, C, S) over the batch (the last four in place)."""
    cdef long n = x.shape[0], c = x.shape[1], s = x.shape[2]
    cdef void *p_x = at(x)
    cdef void *p_gamma = at(gamma)
    cdef void *p_beta = at(beta)
    cdef void *p_out = at(out)
    cdef void *p_mean = at(mean)
    cdef void *p_var = at(var)
    cdef void *p_rstd = at(rstd)
    cdef place first = look(x)
    cdef int status
    with nogil:
        if first.item == 4:
            status = chosen.f32.batch_norm_forward(
                n, c, s, <float *>p_x, <float *>p_gamma, <float *>p_beta, eps, <float
                *>p_out, <float *>p_mean, <float *>p_var, <float *>p_rstd)
        else:
            status = chosen.f64.batch_norm_forward(
                n, c, s, <double *>p_x, <double *>p_gamma, <double *>p_beta, eps,
                <double *>p_out, <double *>p_mean, <double *>p_var, <double *>p_rstd)
    check(status)


def batch_norm_backward(dout, x, gamma, mean, rstd, dx, dgamma, dbeta):
    """Differentiate batch normalisation (the last three in place)."""
    cdef long n = x.shape[0], c = x.shape[1], s = x.shape[2]
    cdef void *p_dout = at(dout)
    cdef void *p_x = at(x)
    cdef void *p_gamma = at(gamma)
    cdef void *p_mean = at(mean)
    cdef void *p_rstd = at(rstd)
    cdef void *p_dx = at(dx)
    cdef void *p_dgamma = at(dgamma)
    cdef void *p_dbeta = at(dbeta)
    cdef place first = look(dout)
    cdef int status
    with nogil:
        if first.item == 4:
            status = chosen.f32.batch_norm_backward(
                n, c, s, <float *>p_dout, <float *>p_x, <float *>p_gamma, <float
                *>p_mean, <float *>p_rstd, <float *>p_dx, <float *>p_dgamma, <float
                *>p_dbeta)
        else:
            status = chosen.f64.batch_norm_backward(
                n, c, s, <double *>p_dout, <double *>p_x, <double *>p_gamma, <double
                *>p_mean, <double *>p_rstd, <double *>p_dx, <double *>p_dgamma, <double
                *>p_dbeta)
    check(status)


def scale_shift(x, scale, shift, out):
    """Multiply and shift each channel of (N, C, S) (``out`` in place)."""
    cdef long n = x.shape[0], c = x.shape[1], s = x.shape[2]
    cdef void *p_x = at(x)
    cdef void *p_scale = at(scale)
    cdef void *p_shift = at(shift)
    cdef void *p_out = at(out)
    cdef place first = look(x)
    with nogil:
        if first.item == 4:
            chosen.f32.scale_shift(
                n, c, s, <float *>p_x, <float *>p_scale, <float *>p_shift, <float *>p_out)
        else:
            chosen.f64.scale_shift(
                n, c, s, <double *>p_x, <double *>p_scale, <double *>p_shift, <double *>p_out)


def group_norm_forward(x, gamma, beta, double eps, out, mean, rstd):
    """Normalise groups of (N, G, K, S) (the last three in place)."""
    cdef long n = x.shape[0], g = x.shape[1], k = x.shape[2], s = x.shape[3]
    cdef void *p_x = at(x)
    cdef void *p_gamma = at(gamma)
    cdef void *p_beta = at(beta)
    cdef void *p_out = at(out)
    cdef void *p_mean = at(mean)
    cdef void *p_rstd = at(rstd)
    cdef place first = look(x)
    with nogil:
        if first.item == 4:
            chosen.f32.group_norm_forward(
                n, g, k, s, <float *>p_x, <float *>p_gamma, <float *>p_beta, eps, <float *>p_out, <float *>p_mean,
                <float *>p_rstd)
        else:
            chosen.f64.group_norm_forward(
                n, g, k, s, <double *>p_x, <double *>p_gamma, <double *>p_beta, eps, <double *>p_out, <double *>p_mean,
                <double *>p_rstd)


def group_norm_backward(dout, x, gamma, mean, rstd, dx, dgamma, dbeta):
    """Differentiate group normalisation (the last three in place)."""
    cdef long n = x.shape[0], g = x.shape[1], k = x.shape[2], s = x.shape[3]
    cdef void *p_dout = at(dout)
    cdef void *p_x = at(x)
    cdef void *p_gamma = at(gamma)
    cdef void *p_mean = at(mean)
    cdef void *p_rstd = at(rstd)
    cdef void *p_dx = at(dx)
    cdef void *p_dgamma = at(dgamma)
    cdef void *p_dbeta = at(dbeta)
    cdef place first = look(dout)
    cdef int status
    with nogil:
        if first.item == 4:
            status = chosen.f32.group_norm_backward(
                n, g, k, s, <float *>p_dout, <float *>p_x, <float *>p_gamma, <float *>p_mean, <float *>p_rstd,
                <float *>p_dx, <float *>p_dgamma, <float *>p_dbeta)
        else:
            status = chosen.f64.group_norm_backward(
                n, g, k, s, <double *>p_dout, <double *>p_x, <double *>p_gamma, <double *>p_mean, <double *>p_rstd,
                <double *>p_dx, <double *>p_dgamma, <double *>p_dbeta)
    check(status)


def leaky_relu_forward(x, double slope, out):
    """Multiply negative elements by a slope (``out`` in place)."""
    cdef long n = x.size
    cdef void *p_x = at(x)
    cdef void *p_out = at(out)
    cdef place first = look(x)
    with nogil:
        if first.item == 4:
            chosen.f32.leaky_relu_forward(n, <float *>p_x, slope, <float *>p_out)
        else:
            chosen.f64.leaky_relu_forward(n, <double *>p_x, slope, <double *>p_out)


def leaky_relu_backward(dout, x, double slope, dx):
    """Multiply a gradient by the slope at ``x`` (``dx`` in place)."""
    cdef long n = x.size
    cdef void *p_dout = at(dout)
    cdef void *p_x = at(x)
    cdef void *p_dx = at(dx)
    cdef place first = look(dout)
    with nogil:
        if first.item == 4:
            chosen.f32.leaky_relu_backward(
                n, <float *>p_dout, <float *>p_x, slope, <float *>p_dx)
        else:
            chosen.f64.leaky_relu_backward(
                n, <double *>p_dout, <double *>p_x, slope, <double *>p_dx)


def sigmoid_forward(x, out):
    """Take sigmoid of every element (``out`` in place)."""
    cdef long n = x.size
    cdef void *p_x = at(x)
    cdef void *p_out = at(out)
    cdef place first = look(x)
    with nogil:
        if first.item == 4:
            chosen.f32.sigmoid_forward(n, <float *>p_x, <float *>p_out)
        else:
            chosen.f64.sigmoid_forward(n, <double *>p_x, <double *>p_out)


def sigmoid_backward(dout, out, dx):
    """Carry a gradient back through sigmoid (``dx`` in place)."""
    cdef long n = out.size
    cdef void *p_dout = at(dout)
    cdef void *p_out = at(out)
    cdef void *p_dx = at(dx)
    cdef place first = look(dout)
    with nogil:
        if first.item == 4:
            chosen.f32.sigmoid_backward(
                n, <float *>p_dout, <float *>p_out, <float *>p_dx)
        else:
            chosen.f64.sigmoid_backward(
                n, <double *>p_dout, <double *>p_out, <double *>p_dx)


def tanh_forward(x, out):
    """Take tanh of every element (``out`` in place)."""
    cdef long n = x.size
    cdef void *p_x = at(x)
    cdef void *p_out = at(out)
    cdef place first = look(x)
    with nogil:
        if first.item == 4:
            chosen.f32.tanh_forward(n, <float *>p_x, <float *>p_out)
        else:
            chosen.f64.tanh_forward(n, <double *>p_x, <double *>p_out)


def tanh_backward(dout, out, dx):
    """Carry a gradient back through tanh (``dx`` in place)."""
    cdef long n = out.size
    cdef void *p_dout = at(dout)
    cdef void *p_out = at(out)
    cdef void *p_dx = at(dx)
    cdef place first = look(dout)
    with nogil:
        if first.item == 4:
            chosen.f32.tanh_backward(n, <float *>p_dout, <float *>p_out, <float *>p_dx)
        else:
            chosen.f64.tanh_backward(
                n, <double *>p_dout, <double *>p_out, <double *>p_dx)


def gelu_forward(x, out):
    """Take gelu of every element (``out`` in place)."""
    cdef long n = x.size
    cdef void *p_x = at(x)
    cdef void *p_out = at(out)
    cdef place first = look(x)
    with nogil:
        if first.item == 4:
            chosen.f32.gelu_forward(n, <float *>p_x, <float *>p_out)
        else:
            chosen.f64.gelu_forward(n, <double *>p_x, <double *>p_out)


def gelu_backward(dout, x, dx):
    """Carry a gradient back through gelu (``dx`` in place)."""
    cdef long n = x.size
    cdef void *p_dout = at(dout)
    cdef void *p_x = at(x)
    cdef void *p_dx = at(dx)
    cdef place first = look(dout)
    with nogil:
        if first.item == 4:
            chosen.f32.gelu_backward(n, <float *>p_dout, <float *>p_x, <float *>p_dx)
        else:
            chosen.f64.gelu_backward(n, <double *>p_dout, <double *>p_x, <double *>p_dx)


def gelu_exact_forward(x, out):
    """Take the exact gelu of every element (``out`` in place)."""
    cdef long n = x.size
    cdef void *p_x = at(x)
    cdef void *p_out = at(out)
    cdef place first = look(x)
    with nogil:
        if first.item == 4:
            chosen.f32.gelu_exact_forward(
                n, <float *>p_x, <float *>p_out)
        else:
            chosen.f64.gelu_exact_forward(
                n, <double *>p_x, <double *>p_out)


def gelu_exact_backward(dout, x, dx):
    """Carry a gradient back through the exact gelu (``dx`` in place)."""
    cdef long n = x.size
    cdef void *p_dout = at(dout)
    cdef void *p_x = at(x)
    cdef void *p_dx = at(dx)
    cdef place first = look(dout)
    with nogil:
        if first.item == 4:
            chosen.f32.gelu_exact_backward(
                n, <float *>p_dout, <float *>p_x, <float *>p_dx)
        else:
            chosen.f64.gelu_exact_backward(
                n, <double *>p_dout, <double *>p_x, <double *>p_dx)


def softmax_loss(x, y, double scale, dx):
    """Return the summed loss; write its scaled gradient to ``dx``."""
    cdef double loss = 0
    cdef void *p_y = at(y)
    cdef void *p_dx = at(dx)
    cdef place first = look(x)
    cdef int status
    with nogil:
        if first.item == 4:
            status = chosen.f32.softmax_loss(
                first.rows, first.cols, <float *>first.data, <int64_t *>p_y, scale,
                <float *>p_dx, &loss)
        else:
            status = chosen.f64.softmax_loss(
                first.rows, first.cols, <double *>first.data, <int64_t *>p_y, scale,
                <double *>p_dx, &loss)
    check(status)
    return loss


def svm_loss(x, y, double scale, dx):
    """Return the summed loss; write its scaled gradient to ``dx``."""
    cdef double loss = 0
    cdef void *p_y = at(y)
    cdef void *p_dx = at(dx)
    cdef place first = look(x)
    cdef int status
    with nogil:
        if first.item == 4:
            status = chosen.f32.svm_loss(
                first.rows, first.cols, <float *>first.data, <int64_t *>p_y, scale,
                <float *>p_dx, &loss)
        else:
            status = chosen.f64.svm_loss(
                first.rows, first.cols, <double *>first.data, <int64_t *>p_y, scale,
                <double *>p_dx, &loss)
    check(status)
    return loss


def softmax(x, out):
    """Take the softmax of each row (``out`` in place)."""
    cdef void *p_out = at(out)
    cdef place first = look(x)
    with nogil:
        if first.item == 4:
            chosen.f32.softmax(
                first.rows, first.cols, <float *>first.data, <float *>p_out)
        else:
            chosen.f64.softmax(
                first.rows, first.cols, <double *>first.data, <double *>p_out)


def softmax_backward(dout, out, dx):
    """Carry a gradient back through softmax (``dx`` in place)."""
    cdef void *p_out = at(out)
    cdef void *p_dx = at(dx)
    cdef place first = look(dout)
    with nogil:
        if first.item == 4:
            chosen.f32.softmax_backward(
                first.rows, first.cols, <float *>first.data, <float *>p_out, <float
                *>p_dx)
        else:
            chosen.f64.softmax_backward(
                first.rows, first.cols, <double *>first.data, <double *>p_out, <double
                *>p_dx)


def lstm_gates_forward(gates, prev_c, next_c, next_h):
    """Activate the gates and step the cell (in place)."""
    cdef long n = prev_c.shape[0], h = prev_c.shape[1]
    cdef void *p_gates = at(gates)
    cdef void *p_prev_c = at(prev_c)
    cdef void *p_next_c = at(next_c)
    cdef void *p_next_h = at(next_h)
    cdef place first = look(gates)
    with nogil:
        if first.item == 4:
            chosen.f32.lstm_gates_forward(
                n, h, <float *>p_gates, <float *>p_prev_c, <float *>p_next_c, <float
                *>p_next_h)
        else:
            chosen.f64.lstm_gates_forward(
                n, h, <double *>p_gates, <double *>p_prev_c, <double *>p_next_c, <double
                *>p_next_h)


def lstm_gates_backward(gates, prev_c, next_c, dh, dc, da):
    """Differentiate one step (``dc`` and ``da`` in place)."""
    cdef long n = prev_c.shape[0], h = prev_c.shape[1]
    cdef void *p_gates = at(gates)
    cdef void *p_prev_c = at(prev_c)
    cdef void *p_next_c = at(next_c)
    cdef void *p_dh = at(dh)
    cdef void *p_dc = at(dc)
    cdef void *p_da = at(da)
    cdef place first = look(gates)
    with nogil:
        if first.item == 4:
            chosen.f32.lstm_gates_backward(
                n, h, <float *>p_gates, <float *>p_prev_c, <float *>p_next_c, <float
                *>p_dh, <float *>p_dc, <float *>p_da)
        else:
            chosen.f64.lstm_gates_backward(
                n, h, <double *>p_gates, <double *>p_prev_c, <double *>p_next_c, <double
                *>p_dh, <double *>p_dc, <double *>p_da)


def embedding_forward(x, w, out):
    """Copy rows of ``w`` by number (``out`` in place)."""
    cdef long n = x.size, d = w.shape[1]
    cdef void *p_x = at(x)
    cdef void *p_w = at(w)
    cdef void *p_out = at(out)
    cdef place first = look(w)
    with nogil:
        if first.item == 4:
            chosen.f32.embedding_forward(
                n, d, <int64_t *>p_x, <float *>p_w, <float *>p_out)
        else:
            chosen.f64.embedding_forward(
                n, d, <int64_t *>p_x, <double *>p_w, <double *>p_out)


def embedding_backward(dout, x, dw):
    """Add rows of ``dout`` up by number (``dw`` in place)."""
    cdef long n = x.size, v = dw.shape[0], d = dw.shape[1]
    cdef void *p_dout = at(dout)
    cdef void *p_x = at(x)
    cdef void *p_dw = at(dw)
    cdef place first = look(dout)
    with nogil:
        if first.item == 4:
            chosen.f32.embedding_backward(
                n, v, d, <float *>p_dout, <int64_t *>p_x, <float *>p_dw)
        else:
            chosen.f64.embedding_backward(
                n, v, d, <double *>p_dout, <int64_t *>p_x, <double *>p_dw)


def adam(
    w, dw, m, v, out, double rate, double beta1, double beta2, double epsilon,
    double decay, double correct1, double correct2
):
    """Take a step of Adam (``m``, ``v`` and ``out`` in place)."""
    cdef long n = w.size
    cdef double[7] settings
    settings[:] = [rate, beta1, beta2, epsilon, decay, correct1, correct2]
    cdef void *p_w = at(w)
    cdef void *p_dw = at(dw)
    cdef void *p_m = at(m)
    cdef void *p_v = at(v)
    cdef void *p_out = at(out)
    cdef place first = look(w)
    with nogil:
        if first.item == 4:
            chosen.f32.adam(
                n, <float *>p_w, <float *>p_dw, <float *>p_m, <float *>p_v, <float
                *>p_out, settings)
        else:
            chosen.f64.adam(
                n, <double *>p_w, <double *>p_dw, <double *>p_m, <double *>p_v, <double
                *>p_out, settings)


def momentum(w, dw, velocity, out, double rate, double mu, bint nesterov):
    """Roll on with momentum (``velocity`` and ``out`` in place)."""
    cdef long n = w.size
    cdef void *p_w = at(w)
    cdef void *p_dw = at(dw)
    cdef void *p_velocity = at(velocity)
    cdef void *p_out = at(out)
    cdef place first = look(w)
    with nogil:
        if first.item == 4:
            chosen.f32.momentum(
                n, <float *>p_w, <float *>p_dw, <float *>p_velocity, <float *>p_out,
                rate, mu, nesterov)
        else:
            chosen.f64.momentum(
                n, <double *>p_w, <double *>p_dw, <double *>p_velocity, <double *>p_out,
                rate, mu, nesterov)


def rms(
    w, dw, cache, out, double rate, double keep, double take, double epsilon
):
    """Step by the gradient over its root mean square (in place)."""
    cdef long n = w.size
    cdef void *p_w = at(w)
    cdef void *p_dw = at(dw)
    cdef void *p_cache = at(cache)
    cdef void *p_out = at(out)
    cdef place first = look(w)
    with nogil:
        if first.item == 4:
            chosen.f32.rms(
                n, <float *>p_w, <float *>p_dw, <float *>p_cache, <float *>p_out, rate,
                keep, take, epsilon)
        else:
            chosen.f64.rms(
                n, <double *>p_w, <double *>p_dw, <double *>p_cache, <double *>p_out,
                rate, keep, take, epsilon)


def sgd(w, dw, out, double rate):
    """Step against the gradient (``out`` in place)."""
    cdef long n = w.size
    cdef void *p_w = at(w)
    cdef void *p_dw = at(dw)
    cdef void *p_out = at(out)
    cdef place first = look(w)
    with nogil:
        if first.item == 4:
            chosen.f32.sgd(n, <float *>p_w, <float *>p_dw, <float *>p_out, rate)
        else:
            chosen.f64.sgd(n, <double *>p_w, <double *>p_dw, <double *>p_out, rate)
