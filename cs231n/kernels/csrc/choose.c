#include "kernels.h"

#include <string.h>

#if !defined(__GNUC__)
#error "The compiled kernels need GCC or Clang; without them NumPy does the work."
#endif

static int runs(const char *name)
{
#if defined(__x86_64__)
    if (!strcmp(name, "avx512"))
        return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw")
            && __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl")
            && __builtin_cpu_supports("fma") && __builtin_cpu_supports("avx2");
    if (!strcmp(name, "avx2"))
        return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
#endif
    return !strcmp(name, "vec128");
}

const kernel_set *kernels_choose(const char *name)
{
    static const kernel_set *const sets[] = {
#if defined(__x86_64__)
        &kernels_avx512,
        &kernels_avx2,
#endif
        &kernels_vec128,
    };
    int automatic = !strcmp(name, "auto");
#if defined(__x86_64__)
    __builtin_cpu_init();
#endif
    for (unsigned k = 0; k < sizeof sets / sizeof *sets; k++) {
#if defined(__x86_64__)
        /* Without fused multiply-add NumPy's matrix products are faster. */
        if (automatic && sets[k] == &kernels_vec128)
            continue;
#endif
        if ((automatic || !strcmp(name, sets[k]->name)) && runs(sets[k]->name))
            return sets[k];
    }
    return NULL;
}
