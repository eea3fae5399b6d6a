/* What every set of vector instructions offers, for float32 and float64. */
#ifndef CS231N_KERNELS_H
#define CS231N_KERNELS_H

#include <stddef.h>
#include <stdint.h>

/* A convolution: one group of channels at a time is handled inside. */
typedef struct {
    long n, c, h, w;       /* images */
    long f, kh, kw;        /* filters: (f, c / groups, kh, kw) */
    long oh, ow;           /* output */
    long sy, sx, py, px, ty, tx; /* stride, pad, dilation */
    long groups;
} conv_shape;

typedef struct {
    long planes, h, w, oh, ow, kh, kw, sy, sx;
} pool_shape;

#define KERNEL_TABLE(REAL, NAME)                                                       \
    typedef struct {                                                                   \
        int (*conv_forward)(const conv_shape *, const REAL *, const REAL *,            \
                            const REAL *, REAL *);                                     \
        int (*conv_dx)(const conv_shape *, const REAL *, const REAL *, REAL *);        \
        int (*conv_dw)(const conv_shape *, const REAL *, const REAL *, REAL *,         \
                       REAL *);                                                        \
        int (*matmul)(long, long, long, const REAL *, long, long, const REAL *, long,  \
                      long, REAL *, long, const REAL *, int);                          \
        void (*row_sum)(long, long, const REAL *, REAL *);                             \
        void (*max_pool_forward)(const pool_shape *, const REAL *, REAL *,             \
                                 uint8_t *);                                           \
        void (*max_pool_backward)(const pool_shape *, const REAL *, const uint8_t *,   \
                                  REAL *);                                             \
        int (*avg_pool_forward)(const pool_shape *, const REAL *, REAL *);             \
        int (*avg_pool_backward)(const pool_shape *, const REAL *, REAL *);            \
        int (*batch_norm_forward)(long, long, long, const REAL *, const REAL *,        \
                                  const REAL *, double, REAL *, REAL *, REAL *,        \
                                  REAL *);                                             \
        int (*batch_norm_backward)(long, long, long, const REAL *, const REAL *,       \
                                   const REAL *, const REAL *, const REAL *, REAL *,   \
                                   REAL *, REAL *);                                    \
        void (*scale_shift)(long, long, long, const REAL *, const REAL *,              \
                            const REAL *, REAL *);                                     \
        void (*group_norm_forward)(long, long, long, long, const REAL *, const REAL *, \
                                   const REAL *, double, REAL *, REAL *, REAL *);      \
        int (*group_norm_backward)(long, long, long, long, const REAL *, const REAL *, \
                                   const REAL *, const REAL *, const REAL *, REAL *,   \
                                   REAL *, REAL *);                                    \
        void (*leaky_relu_forward)(long, const REAL *, double, REAL *);                \
        void (*leaky_relu_backward)(long, const REAL *, const REAL *, double, REAL *); \
        void (*sigmoid_forward)(long, const REAL *, REAL *);                           \
        void (*tanh_forward)(long, const REAL *, REAL *);                              \
        void (*sigmoid_backward)(long, const REAL *, const REAL *, REAL *);            \
        void (*tanh_backward)(long, const REAL *, const REAL *, REAL *);               \
        void (*gelu_forward)(long, const REAL *, REAL *);                              \
        void (*gelu_backward)(long, const REAL *, const REAL *, REAL *);               \
        void (*gelu_exact_forward)(long, const REAL *, REAL *);                        \
        void (*gelu_exact_backward)(long, const REAL *, const REAL *, REAL *);         \
        int (*softmax_loss)(long, long, const REAL *, const int64_t *, double, REAL *, \
                            double *);                                                 \
        int (*svm_loss)(long, long, const REAL *, const int64_t *, double, REAL *,     \
                        double *);                                                     \
        void (*softmax)(long, long, const REAL *, REAL *);                             \
        void (*softmax_backward)(long, long, const REAL *, const REAL *, REAL *);      \
        int (*linear_softmax_loss)(long, long, long, const REAL *, long, const REAL *, \
                                   const int64_t *, double, REAL *, double *);         \
        int (*linear_svm_loss)(long, long, long, const REAL *, long, const REAL *,     \
                               const int64_t *, double, REAL *, double *);             \
        void (*lstm_gates_forward)(long, long, REAL *, const REAL *, REAL *, REAL *);  \
        void (*lstm_gates_backward)(long, long, const REAL *, const REAL *,            \
                                    const REAL *, const REAL *, REAL *, REAL *);       \
        void (*embedding_forward)(long, long, const int64_t *, const REAL *, REAL *);  \
        void (*embedding_backward)(long, long, long, const REAL *, const int64_t *,    \
                                   REAL *);                                            \
        void (*adam)(long, const REAL *, const REAL *, REAL *, REAL *, REAL *,         \
                     const double *);                                                  \
        void (*momentum)(long, const REAL *, const REAL *, REAL *, REAL *, double,     \
                         double, int);                                                 \
        void (*rms)(long, const REAL *, const REAL *, REAL *, REAL *, double, double,  \
                    double, double);                                                   \
        void (*sgd)(long, const REAL *, const REAL *, REAL *, double);                 \
    } NAME;

KERNEL_TABLE(float, kernels_f32)
KERNEL_TABLE(double, kernels_f64)

typedef struct {
    const char *name;
    kernels_f32 f32;
    kernels_f64 f64;
} kernel_set;

extern const kernel_set kernels_vec128;
#if defined(__x86_64__)
extern const kernel_set kernels_avx2;
extern const kernel_set kernels_avx512;
#endif

/* The set of that name, or the best this processor has for "auto"; NULL if none. */
const kernel_set *kernels_choose(const char *name);

#endif
