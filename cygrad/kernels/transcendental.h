/* Transcendental functions on contiguous float64 arrays: y[i] = f(x[i]).
 *
 * Here live: exp expm1 sigmoid tanh, log log1p, sin cos tan, sinh cosh, arctan arcsin arccos,
 * arcsinh arccosh arctanh, exp_minus_square exp_minus_half_square erf erfc, cbrt, log2 log10 exp2,
 * logit, erfcx ndtr log_ndtr, erfinv erfcinv ndtri, and the derivatives of these, as
 *     static void CG_NAME(f)(const double *x, double *y, ptrdiff_t n);
 * for any n >= 0; y may be x itself, but must not overlap it otherwise. And logaddexp2 pow xlogy
 * xlog1py log_quotient log_e_quotient, and pow's derivatives pow_x pow_y pow_xx pow_xy pow_yy, as
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

#include "coefficients.h"
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
#define cg_log_sum_parts CG_NAME(log_sum_parts)
#define cg_erfcinv_sum CG_NAME(erfcinv_sum)
#define cg_erfcinv_tiny CG_NAME(erfcinv_tiny)
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
#define cg_exp_minus CG_NAME(exp_minus)
#define cg_exp_minus_far CG_NAME(exp_minus_far)
#define cg_log_reduce CG_NAME(log_reduce)
#define cg_log_pair CG_NAME(log_pair)
#define cg_log_parts CG_NAME(log_parts)
#define cg_times CG_NAME(times)
#define cg_scaled CG_NAME(scaled)
#define cg_exp2_parts CG_NAME(exp2_parts)
#define cg_nan_if CG_NAME(nan_if)
#define cg_exp_pair CG_NAME(exp_pair)
#define cg_pow_exponent CG_NAME(pow_exponent)
#define cg_erfcx_parts CG_NAME(erfcx_parts)
#define cg_erfcx_pair CG_NAME(erfcx_pair)
#define cg_not_between CG_NAME(not_between)
#define cg_twice_exp_square CG_NAME(twice_exp_square)
#define cg_erfc_ratio CG_NAME(erfc_ratio)
#define cg_ratio_beyond CG_NAME(ratio_beyond)
#define cg_erfcx_n CG_NAME(erfcx_n)
#define cg_over_root_two CG_NAME(over_root_two)
#define cg_erfcinv_far CG_NAME(erfcinv_far)
#define cg_erfinv_near CG_NAME(erfinv_near)
#define cg_product CG_NAME(product)
#define cg_quotient_lack CG_NAME(quotient_lack)
#define cg_not_moderate CG_NAME(not_moderate)
#define cg_taken_apart CG_NAME(taken_apart)
#define cg_log_quotient_far CG_NAME(log_quotient_far)
#define cg_divergence CG_NAME(divergence)
#define cg_pow_shifted CG_NAME(pow_shifted)
#define cg_scaled_far CG_NAME(scaled_far)

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

/* What `square`, the rounded x^2, lacks. */
CG_INLINE double cg_square_rest(double x, double square)
{
    const double head = cg_head(x), low = x - head;
    return ((head * head - square) + 2.0 * (head * low)) + low * low;
}

/* What s, the rounded root of w, lacks of the root of w + w_lo: (w - s^2 + w_lo) / (2 s). It is
 * about an ULP, so the factor 1 / (2 s) may be 5 percent off: subtracting the bits of s negates its
 * logarithm, about. */
CG_INLINE double cg_sqrt_rest(double w, double w_lo, double s)
{
    const double head = cg_head(s);
    const double remainder = ((w - head * head) - (s - head) * (s + head)) + w_lo;
    return remainder * cg_real(UINT64_C(0x7fce623822fc16e6) - cg_bits(s));
}

/* ------------------------------------------------------------------------------- the functions */

#include "exponential.h"
#include "trigonometric.h"
#include "hyperbolic.h"
#include "plane.h"
#include "error_function.h"
#include "powers.h"
#include "pairs.h"
#include "stirling.h"
#include "densities.h"
#include "logarithmic.h"
#include "normal_distribution.h"
#include "normal_quantiles.h"
#include "power_slopes.h"
