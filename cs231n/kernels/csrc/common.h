/* What does not depend on vector width. */
#ifndef CS231N_COMMON_H
#define CS231N_COMMON_H

#include <math.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "threads.h"

#define INLINE static inline __attribute__((always_inline, unused))
#if defined(__clang__)
#define UNROLL _Pragma("clang loop unroll(full)")
#define INDEPENDENT _Pragma("clang loop vectorize(assume_safety)")
#else
#define UNROLL _Pragma("GCC unroll 16")
#define INDEPENDENT _Pragma("GCC ivdep") /* of the steps of a loop */
#endif
#define ALIGNMENT 64

/* Lanes of two vectors by number; GCC before 12 has no __builtin_shufflevector. */
#if defined(__has_builtin)
#if __has_builtin(__builtin_shufflevector)
#define SHUFFLE(a, b, ...) __builtin_shufflevector(a, b, __VA_ARGS__)
#endif
#endif
#ifndef SHUFFLE
#define SHUFFLE(a, b, ...) __builtin_shuffle(a, b, (wvec){__VA_ARGS__})
#endif

#define PASTE3_(a, b, c) a##_##b##_##c
#define PASTE3(a, b, c) PASTE3_(a, b, c)

static inline __attribute__((unused)) long least(long a, long b)
{
    return a < b ? a : b;
}
static inline __attribute__((unused)) long most(long a, long b)
{
    return a > b ? a : b;
}
static inline __attribute__((unused)) long over(long a, long b)
{
    return (a + b - 1) / b;
}

/* One allocation, carved into aligned pieces. First add sizes up, then take them. */
typedef struct {
    char *start, *next;
    size_t size;
} arena;

static inline __attribute__((unused)) size_t rounded(size_t bytes)
{
    return (bytes + ALIGNMENT - 1) & ~(size_t)(ALIGNMENT - 1);
}
static inline __attribute__((unused)) int arena_open(arena *a, size_t bytes)
{
    a->size = bytes + ALIGNMENT;
    a->start = malloc(a->size);
    a->next = (char *)rounded((size_t)a->start);
    return a->start ? 0 : -1;
}
static inline __attribute__((unused)) void *arena_take(arena *a, size_t bytes)
{
    void *piece = a->next;
    a->next += rounded(bytes);
    return piece;
}

#endif
