/* The elementwise kernels and the update rules, compiled for each instruction set, and the choice.
 *
 * Only the loops are compiled several times; which set runs is decided once, at import, from what
 * the CPU reports (elementwise.pyx; CYGRAD_ISA overrides it). */
#include "kernels.h"
#include "scalar.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

#if defined(__clang__)
#define CG_IVDEP _Pragma("clang loop vectorize(assume_safety)")
#elif defined(__GNUC__)
#define CG_IVDEP _Pragma("GCC ivdep")
#else
#define CG_IVDEP
#endif

#define CG_PASTE_(f, suffix) cg_##f##_##suffix
#define CG_PASTE(f, suffix) CG_PASTE_(f, suffix)
#define CG_NAME(f) CG_PASTE(f, CG_SUFFIX)

#define CG_SUFFIX baseline
#include "loops.h"
#include "update_loops.h"
#undef CG_SUFFIX

#if defined(__x86_64__) && (defined(__GNUC__) || defined(__clang__))
#define CG_X86 1

#if defined(__clang__)
#pragma clang attribute push(__attribute__((target("avx2"))), apply_to = function)
#else
#pragma GCC push_options
#pragma GCC target("avx2")
#endif
#define CG_SUFFIX avx2
#include "loops.h"
#include "update_loops.h"
#undef CG_SUFFIX
#if defined(__clang__)
#pragma clang attribute pop
#else
#pragma GCC pop_options
#endif

#if defined(__clang__)
#pragma clang attribute push(                                                                     \
    __attribute__((target("avx512f,avx512dq,avx512vl,avx512bw,prefer-vector-width=512"))),        \
    apply_to = function)
#else
#pragma GCC push_options
#pragma GCC target("avx512f,avx512dq,avx512vl,avx512bw,prefer-vector-width=512")
#endif
#define CG_SUFFIX avx512
#include "loops.h"
#include "update_loops.h"
#undef CG_SUFFIX
#if defined(__clang__)
#pragma clang attribute pop
#else
#pragma GCC pop_options
#endif

#endif /* x86-64 */

int cg_best_isa(void)
{
#ifdef CG_X86
    __builtin_cpu_init();
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
        __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512bw"))
        return CG_AVX512;
    if (__builtin_cpu_supports("avx2"))
        return CG_AVX2;
#endif
    return CG_BASELINE;
}

#ifdef CG_X86
#define CG_CHOOSE(name, isa)                                                                      \
    return (isa) == CG_AVX512 ? name##_avx512 : (isa) == CG_AVX2 ? name##_avx2 : name##_baseline
#else
#define CG_CHOOSE(name, isa) return (void)(isa), name##_baseline
#endif

const cg_kernel *cg_kernels(int isa) { CG_CHOOSE(cg_table, isa); }
const cg_cell *cg_cells(int isa) { CG_CHOOSE(cg_cells, isa); }
const cg_update *cg_updates(int isa) { CG_CHOOSE(cg_updates, isa); }
