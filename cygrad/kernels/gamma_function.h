/* gammaln, gamma, digamma, trigamma: after transcendental.h, in its manner.
 *
 * Their cores are of three kinds: *_large, *_small and *_negative, for parts of the line, and
 * only what is left goes to *_beyond. A block whose elements are all of one kind is one vector
 * loop; one with several kinds is sorted by them first (CG_SORTED_KERNEL), so an element costs
 * its own kind. */
#ifndef CG_GAMMA_ONCE
#define CG_GAMMA_ONCE

#include "gamma_coefficients.h"

/* A vector loop over one kind. */
#define CG_KIND(f) \
    CG_NOINLINE double CG_NAME(f##_any)(double x) { return CG_NAME(f##_core)(x); } \
    CG_ROWS(f)

/* f of the kinds large (x in [middle, most)), small ([least, middle)) and negative ((-far,
 * -least]). Where a negative result is below `doubtful`, or nan, f_beyond computes it with more
 * care. */
#define CG_SORTED_KERNEL(f, least, middle, most, far, doubtful) \
    CG_KIND(f##_large) \
    CG_KIND(f##_small) \
    CG_KIND(f##_negative) \
    CG_INLINE int CG_NAME(f##_kind)(double x) \
    { \
        return 3 - 3 * ((x >= (middle)) & (x < (most))) - 2 * ((x >= (least)) & (x < (middle))) - \
               ((x <= -(least)) & (x > -(far))); \
    } \
    CG_NOINLINE double CG_NAME(f##_any)(double x) \
    { \
        const int kind = CG_NAME(f##_kind)(x); \
        const double value = kind == 0 ? CG_NAME(f##_large_any)(x) \
                             : kind == 1 ? CG_NAME(f##_small_any)(x) \
                             : kind == 2 ? CG_NAME(f##_negative_any)(x) \
                                         : (double)NAN; \
        return kind < 2 || fabs(value) >= (doubtful) ? value : CG_NAME(f##_beyond)(x); \
    } \
    CG_NOINLINE void CG_NAME(f##_sorted)(const double *x, double *y, ptrdiff_t n) \
    { \
        double argument[CG_BLOCK], values[CG_BLOCK]; /* y may be x */ \
        int64_t kinds[CG_BLOCK]; \
        int place[CG_BLOCK]; \
        memcpy(argument, x, (size_t)n * sizeof *x); \
        for (ptrdiff_t i = 0; i < n; i++) \
            kinds[i] = CG_NAME(f##_kind)(argument[i]); \
        for (int kind = 0; kind < 4; kind++) { \
            ptrdiff_t count = 0; \
            for (ptrdiff_t i = 0; i < n; i++) { \
                place[count] = (int)i; \
                count += kinds[i] == kind; \
            } \
            if (count == 0) \
                continue; \
            for (ptrdiff_t i = 0; i < count; i++) \
                values[i] = argument[place[i]]; \
            if (kind == 0) \
                CG_NAME(f##_large_all)(values, values, count); \
            else if (kind == 1) \
                CG_NAME(f##_small_all)(values, values, count); \
            else if (kind == 2) \
                CG_NAME(f##_negative_all)(values, values, count); \
            for (ptrdiff_t i = 0; i < count; i++) \
                y[place[i]] = values[i]; \
            for (ptrdiff_t i = 0; i < (kind < 2 ? 0 : count); i++) \
                if (kind == 3 || !(fabs(values[i]) >= (doubtful))) \
                    y[place[i]] = CG_NAME(f##_beyond)(argument[place[i]]); \
        } \
    } \
    static void CG_NAME(f)(const double *x, double *y, ptrdiff_t n) \
    { \
        if (n <= CG_FEW) { \
            for (ptrdiff_t i = 0; i < n; i++) \
                y[i] = CG_NAME(f##_any)(x[i]); \
            return; \
        } \
        for (ptrdiff_t size; n > 0; n -= size, x += size, y += size) { \
            uint64_t not_large = 0, not_small = 0; \
            size = n < CG_BLOCK ? n : CG_BLOCK; \
            for (ptrdiff_t i = 0; i < size; i++) { \
                not_large |= CG_OUTSIDE(x[i], middle, most); \
                not_small |= CG_OUTSIDE(x[i], least, middle); \
            } \
            if (!(not_large & CG_SIGN_BIT)) \
                CG_NAME(f##_large_all)(x, y, size); \
            else if (!(not_small & CG_SIGN_BIT)) \
                CG_NAME(f##_small_all)(x, y, size); \
            else \
                CG_NAME(f##_sorted)(x, y, size); \
        } \
    }

/* The sign bit is set unless from <= x < to, both positive. */
#define CG_OUTSIDE(x, from, to) \
    (cg_bits(x) | (cg_bits(x) - cg_bits(from)) | (cg_bits(x) + (CG_SIGN_BIT - cg_bits(to))))

#endif /* CG_GAMMA_ONCE */

#define cg_lgamma_large CG_NAME(lgamma_large)
#define cg_lgamma_small CG_NAME(lgamma_small)
#define cg_lgamma_pair CG_NAME(lgamma_pair)
#define cg_digamma_large CG_NAME(digamma_large_pair)
#define cg_digamma_small CG_NAME(digamma_small_pair)
#define cg_sin_cos_pi CG_NAME(sin_cos_pi)
#define cg_lgamma_slow CG_NAME(lgamma_slow)
#define cg_digamma_slow CG_NAME(digamma_slow)
#define cg_from_integer CG_NAME(from_integer)
#define cg_reflected CG_NAME(reflected)
#define cg_wave CG_NAME(wave)

/* ------------------------------------------------------------------------------- gammaln, gamma */

/* lgamma(x) for 5/2 <= x < 2^1000 as a sum of two doubles, the larger returned: x (log(x) - 1) -
 * log(x)/2 + log(2 pi)/2 and Stirling's remainder. Relative error 2^-64, or 2^-58. */
CG_INLINE double cg_lgamma_large(double x, double *lo)
{
    double log_lo, sum_lo;
    const double log_hi = cg_log_pair(x, 0.0, &log_lo);
    const double less_one = log_hi - 1.0; /* as a number of 26 bits and the rest */
    const double less_head = cg_head(less_one);
    const double less_low = ((less_one - less_head) + (log_hi - (less_one + 1.0))) + log_lo;
    const double x_head = cg_head(x), x_low = x - x_head;
    const double product = x_head * less_head;
    const double product_lo = x_head * less_low + x_low * (less_head + less_low);
    const double half = CG_HALF_LOG_2PI_HI - 0.5 * log_hi;
    const double half_lo =
        (CG_HALF_LOG_2PI_HI - (half + 0.5 * log_hi)) + (CG_HALF_LOG_2PI_LO - 0.5 * log_lo);
    const double inverse = 1.0 / x;
    const double t = inverse * inverse;
    const double remainder = inverse * cg_poly16(t, t * t, cg_stirling_poly);
    const double sum = cg_two_sum(product, half, &sum_lo);
    *lo = (sum_lo + product_lo) + (half_lo + remainder);
    return sum;
}

/* The same for a normal 0 < x < 5/2: (u - 1) (u - 2) (1/2 + p) keeps the digits at both zeros; u
 * is x, or x + 1 for x < 1, where log(x) is taken away. Absolute error 2^-57. */
CG_INLINE double cg_lgamma_small(double x, double *lo)
{
    double log_lo, ab_lo;
    const uint64_t below = cg_mask_if_negative(x - 1.0);
    const double log_hi = cg_select(below, cg_log_pair(x, 0.0, &log_lo), 0.0);
    const double a = cg_select(below, x, x - 1.0);       /* u - 1 */
    const double b = cg_select(below, x - 1.0, x - 2.0); /* u - 2, and what it lacks: */
    const double b_rest = cg_select(below, x - (b + 1.0), 0.0);
    const double v = a - 0.75;
    const double ab = cg_two_product(a, b, &ab_lo);
    const double p = cg_poly24(v, v * v, cg_lgamma_poly);
    const double hi = 0.5 * ab - log_hi;
    *lo = ((0.5 * ab - (hi + log_hi)) - cg_select(below, log_lo, 0.0)) +
          (0.5 * (ab_lo + a * b_rest) + p * ab);
    return hi;
}

CG_INLINE double cg_lgamma_pair(double x, double *lo)
{
    double small_lo, large_lo;
    const uint64_t small = cg_mask_if_negative(x - 2.5);
    const double small_hi = cg_lgamma_small(x, &small_lo);
    const double large_hi = cg_lgamma_large(x, &large_lo);
    *lo = cg_select(small, small_lo, large_lo);
    return cg_select(small, small_hi, large_hi);
}

/* sin(pi r) and cos(pi r) for 0 <= r <= 1/2 as sums of two doubles, relative error 2^-62. With
 * r = j/64 + t they are S + (C z + ...) and C - (S z + ...), where S and C, of 26 bits, come from a
 * table, and z = pi t as two doubles. */
CG_INLINE void cg_sin_cos_pi(double r, cg_pair *sine, cg_pair *cosine)
{
    double z_lo;
    const double rounded = r + 0x1p-6 * CG_ROUNDER;
    const uint64_t j = cg_bits(rounded) & 63;
    const double t = r - (rounded - 0x1p-6 * CG_ROUNDER);
    const double z = cg_two_product(t, CG_PI_HI, &z_lo);
    const double z_head = cg_head(z), z_low = (z - z_head) + (z_lo + t * CG_PI_LO);
    const double zz = z * z;
    const double rest = (z * zz) * (-1.0 / 6 + zz * (1.0 / 120 - zz * (1.0 / 5040)));
    const double low = z_low + rest, wave = z + rest; /* sin(z) = z_head + low */
    const double less = zz * (-0.5 + zz * (1.0 / 24 - zz * (1.0 / 720))); /* cos(z) - 1 */
    const double s = cg_sine_table[j], c = cg_sine_table[32 - j];
    const double s_lo = cg_sine_table_lo[j], c_lo = cg_sine_table_lo[32 - j];
    const double up = c * z_head, down = s * z_head; /* exact */
    const double sine_rest = (s_lo + (s + s_lo) * less) + (c * low + c_lo * wave);
    const double cosine_rest = (c_lo + (c + c_lo) * less) - (s * low + s_lo * wave);
    *sine = cg_pair_of(s + up, ((s - (s + up)) + up) + sine_rest);
    *cosine = cg_pair_of(c - down, ((c - (c - down)) - down) + cosine_rest);
}

/* What a is above the nearest integer, -1/2 to 1/2, for 0 <= a < 2^51; *odd: that one's last
 * bit. */
CG_INLINE double cg_from_integer(double a, uint64_t *odd)
{
    const double rounded = a + CG_ROUNDER;
    *odd = cg_bits(rounded) & 1;
    return a - (rounded - CG_ROUNDER);
}

/* pi / (a |sin(pi r)|), a being r above an integer: |gamma(-a) gamma(a)| */
CG_INLINE cg_pair cg_reflected(double a, double r)
{
    cg_pair sine, cosine;
    cg_sin_cos_pi(fabs(r), &sine, &cosine);
    return cg_pair_div((cg_pair){CG_PI_HI, CG_PI_LO}, cg_pair_mul(sine, (cg_pair){a, 0.0}));
}

/* lgamma(a), a > 0, with an error near 2^-65 of the larger of 1 and the sums: moved up to a >=
 * 16, where the series' first term is a pair and the others are small. For the neighbourhood of
 * zeros. */
CG_NOINLINE cg_pair cg_lgamma_slow(double a)
{
    cg_pair u = {a, 0.0}, product = {1.0, 0.0};
    const cg_pair one = {1.0, 0.0}, twelfth = {0x1.5555555555555p-4, 0x1.5555555555555p-58};
    for (; u.hi < 16.0; u = cg_pair_add(u, one))
        product = cg_pair_mul(product, u);
    const double t = 1.0 / (u.hi * u.hi);
    const double tail = t * (-1.0 / 360 + t * (1.0 / 1260 + t * (-1.0 / 1680 + t * (1.0 / 1188 + t *
                        (-691.0 / 360360 + t * (1.0 / 156)))))) / u.hi;
    cg_pair sum = cg_pair_mul(cg_pair_add(u, (cg_pair){-0.5, 0.0}), cg_pair_log(u));
    sum = cg_pair_add(sum, cg_pair_negative(u));
    sum = cg_pair_add(sum, (cg_pair){CG_HALF_LOG_2PI_HI, CG_HALF_LOG_2PI_LO});
    sum = cg_pair_add(sum, cg_pair_add(cg_pair_div(twelfth, u), (cg_pair){tail, 0.0}));
    return cg_pair_add(sum, cg_pair_negative(cg_pair_log(product)));
}

/* gammaln(x) = log|gamma(x)|. inf at 0, at negative integers and inf; -inf at -inf, as scipy has
 * it. For negative x by reflection, log(pi / (|x| sin(pi r))) - lgamma(|x|), with more care near
 * the zeros. Max ULP 1.5, 1.8 for results about 0.01 of negative x. */
CG_INLINE double CG_NAME(gammaln_large_core)(double x)
{
    double lo;
    const double hi = cg_lgamma_large(x, &lo);
    return hi + lo;
}

CG_INLINE double CG_NAME(gammaln_small_core)(double x)
{
    double lo;
    const double hi = cg_lgamma_small(x, &lo);
    return hi + lo;
}

CG_INLINE double CG_NAME(gammaln_negative_core)(double x)
{
    double lo, leading_lo, rest;
    uint64_t odd;
    const double a = -x;
    const cg_pair factor = cg_reflected(a, cg_from_integer(a, &odd));
    const double leading = cg_log_pair(factor.hi, 0.0, &leading_lo);
    const double hi = cg_lgamma_pair(a, &lo);
    const double sum = cg_two_sum(leading, -hi, &rest);
    return sum + (rest + ((leading_lo - lo) + factor.lo / factor.hi));
}

CG_NOINLINE double CG_NAME(gammaln_beyond)(double x)
{
    double log_lo, lo;
    uint64_t odd;
    const double a = fabs(x), r = cg_from_integer(a, &odd);
    if (!(a < (double)INFINITY))
        return x;
    if (x >= 0x1p1000) { /* x (log(x) - 1) */
        const double log_hi = cg_log_pair(x, 0.0, &log_lo);
        const double less_one = log_hi - 1.0;
        const double product = cg_two_product(x * 0x1p-20, less_one, &lo);
        return (product + (lo + x * 0x1p-20 * ((log_hi - (less_one + 1.0)) + log_lo))) * 0x1p20;
    }
    if (a < 0x1p-60)
        return a == 0.0 ? (double)INFINITY : -CG_NAME(log_any)(a);
    if (r == 0.0 || a >= 0x1p51)
        return (double)INFINITY;
    return cg_pair_add(cg_pair_log(cg_reflected(a, r)), cg_pair_negative(cg_lgamma_slow(a))).hi;
}

CG_SORTED_KERNEL(gammaln, 0x1p-60, 2.5, 0x1p1000, 0x1p51, 0.125)

/* gamma(x) = exp(lgamma(x)), of the sum of two doubles: 1/x for tiny x, inf from 171.6244 on. For
 * negative x by reflection, pi / (x sin(pi x) exp(lgamma(|x|))); nan at negative integers and -inf,
 * +-inf at +-0. Exact where the result is representable. Max ULP 0.57, 1.3 for
 * negative x. */
CG_INLINE double CG_NAME(gamma_large_core)(double x)
{
    double lo;
    uint64_t k;
    const double hi = cg_lgamma_large(x, &lo);
    const double sum = hi + lo;
    const double result = cg_exp_pair(sum, (hi - sum) + lo, &k);
    return cg_real(cg_bits(result) + (k << 52));
}

CG_INLINE double CG_NAME(gamma_small_core)(double x)
{
    double lo;
    uint64_t k;
    const double hi = cg_lgamma_small(x, &lo);
    const double sum = hi + lo;
    const double result = cg_exp_pair(sum, (hi - sum) + lo, &k);
    return cg_real(cg_bits(result) + (k << 52));
}

/* exp(-lgamma(a)) 2^-k = y + y (rest of the factor), then times the factor. */
CG_INLINE double CG_NAME(gamma_negative_core)(double x)
{
    double lo;
    uint64_t k, odd;
    const double a = -x, r = cg_from_integer(a, &odd);
    const double hi = cg_lgamma_pair(a, &lo);
    const double sum = hi + lo;
    const cg_pair factor = cg_reflected(a, r);
    const double y = cg_exp_pair(-sum, factor.lo / factor.hi - ((hi - sum) + lo), &k) * factor.hi;
    const uint64_t sign = (odd << 63) ^ (~cg_bits(r) & CG_SIGN_BIT);
    return cg_real((cg_bits(y) + (k << 52)) ^ sign);
}

CG_NOINLINE double CG_NAME(gamma_beyond)(double x)
{
    double lo;
    uint64_t k, odd;
    const double a = fabs(x), r = cg_from_integer(a, &odd);
    if (!(x > -(double)INFINITY && x < 171.7))
        return x > 0.0 ? (double)INFINITY : (double)NAN;
    if (a < 0x1p-60)
        return 1.0 / x;
    if (x < 0.0 && (r == 0.0 || a >= 0x1p51))
        return (double)NAN;
    const double sign = odd == (uint64_t)(r >= 0.0) ? 1.0 : -1.0;
    if (a > 190.0)
        return sign * 0.0;
    const double hi = cg_lgamma_pair(a, &lo);
    const cg_pair sum = cg_pair_of(hi, lo);
    if (x > 0.0) {
        const double y = cg_exp_pair(sum.hi, sum.lo, &k);
        return cg_scaled(y, k, 1);
    }
    const cg_pair factor = cg_reflected(a, r);
    const double y = cg_exp_pair(-sum.hi, factor.lo / factor.hi - sum.lo, &k) * factor.hi;
    return sign * ((y * 0x1p-575) * cg_real(CG_BITS_ONE + ((k + 575) << 52))); /* -1150 < k */
}

CG_SORTED_KERNEL(gamma, 0x1p-60, 2.5, 170.0, 160.0, 0.0)

/* ---------------------------------------------------------------------------- digamma, trigamma */

/* digamma(x) for 2 <= x < inf as a sum of two doubles: log(x) - 1/(2x) - a series. */
CG_INLINE double cg_digamma_large(double x, double *lo)
{
    double log_lo;
    const double log_hi = cg_log_parts(x, 0.0, &log_lo);
    const double inverse = 1.0 / x;
    const double t = inverse * inverse;
    *lo = log_lo - (0.5 * inverse + t * cg_poly20(t, t * t, cg_digamma_tail));
    return log_hi;
}

/* The same for a normal 0 < x < 2: (u - z) (1 + p) with z, the zero, as two doubles; u is x, or
 * x + 1 for x < 1, where 1/x is taken away. u - z is exact but for what x + 1 and z lose, d_lo. */
CG_INLINE double cg_digamma_small(double x, double *lo)
{
    double reciprocal_lo;
    const uint64_t below = cg_mask_if_negative(x - 1.0);
    const double reciprocal = cg_select(below, cg_reciprocal(x, &reciprocal_lo), 0.0);
    const double u = cg_select(below, x + 1.0, x);
    const double u_rest = cg_select(below, x - (u - 1.0), 0.0);
    const double d = u - CG_DIGAMMA_ZERO_HI;
    const double d_lo = u_rest - CG_DIGAMMA_ZERO_LO;
    const double v = u - 1.5;
    const double p = cg_poly24(v, v * v, cg_digamma_poly);
    const double hi = d - reciprocal;
    *lo = (d - (hi + reciprocal)) +
          ((d * p + (d_lo + d_lo * p)) - cg_select(below, reciprocal_lo, 0.0));
    return hi;
}

/* pi cot(pi a), a being r above an integer */
CG_INLINE cg_pair cg_wave(double r)
{
    cg_pair sine, cosine;
    cg_sin_cos_pi(fabs(r), &sine, &cosine);
    const cg_pair up = cg_pair_mul((cg_pair){CG_PI_HI, CG_PI_LO}, cosine);
    const cg_pair wave = cg_pair_div(up, sine);
    return (cg_pair){copysign(1.0, r) * wave.hi, copysign(1.0, r) * wave.lo};
}

/* digamma(a), a > 0: as cg_lgamma_slow. */
CG_NOINLINE cg_pair cg_digamma_slow(double a)
{
    cg_pair u = {a, 0.0}, sum = {0.0, 0.0};
    const cg_pair one = {1.0, 0.0}, half = {-0.5, 0.0};
    for (; u.hi < 16.0; u = cg_pair_add(u, one))
        sum = cg_pair_add(sum, cg_pair_div((cg_pair){-1.0, 0.0}, u));
    sum = cg_pair_add(sum, cg_pair_add(cg_pair_log(u), cg_pair_div(half, u)));
    const double t = 1.0 / (u.hi * u.hi);
    const double tail = t * (-1.0 / 12 + t * (1.0 / 120 + t * (-1.0 / 252 + t * (1.0 / 240 + t *
                        (-1.0 / 132 + t * (691.0 / 32760 + t * (-1.0 / 12)))))));
    return cg_pair_add(sum, (cg_pair){tail, 0.0});
}

/* digamma: -inf at 0, inf at -0, nan at negative integers and at -inf. For negative x by
 * reflection, digamma(|x|) + 1/|x| + pi cot(pi |x|), with more care near the zeros. Max ULP 1.2. */
CG_INLINE double CG_NAME(digamma_large_core)(double x)
{
    double lo;
    const double hi = cg_digamma_large(x, &lo);
    return hi + lo;
}

CG_INLINE double CG_NAME(digamma_small_core)(double x)
{
    double lo;
    const double hi = cg_digamma_small(x, &lo);
    return hi + lo;
}

CG_INLINE double CG_NAME(digamma_negative_core)(double x)
{
    double log_lo, q_lo, other_lo, lo;
    uint64_t odd;
    const double a = -x;
    const cg_pair wave = cg_wave(cg_from_integer(a, &odd));
    const double q = cg_reciprocal(a, &q_lo);
    /* digamma(a) + 1/a = log(a) + 1/(2 a) - a series */
    const double log_hi = cg_log_parts(a, 0.0, &log_lo);
    const double t = 1.0 / (a * a);
    const double series = t * cg_poly20(t, t * t, cg_digamma_tail);
    /* or digamma(1 + a), less than 1/a from there on 1 */
    const uint64_t small = cg_mask_if_negative(a - 2.0), below = cg_mask_if_negative(a - 1.0);
    const double u = cg_select(below, a + 1.0, a);
    const double d = u - CG_DIGAMMA_ZERO_HI;
    const double d_lo = cg_select(below, a - (u - 1.0), 0.0) - CG_DIGAMMA_ZERO_LO;
    const double v = u - 1.5;
    const double p = cg_poly24(v, v * v, cg_digamma_poly);

    const double first = cg_select(small, d, log_hi);
    const double first_lo = cg_select(small, d * p + (d_lo + d_lo * p), log_lo - series);
    const double part = cg_select(small, cg_select(below, 0.0, 1.0), 0.5);
    const double other = cg_two_sum(first, part * q, &other_lo);
    const double sum = cg_two_sum(wave.hi, other, &lo);
    return sum + (lo + ((other_lo + part * q_lo) + (first_lo + wave.lo)));
}

CG_NOINLINE double CG_NAME(digamma_beyond)(double x)
{
    uint64_t odd;
    const double a = fabs(x), r = cg_from_integer(a, &odd);
    if (!(a < (double)INFINITY))
        return x > 0.0 ? x : (double)NAN;
    if (a < 0x1p-60)
        return -1.0 / x;
    if (r == 0.0 || a >= 0x1p51)
        return (double)NAN;
    const cg_pair inverse = cg_pair_div((cg_pair){1.0, 0.0}, (cg_pair){a, 0.0});
    return cg_pair_add(cg_pair_add(cg_wave(r), inverse), cg_digamma_slow(a)).hi;
}

CG_SORTED_KERNEL(digamma, 0x1p-60, 2.0, (double)INFINITY, 0x1p51, 0.03125)

/* trigamma: inf at 0, at negative integers and at -inf. From 2 on 1/x + 1/(2 x^2) + a series;
 * below a polynomial of u, as with digamma, and 1/x^2 for x < 1. For negative x by reflection,
 * pi^2 / sin(pi x)^2 - trigamma(1 + |x|), which has no zeros. Max ULP 1.4. */
CG_INLINE double CG_NAME(trigamma_large_core)(double x)
{
    double q_lo;
    const double q = cg_reciprocal(x, &q_lo);
    const double inverse = q + q_lo;
    const double t = inverse * inverse;
    return q + (q_lo + t * (0.5 + inverse * cg_poly20(t, t * t, cg_trigamma_tail)));
}

CG_INLINE double CG_NAME(trigamma_small_core)(double x)
{
    double q_lo;
    const uint64_t below = cg_mask_if_negative(x - 1.0);
    const double q = cg_select(below, cg_reciprocal(x, &q_lo), 0.0);
    const double v = cg_select(below, x - 0.5, x - 1.5);
    const double p = cg_poly24(v, v * v, cg_trigamma_poly);
    const double square = q * q;
    const double square_lo = cg_select(below, q_lo * (2.0 * q + q_lo), 0.0);
    const double hi = square + 0.9375;
    const double rest = cg_select(below, (square - hi) + 0.9375, 0.0);
    return hi + (rest + (square_lo + p));
}

CG_INLINE double CG_NAME(trigamma_negative_core)(double x)
{
    uint64_t odd;
    cg_pair sine, cosine;
    const double a = -x, b = a + 1.0;
    const uint64_t small = cg_mask_if_negative(b - 2.0);
    cg_sin_cos_pi(fabs(cg_from_integer(a, &odd)), &sine, &cosine);
    const cg_pair root = cg_pair_div((cg_pair){CG_PI_HI, CG_PI_LO}, sine);
    const cg_pair square = cg_pair_mul(root, root);
    const double other =
        cg_select(small, CG_NAME(trigamma_small_core)(b), CG_NAME(trigamma_large_core)(b));
    return square.hi + (square.lo - other);
}

CG_NOINLINE double CG_NAME(trigamma_beyond)(double x)
{
    const double a = fabs(x);
    if (!(a < (double)INFINITY))
        return x == -(double)INFINITY ? -x : x != x ? x : 0.0;
    if (x >= 0x1p1000)
        return 1.0 / x;
    if (a < 0x1p-60 && a > 0x1p-512) /* 1/a^2 */
        return a < 0x1p-400 ? CG_NAME(trigamma_small_core)(a * 0x1p200) * 0x1p400
                            : CG_NAME(trigamma_small_core)(a);
    return (double)INFINITY;
}

CG_SORTED_KERNEL(trigamma, 0x1p-60, 2.0, 0x1p1000, 0x1p51, 1.0)
