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

/* Rows of numbers, and how far apart they are. */
typedef struct {
    void *data;
    long apart;
} cell_rows;

/* One time step of a recurrent cell: n samples of h units. */
typedef enum { RNN, RNN_BACK, LSTM, LSTM_BACK, GRU, GRU_BACK } cell_kind;
typedef struct {
    long n, h, each; /* each: samples of a task */
    cell_rows gates, state, before, cell, before_cell, product, kept;
    cell_rows dh, flowing, dc, da;
} cell_step;

#define KERNEL(result, name, ...) result (*name)(__VA_ARGS__);
#define REAL float
typedef struct {
#include "kernel_list.inc"
} kernels_f32;
#undef REAL
#define REAL double
typedef struct {
#include "kernel_list.inc"
} kernels_f64;
#undef REAL
#undef KERNEL

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
