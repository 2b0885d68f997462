/* Transcendental functions on contiguous float64 arrays: y[i] = f(x[i]).
 *
 * Here live: exp expm1 sigmoid tanh, log log1p, sin cos tan, sinh cosh, arctan arcsin arccos,
 * arcsinh arccosh arctanh, erf erfc, cbrt, log2 log10 exp2, as
 *     static void CG_NAME(f)(const double *x, double *y, ptrdiff_t n);
 * for any n >= 0; y may be x itself, but must not overlap it otherwise. And logaddexp2 pow, as
 *     static void CG_NAME(f)(const double *x, const double *y, double *out, ptrdiff_t n);
 * where out overlaps neither. hypot and arctan2, which take two numbers and hold everywhere, are
 * functions of numbers, to be called in a caller's loop.
 * Not here: the choice of an instruction set, strides, broadcasting, derivatives.
 *
 * This is a body, not an interface: it is included once for each instruction set, inside that
 * set's `#pragma GCC target` region, with CG_NAME(f) defined to add the set's suffix to a name.
 *
 * How it is built. Each function is a *core*: straight-line code made of +, -, *, /, sqrt,
 * comparisons that select, bit operations, and numbers from a table (power_tables.h), so the
 * compiler turns a loop over it into vector code by itself. All operations are exact or correctly
 * rounded by IEEE 754 (to nearest), nothing is fused or reordered (compile with -ffp-contract=off,
 * never with -ffast-math) and no libm function is called. So a number has the same result, bit for
 * bit, on every instruction set, at every position, in an array of every length (the bits of a nan
 * excepted). The floating-point exception flags mean nothing afterwards.
 *
 * A core that holds only on a part of the double range has a test, f_unsafe, that sets the sign bit
 * of its result outside, and a function for the rest, f_beyond. Arrays are taken in blocks; a block
 * that has unsafe elements gets these computed anew, one by one, after the vector loop. A core of
 * two arguments has no such test, but gives nan there.
 *
 * How the error stays below 1 ULP (unit in the last place). A result is formed as big + small,
 * where big is exact or its rounding error is part of small; so only the last addition rounds
 * visibly (0.5 ULP) and small's own errors weigh less by the factor small/big. The "Max ULP"
 * given with each function was measured against MPFR, on 10^6 points or more. */
#ifndef CG_TRANSCENDENTAL_ONCE
#define CG_TRANSCENDENTAL_ONCE

#include <math.h> /* fabs, copysign, sqrt: one instruction each; nothing else of it */
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "power_tables.h"

#if defined(__clang__)
#define CG_INDEPENDENT_ITERATIONS _Pragma("clang loop vectorize(assume_safety)")
#define CG_INLINE static inline __attribute__((always_inline))
#define CG_NOINLINE static __attribute__((noinline))
#elif defined(__GNUC__)
#define CG_INDEPENDENT_ITERATIONS _Pragma("GCC ivdep")
#define CG_INLINE static inline __attribute__((always_inline))
#define CG_NOINLINE static __attribute__((noinline, noclone))
#elif defined(_MSC_VER)
#define CG_INDEPENDENT_ITERATIONS __pragma(loop(ivdep))
#define CG_INLINE static __forceinline
#define CG_NOINLINE static __declspec(noinline)
#else
#define CG_INDEPENDENT_ITERATIONS
#define CG_INLINE static inline
#define CG_NOINLINE static
#endif

/* Helpers exist once for each instruction set, under a name that the current CG_NAME gives. */
#define cg_bits CG_NAME(bits)
#define cg_real CG_NAME(real)
#define cg_mask_if_negative CG_NAME(mask_if_negative)
#define cg_select CG_NAME(select)
#define cg_not_below CG_NAME(not_below)
#define cg_head CG_NAME(head)
#define cg_quotient CG_NAME(quotient)
#define cg_poly2 CG_NAME(poly2)
#define cg_poly4 CG_NAME(poly4)
#define cg_poly5 CG_NAME(poly5)
#define cg_poly6 CG_NAME(poly6)
#define cg_poly7 CG_NAME(poly7)
#define cg_poly9 CG_NAME(poly9)
#define cg_poly12 CG_NAME(poly12)
#define cg_poly13 CG_NAME(poly13)
#define cg_exp_reduce CG_NAME(exp_reduce)
#define cg_exp_tail CG_NAME(exp_tail)
#define cg_exp_scaled CG_NAME(exp_scaled)
#define cg_pow2 CG_NAME(pow2)
#define cg_log_sum CG_NAME(log_sum)
#define cg_trig_reduce CG_NAME(trig_reduce)
#define cg_trig_reduce_far CG_NAME(trig_reduce_far)
#define cg_trig_wave CG_NAME(trig_wave)
#define cg_tan_of CG_NAME(tan_of)
#define cg_sqrt_rest CG_NAME(sqrt_rest)
#define cg_poly8 CG_NAME(poly8)
#define cg_square_rest CG_NAME(square_rest)
#define cg_log_times CG_NAME(log_times)
#define cg_log_plus CG_NAME(log_plus)
#define cg_erfc_parts CG_NAME(erfc_parts)
#define cg_log_reduce CG_NAME(log_reduce)
#define cg_log_pair CG_NAME(log_pair)
#define cg_log_parts CG_NAME(log_parts)
#define cg_times CG_NAME(times)
#define cg_scaled CG_NAME(scaled)
#define cg_exp2_parts CG_NAME(exp2_parts)
#define cg_nan_if CG_NAME(nan_if)
#define cg_exp_pair CG_NAME(exp_pair)
#define cg_pow_exponent CG_NAME(pow_exponent)

/* Adding 1.5 * 2^52 rounds a double to an integer, which then stands in the sum's low bits. */
#define CG_ROUNDER 0x1.8p52

#define CG_SIGN_BIT UINT64_C(0x8000000000000000)
#define CG_BITS_NORMAL UINT64_C(0x0010000000000000)   /* the least normal number */
#define CG_BITS_INFINITY UINT64_C(0x7ff0000000000000)
#define CG_MANTISSA UINT64_C(0x000fffffffffffff)
#define CG_BITS_ONE UINT64_C(0x3ff0000000000000)
#define CG_BITS_HALF UINT64_C(0x3fe0000000000000)
#define CG_BITS_SQRT_HALF UINT64_C(0x3fe6a09e667f3bcd)
#define CG_BITS_LOG_FIRST UINT64_C(0x3fe6a50000000000) /* where the table of log begins */

/* Constants as sums of doubles. The first parts have few enough bits for their product with the
 * integer of an argument reduction to be exact. */
#define CG_LN2_HI 0x1.62e42fefa0000p-1
#define CG_LN2_LO 0x1.cf79abc9e3b3ap-40
#define CG_LOG2_E 0x1.71547652b82fep+0
#define CG_LOG2_E_HI 0x1.715476p+0 /* 26 bits */
#define CG_LOG2_E_LO 0x1.4ae0bf85ddf44p-26
#define CG_LOG10_E_HI 0x1.bcb7b1p-2
#define CG_LOG10_E_LO 0x1.49b9438ca9aaep-28
#define CG_TWO_OVER_PI 0x1.45f306dc9c883p-1
#define CG_PIO2_A 0x1.921fb54440000p+0 /* 36 bits */
#define CG_PIO2_B 0x1.68c234c4c0000p-39 /* the next 35 */
#define CG_PIO2_C 0x1.98a2e03707345p-77
#define CG_PIO2_HI 0x1.921fb54442d18p+0 /* 53 bits */
#define CG_PIO2_LO 0x1.1a62633145c07p-54
#define CG_THIRD 0x1.5555555555555p-2
#define CG_CBRT_A -0x1.d2150c92f7332p-3
#define CG_CBRT_B 0x1.5ca5af129611ep-6

/* Polynomials: coefficients from the lowest power up, interpolated at Chebyshev nodes in high
 * precision. "Error" is the largest relative error of what the polynomial completes, with the
 * rounded coefficients. */

/* exp(r) = 1 + r + r^2/2 + r^3 (odd(r^2) + r even(r^2)), |r| <= ln(2)/2; error 2^-59.2. */
static const double cg_exp_odd[5] = {
    0x1.5555555555559p-3, 0x1.111111110f7e7p-7, 0x1.a01a01af77e03p-13,
    0x1.71ddf94d67bb0p-19, 0x1.af5d2cb1f50abp-26,
};
static const double cg_exp_even[5] = {
    0x1.5555555555549p-5, 0x1.6c16c16c1ccf7p-10, 0x1.a01a018302158p-16,
    0x1.27e52b2fe62c6p-22, 0x1.1ef5260a30929p-29,
};
/* sinh(r) = r + r^3 p(r^2) and cosh(r) = 1 + r^2/2 + r^4 p(r^2), |r| <= ln(2)/2; error 2^-58.8,
 * 2^-64. */
static const double cg_sinh_poly[5] = {
    0x1.5555555555556p-3, 0x1.11111111109b3p-7, 0x1.a01a01a7c41d5p-13,
    0x1.71de0dae63bb3p-19, 0x1.af38a9b0ec855p-26,
};
static const double cg_cosh_poly[5] = {
    0x1.5555555555555p-5, 0x1.6c16c16c167e1p-10, 0x1.a01a01a47b054p-16,
    0x1.27e4e1f48534fp-22, 0x1.1f66df7fca49fp-29,
};
/* sin(r) = r + r^3 p(r^2) and cos(r) = 1 - r^2/2 + r^4 p(r^2), |r| <= pi/4; error 2^-55.5,
 * 2^-59.7. */
static const double cg_sin_poly[6] = {
    -0x1.5555555555555p-3, 0x1.1111111110ba5p-7, -0x1.a01a019e80693p-13,
    0x1.71de379252004p-19, -0x1.ae60069e53ef1p-26, 0x1.5e098556d302ep-33,
};
static const double cg_cos_poly[6] = {
    0x1.5555555555555p-5, -0x1.6c16c16c16960p-10, 0x1.a01a019f4d0edp-16,
    -0x1.27e4fa15bd814p-22, 0x1.1eeb66b683028p-29, -0x1.907c0e63adbb6p-37,
};
/* log((1 + s) / (1 - s)) = 2 s + s^3 p(s^2), |s| <= 0.1716; error 2^-57.7. */
static const double cg_log_poly[7] = {
    0x1.5555555555558p-1, 0x1.99999999952e2p-2, 0x1.2492492df148dp-2,
    0x1.c71c62e5800a1p-3, 0x1.7462b4ab2ef6bp-3, 0x1.39fe606542ddep-3,
    0x1.2b584aae78a57p-3,
};
/* tan(r) = r + r^3 p(r^2), |r| <= pi/8; error 2^-56.7. */
static const double cg_tan_poly[9] = {
    0x1.5555555555556p-2, 0x1.11111111109c2p-3, 0x1.ba1ba1bb56644p-5,
    0x1.664f47dffb55bp-6, 0x1.226e5f6fc81efp-7, 0x1.d6c7a49431963p-9,
    0x1.7eaabf7193315p-10, 0x1.288416a1bd672p-11, 0x1.4ea856bf92a43p-12,
};
/* arctan(t) = t + t^3 p(t^2), |t| <= sqrt(2) - 1; error 2^-58.1. */
static const double cg_arctan_poly[12] = {
    -0x1.5555555555555p-2, 0x1.9999999999952p-3, -0x1.249249248d684p-3,
    0x1.c71c71c2f37e8p-4, -0x1.745d165a9c002p-4, 0x1.3b139279535a8p-4,
    -0x1.110e81459346ep-4, 0x1.e19978381e052p-5, -0x1.ac761b5db4f38p-5,
    0x1.74c9760b1bea4p-5, -0x1.1aff6533dd0e5p-5, 0x1.0a5f8c60d732bp-6,
};
/* arcsin(t) = t + t^3 p(t^2), |t| <= 1/2; error 2^-57.4. */
static const double cg_arcsin_poly[13] = {
    0x1.5555555555556p-3, 0x1.3333333332ecap-4, 0x1.6db6db6e31f13p-5,
    0x1.f1c71c1db0623p-6, 0x1.6e8bb1c8209a2p-6, 0x1.1c4d35cf95421p-6,
    0x1.c9cf07674736ap-7, 0x1.782651caa6547p-7, 0x1.52420b04b37bep-7,
    0x1.65a9c4dfcf8b2p-8, 0x1.1d189408314eep-6, -0x1.e6aaa8a0a04ccp-7,
    0x1.d72b2bc8155f8p-6,
};
/* arctanh(s) = s + s^3 p(s^2), |s| <= 0.2006; error 2^-60.5 of s. */
static const double cg_arctanh_poly[8] = {
    0x1.555555555554fp-2, 0x1.999999999c29ap-3, 0x1.24924921d3bd7p-3,
    0x1.c71c749e1886bp-4, 0x1.745c478c7fd48p-4, 0x1.3b362bab7b85dp-4,
    0x1.0dc4a101a2c37p-4, 0x1.1bb05052de5dep-4,
};
/* m^(-1/3), 1 <= m <= 2; error 2^-11.9. */
static const double cg_cbrt_poly[4] = {
    0x1.8aba264bae92ap+0, -0x1.9eb461b7ddad7p-1, 0x1.455f9f4d3bc93p-2,
    -0x1.9909f1b3f8282p-5,
};
/* erf(x) = x + x p(x^2), 0 <= x <= 25/32; error 2^-55.2. */
static const double cg_erf_poly[11] = {
    0x1.06eba8214db68p-3, -0x1.812746b0379d8p-2, 0x1.ce2f21a041c9fp-4,
    -0x1.b82ce31227d97p-6, 0x1.565bccfaab1c2p-8, -0x1.c02daf4afecb5p-11,
    0x1.f9a2735a22787p-14, -0x1.f4c11b4363d33p-17, 0x1.b8d4b2d1490bcp-20,
    -0x1.54c7d2d96536cp-23, 0x1.817150e711715p-27,
};
/* erf(x) = 1 - exp(-x^2) (377/1024 + p(t)), t = (x - 5/4) / (x + 5/4), 25/32 <= x <= 6; error
 * 2^-58.0. */
static const double cg_erf_tail[15] = {
    -0x1.65b7b1e26186fp-12, -0x1.0b4ac097c96e4p-1, 0x1.29d0b82ba109ap-3,
    0x1.ce82c10345504p-6, -0x1.c4365199551a9p-7, -0x1.faa2fa1df2febp-8,
    -0x1.49cb3b28ddc45p-15, 0x1.ae396a723226cp-10, 0x1.abfd1eb9be701p-11,
    0x1.d356a9399d888p-16, -0x1.b2c7166e93f24p-13, -0x1.2b056e9ccc939p-13,
    -0x1.38c8d13fd5688p-15, 0x1.5e3d10aeb55b1p-16, 0x1.38e101ed28f1dp-15,
};
/* erfc(x) = exp(-x^2) (99/128 - 13/64 t + p(t)) / (1 + 17/16 x), t = (x - 13/4) / (x + 13/4),
 * 0 <= x <= 27.3; error 2^-57.5. */
static const double cg_erfc_poly[24] = {
    -0x1.0c16242b2b843p-5, -0x1.d5559cc243cb8p-7, 0x1.90adb4c547bf1p-4,
    -0x1.b48614df31e68p-7, -0x1.8516becc7ee36p-6, 0x1.ab6bd4e235f32p-6,
    -0x1.e6f6a21a28e02p-7, 0x1.3cd706e457b3fp-8, -0x1.61a76d40d089ep-12,
    -0x1.da57207559049p-12, 0x1.5210b8009577ep-13, 0x1.b62c4c88285c1p-16,
    -0x1.c11c6fab7bfb2p-16, -0x1.72293a05cc0f2p-21, 0x1.18ab2c3dc376ep-18,
    -0x1.133b6386aa756p-24, -0x1.76b8d2a578f53p-21, -0x1.6d94cac6a22f2p-28,
    0x1.075cba68c6205p-23, 0x1.6c48c772d6752p-27, -0x1.575a0065a3930p-26,
    -0x1.1944eaf42d59bp-28, 0x1.2477014b729c8p-29, 0x1.8b428f574cbe2p-31,
};
/* log(1 + r) = r - r^2/2 + r^3 p(r), |r| < 0.0057; error 2^-67.8. */
static const double cg_log1p_poly[6] = {
    0x1.5555555555557p-2, -0x1.0000000000002p-2, 0x1.999999976a47cp-3,
    -0x1.555555535df20p-3, 0x1.249512aa9f25cp-3, -0x1.0002822bef41dp-3,
};
/* exp(r) = 1 + r + r^2 p(r), |r| <= 0.0125, and 2^r = 1 + r p(r), |r| <= 1/128; error 2^-60.5,
 * 2^-62.2. */
static const double cg_exp_poly[5] = {
    0x1.0000000000000p-1, 0x1.555555554804ap-3, 0x1.555555554ead0p-5,
    0x1.1111644983a0ap-7, 0x1.6c1714a486f30p-10,
};
static const double cg_exp2_poly[6] = {
    0x1.62e42fefa39efp-1, 0x1.ebfbdff82c58fp-3, 0x1.c6b08d7048ec1p-5,
    0x1.3b2ab6fba483bp-7, 0x1.5d88167636ffap-10, 0x1.430923996e797p-13,
};
/* The binary digits of 2/pi, 32 a word, after 64 zeros. */
static const uint32_t cg_two_over_pi[40] = {
    0x00000000, 0x00000000, 0xa2f9836e, 0x4e441529, 0xfc2757d1, 0xf534ddc0, 0xdb629599, 0x3c439041,
    0xfe5163ab, 0xdebbc561, 0xb7246e3a, 0x424dd2e0, 0x06492eea, 0x09d1921c, 0xfe1deb1c, 0xb129a73e,
    0xe88235f5, 0x2ebb4484, 0xe99c7026, 0xb45f7e41, 0x3991d639, 0x835339f4, 0x9c845f8b, 0xbdf9283b,
    0x1ff897ff, 0xde05980f, 0xef2f118b, 0x5a0a6d1f, 0x6d367ecf, 0x27cb09b7, 0x4f463f66, 0x9e5fea2d,
    0x7527bac7, 0xebe5f17b, 0x3d0739f7, 0x8a5292ea, 0x6bfb5fb1, 0x1f8d5d08, 0x56033046, 0xfc7b6bab,
};

/* The array functions: CG_KERNEL for a core with a limited range, CG_TOTAL_KERNEL for one without.
 * The vector loop takes whole rows of CG_ROW elements. What remains of an array is computed in a
 * row of its own, filled up with a number that suits every function, or by the scalar code if it is
 * but a few elements. An array of a few elements does not reach the vector loops: GCC 12 sets a
 * vector register before them, and returns without clearing it, which makes the SSE code of others
 * slow. */
#define CG_ROW 8
#define CG_FEW 3
#define CG_BLOCK 256

#define CG_ROWS(f) \
    CG_NOINLINE void CG_NAME(f##_rows)(const double *x, double *y, ptrdiff_t n) \
    { \
        const ptrdiff_t whole = n & -CG_ROW; \
        CG_INDEPENDENT_ITERATIONS \
        for (ptrdiff_t i = 0; i < whole; i++) \
            y[i] = CG_NAME(f##_core)(x[i]); \
    } \
    CG_INLINE void CG_NAME(f##_all)(const double *x, double *y, ptrdiff_t n) \
    { \
        const ptrdiff_t whole = n & -CG_ROW; \
        double row[CG_ROW]; \
        if (whole > 0) \
            CG_NAME(f##_rows)(x, y, whole); \
        if (n - whole <= CG_FEW) { \
            for (ptrdiff_t i = whole; i < n; i++) \
                y[i] = CG_NAME(f##_any)(x[i]); \
        } else { \
            for (ptrdiff_t i = 0; i < CG_ROW; i++) \
                row[i] = whole + i < n ? x[whole + i] : 0.5; \
            CG_NAME(f##_rows)(row, row, CG_ROW); \
            for (ptrdiff_t i = whole; i < n; i++) \
                y[i] = row[i - whole]; \
        } \
    }

#define CG_KERNEL(f) \
    CG_NOINLINE double CG_NAME(f##_any)(double x) \
    { \
        const uint64_t unsafe = CG_NAME(f##_unsafe)(x) & CG_SIGN_BIT; \
        return unsafe ? CG_NAME(f##_beyond)(x) : CG_NAME(f##_core)(x); \
    } \
    CG_ROWS(f) \
    CG_NOINLINE void CG_NAME(f##_mixed)(const double *x, double *y, ptrdiff_t n) \
    { \
        double argument[CG_BLOCK]; /* y may be x */ \
        memcpy(argument, x, (size_t)n * sizeof *x); \
        CG_NAME(f##_all)(argument, y, n); \
        for (ptrdiff_t i = 0; i < n; i++) \
            if (CG_NAME(f##_unsafe)(argument[i]) & CG_SIGN_BIT) \
                y[i] = CG_NAME(f##_any)(argument[i]); \
    } \
    static void CG_NAME(f)(const double *x, double *y, ptrdiff_t n) \
    { \
        if (n <= CG_FEW) { \
            for (ptrdiff_t i = 0; i < n; i++) \
                y[i] = CG_NAME(f##_any)(x[i]); \
            return; \
        } \
        for (ptrdiff_t size; n > 0; n -= size, x += size, y += size) { \
            uint64_t unsafe = 0; \
            size = n < CG_BLOCK ? n : CG_BLOCK; \
            for (ptrdiff_t i = 0; i < size; i++) \
                unsafe |= CG_NAME(f##_unsafe)(x[i]); \
            if (unsafe & CG_SIGN_BIT) \
                CG_NAME(f##_mixed)(x, y, size); \
            else \
                CG_NAME(f##_all)(x, y, size); \
        } \
    }

#define CG_TOTAL_KERNEL(f) \
    CG_NOINLINE double CG_NAME(f##_any)(double x) { return CG_NAME(f##_core)(x); } \
    CG_ROWS(f) \
    static void CG_NAME(f)(const double *x, double *y, ptrdiff_t n) \
    { \
        if (n == 1) \
            y[0] = CG_NAME(f##_any)(x[0]); \
        else \
            CG_NAME(f##_all)(x, y, n); \
    }

/* A function of two arguments, whose core gives nan for what f_beyond is to compute. It goes twice
 * over the arrays, which should fit the first-level cache. */
#define CG_KERNEL_2(f) \
    CG_NOINLINE double CG_NAME(f##_any)(double x, double y) \
    { \
        const double value = CG_NAME(f##_core)(x, y); \
        return value == value ? value : CG_NAME(f##_beyond)(x, y); \
    } \
    CG_NOINLINE void CG_NAME(f##_rows)(const double *x, const double *y, double *out, ptrdiff_t n) \
    { \
        const ptrdiff_t whole = n & -CG_ROW; \
        CG_INDEPENDENT_ITERATIONS \
        for (ptrdiff_t i = 0; i < whole; i++) \
            out[i] = CG_NAME(f##_core)(x[i], y[i]); \
    } \
    static void CG_NAME(f)(const double *x, const double *y, double *out, ptrdiff_t n) \
    { \
        ptrdiff_t whole = n & -CG_ROW; \
        double rows[3][CG_ROW]; \
        uint64_t unsafe = 0; \
        if (whole > 0) \
            CG_NAME(f##_rows)(x, y, out, whole); \
        if (n - whole > CG_FEW) { \
            for (ptrdiff_t i = 0; i < CG_ROW; i++) { \
                rows[0][i] = whole + i < n ? x[whole + i] : 0.5; \
                rows[1][i] = whole + i < n ? y[whole + i] : 0.5; \
            } \
            CG_NAME(f##_rows)(rows[0], rows[1], rows[2], CG_ROW); \
            for (; whole < n; whole++) \
                out[whole] = rows[2][whole & (CG_ROW - 1)]; \
        } \
        for (ptrdiff_t i = 0; i < whole; i++) \
            unsafe |= cg_not_below(out[i], (double)INFINITY); \
        if (unsafe & CG_SIGN_BIT) \
            for (ptrdiff_t i = 0; i < whole; i++) \
                if (out[i] != out[i]) \
                    out[i] = CG_NAME(f##_beyond)(x[i], y[i]); \
        for (ptrdiff_t i = whole; i < n; i++) \
            out[i] = CG_NAME(f##_any)(x[i], y[i]); \
    }

#endif /* CG_TRANSCENDENTAL_ONCE */

/* ---------------------------------------------------------------------------------------- tools */

CG_INLINE uint64_t cg_bits(double x)
{
    uint64_t u;
    memcpy(&u, &x, sizeof u);
    return u;
}

CG_INLINE double cg_real(uint64_t u)
{
    double x;
    memcpy(&x, &u, sizeof x);
    return x;
}

/* Selection by bits, all ones or all zeros: of a conditional expression the compiler may make a
 * branch again, and a loop with a branch in it is not vectorized. */
CG_INLINE uint64_t cg_mask_if_negative(double x) { return 0 - (cg_bits(x) >> 63); }

CG_INLINE double cg_select(uint64_t mask, double a, double b)
{
    return cg_real((cg_bits(a) & mask) | (cg_bits(b) & ~mask));
}

/* The sign bit is set unless |x| < bound: positive doubles are ordered as their bits are. */
CG_INLINE uint64_t cg_not_below(double x, double bound)
{
    return (cg_bits(x) & ~CG_SIGN_BIT) + (CG_SIGN_BIT - cg_bits(bound));
}

/* x cut to its 26 leading bits: the product of two heads is exact. */
CG_INLINE double cg_head(double x)
{
    return cg_real(cg_bits(x) & UINT64_C(0xfffffffff8000000));
}

/* (num + num_lo) / (den + den_lo), nearly correctly rounded, for a den of 26 bits: a quotient q
 * of 26 bits first; num - q den is exact, and what q leaves of the numerator becomes the
 * correction. den_sum is den + den_lo rounded, which the caller has already. */
CG_INLINE double cg_quotient(double num, double num_lo, double den_sum, double den, double den_lo)
{
    const double inverse = 1.0 / den_sum;
    const double q = cg_head((num + num_lo) * inverse);
    const double left = ((num - q * den) + num_lo) - q * den_lo;
    return q + left * inverse;
}

/* c[0] + c[1] z + ... + c[N-1] z^(N-1), where zz = z^2: two terms at a time, for a short chain. */
CG_INLINE double cg_poly2(double z, const double *c) { return c[0] + z * c[1]; }
CG_INLINE double cg_poly4(double z, double zz, const double *c)
{
    return cg_poly2(z, c) + zz * cg_poly2(z, c + 2);
}
CG_INLINE double cg_poly5(double z, double zz, const double *c)
{
    return cg_poly2(z, c) + zz * (cg_poly2(z, c + 2) + zz * c[4]);
}
CG_INLINE double cg_poly6(double z, double zz, const double *c)
{
    return cg_poly2(z, c) + zz * cg_poly4(z, zz, c + 2);
}
CG_INLINE double cg_poly7(double z, double zz, const double *c)
{
    return cg_poly4(z, zz, c) + (zz * zz) * (cg_poly2(z, c + 4) + zz * c[6]);
}
CG_INLINE double cg_poly8(double z, double zz, const double *c)
{
    return cg_poly4(z, zz, c) + (zz * zz) * cg_poly4(z, zz, c + 4);
}
CG_INLINE double cg_poly9(double z, double zz, const double *c)
{
    return cg_poly4(z, zz, c) + (zz * zz) * (cg_poly4(z, zz, c + 4) + (zz * zz) * c[8]);
}
CG_INLINE double cg_poly12(double z, double zz, const double *c)
{
    const double high = cg_poly4(z, zz, c + 4) + (zz * zz) * cg_poly4(z, zz, c + 8);
    return cg_poly4(z, zz, c) + (zz * zz) * high;
}
CG_INLINE double cg_poly13(double z, double zz, const double *c)
{
    const double high = cg_poly4(z, zz, c + 4) + (zz * zz) * cg_poly5(z, zz, c + 8);
    return cg_poly4(z, zz, c) + (zz * zz) * high;
}

/* -------------------------------------------------------------------- exp, expm1, sigmoid, tanh */

/* x = k ln 2 + hi - lo with |hi - lo| <= ln(2)/2 and hi exact; returns k + CG_ROUNDER. */
CG_INLINE double cg_exp_reduce(double x, double *hi, double *lo)
{
    const double rounded = x * CG_LOG2_E + CG_ROUNDER;
    const double k = rounded - CG_ROUNDER;
    *hi = x - k * CG_LN2_HI;
    *lo = k * CG_LN2_LO;
    return rounded;
}

/* exp(hi - lo) - 1 - hi */
CG_INLINE double cg_exp_tail(double hi, double lo)
{
    const double r = hi - lo;
    const double z = r * r;
    const double zz = z * z;
    const double p = cg_poly5(z, zz, cg_exp_odd) + r * cg_poly5(z, zz, cg_exp_even);
    return 0.5 * z + ((z * r) * p - lo);
}

/* 2^k, from k + CG_ROUNDER; -1022 <= k <= 1023 */
CG_INLINE double cg_pow2(double rounded)
{
    return cg_real((cg_bits(rounded) << 52) + CG_BITS_ONE);
}

/* exp(x) 2^shift for shift 0 or -1 and any x: the factor 2^k in two parts, so that a result that is
 * too large or subnormal comes out of one correctly rounded multiplication. */
CG_INLINE double cg_exp_scaled(double x, uint64_t shift)
{
    double hi, lo;
    if (!(x > -746.0))
        return x < 0.0 ? 0.0 : x;
    if (x > 711.0)
        return (double)INFINITY;
    const double rounded = cg_exp_reduce(x, &hi, &lo);
    const double y = 1.0 + (hi + cg_exp_tail(hi, lo));
    const uint64_t spare = x > 0.0 ? (uint64_t)-4 : 64;
    const double most = cg_real(cg_bits(y) + ((cg_bits(rounded) + shift + spare) << 52));
    return most * (x > 0.0 ? 16.0 : 0x1p-64);
}

/* exp. x = k ln 2 + r, |r| <= ln(2)/2, r = hi - lo; exp(r) = 1 + (hi + tail) by a polynomial of
 * degree 12; k is added to the exponent field. Overflow to inf, gradual underflow; exp(-inf) = 0.
 * Max ULP 0.82. */
CG_INLINE uint64_t CG_NAME(exp_unsafe)(double x) { return cg_not_below(x, 708.0); }

CG_INLINE double CG_NAME(exp_core)(double x)
{
    double hi, lo;
    const double rounded = cg_exp_reduce(x, &hi, &lo);
    const double y = 1.0 + (hi + cg_exp_tail(hi, lo));
    return cg_real(cg_bits(y) + (cg_bits(rounded) << 52));
}

CG_INLINE double CG_NAME(exp_beyond)(double x) { return cg_exp_scaled(x, 0); }

CG_KERNEL(exp)

/* expm1. As exp, then 2^k (1 + hi + tail) - 1 = ((2^k - 1) + 2^k hi) + 2^k tail, the two
 * roundings of the first sums carried into the tail. For k = 0 it is hi + tail with hi = x.
 * expm1(-inf) = -1, expm1(-0) = -0. Max ULP 0.78. */
CG_INLINE uint64_t CG_NAME(expm1_unsafe)(double x) { return cg_not_below(x, 708.0); }

CG_INLINE double CG_NAME(expm1_core)(double x)
{
    double hi, lo;
    const double scale = cg_pow2(cg_exp_reduce(x, &hi, &lo));
    const double less_one = scale - 1.0;
    const double less_one_rest = (scale - less_one) - 1.0;
    const double scaled_hi = scale * hi;
    const double head = less_one + scaled_hi;
    const double head_rest = scaled_hi - (head - less_one);
    const double r = hi - lo; /* its rounding enters exp(r) once in `- lo`, and once more times r */
    const double tail = cg_exp_tail(hi, lo) + r * ((hi - r) - lo);
    const double result = head + (scale * tail + (head_rest + less_one_rest));
    return copysign(result, x);
}

CG_INLINE double CG_NAME(expm1_beyond)(double x) { return x < 0.0 ? -1.0 : cg_exp_scaled(x, 0); }

CG_KERNEL(expm1)

/* sigmoid(x) = 1 / (1 + exp(-x)). With e = exp(-|x|) as a sum of two doubles, it is 1 / (1 + e) for
 * x >= 0 and e / (1 + e) below. Beyond 650, 1 or exp(x). Max ULP 0.81. */
CG_INLINE uint64_t CG_NAME(sigmoid_unsafe)(double x) { return cg_not_below(x, 650.0); }

CG_INLINE double CG_NAME(sigmoid_core)(double x)
{
    double hi, lo;
    const double scale = cg_pow2(cg_exp_reduce(-fabs(x), &hi, &lo));
    const double head = 1.0 + hi;
    const double rest = (hi - (head - 1.0)) + cg_exp_tail(hi, lo);
    const double e = scale * head, e_lo = scale * rest;
    const double den_sum = (1.0 + e) + e_lo;
    const double den = cg_head(den_sum);
    const double den_lo = ((1.0 - den) + e) + e_lo;
    const uint64_t negative = cg_mask_if_negative(x);
    return cg_quotient(cg_select(negative, e, 1.0), cg_select(negative, e_lo, 0.0), den_sum, den,
                       den_lo);
}

CG_INLINE double CG_NAME(sigmoid_beyond)(double x) { return x > 0.0 ? 1.0 : cg_exp_scaled(x, 0); }

CG_KERNEL(sigmoid)

/* tanh|x| = -E / (2 + E) with E = expm1(-2|x|) as a sum of two doubles. From |x| = 20 on it is 1,
 * so |x| is cut there. tanh(x) = x for tiny x, tanh(-0) = -0. Max ULP 0.74. */
CG_INLINE double CG_NAME(tanh_core)(double x)
{
    double hi, lo;
    const double size = 20.0 < fabs(x) ? 20.0 : fabs(x);
    const double scale = cg_pow2(cg_exp_reduce(-2.0 * size, &hi, &lo));
    const double less_one = scale - 1.0;
    const double less_one_rest = scale - (less_one + 1.0);
    const double scaled_hi = scale * hi;
    const double head = less_one + scaled_hi;
    const double head_rest = scaled_hi - (head - less_one);
    const double rest = scale * cg_exp_tail(hi, lo) + (head_rest + less_one_rest);
    const double den_sum = (2.0 + head) + rest;
    const double den = cg_head(den_sum);
    const double den_lo = ((2.0 - den) + head) + rest;
    return copysign(cg_quotient(head, rest, den_sum, den, den_lo), x);
}

CG_TOTAL_KERNEL(tanh)

/* ----------------------------------------------------------------------------------- log, log1p */

/* k ln 2 + log(1 + f) + small, given s = f / (2 + f): log(1 + f) = 2 artanh(s)
 * = f - f^2/2 + s (f^2/2 + s^2 p(s^2)). k ln 2 + f is summed first, with its rounding kept. */
CG_INLINE double cg_log_sum(double k, double f, double s, double small)
{
    const double z = s * s;
    const double half_square = 0.5 * f * f;
    const double p = z * cg_poly7(z, z * z, cg_log_poly);
    const double k_ln2 = k * CG_LN2_HI;
    const double head = k_ln2 + f;
    const double head_rest = f - (head - k_ln2);
    const double tail = s * (half_square + p) + (k * CG_LN2_LO + small);
    return head + (head_rest - (half_square - tail));
}

/* log(2^power x), for a normal x. */
CG_INLINE double cg_log_times(double x, double power)
{
    const uint64_t shifted = cg_bits(x) + (CG_BITS_ONE - CG_BITS_SQRT_HALF);
    const double k = cg_real((shifted >> 52) | cg_bits(0x1p52)) - (0x1p52 + 1023.0 - power);
    const double f = cg_real((shifted & CG_MANTISSA) + CG_BITS_SQRT_HALF) - 1.0;
    return cg_log_sum(k, f, f / (2.0 + f), 0.0);
}

/* log. x = 2^k (1 + f) with 1 + f in [sqrt(1/2), sqrt(2)), then cg_log_sum. Subnormals are scaled
 * by 2^54 first. log(+-0) = -inf, log(negative) = nan, log(inf) = inf. Max ULP 0.87. */
CG_INLINE uint64_t CG_NAME(log_unsafe)(double x) /* negative, subnormal, inf or nan */
{
    const uint64_t u = cg_bits(x);
    return u | (u - CG_BITS_NORMAL) | (u + (CG_SIGN_BIT - CG_BITS_INFINITY));
}

CG_INLINE double CG_NAME(log_core)(double x) { return cg_log_times(x, 0.0); }

CG_INLINE double CG_NAME(log_beyond)(double x)
{
    if (!(x < (double)INFINITY))
        return x;
    if (x <= 0.0)
        return x == 0.0 ? -(double)INFINITY : (double)NAN;
    return cg_log_times(x * 0x1p54, -54.0);
}

CG_KERNEL(log)

/* log(u + u_rest), for a normal u < 2^1000 and a far smaller u_rest. The sum is 2^k (1 + f + c); c
 * adds c / (1 + f) to the logarithm, by (1 - s) / (1 + s) ~ 1 - 2 s + 2 s^2. */
CG_INLINE double cg_log_plus(double u, double u_rest)
{
    const uint64_t shifted = cg_bits(u) + (CG_BITS_ONE - CG_BITS_SQRT_HALF);
    const double k = cg_real((shifted >> 52) | cg_bits(0x1p52)) - (0x1p52 + 1023.0);
    const double f = cg_real((shifted & CG_MANTISSA) + CG_BITS_SQRT_HALF) - 1.0;
    const double s = f / (2.0 + f);
    const double inverse_scale = cg_real(2 * CG_BITS_ONE - (shifted & ~CG_MANTISSA));
    const double c = u_rest * inverse_scale;
    return cg_log_sum(k, f, s, c - 2.0 * c * (s - s * s));
}

/* log1p(x) = log(u + u_rest), where u_rest, what the sum u = 1 + x lost, is recovered exactly. For
 * tiny x it is all of x. log1p(-1) = -inf, below it nan, log1p(-0) = -0. Max ULP 0.87. */
CG_INLINE uint64_t CG_NAME(log1p_unsafe)(double x) /* not in (-1, 2^64): the sign moves the bound */
{
    return cg_not_below(x, 0x1p64) + ((cg_bits(x) & CG_SIGN_BIT) >> 5);
}

CG_INLINE double CG_NAME(log1p_core)(double x)
{
    const double u = 1.0 + x;
    const double x_part = u - 1.0;
    const double u_rest = (1.0 - (u - x_part)) + (x - x_part);
    return copysign(cg_log_plus(u, u_rest), x);
}

CG_INLINE double CG_NAME(log1p_beyond)(double x)
{
    if (x >= 0x1p64)
        return x < (double)INFINITY ? CG_NAME(log_core)(x) : x;
    if (x <= -1.0)
        return x == -1.0 ? -(double)INFINITY : (double)NAN;
    return x;
}

CG_KERNEL(log1p)

/* ------------------------------------------------------------------------------------- sin, cos */

/* x = n pi/2 + hi + lo, |hi| <= pi/4, for |x| < 2e5; returns n modulo 2^52. pi/2 is given in three
 * parts; the products with the first two are exact, and so is what the second subtraction loses. */
CG_INLINE uint64_t cg_trig_reduce(double x, double *hi, double *lo)
{
    const double rounded = x * CG_TWO_OVER_PI + CG_ROUNDER;
    const double n = rounded - CG_ROUNDER;
    const double first = x - n * CG_PIO2_A;
    const double part = n * CG_PIO2_B;
    const double second = first - part;
    *hi = second;
    *lo = ((first - second) - part) - n * CG_PIO2_C;
    return cg_bits(rounded);
}

/* The same for a finite x >= 2^17, after Payne and Hanek. x = m 2^e with an integer m of 53 bits.
 * Of the digits of 2/pi, those that yield only multiples of 4 are left out, the next 192 are
 * multiplied with m in integers: the product's top two bits count quarter turns, the other 190
 * are the fraction. */
CG_INLINE uint64_t cg_trig_reduce_far(double x, double *hi, double *lo)
{
    const uint64_t mantissa = (cg_bits(x) & CG_MANTISSA) | (CG_MANTISSA + 1);
    const unsigned e = (unsigned)(cg_bits(x) >> 52) - 1075 + 62; /* x >= 2^17, so e >= 27 */
    const uint32_t *digits = cg_two_over_pi + e / 32;
    uint32_t product[6]; /* most significant first */
    uint64_t carry_low = 0, carry_high = 0;
    for (int i = 5; i >= 0; i--) {
        const uint64_t pair = (uint64_t)digits[i] << 32 | digits[i + 1];
        const uint64_t digit = (pair << (e % 32)) >> 32;
        const uint64_t low = digit * (mantissa & 0xffffffff) + carry_low;
        const uint64_t high = digit * (mantissa >> 32) + carry_high;
        product[i] = (uint32_t)low;
        carry_low = (low >> 32) + (uint32_t)high;
        carry_high = high >> 32;
    }
    uint64_t quarter = product[0] >> 30;
    /* a fraction >= 1/2 becomes the next quarter turn, less the rest: all bits flipped */
    const uint32_t flip = product[0] >> 29 & 1 ? 0xffffffff : 0;
    quarter += flip & 1;
    double sum = 0.0, sum_lo = 0.0, weight = 0x1p-30;
    for (int i = 0; i < 6; i++, weight *= 0x1p-32) {
        const double word = weight * (double)((product[i] ^ flip) & (i ? 0xffffffff : 0x3fffffff));
        const double next = sum + word;
        const double word_part = next - sum;
        sum_lo += (sum - (next - word_part)) + (word - word_part);
        sum = next;
    }
    const double turn = sum + sum_lo; /* then (turn + turn_lo) pi/2, as a sum of two doubles */
    const double turn_lo = sum_lo - (turn - sum);
    const double a = cg_head(turn), b = turn - a;
    const double c = cg_head(CG_PIO2_HI), d = CG_PIO2_HI - c;
    const double top = turn * CG_PIO2_HI;
    const double top_lo = ((a * c - top) + a * d + b * c) + b * d
                          + (turn * CG_PIO2_LO + turn_lo * CG_PIO2_HI);
    *hi = flip ? -top : top;
    *lo = flip ? -top_lo : top_lo;
    return quarter;
}

/* sin(n pi/2 + hi + lo), by the polynomial of sin for even n and that of cos for odd n. */
CG_INLINE double cg_trig_wave(uint64_t n, double hi, double lo)
{
    const uint64_t odd = 0 - (n & 1);
    const double z = hi * hi;
    const double zz = z * z;
    const double half_square = 0.5 * z;
    const double cos_head = 1.0 - half_square;
    const double cos_rest = ((1.0 - cos_head) - half_square) - hi * lo;
    const double *s = cg_sin_poly, *c = cg_cos_poly;
    const double p01 = cg_select(odd, c[0], s[0]) + z * cg_select(odd, c[1], s[1]);
    const double p23 = cg_select(odd, c[2], s[2]) + z * cg_select(odd, c[3], s[3]);
    const double p45 = cg_select(odd, c[4], s[4]) + z * cg_select(odd, c[5], s[5]);
    const double head = cg_select(odd, cos_head, hi);
    const double rest = cg_select(odd, cos_rest, lo * cos_head);
    const double factor = z * cg_select(odd, z, hi);
    const double result = head + (rest + factor * (p01 + zz * (p23 + zz * p45)));
    return cg_real(cg_bits(result) ^ ((n & 2) << 62));
}

/* sin. x = n pi/2 + r, |r| <= pi/4, r as a sum of two doubles: by subtraction below 2e5, by
 * integers above; then polynomials of degree 13 (sin) and 14 (cos). sin(-0) = -0, sin(inf) = nan.
 * Max ULP 0.88. */
CG_INLINE uint64_t CG_NAME(sin_unsafe)(double x) { return cg_not_below(x, 2e5); }

CG_INLINE double CG_NAME(sin_core)(double x)
{
    double hi, lo;
    const uint64_t n = cg_trig_reduce(fabs(x), &hi, &lo);
    return cg_real(cg_bits(cg_trig_wave(n, hi, lo)) ^ (cg_bits(x) & CG_SIGN_BIT));
}

CG_INLINE double CG_NAME(sin_beyond)(double x)
{
    double hi, lo;
    if (!(fabs(x) < (double)INFINITY))
        return x - x;
    const uint64_t n = cg_trig_reduce_far(fabs(x), &hi, &lo);
    return cg_real(cg_bits(cg_trig_wave(n, hi, lo)) ^ (cg_bits(x) & CG_SIGN_BIT));
}

CG_KERNEL(sin)

/* cos(x) = sin(x + pi/2): as sin, with n + 1. Max ULP 0.87. */
CG_INLINE uint64_t CG_NAME(cos_unsafe)(double x) { return cg_not_below(x, 2e5); }

CG_INLINE double CG_NAME(cos_core)(double x)
{
    double hi, lo;
    const uint64_t n = cg_trig_reduce(x, &hi, &lo);
    return cg_trig_wave(n + 1, hi, lo);
}

CG_INLINE double CG_NAME(cos_beyond)(double x)
{
    double hi, lo;
    if (!(fabs(x) < (double)INFINITY))
        return x - x;
    const uint64_t n = cg_trig_reduce_far(fabs(x), &hi, &lo);
    return cg_trig_wave(n + 1, hi, lo);
}

CG_KERNEL(cos)

/* ------------------------------------------------------------------------------------------ tan */

/* tan(n pi/2 + hi + lo). With t = 2 tan(r/2), tan(r) = t / (1 - t^2/4): the polynomial is needed
 * up to pi/8 only, and the quotient is turned over, -(1 - t^2/4) / t, where n is odd. The head of
 * t takes part in exact products; t_lo is the rest. */
CG_INLINE double cg_tan_of(uint64_t n, double hi, double lo)
{
    const uint64_t odd = 0 - (n & 1);
    const double z = 0.25 * (hi * hi);
    const double rest = lo * (1.0 + z) + (hi * z) * cg_poly9(z, z * z, cg_tan_poly);
    const double t_sum = hi + rest;
    const double t = cg_head(t_sum);
    const double t_lo = (hi - t) + rest;
    const double square = 0.25 * (t * t); /* exact */
    const double square_lo = t_lo * (0.5 * t + 0.25 * t_lo);
    const double den_sum = 1.0 - 0.25 * (t_sum * t_sum);
    const double den = cg_head(den_sum);
    const double den_lo = ((1.0 - den) - square) - square_lo;
    const double quotient = cg_quotient(cg_select(odd, den, t), cg_select(odd, den_lo, t_lo),
                                        cg_select(odd, t_sum, den_sum), cg_select(odd, t, den),
                                        cg_select(odd, t_lo, den_lo));
    return cg_real(cg_bits(quotient) ^ (n << 63));
}

/* tan. The reduction of sin, then cg_tan_of. tan(-0) = -0, tan(inf) = nan. Max ULP 0.84. */
CG_INLINE uint64_t CG_NAME(tan_unsafe)(double x) { return cg_not_below(x, 2e5); }

CG_INLINE double CG_NAME(tan_core)(double x)
{
    double hi, lo;
    const uint64_t n = cg_trig_reduce(fabs(x), &hi, &lo);
    return cg_real(cg_bits(cg_tan_of(n, hi, lo)) ^ (cg_bits(x) & CG_SIGN_BIT));
}

CG_INLINE double CG_NAME(tan_beyond)(double x)
{
    double hi, lo;
    if (!(fabs(x) < (double)INFINITY))
        return x - x;
    const uint64_t n = cg_trig_reduce_far(fabs(x), &hi, &lo);
    return cg_real(cg_bits(cg_tan_of(n, hi, lo)) ^ (cg_bits(x) & CG_SIGN_BIT));
}

CG_KERNEL(tan)

/* ----------------------------------------------------------------------------------- sinh, cosh */

/* sinh. |x| = k ln 2 + r, a = 2^k, b = 2^-k: 2 sinh|x| = a exp(r) - b exp(-r)
 *     = (a - b) cosh(r) + (a + b) sinh(r),  sinh(r) = r + ..., cosh(r) = 1 + ...
 * without a division. The leading terms a - b, a r, b r are summed with their roundings kept.
 * Beyond 700, exp(|x|) / 2. sinh(-0) = -0. Max ULP 0.81. */
CG_INLINE uint64_t CG_NAME(sinh_unsafe)(double x) { return cg_not_below(x, 700.0); }

CG_INLINE double CG_NAME(sinh_core)(double x)
{
    double hi, lo;
    const uint64_t k = cg_bits(cg_exp_reduce(fabs(x), &hi, &lo)) << 52;
    const double a = cg_real(CG_BITS_ONE + k), b = cg_real(CG_BITS_ONE - k);
    const double r = hi - lo;
    const double z = r * r;
    const double zz = z * z;
    const double sinh_rest = (r * z) * cg_poly5(z, zz, cg_sinh_poly) - lo; /* sinh(r) - hi */
    const double cosh_rest = 0.5 * z + zz * cg_poly5(z, zz, cg_cosh_poly); /* cosh(r) - 1 */
    const double difference = a - b;
    const double difference_rest = (a - difference) - b;
    const double sum = difference + a * hi;
    const double sum_rest = a * hi - (sum - difference);
    const double head = sum + b * hi;
    const double head_rest = b * hi - (head - sum);
    const double tail = difference * cosh_rest + (a + b) * sinh_rest;
    return copysign(0.5 * (head + (tail + ((sum_rest + head_rest) + difference_rest))), x);
}

CG_INLINE double CG_NAME(sinh_beyond)(double x)
{
    return copysign(cg_exp_scaled(fabs(x), (uint64_t)-1), x);
}

CG_KERNEL(sinh)

/* cosh. As sinh: (a + b) cosh(r) + (a - b) sinh(r). Max ULP 0.88. */
CG_INLINE uint64_t CG_NAME(cosh_unsafe)(double x) { return cg_not_below(x, 700.0); }

CG_INLINE double CG_NAME(cosh_core)(double x)
{
    double hi, lo;
    const uint64_t k = cg_bits(cg_exp_reduce(fabs(x), &hi, &lo)) << 52;
    const double a = cg_real(CG_BITS_HALF + k), b = cg_real(CG_BITS_HALF - k);
    const double r = hi - lo;
    const double z = r * r;
    const double zz = z * z;
    const double sinh_rest = (r * z) * cg_poly5(z, zz, cg_sinh_poly) - lo;
    const double cosh_rest = 0.5 * z + zz * cg_poly5(z, zz, cg_cosh_poly);
    const double sum = a + b;
    const double sum_rest = b - (sum - a);
    const double linear = (a - b) * hi;
    const double head = sum + linear;
    const double head_rest = linear - (head - sum);
    return head + ((sum * cosh_rest + (a - b) * sinh_rest) + (head_rest + sum_rest));
}

CG_INLINE double CG_NAME(cosh_beyond)(double x) { return cg_exp_scaled(fabs(x), (uint64_t)-1); }

CG_KERNEL(cosh)

/* ----------------------------------------------------------------------- arctan, arcsin, arccos */

/* arctan|x| = base + arctan(t), |t| <= tan(pi/8) = sqrt(2) - 1: base = 0 with t = x,
 * pi/4 with t = (x - 1) / (x + 1), or pi/2 with t = -1 / x; the numerator and the denominator carry
 * what x - 1 and x + 1 lose. |x| is cut at 2^60, where arctan is pi/2 already. Max ULP 0.88. */
CG_INLINE double CG_NAME(arctan_core)(double x)
{
    const double size = 0x1p60 < fabs(x) ? 0x1p60 : fabs(x);
    const uint64_t middle = cg_mask_if_negative(0.41421356237309503 - size);
    const uint64_t large = cg_mask_if_negative(2.414213562373095 - size);
    const double minus = size - 1.0, plus = size + 1.0;
    const double minus_rest = size - (minus + 1.0), plus_rest = size - (plus - 1.0);
    const double num = cg_select(middle, cg_select(large, -1.0, minus), size);
    const double num_lo = cg_select(middle, cg_select(large, 0.0, minus_rest), 0.0);
    const double den_full = cg_select(middle, cg_select(large, size, plus), 1.0);
    const double den_full_lo = cg_select(middle, cg_select(large, 0.0, plus_rest), 0.0);
    const double base = cg_select(middle, cg_select(large, CG_PIO2_HI, 0.5 * CG_PIO2_HI), 0.0);
    const double base_lo = cg_select(middle, cg_select(large, CG_PIO2_LO, 0.5 * CG_PIO2_LO), 0.0);
    /* t = q + q_lo: the steps of cg_quotient */
    const double inverse = 1.0 / den_full;
    const double t = num * inverse;
    const double q = cg_head(t);
    const double den = cg_head(den_full);
    const double den_lo = (den_full - den) + den_full_lo;
    const double q_lo = (((num - q * den) + num_lo) - q * den_lo) * inverse;
    const double z = t * t;
    const double tail = (t * z) * cg_poly12(z, z * z, cg_arctan_poly) + base_lo;
    const double head = base + q;
    const double head_rest = q - (head - base);
    return copysign(head + (head_rest + (q_lo + tail)), x);
}

CG_TOTAL_KERNEL(arctan)

/* What s, the rounded root of w, lacks of the root of w + w_lo: (w - s^2 + w_lo) / (2 s). It is
 * about an ULP, so the factor 1 / (2 s) may be 5 percent off: subtracting the bits of s negates its
 * logarithm, about. */
CG_INLINE double cg_sqrt_rest(double w, double w_lo, double s)
{
    const double head = cg_head(s);
    const double remainder = ((w - head * head) - (s - head) * (s + head)) + w_lo;
    return remainder * cg_real(UINT64_C(0x7fce623822fc16e6) - cg_bits(s));
}

/* arcsin(x) = x + x^3 p(x^2) up to 1/2; above, pi/2 - 2 arcsin(s) with s = sqrt((1 - |x|) / 2),
 * s <= 1/2, with the rounding of s kept. |x| > 1 gives nan, by the root. arcsin(-0) = -0.
 * Max ULP 0.70. */
CG_INLINE double CG_NAME(arcsin_core)(double x)
{
    const double size = fabs(x);
    const uint64_t large = cg_mask_if_negative(0.5 - size);
    const double w = 0.5 * (1.0 - size);
    const double s = sqrt(w);
    const double t = cg_select(large, s, size);
    const double z = cg_select(large, w, size * size);
    const double root_rest = cg_select(large, cg_sqrt_rest(w, 0.0, s), 0.0);
    const double tail = (t * z) * cg_poly13(z, z * z, cg_arcsin_poly) + root_rest;
    const double base = cg_select(large, CG_PIO2_HI, 0.0);
    const double base_lo = cg_select(large, CG_PIO2_LO, 0.0);
    const double factor = cg_select(large, -2.0, 1.0);
    const double head = base + factor * t;
    const double head_rest = factor * t - (head - base);
    return copysign(head + (head_rest + (base_lo + factor * tail)), x);
}

CG_TOTAL_KERNEL(arcsin)

/* arccos(x) = pi/2 - arcsin(x) for |x| <= 1/2; 2 arcsin(s) above, pi - 2 arcsin(s) below, s as
 * before. |x| > 1 gives nan. Max ULP 0.68. */
CG_INLINE double CG_NAME(arccos_core)(double x)
{
    const double size = fabs(x);
    const uint64_t large = cg_mask_if_negative(0.5 - size), above = cg_mask_if_negative(0.5 - x);
    const double w = 0.5 * (1.0 - size);
    const double s = sqrt(w);
    const double t = cg_select(large, s, x);
    const double z = cg_select(large, w, x * x);
    const double root_rest = cg_select(large, cg_sqrt_rest(w, 0.0, s), 0.0);
    const double tail = (t * z) * cg_poly13(z, z * z, cg_arcsin_poly) + root_rest;
    const double base = cg_select(above, 0.0, cg_select(large, 2.0 * CG_PIO2_HI, CG_PIO2_HI));
    const double base_lo = cg_select(above, 0.0, cg_select(large, 2.0 * CG_PIO2_LO, CG_PIO2_LO));
    const double factor = cg_select(above, 2.0, cg_select(large, -2.0, -1.0));
    const double head = base + factor * t;
    const double head_rest = factor * t - (head - base);
    return head + (head_rest + (base_lo + factor * tail));
}

CG_TOTAL_KERNEL(arccos)

/* ------------------------------------------------------------------- arcsinh, arccosh, arctanh */

/* What `square`, the rounded x^2, lacks. */
CG_INLINE double cg_square_rest(double x, double square)
{
    const double head = cg_head(x), low = x - head;
    return ((head * head - square) + 2.0 * (head * low)) + low * low;
}

/* arcsinh|x| = log(u) with u = |x| + r, r = sqrt(1 + x^2), which is k ln 2 + 2 arctanh(s) with
 * s = (u - 2^k) / (u + 2^k); for k = 0, where this would cancel, s = |x| / (1 + r). Roots, sums and
 * quotients are sums of two doubles. Beyond 2^500, log(2 |x|). arcsinh(x) = x for tiny x,
 * arcsinh(-0) = -0. Max ULP 0.65. */
CG_INLINE uint64_t CG_NAME(arcsinh_unsafe)(double x) { return cg_not_below(x, 0x1p500); }

CG_INLINE double CG_NAME(arcsinh_core)(double x)
{
    const double size = fabs(x);
    const double square = size * size;
    const double w = 1.0 + square, w_part = w - 1.0;
    const double w_lo = ((1.0 - (w - w_part)) + (square - w_part)) + cg_square_rest(size, square);
    const double r = sqrt(w);
    const double r_lo = cg_sqrt_rest(w, w_lo, r);
    const double u = r + size;
    const double u_lo = (size - (u - r)) + r_lo;
    const uint64_t count = (cg_bits(u) - CG_BITS_SQRT_HALF) >> 52;
    const double k = cg_real(count | cg_bits(0x1p52)) - 0x1p52;
    const double scale = cg_real(CG_BITS_ONE + (count << 52));
    const uint64_t far = cg_mask_if_negative(0.5 - k);
    const double other = cg_select(far, u, 1.0); /* the denominator is r + 1 or 2^k + u */
    const double unit = cg_select(far, scale, r), unit_lo = cg_select(far, u_lo, r_lo);
    const double num = 2.0 * cg_select(far, u - scale, size);
    const double num_lo = cg_select(far, 2.0 * u_lo, 0.0);
    const double den_full = unit + other;
    const double den_rest = (unit - 0.5 * den_full) + (other - 0.5 * den_full);
    /* 2 s = q + q_lo: the steps of cg_quotient */
    const double inverse = 1.0 / den_full;
    const double twice = num * inverse;
    const double q = cg_head(twice);
    const double den = cg_head(den_full);
    const double den_lo = (den_full - den) + (den_rest + unit_lo);
    const double q_lo = (((num - q * den) + num_lo) - q * den_lo) * inverse;
    const double z = 0.25 * (twice * twice);
    const double tail = (twice * z) * cg_poly8(z, z * z, cg_arctanh_poly) + k * CG_LN2_LO;
    const double base = k * CG_LN2_HI;
    const double head = base + q;
    const double head_rest = q - (head - base);
    return copysign(head + (head_rest + (q_lo + tail)), x);
}

CG_INLINE double CG_NAME(arcsinh_beyond)(double x)
{
    return fabs(x) < (double)INFINITY ? copysign(cg_log_times(fabs(x), 1.0), x) : x;
}

CG_KERNEL(arcsinh)

/* arccosh(x) = log(x + r), r = sqrt(x^2 - 1), as sums of two doubles: x^2 - 1 loses nothing. Beyond
 * 2^500, log(2 x). arccosh(1) = 0, below it nan. Max ULP 0.87. */
CG_INLINE uint64_t CG_NAME(arccosh_unsafe)(double x) /* not in [1, 2^500) */
{
    const uint64_t u = cg_bits(x);
    return u | (u - CG_BITS_ONE) | cg_not_below(x, 0x1p500);
}

CG_INLINE double CG_NAME(arccosh_core)(double x)
{
    const double square = x * x;
    const double less_one = square - 1.0;
    const double less_one_lo = ((square - less_one) - 1.0) + cg_square_rest(x, square);
    const double w = less_one + less_one_lo;
    const double w_lo = less_one_lo - (w - less_one);
    const double r = sqrt(w);
    const double u = x + r;
    return cg_log_plus(u, (r - (u - x)) + cg_sqrt_rest(w, w_lo, r));
}

CG_INLINE double CG_NAME(arccosh_beyond)(double x)
{
    if (!(x < (double)INFINITY))
        return x;
    return x < 1.0 ? (double)NAN : cg_log_times(x, 1.0);
}

CG_KERNEL(arccosh)

/* arctanh|x| = log(a / b) / 2 with a = 1 + |x|, b = 1 - |x|, each with its rounding. With a k that
 * makes a / (2^k b) nearly 1 (the difference of the bits is 2^52 times that of the logarithms,
 * about), it is k ln(2)/2 + arctanh(s), s = (a - 2^k b) / (a + 2^k b), |s| <= 0.2006. For small x,
 * s = |x|. arctanh(+-1) = +-inf, beyond it nan, arctanh(-0) = -0. Max ULP 0.56. */
CG_INLINE uint64_t CG_NAME(arctanh_unsafe)(double x) { return cg_not_below(x, 1.0); }

CG_INLINE double CG_NAME(arctanh_core)(double x)
{
    const double size = fabs(x);
    const double a = 1.0 + size, b_full = 1.0 - size;
    const double a_lo = size - (a - 1.0), b_full_lo = (1.0 - b_full) - size;
    const uint64_t count = (cg_bits(a) - cg_bits(b_full) + (CG_MANTISSA + 1) / 2) >> 52;
    const double k = cg_real(count | cg_bits(0x1p52)) - 0x1p52;
    const double scale = cg_real(CG_BITS_ONE + (count << 52));
    const double b = scale * b_full, b_lo = scale * b_full_lo;
    const double num = a - b, num_lo = a_lo - b_lo; /* num is exact: a is near b */
    const double den_full = a + b;
    const double den_full_lo = ((a - 0.5 * den_full) + (b - 0.5 * den_full)) + (a_lo + b_lo);
    /* s = q + q_lo: the steps of cg_quotient */
    const double inverse = 1.0 / den_full;
    const double s = (num + num_lo) * inverse;
    const double q = cg_head(s);
    const double den = cg_head(den_full);
    const double den_lo = (den_full - den) + den_full_lo;
    const double q_lo = (((num - q * den) + num_lo) - q * den_lo) * inverse;
    const double z = s * s;
    const double tail = (s * z) * cg_poly8(z, z * z, cg_arctanh_poly) + k * (0.5 * CG_LN2_LO);
    const double base = k * (0.5 * CG_LN2_HI);
    const double head = base + q;
    const double head_rest = q - (head - base);
    return copysign(head + (head_rest + (q_lo + tail)), x);
}

CG_INLINE double CG_NAME(arctanh_beyond)(double x)
{
    if (x != x)
        return x;
    return fabs(x) == 1.0 ? copysign((double)INFINITY, x) : (double)NAN;
}

CG_KERNEL(arctanh)

/* ------------------------------------------------------------------------------------ erf, erfc */

/* erf|x| = |x| + |x| p(x^2) up to 25/32; above, 1 - exp(-x^2) (377/1024 + p(t)), of which the first
 * product is exact and the others are small. From |x| = 6 on it is 1, so |x| is cut there.
 * erf(-0) = -0. Max ULP 0.89. */
CG_INLINE double CG_NAME(erf_core)(double x)
{
    double hi, lo;
    const double size = 6.0 < fabs(x) ? 6.0 : fabs(x);
    const uint64_t large = cg_mask_if_negative(0.78125 - size);
    const double z = size * size;
    const double scale = cg_pow2(cg_exp_reduce(-z, &hi, &lo));
    const double t = (size - 1.25) / (size + 1.25);
    const double tt = t * t;
    const double p = cg_poly2(t, cg_erf_tail) + tt * cg_poly13(t, tt, cg_erf_tail + 2);
    const double e = hi + cg_exp_tail(hi, lo); /* exp(-x^2) = scale (1 + e) */
    const double leading = scale * (377.0 / 1024);
    const double head = 1.0 - leading;
    const double head_rest = (1.0 - head) - leading;
    const double above = head + (head_rest - scale * (p + ((377.0 / 1024) + p) * e));
    const double zz = z * z;
    const double below =
        size + size * (cg_poly2(z, cg_erf_poly) + zz * cg_poly9(z, zz, cg_erf_poly + 2));
    return copysign(cg_select(large, above, below), x);
}

CG_TOTAL_KERNEL(erf)

/* erfc(x) = 2^k (q + q_lo) for 0 <= x < 27.3; k + CG_ROUNDER goes to *rounded. With
 * exp(-x^2) = 2^k (1 + hi + e) it is (1 + hi + e) (linear + p) / (1 + 17/16 x), where p is the
 * polynomial and linear = 99/128 - 13/64 t has 26 bits: t is cut to 2^-18, and what is left of it
 * joins p, as does the error of t where p is steep, near x = 0. Sums of two doubles keep what the
 * leading terms lose; |p| < 1/32. */
CG_INLINE double cg_erfc_parts(double x, double *q_lo, double *rounded)
{
    double hi, lo;
    const double square = x * x;
    *rounded = cg_exp_reduce(-square, &hi, &lo);
    const double e = cg_exp_tail(hi, lo + cg_square_rest(x, square));
    const double t = (x - 3.25) / (x + 3.25);
    const double t_head = (t + 0x1.8p34) - 0x1.8p34;
    const double x_head = cg_head(x), x_low = x - x_head;
    const double t_left =
        (x_head * (1.0 - t_head) - 3.25 * (1.0 + t_head)) + x_low * (1.0 - t_head);
    const double t_rest = t_left * ((1.0 - t) * (2.0 / 13)); /* divided by x + 13/4 */
    const double t_error = t_rest - (t - t_head);
    const double tt = t * t;
    const double t4 = tt * tt;
    const double linear = 0.7734375 - 0.203125 * t_head;
    const double p = (cg_poly12(t, tt, cg_erfc_poly) +
                      (0.09375 * t_error - 0.203125 * t_rest)) +
                     (t4 * (t4 * t4)) * cg_poly12(t, tt, cg_erfc_poly + 12);
    const double hi_head = cg_head(hi);
    const double base = linear + linear * hi_head;
    const double base_rest = linear * hi_head - (base - linear);
    const double product = p + p * hi;
    const double num = base + product;
    const double num_rest = (product - (num - base)) + base_rest;
    const double num_lo = num_rest + (linear * ((hi - hi_head) + e) + p * e);
    const double den_sum = 1.0 + 1.0625 * x;
    const double den = cg_head(den_sum);
    const double den_lo = ((1.0 - den) + 1.0625 * x_head) + 1.0625 * x_low;
    const double inverse = 1.0 / den_sum;
    const double q = cg_head((num + num_lo) * inverse);
    *q_lo = (((num - q * den) + num_lo) - q * den_lo) * inverse;
    return q;
}

/* erfc(x), which is 2 - erfc(|x|) for negative x. Beyond 26.5 it is 2, or gradually underflows.
 * Max ULP 0.95. */
CG_INLINE uint64_t CG_NAME(erfc_unsafe)(double x) { return cg_not_below(x, 26.5); }

CG_INLINE double CG_NAME(erfc_core)(double x)
{
    double q_lo, rounded;
    const double q = cg_erfc_parts(fabs(x), &q_lo, &rounded);
    const uint64_t negative = cg_mask_if_negative(x);
    const double base = cg_select(negative, 2.0, 0.0);
    const double scale = copysign(cg_pow2(rounded), x);
    const double head = base + scale * q;
    const double head_rest = scale * q - (head - base);
    return head + (head_rest + scale * q_lo);
}

CG_INLINE double CG_NAME(erfc_beyond)(double x)
{
    double q_lo, rounded;
    if (!(fabs(x) < 27.3))
        return x > 0.0 ? 0.0 : x < 0.0 ? 2.0 : x;
    if (x < 0.0)
        return 2.0;
    const double q = cg_erfc_parts(x, &q_lo, &rounded);
    return ((q + q_lo) * cg_pow2(rounded + 64.0)) * 0x1p-64;
}

CG_KERNEL(erfc)

/* ----------------------------------------------------------------------------------------- cbrt */

/* cbrt. |x| = 2^(3 k) m with 1 <= m < 8, m = 2^j f. y = m^(-1/3) is 2^(-j/3) p(f), better by what
 * m y^3 lacks of 1; the root m y^2 is cut to 26 bits, so that its cube can be subtracted from m
 * exactly, and what remains becomes the correction. Exact on cubes. cbrt(+-0) = +-0,
 * cbrt(+-inf) = +-inf. Max ULP 0.51. */
CG_INLINE uint64_t CG_NAME(cbrt_unsafe)(double x) /* zero, subnormal, inf or nan */
{
    const uint64_t u = cg_bits(x) & ~CG_SIGN_BIT;
    return (u - CG_BITS_NORMAL) | (u + (CG_SIGN_BIT - CG_BITS_INFINITY));
}

CG_INLINE double CG_NAME(cbrt_core)(double x)
{
    const uint64_t u = cg_bits(x) & ~CG_SIGN_BIT;
    const double exponent = cg_real((u >> 52) | cg_bits(0x1p52)) - 0x1p52; /* 3 k + j + 1023 */
    const double rounded = (exponent * CG_THIRD - CG_THIRD) + CG_ROUNDER;
    const double j = exponent - 3.0 * (rounded - CG_ROUNDER);
    const double f = cg_real((u & CG_MANTISSA) | CG_BITS_ONE);
    const double m = f * (1.0 + j * (0.5 + 0.5 * j)); /* 1, 2, 4 */
    const double power = 1.0 + j * (CG_CBRT_A + j * CG_CBRT_B); /* 1, 2^(-1/3), 2^(-2/3) */
    const double first = power * cg_poly4(f, f * f, cg_cbrt_poly);
    const double lack = 1.0 - (m * first) * (first * first);
    const double y = first + (first * lack) * (CG_THIRD + lack * (2.0 / 9 + lack * (14.0 / 81)));
    const double root = cg_head((m * y) * y);
    const double square = root * root; /* exact */
    const double square_head = cg_head(square);
    const double left = (m - square_head * root) - (square - square_head) * root;
    const double step = (left * CG_THIRD) * (y * y);
    const double result = root + (step + (step * step) * y); /* of 1 / root, y is the more exact */
    const uint64_t k = (cg_bits(rounded) << 52) - (UINT64_C(341) << 52);
    return copysign(cg_real(cg_bits(result) + k), x);
}

CG_INLINE double CG_NAME(cbrt_beyond)(double x)
{
    if (x == 0.0 || !(fabs(x) < (double)INFINITY))
        return x;
    return CG_NAME(cbrt_core)(x * 0x1p54) * 0x1p-18;
}

CG_KERNEL(cbrt)

/* ------------------------------------------------------------------------------- hypot, arctan2 */

/* sqrt(x^2 + y^2), with the roundings of the larger square, of the sum and of the root. Numbers far
 * from 1 are scaled. inf if one is infinite, even with a nan. Max ULP 0.82. */
CG_INLINE double CG_NAME(hypot)(double x, double y)
{
    const double infinity = (double)INFINITY;
    const double x_size = fabs(x), y_size = fabs(y);
    const double larger = x_size > y_size ? x_size : y_size; /* a nan goes into either */
    const double smaller = x_size > y_size ? y_size : x_size;
    const double scale = larger > 0x1p500 ? 0x1p-600 : larger < 0x1p-400 ? 0x1p600 : 1.0;
    const double scale_back = larger > 0x1p500 ? 0x1p600 : larger < 0x1p-400 ? 0x1p-600 : 1.0;
    const double a = larger * scale, b = smaller * scale;
    const double aa = a * a, bb = b * b;
    const double w = aa + bb;
    const double w_lo = (bb - (w - aa)) + cg_square_rest(a, aa);
    const double s = sqrt(w);
    const double result = (s + cg_sqrt_rest(w, w_lo, s)) * scale_back;
    return (larger == infinity) | (smaller == infinity) ? infinity : result;
}

/* arctan2. As arctan, with |y| / |x| for |x|: the numerator and the denominator are |y| and |x|,
 * |y| - |x| and |y| + |x|, or -|x| and |y|. Where x is negative the angle is pi less this. Both are
 * scaled, so that nothing over- or underflows but the quotient itself; infinities are taken for 1
 * and numbers beside them for 0. arctan2(+-0, +0) = +-0, arctan2(+-0, -0) = +-pi. Max ULP 0.88. */
CG_INLINE double CG_NAME(arctan2)(double y, double x)
{
    const double infinity = (double)INFINITY;
    const double y_size = fabs(y), x_size = fabs(x);
    const double largest = y_size > x_size ? y_size : x_size;
    const double scale = largest > 0x1p450 ? 0x1p-100 : largest < 0x1p-450 ? 0x1p1000 : 0x1p500;
    const double y_part = y_size == infinity ? 1.0 : 0.0, x_part = x_size == infinity ? 1.0 : 0.0;
    const double a = y_part + x_part > 0.0 ? y_part : y_size * scale;
    const double b = y_part + x_part > 0.0 ? x_part : x_size * scale;
    const uint64_t middle = cg_mask_if_negative(0.41421356237309503 * b - a);
    const uint64_t large = cg_mask_if_negative(2.414213562373095 * b - a);
    const double minus = a - b, minus_part = minus - a;
    const double plus = a + b, plus_part = plus - a;
    const double minus_rest = (a - (minus - minus_part)) - (b + minus_part);
    const double plus_rest = (a - (plus - plus_part)) + (b - plus_part);
    const double num = cg_select(middle, cg_select(large, -b, minus), a);
    const double num_lo = cg_select(middle, cg_select(large, 0.0, minus_rest), 0.0);
    const double den_any = cg_select(middle, cg_select(large, a, plus), b);
    const double den_full = den_any == 0.0 ? 1.0 : den_any;
    const double den_full_lo = cg_select(middle, cg_select(large, 0.0, plus_rest), 0.0);
    /* t = q + q_lo: the steps of cg_quotient */
    const double inverse = 1.0 / den_full;
    const double t = num * inverse;
    const double q = cg_head(t);
    const double den = cg_head(den_full);
    const double den_lo = (den_full - den) + den_full_lo;
    const double q_lo = (((num - q * den) + num_lo) - q * den_lo) * inverse;
    const double z = t * t;
    const double tail = q_lo + (t * z) * cg_poly12(z, z * z, cg_arctan_poly);
    const uint64_t negative = cg_mask_if_negative(x);
    const double first = cg_select(middle, cg_select(large, 2.0, 1.0), 0.0);
    const double eighths = cg_select(negative, 4.0 - first, first); /* of a turn, pi/4 each */
    const double sign = copysign(1.0, x);
    const double base = eighths * (0.5 * CG_PIO2_HI); /* exact: it ends in three zeros */
    const double head = base + sign * q;
    const double head_rest = sign * q - (head - base);
    const double angle = head + (head_rest + (eighths * (0.5 * CG_PIO2_LO) + sign * tail));
    return (x != x) | (y != y) ? x + y : copysign(angle, y);
}

/* ----------------------------------------------------------- log2, log10, exp2, logaddexp2, pow */

/* log(x) = base + base_lo + log(1 + r) + scale ln 2, r = r_head + r_rest, for a normal x > 0.
 * x = 2^k z; the table has 1/c and log(c) for a c near z, r = z/c - 1, |r| < 0.0057; base and r are
 * exact, as z is multiplied in two parts with a 1/c of 8 bits, and so is r_head^2. */
CG_INLINE double cg_log_reduce(double x, double scale, double *base_lo, double *r_head,
                               double *r_rest)
{
    const uint64_t shifted = cg_bits(x) + (CG_BITS_ONE - CG_BITS_LOG_FIRST);
    const uint64_t i = (shifted >> 45) & 127;
    const double k = cg_real((shifted >> 52) | cg_bits(0x1p52)) - (0x1p52 + 1023.0 + scale);
    const double z = cg_real((shifted & CG_MANTISSA) + CG_BITS_LOG_FIRST);
    const double z_head = cg_head(cg_real(cg_bits(z) + (1 << 26))); /* nearest: 1 if z is near 1 */
    *r_head = z_head * cg_log_inverse[i] - 1.0;
    *r_rest = (z - z_head) * cg_log_inverse[i];
    *base_lo = k * CG_LN2_LO + cg_log_center_lo[i];
    return k * CG_LN2_HI + cg_log_center[i];
}

/* log(x) - scale ln 2 as head + rest, relative error 2^-68; rest may reach 2^-16 head */
CG_INLINE double cg_log_pair(double x, double scale, double *rest)
{
    double base_lo, r_head, r_rest;
    const double base = cg_log_reduce(x, scale, &base_lo, &r_head, &r_rest);
    const double r = r_head + r_rest;
    const double sum = base + r;
    const double sum_rest = (base - sum) + r;
    const double square = -0.5 * (r_head * r_head); /* and the rest of -r^2/2: */
    const double square_rest = -0.5 * (r_rest * (r_head + r));
    const double head = sum + square;
    const double head_rest = (sum - head) + square;
    const double z = r * r;
    const double tail = (r * z) * cg_poly6(r, z, cg_log1p_poly);
    *rest = ((base_lo + sum_rest) + (square_rest + head_rest)) + tail;
    return head;
}

/* The same with less care, as what is to be rounded needs: -r^2/2 is part of lo; 2^-61. */
CG_INLINE double cg_log_parts(double x, double scale, double *lo)
{
    double base_lo, r_head, r_rest;
    const double base = cg_log_reduce(x, scale, &base_lo, &r_head, &r_rest);
    const double r = r_head + r_rest;
    const double z = r * r;
    const double hi = base + r;
    *lo = (((base - hi) + r) + base_lo) + z * (r * cg_poly6(r, z, cg_log1p_poly) - 0.5);
    return hi;
}

/* (hi + lo) (c + c_lo), c of 26 bits */
CG_INLINE double cg_times(double hi, double lo, double c, double c_lo)
{
    const double head = cg_head(hi);
    return head * c + (head * c_lo + ((hi - head) + lo) * (c + c_lo));
}

/* log2, log10: the sum of cg_log_pair times 1 / ln 2 or 1 / ln 10. Exact for powers of 2, or of 10.
 * log2(+-0) = -inf, log2(negative) = nan, log2(inf) = inf. Max ULP 0.51. */
CG_INLINE uint64_t CG_NAME(log2_unsafe)(double x) { return CG_NAME(log_unsafe)(x); }

CG_INLINE double CG_NAME(log2_core)(double x)
{
    double lo;
    const double hi = cg_log_parts(x, 0.0, &lo);
    return cg_times(hi, lo, CG_LOG2_E_HI, CG_LOG2_E_LO);
}

CG_INLINE double CG_NAME(log2_beyond)(double x)
{
    double lo;
    if (!(x > 0.0 && x < (double)INFINITY))
        return CG_NAME(log_beyond)(x);
    const double hi = cg_log_parts(x * 0x1p54, 54.0, &lo);
    return cg_times(hi, lo, CG_LOG2_E_HI, CG_LOG2_E_LO);
}

CG_KERNEL(log2)

CG_INLINE uint64_t CG_NAME(log10_unsafe)(double x) { return CG_NAME(log_unsafe)(x); }

CG_INLINE double CG_NAME(log10_core)(double x)
{
    double lo;
    const double hi = cg_log_parts(x, 0.0, &lo);
    return cg_times(hi, lo, CG_LOG10_E_HI, CG_LOG10_E_LO);
}

CG_INLINE double CG_NAME(log10_beyond)(double x)
{
    double lo;
    if (!(x > 0.0 && x < (double)INFINITY))
        return CG_NAME(log_beyond)(x);
    const double hi = cg_log_parts(x * 0x1p54, 54.0, &lo);
    return cg_times(hi, lo, CG_LOG10_E_HI, CG_LOG10_E_LO);
}

CG_KERNEL(log10)

/* y 2^k, y near 1, where the result may be too large or subnormal: the factor in two parts, as in
 * cg_exp_scaled. */
CG_INLINE double cg_scaled(double y, uint64_t k, int large)
{
    const double most = cg_real(cg_bits(y) + ((k + (large ? (uint64_t)-4 : 64)) << 52));
    return most * (large ? 16.0 : 0x1p-64);
}

/* 2^x = 2^k s (1 + t), with s = 2^(j/64) of the table and |t| < 0.0055; |x| < 2^45 */
CG_INLINE uint64_t cg_exp2_parts(double x, double *s, double *t)
{
    const double rounded = x + 0x1p-6 * CG_ROUNDER; /* 64 k + j in its low bits */
    const double r = x - (rounded - 0x1p-6 * CG_ROUNDER);
    const uint64_t j = cg_bits(rounded) & 63;
    *s = cg_exp2_table[j];
    *t = r * cg_poly6(r, r * r, cg_exp2_poly) + cg_exp2_table_lo[j];
    return cg_bits(rounded) >> 6;
}

/* exp2. Exact for integers. Overflow to inf, gradual underflow; exp2(-inf) = 0. Max ULP
 * 0.52, 0.76 of a subnormal. */
CG_INLINE uint64_t CG_NAME(exp2_unsafe)(double x) { return cg_not_below(x, 1022.0); }

CG_INLINE double CG_NAME(exp2_core)(double x)
{
    double s, t;
    const uint64_t k = cg_exp2_parts(x, &s, &t);
    return cg_real(cg_bits(s + s * t) + (k << 52));
}

CG_INLINE double CG_NAME(exp2_beyond)(double x)
{
    double s, t;
    if (!(x > -1076.0))
        return x < 0.0 ? 0.0 : x;
    if (x >= 1024.0)
        return (double)INFINITY;
    const uint64_t k = cg_exp2_parts(x, &s, &t);
    return cg_scaled(s + s * t, k, x > 0.0);
}

CG_KERNEL(exp2)

/* nan if the sign bit is set, else x: how a core of two arguments says that it does not hold. */
CG_INLINE double cg_nan_if(uint64_t unsafe, double x)
{
    return cg_real(cg_bits(x) | ((0 - (unsafe >> 63)) & cg_bits((double)NAN)));
}

/* logaddexp2(x, y) = log2(2^x + 2^y) = large + log2(1 + e), e = 2^d, where d = small - large with
 * what the difference loses. With u = 1 + e rounded and v = 1 + e - u, log(1 + e) = log(u) + v / u
 * - v^2 / 2; where e is tiny, v is all of it. log2(1 + e) has an error of 2^-59, which shows where
 * it cancels with large < 0. The core gives nan for d <= -1020 and for what is not finite. Max ULP
 * 0.61 where it does not cancel, 0.97 of results about 2^-1020. */
CG_INLINE double CG_NAME(logaddexp2_core)(double x, double y)
{
    double s, t, lo;
    const uint64_t first = cg_mask_if_negative(y - x);
    const double large = cg_select(first, x, y), small = cg_select(first, y, x);
    const double d = small - large;
    const double d_part = d - small;
    const double d_rest = (small - (d - d_part)) - (large + d_part);
    const uint64_t k = cg_exp2_parts(d, &s, &t) << 52;
    const double scale = cg_real(cg_bits(s) + k);
    const double more = scale * (t + d_rest * cg_exp2_poly[0]);
    const double e = scale + more;
    const double e_rest = (scale - e) + more;
    const double u = 1.0 + e;
    const double inverse = 1.0 / u;
    const double u_rest = (1.0 - u) + e;
    const double log_u = cg_log_parts(u, 0.0, &lo);
    const double hi = log_u + u_rest;
    lo += ((log_u - hi) + u_rest) + (u_rest * (inverse - 1.0 - 0.5 * u_rest) + e_rest * inverse);
    const double head = cg_head(hi);
    const double head_log2 = head * CG_LOG2_E_HI;
    const double log2_rest = head * CG_LOG2_E_LO + ((hi - head) + lo) * CG_LOG2_E;
    const double sum = large + head_log2;
    const double sum_part = sum - large;
    const double sum_rest = (large - (sum - sum_part)) + (head_log2 - sum_part);
    return cg_nan_if(cg_not_below(d, 1020.0), sum + (sum_rest + log2_rest));
}

CG_NOINLINE double CG_NAME(logaddexp2_beyond)(double x, double y)
{
    if (x == y || x != x || y != y)
        return x + y;
    const double large = x > y ? x : y, d = -fabs(x - y);
    return d < -1100.0 ? large : large + CG_NAME(logaddexp2_core)(0.0, d + 256.0) * 0x1p-256;
}

CG_KERNEL_2(logaddexp2)

/* exp(hi + lo) 2^-k, |lo| < 0.007, returned with k: as 2^x, r = hi + lo - (64 k + j) ln(2)/64. */
CG_INLINE double cg_exp_pair(double hi, double lo, uint64_t *k)
{
    const double rounded = hi * (64.0 * CG_LOG2_E) + CG_ROUNDER;
    const double n = rounded - CG_ROUNDER;
    const uint64_t j = cg_bits(rounded) & 63;
    const double s = cg_exp2_table[j];
    const double r = ((hi - n * (CG_LN2_HI / 64.0)) - n * (CG_LN2_LO / 64.0)) + lo;
    const double z = r * r;
    const double t = (r + cg_exp2_table_lo[j]) + z * cg_poly5(r, z, cg_exp_poly);
    *k = cg_bits(rounded) >> 6;
    return s + s * t;
}

/* y log|x| as a sum of two doubles, the first the exact product of two heads. */
CG_INLINE double cg_pow_exponent(double log_hi, double log_lo, double y, double *lo)
{
    const double l = cg_head(log_hi), w = cg_head(y);
    *lo = (y - w) * l + y * ((log_hi - l) + log_lo);
    return w * l;
}

/* pow(x, y) = exp(y log|x|), negative where x is and y is odd. All special cases are C99's:
 * pow(x, 0) = pow(1, y) = 1 even of a nan; nan of a negative x and a y that is no integer. Results
 * that are representable come out exact, as what is rounded at the end is off by 0.02 ULP at most.
 * The core gives nan for what it cannot do: x zero, subnormal, not finite; a result beyond e^+-708;
 * a negative x, unless y is an integer below 2^51. Max ULP 0.52, 0.76 of a subnormal. */
CG_INLINE double CG_NAME(pow_core)(double x, double y)
{
    double log_lo, e_lo;
    uint64_t k;
    const double size = fabs(x);
    const double log_hi = cg_log_pair(size, 0.0, &log_lo);
    const double e = cg_pow_exponent(log_hi, log_lo, y, &e_lo);
    const double result = cg_exp_pair(e, e_lo, &k);
    const double rounded = y + CG_ROUNDER;
    const uint64_t fraction = cg_bits((rounded - CG_ROUNDER) - y) & ~CG_SIGN_BIT;
    const uint64_t not_integer = (0 - fraction) | cg_not_below(y, 0x1p51);
    const uint64_t sign = cg_bits(x) & (cg_bits(rounded) << 63);
    const uint64_t unsafe = CG_NAME(log_unsafe)(size) | cg_not_below(e, 708.0)
                            | (cg_bits(x) & not_integer);
    return cg_nan_if(unsafe, cg_real((cg_bits(result) + (k << 52)) ^ sign));
}

CG_NOINLINE double CG_NAME(pow_beyond)(double x, double y)
{
    double log_lo, e_lo;
    uint64_t k;
    const double size = fabs(x);
    if (y == 0.0 || x == 1.0)
        return 1.0;
    if (x != x || y != y)
        return x + y;
    if (fabs(y) == (double)INFINITY)
        return size == 1.0 ? 1.0 : (size < 1.0) == (y < 0.0) ? (double)INFINITY : 0.0;
    const int integer = fabs(y) >= 0x1p53 || (double)(int64_t)y == y;
    const int odd = fabs(y) < 0x1p53 && integer && ((int64_t)y & 1);
    const double sign = odd ? copysign(1.0, x) : 1.0;
    if (size == 0.0 || size == (double)INFINITY)
        return sign * ((size == 0.0) == (y < 0.0) ? (double)INFINITY : 0.0);
    if (x < 0.0 && !integer)
        return (double)NAN;
    const int subnormal = cg_bits(size) < CG_BITS_NORMAL;
    const double log_hi = subnormal ? cg_log_pair(size * 0x1p54, 54.0, &log_lo)
                                    : cg_log_pair(size, 0.0, &log_lo);
    const double e = cg_pow_exponent(log_hi, log_lo, y, &e_lo);
    if (!(e > -746.0 && e < 711.0))
        return sign * (e < 0.0 ? 0.0 : (double)INFINITY);
    const double result = cg_exp_pair(e, e_lo, &k);
    return sign * cg_scaled(result, k, e > 0.0);
}

CG_KERNEL_2(pow)
