/* The kernels for avx512: vectors of 64 bytes. */
#include "kernels.h"
#if defined(__x86_64__)
#include "common.h"
/* clang-format off */
#if defined(__clang__)
#pragma clang attribute push(__attribute__((target("avx,avx2,fma,f16c,bmi,bmi2,avx512f,avx512bw,avx512dq,avx512vl,avx512cd"))), apply_to = function)
#else
#pragma GCC target("avx,avx2,fma,f16c,bmi,bmi2,avx512f,avx512bw,avx512dq,avx512vl,avx512cd")
#endif
/* clang-format on */
#define ISA avx512
#define VECTOR_BYTES 64
#define TILE_ROWS 14 /* rows of a tile two vectors wide that fit the registers */
#define TILE_ROWS_WIDE 6 /* and four vectors wide */
#include "both.inc"
#if defined(__clang__)
#pragma clang attribute pop
#endif
#else
typedef int no_avx512; /* not an x86 processor */
#endif
