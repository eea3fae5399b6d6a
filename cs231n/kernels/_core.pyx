# cython: language_level=3, boundscheck=False, wraparound=False
# cython: cdivision=True, initializedcheck=False, embedsignature=False
"""The compiled kernels: im2col here, everything else in C behind thin bindings.

Private: import from ``cs231n.kernels``. Nothing is checked here, so a wrong shape reads
or writes outside an array; ``cs231n.layers`` checks every shape first. Arrays come as
buffers, so that the build needs no NumPy. ``_core.pxd`` declares what C offers.
"""

cimport cython
from cpython.buffer cimport (
    PyBUF_STRIDED_RO, PyBuffer_Release, PyObject_GetBuffer
)


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


ctypedef void *address  # of an array's first number


cdef struct place:
    address data
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


cdef address at(object value) except? NULL:
    """Return the address of an array's data, or NULL for None."""
    return NULL if value is None else look(value).data


cdef int check(int status) except -1:
    if status:
        raise MemoryError("The compiled kernels could not get their working memory.")
    return 0


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


include "bindings/conv.pxi"
include "bindings/matmul.pxi"
include "bindings/norm.pxi"
include "bindings/pointwise.pxi"
include "bindings/loss.pxi"
include "bindings/update.pxi"
