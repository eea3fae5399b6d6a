/* The kernels for avx2: vectors of 32 bytes. */
#include "kernels.h"
#if defined(__x86_64__)
#include "common.h"
/* clang-format off */
#if defined(__clang__)
#pragma clang attribute push(__attribute__((target("avx,avx2,fma,f16c,bmi,bmi2"))), apply_to = function)
#else
#pragma GCC target("avx,avx2,fma,f16c,bmi,bmi2")
#endif
/* clang-format on */
#define ISA avx2
#define VECTOR_BYTES 32
#define TILE_ROWS 6 /* rows of a tile two vectors wide that fit the registers */
#define TILE_ROWS_WIDE 3 /* and four vectors wide */
#include "both.inc"
#if defined(__clang__)
#pragma clang attribute pop
#endif
#else
typedef int no_avx2; /* not an x86 processor */
#endif
