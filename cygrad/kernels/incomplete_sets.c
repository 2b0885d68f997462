/* The derivatives of the incomplete gamma and beta functions, compiled for each instruction set as
 * kernels.c does it. */
#include "incomplete.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

#include "kernels.h"

#define CG_PASTE_(f, suffix) cg_##f##_##suffix
#define CG_PASTE(f, suffix) CG_PASTE_(f, suffix)
#define CG_NAME(f) CG_PASTE(f, CG_SUFFIX)

#include "incomplete_tables.h"

#define CG_SUFFIX baseline
#include "transcendental.h"
#include "incomplete_parts.h"
#include "incomplete_gamma.h"
#include "incomplete_beta.h"
#include "incomplete_student.h"
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
#include "transcendental.h"
#include "incomplete_parts.h"
#include "incomplete_gamma.h"
#include "incomplete_beta.h"
#include "incomplete_student.h"
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
#include "transcendental.h"
#include "incomplete_parts.h"
#include "incomplete_gamma.h"
#include "incomplete_beta.h"
#include "incomplete_student.h"
#undef CG_SUFFIX
#if defined(__clang__)
#pragma clang attribute pop
#else
#pragma GCC pop_options
#endif

#define CG_CHOOSE(name, isa)                                                                      \
    return (isa) == CG_AVX512 ? name##_avx512 : (isa) == CG_AVX2 ? name##_avx2 : name##_baseline
#else
#define CG_CHOOSE(name, isa) return (void)(isa), name##_baseline
#endif

cg_gamma_derivative cg_gamma_derivatives(int isa) { CG_CHOOSE(cg_gammainc, isa); }
cg_beta_derivative cg_beta_derivatives(int isa) { CG_CHOOSE(cg_betainc, isa); }
cg_gamma_derivative cg_student_derivatives(int isa) { CG_CHOOSE(cg_student, isa); }
