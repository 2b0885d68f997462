/* The elementwise kernels and the update rules, compiled for each instruction set, and the choice.
 *
 * Only the loops are compiled several times; which set runs is decided once, at import, from what
 * the CPU reports (elementwise.pyx; CYGRAD_ISA overrides it). */
#include "kernels.h"
#include "fused.h"
#include "scalar.h"
#include "updates.h"

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

/* Numbers, in the order of kernels.def; the tables in loops.h have it, too. */
enum {
#define FORWARD(name, reads, expression) K_##name,
#define GRADIENT(of, by, reads, expression) K_G_##of##_##by, K_G_##of##_##by##_ADD,
#include "kernels.def"
    CG_KERNELS
};

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
const cg_kernel *cg_fused(int isa) { CG_CHOOSE(cg_fused, isa); }
const cg_cell *cg_cells(int isa) { CG_CHOOSE(cg_cells, isa); }
const cg_update *cg_updates(int isa) { CG_CHOOSE(cg_updates, isa); }

/* ---- The catalogue ---- */

/* What the words of a line's `reads` mean. */
enum {
    CG_INPUTS_X = 1, CG_INPUTS_XY = 2, CG_INPUTS_XYZ = 3, CG_INPUTS_XYZW = 4, CG_INPUTS_XYZWV = 5,
    CG_INPUTS_XC = 1, CG_INPUTS_XCC = 1, CG_INPUTS_XYC = 2, CG_INPUTS_XYCC = 2, CG_INPUTS_XYZWC = 4,
    CG_CONSTANTS_X = 0, CG_CONSTANTS_XY = 0, CG_CONSTANTS_XYZ = 0, CG_CONSTANTS_XYZW = 0,
    CG_CONSTANTS_XYZWV = 0, CG_CONSTANTS_XC = 1, CG_CONSTANTS_XCC = 2, CG_CONSTANTS_XYC = 1,
    CG_CONSTANTS_XYCC = 2, CG_CONSTANTS_XYZWC = 1,
    CG_READS_G = 0, CG_READS_GX = CG_READS_X, CG_READS_GY = CG_READS_Y, CG_READS_GR = CG_READS_R,
    CG_READS_GXY = CG_READS_X | CG_READS_Y, CG_READS_GXR = CG_READS_X | CG_READS_R,
    CG_READS_GYR = CG_READS_Y | CG_READS_R,
    CG_BY_X = 0, CG_BY_Y = 1
};

/* Kernels that compute with array functions are the costly ones. */
enum {
#define FORWARD(name, reads, expression) CG_COSTLY_##name = 0,
#define FUNCTION(name) CG_COSTLY_##name = 1,
#define FORWARD_AT(name, reads, function, inner, expression) CG_COSTLY_##name = 1,
#define FORWARD_AT2(name, reads, function, first, second, expression) CG_COSTLY_##name = 1,
#include "kernels.def"
    CG_COSTLY_NO = 0, CG_COSTLY_YES = 1
};

#define CG_ENTRY(name, reads, adds, costly)                                                       \
    {#name, CG_INPUTS_##reads, CG_CONSTANTS_##reads, adds, CG_COSTLY_##costly, -1, 0, 0},
#define CG_GRADIENT_ENTRY(of, by, reads, costly)                                                  \
    {"G_" #of "_" #by, CG_COUNT_##reads, 0, 0, CG_COSTLY_##costly, K_##of, CG_BY_##by,            \
     CG_READS_##reads},                                                                           \
    {"G_" #of "_" #by "_ADD", CG_COUNT_##reads, 0, 1, CG_COSTLY_##costly, K_##of, CG_BY_##by,     \
     CG_READS_##reads},

const cg_entry cg_catalogue[CG_KERNELS] = {
#define FORWARD(name, reads, expression) CG_ENTRY(name, reads, 0, NO)
#define FUNCTION(name) CG_ENTRY(name, X, 0, YES)
#define FORWARD_AT(name, reads, function, inner, expression) CG_ENTRY(name, reads, 0, YES)
#define FORWARD_AT2(name, reads, function, first, second, expression)                             \
    CG_ENTRY(name, reads, 0, YES)
#define ADDING(name, reads, expression) CG_ENTRY(name, reads, 1, NO)
#define GRADIENT(of, by, reads, expression) CG_GRADIENT_ENTRY(of, by, reads, NO)
#define GRADIENT_OF(of, by, reads, function, expression) CG_GRADIENT_ENTRY(of, by, reads, YES)
#define GRADIENT_AT(of, by, reads, function, inner, expression)                                   \
    CG_GRADIENT_ENTRY(of, by, reads, YES)
#define GRADIENT_AT2(of, by, reads, function, first, second, expression)                          \
    CG_GRADIENT_ENTRY(of, by, reads, YES)
#define GRADIENT_BY(of, by, reads, kernel) CG_GRADIENT_ENTRY(of, by, reads, kernel)
#include "kernels.def"
};
const int cg_kernel_count = CG_KERNELS;

/* ---- Scalar code ---- */

#define CG_SUFFIX baseline
#include "interpreter.h"
#undef CG_SUFFIX

const int cg_instruction_end = K_END, cg_instruction_guard = K_GUARD;
const int cg_last = K_LAST;

const cg_instruction cg_instructions[] = {
#define INSTRUCTION(name, reads, expression) {#name, K_##name, CG_COUNT_##reads},
#include "instructions.def"
};
const int cg_instruction_count = sizeof cg_instructions / sizeof cg_instructions[0];

const cg_fusion cg_fusions[] = {
#define FUSES(first, second, at, name) {K_##first, K_##second, at, K_##name},
#include "instructions.def"
};
const int cg_fusion_count = sizeof cg_fusions / sizeof cg_fusions[0];

const cg_pass cg_passes[] = {
#define GRADIENT_PASS(of, by) {K_##of, CG_BY_##by},
#include "kernels.def"
};
const int cg_pass_count = sizeof cg_passes / sizeof cg_passes[0];
