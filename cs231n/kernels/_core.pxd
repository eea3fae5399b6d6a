"""What the C sources offer. One declaration serves float32 and float64: arrays are
``void *`` here, and the C compiler turns them into what each kernel takes.
"""


cdef extern from "csrc/threads.h" nogil:
    void threads_set(int count)
    int threads_get()


cdef extern from "csrc/kernels.h" nogil:
    ctypedef struct conv_shape:
        long n, c, h, w, f, kh, kw, oh, ow, sy, sx, py, px, ty, tx, groups
    ctypedef struct pool_shape:
        long planes, h, w, oh, ow, kh, kw, sy, sx
    ctypedef struct kernels:
        int (*conv_forward)(
            const conv_shape *, const void *, const void *, const void *,
            void *) noexcept nogil
        int (*conv_dx)(
            const conv_shape *, const void *, const void *, void *) noexcept nogil
        int (*conv_dw)(
            const conv_shape *, const void *, const void *, void *,
            void *) noexcept nogil
        int (*matmul)(
            long, long, long, const void *, long, long, const void *, long, long,
            void *, long, const void *, int) noexcept nogil
        void (*row_sum)(long, long, const void *, void *) noexcept nogil
        void (*max_pool_forward)(
            const pool_shape *, const void *, void *, void *) noexcept nogil
        void (*max_pool_backward)(
            const pool_shape *, const void *, const void *, void *) noexcept nogil
        int (*avg_pool_forward)(
            const pool_shape *, const void *, void *) noexcept nogil
        int (*avg_pool_backward)(
            const pool_shape *, const void *, void *) noexcept nogil
        int (*batch_norm_forward)(
            long, long, long, const void *, const void *, const void *, double, void *,
            void *, void *, void *) noexcept nogil
        int (*batch_norm_backward)(
            long, long, long, const void *, const void *, const void *, const void *,
            const void *, void *, void *, void *) noexcept nogil
        void (*scale_shift)(
            long, long, long, const void *, const void *, const void *,
            void *) noexcept nogil
        void (*group_norm_forward)(
            long, long, long, long, const void *, const void *, const void *, double,
            void *, void *, void *) noexcept nogil
        int (*group_norm_backward)(
            long, long, long, long, const void *, const void *, const void *,
            const void *, const void *, void *, void *, void *) noexcept nogil
        void (*leaky_relu_forward)(long, const void *, double, void *) noexcept nogil
        void (*leaky_relu_backward)(
            long, const void *, const void *, double, void *) noexcept nogil
        void (*sigmoid_forward)(long, const void *, void *) noexcept nogil
        void (*tanh_forward)(long, const void *, void *) noexcept nogil
        void (*sigmoid_backward)(
            long, const void *, const void *, void *) noexcept nogil
        void (*tanh_backward)(long, const void *, const void *, void *) noexcept nogil
        void (*gelu_forward)(long, const void *, void *) noexcept nogil
        void (*gelu_backward)(long, const void *, const void *, void *) noexcept nogil
        void (*gelu_exact_forward)(long, const void *, void *) noexcept nogil
        void (*gelu_exact_backward)(
            long, const void *, const void *, void *) noexcept nogil
        int (*softmax_loss)(
            long, long, const void *, const void *, double, void *,
            double *) noexcept nogil
        int (*svm_loss)(
            long, long, const void *, const void *, double, void *,
            double *) noexcept nogil
        void (*softmax)(long, long, const void *, void *) noexcept nogil
        void (*softmax_backward)(
            long, long, const void *, const void *, void *) noexcept nogil
        int (*linear_softmax_loss)(
            long, long, long, const void *, long, const void *, const void *, double,
            void *, double *) noexcept nogil
        int (*linear_svm_loss)(
            long, long, long, const void *, long, const void *, const void *, double,
            void *, double *) noexcept nogil
        void (*lstm_gates_forward)(
            long, long, void *, const void *, void *, void *) noexcept nogil
        void (*lstm_gates_backward)(
            long, long, const void *, const void *, const void *, const void *, void *,
            void *) noexcept nogil
        void (*embedding_forward)(
            long, long, const void *, const void *, void *) noexcept nogil
        void (*embedding_backward)(
            long, long, long, const void *, const void *, void *) noexcept nogil
        void (*adam)(
            long, const void *, const void *, void *, void *, void *,
            const double *) noexcept nogil
        void (*momentum)(
            long, const void *, const void *, void *, void *, double, double,
            int) noexcept nogil
        void (*rms)(
            long, const void *, const void *, void *, void *, double, double, double,
            double) noexcept nogil
        void (*sgd)(long, const void *, const void *, void *, double) noexcept nogil
    ctypedef struct kernel_set:
        const char *name
        kernels f32
        kernels f64
    const kernel_set *kernels_choose(const char *name)
