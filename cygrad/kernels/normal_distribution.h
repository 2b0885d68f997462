/* erfcx and its repeated integrals, ndtr, log_ndtr and its derivative: a part of transcendental.h. */

#include "normal_coefficients.h"

#define CG_ROOT_HALF_HI 0x1.6a09e6p-1 /* 26 bits of 1 / sqrt(2) */
#define CG_ROOT_HALF_LO 0x1.9fcef32422cbfp-27
#define CG_ROOT_TWO_OVER_PI 0x1.9884533d43651p-1
#define CG_ROOT_TWO_OVER_PI_LO -0x1.cbc0d30ebfd15p-55
#define CG_ROOT_HALF_OVER_PI 0x1.9884533d43651p-2 /* 1 / sqrt(2 pi) */
#define CG_ONE_OVER_ROOT_PI 0x1.20dd750429b6dp-1

/* --------------------------------------------------------------------------------------- erfcx */

/* erfcx(x + x_rest) = q + q_lo for 0 <= x < 1e300, q of 26 bits: the quotient of cg_erfc_parts
 * without its exponential. */
CG_INLINE double cg_erfcx_parts(double x, double x_rest, double *q_lo)
{
    const double t = (x - 3.25) / (x + 3.25);
    const double t_head = (t + 0x1.8p34) - 0x1.8p34;
    const double x_head = cg_head(x), x_low = (x - x_head) + x_rest;
    const double t_left =
        (x_head * (1.0 - t_head) - 3.25 * (1.0 + t_head)) + x_low * (1.0 - t_head);
    const double t_rest = t_left * ((1.0 - t) * (2.0 / 13));
    const double t_error = t_rest - (t - t_head);
    const double tt = t * t;
    const double t4 = tt * tt;
    const double t12 = t4 * (t4 * t4);
    const double linear = 0.7734375 - 0.203125 * t_head;
    const double high = cg_poly12(t, tt, cg_erfcx_poly + 12) + t12 * cg_poly2(t, cg_erfcx_poly + 24);
    const double p =
        (cg_poly12(t, tt, cg_erfcx_poly) + (0.09375 * t_error - 0.203125 * t_rest)) + t12 * high;
    const double num = linear + p;
    const double num_lo = (linear - num) + p;
    const double den_sum = 1.0 + 1.0625 * x;
    const double den = cg_head(den_sum);
    const double den_lo = ((1.0 - den) + 1.0625 * x_head) + 1.0625 * x_low;
    const double inverse = 1.0 / den_sum;
    const double q = cg_head(num * inverse);
    *q_lo = (((num - q * den) + num_lo) - q * den_lo) * inverse;
    return q;
}

/* erfcx(x), or where `negative` is all ones, erfcx(-x) = 2 exp(x^2) - erfcx(x); a sum of two. x is
 * given with what it lacks, and so is its square. */
CG_INLINE double cg_erfcx_pair(double x, double x_rest, double square, double square_rest,
                               uint64_t negative, double *rest)
{
    double hi, lo, q_lo;
    const double q = cg_erfcx_parts(x, x_rest, &q_lo);
    const double scale = 2.0 * cg_pow2(cg_exp_reduce(square, &hi, &lo));
    const double first = 1.0 + hi, tail = cg_exp_tail(hi, lo - square_rest);
    const double head = first + tail;
    const double head_rest = ((first - head) + tail) + (hi - (first - 1.0));
    const double power = cg_select(negative, scale * head, 0.0);
    const double power_rest = cg_select(negative, scale * head_rest, 0.0);
    const double small = cg_select(negative, -q, q);
    const double sum = power + small;
    *rest = ((power - sum) + small) + (power_rest + cg_select(negative, -q_lo, q_lo));
    return sum;
}

/* The sign bit is set unless -low < x < high; low < high. */
CG_INLINE uint64_t cg_not_between(double x, double low, double high)
{
    return cg_not_below(x, high) | (cg_not_below(x, low) & cg_bits(x));
}

/* 2 exp(x^2) for x <= -26, where erfcx is that */
CG_NOINLINE double cg_twice_exp_square(double x)
{
    double hi, lo;
    const double square = x * x;
    if (!(square < 711.0))
        return (double)INFINITY;
    const double rounded = cg_exp_reduce(square, &hi, &lo);
    const double y = 1.0 + (hi + cg_exp_tail(hi, lo - cg_square_rest(x, square)));
    return cg_scaled(y, cg_bits(rounded) + 1, 1);
}

/* erfcx(x) = exp(x^2) erfc(x). Overflows below -26.6. Max ULP 0.9. */
CG_INLINE uint64_t CG_NAME(erfcx_unsafe)(double x) { return cg_not_between(x, 26.5, 1e300); }

CG_INLINE double CG_NAME(erfcx_core)(double x)
{
    double rest;
    const double square = x * x;
    const double sum = cg_erfcx_pair(fabs(x), 0.0, square, cg_square_rest(x, square),
                                     cg_mask_if_negative(x), &rest);
    return sum + rest;
}

CG_INLINE double CG_NAME(erfcx_beyond)(double x)
{
    return x > 0.0 ? CG_ONE_OVER_ROOT_PI / x : x < 0.0 ? cg_twice_exp_square(x) : x;
}

CG_KERNEL(erfcx)

/* ---------------------------------------------------------------- repeated integrals, with ratios */

/* E_n(x) = exp(x^2) i^n erfc(x), where i^n erfc is erfc integrated n times from x to infinity (DLMF
 * 7.18): E_0 = erfcx, E_n' = -2 (n + 1) E_(n+1), so that no derivative cancels. ratio_n = E_n / E_(n-1),
 * for x >= 0. 2 n E_n = E_(n-2) - 2 x E_(n-1) is a sum of positive numbers for x < 0. */
CG_INLINE double cg_erfc_ratio(double x, const double *c, double shift)
{
    const double t = (x - 3.0) / (x + 3.0);
    const double tt = t * t;
    const double t4 = tt * tt;
    const double t12 = t4 * (t4 * t4);
    const double p =
        cg_poly12(t, tt, c) + t12 * (cg_poly12(t, tt, c + 12) + t12 * cg_poly7(t, tt, c + 24));
    return (35.0 / 32 + p) / (2.0 * (x + shift));
}

CG_INLINE uint64_t CG_NAME(ratio_unsafe)(double x) { return cg_not_below(x, 1e300) | cg_bits(x); }

CG_INLINE double cg_ratio_beyond(double x, double at_zero)
{
    return x > 0.0 ? 0.5 / x : x == 0.0 ? at_zero : (double)NAN;
}

/* Max ULP 1.6. */
CG_INLINE uint64_t CG_NAME(erfc_ratio1_unsafe)(double x) { return CG_NAME(ratio_unsafe)(x); }
CG_INLINE double CG_NAME(erfc_ratio1_core)(double x)
{
    return cg_erfc_ratio(x, cg_erfc_ratio1, 0.875);
}
CG_INLINE double CG_NAME(erfc_ratio1_beyond)(double x)
{
    return cg_ratio_beyond(x, cg_erfc_ratio(0.0, cg_erfc_ratio1, 0.875));
}
CG_KERNEL(erfc_ratio1)

/* Max ULP 2.5. */
CG_INLINE uint64_t CG_NAME(erfc_ratio2_unsafe)(double x) { return CG_NAME(ratio_unsafe)(x); }
CG_INLINE double CG_NAME(erfc_ratio2_core)(double x)
{
    return cg_erfc_ratio(x, cg_erfc_ratio2, 1.125);
}
CG_INLINE double CG_NAME(erfc_ratio2_beyond)(double x)
{
    return cg_ratio_beyond(x, cg_erfc_ratio(0.0, cg_erfc_ratio2, 1.125));
}
CG_KERNEL(erfc_ratio2)

/* E_1. Max ULP 2.3. */
CG_INLINE uint64_t CG_NAME(erfcx1_unsafe)(double x) { return cg_not_between(x, 26.5, 1e150); }
CG_INLINE double CG_NAME(erfcx1_core)(double x)
{
    const double size = fabs(x), y = CG_NAME(erfcx_core)(x);
    return cg_select(cg_mask_if_negative(x), CG_ONE_OVER_ROOT_PI + size * y,
                     y * CG_NAME(erfc_ratio1_core)(size));
}
CG_INLINE double CG_NAME(erfcx1_beyond)(double x)
{
    return x > 0.0 ? 0.5 * CG_ONE_OVER_ROOT_PI / x / x : -x * CG_NAME(erfcx_beyond)(x);
}
CG_KERNEL(erfcx1)

/* E_2. Max ULP 5. */
CG_INLINE uint64_t CG_NAME(erfcx2_unsafe)(double x) { return cg_not_between(x, 26.5, 1e100); }
CG_INLINE double CG_NAME(erfcx2_core)(double x)
{
    const double size = fabs(x), y = CG_NAME(erfcx_core)(x), r = CG_NAME(erfc_ratio1_core)(size);
    const double y1 = CG_ONE_OVER_ROOT_PI + size * y;
    return cg_select(cg_mask_if_negative(x), 0.25 * y + 0.5 * (size * y1),
                     y * r * CG_NAME(erfc_ratio2_core)(size));
}
CG_INLINE double CG_NAME(erfcx2_beyond)(double x)
{
    if (x > 0.0)
        return 0.25 * CG_ONE_OVER_ROOT_PI / x / x / x;
    return 0.25 * CG_NAME(erfcx_beyond)(x) - 0.5 * (x * CG_NAME(erfcx1_beyond)(x));
}
CG_KERNEL(erfcx2)

/* E_n for n >= 3, or where `ratio`, E_n / E_(n-1). Below 1 by the recurrence; above by that of the
 * ratios, ratio_m = 1 / (2 (x + (m + 1) ratio_(m+1))), from an m so large that the error of
 * ratio_m ~ 1 / (x + sqrt(x^2 + 2 m + 1)) dies out on the way. */
CG_NOINLINE double cg_erfcx_n(double x, double order, int ratio)
{
    if (x != x || (x < 0.0 && ratio))
        return (double)NAN;
    if (x < 1.0) {
        double before = CG_NAME(erfcx1_any)(x), y = CG_NAME(erfcx2_any)(x);
        for (double m = 3.0; m <= order; m += 1.0) {
            const double next = (0.5 * before - x * y) / m;
            before = y;
            y = next;
        }
        return ratio ? y / before : y;
    }
    if (x > 1e150)
        return ratio ? 0.5 / x : 0.0;
    const double far = sqrt(order) + 10.0 / x;
    double product = 1.0;
    double r = 0.0;
    for (double m = floor(far * far) + 16.0; m >= 1.0; m -= 1.0) {
        r = r == 0.0 ? 1.0 / (x + sqrt(x * x + 2.0 * m + 1.0)) : 0.5 / (x + (m + 1.0) * r);
        if (ratio && m == order)
            return r;
        if (m <= order)
            product *= r;
    }
    return product * CG_NAME(erfcx_any)(x);
}

/* --------------------------------------------------------------------------------- ndtr, log_ndtr */

/* |x| / sqrt(2), and what that lacks */
CG_INLINE double cg_over_root_two(double size, double *rest)
{
    const double head = cg_head(size), low = size - head;
    const double z = size * (CG_ROOT_HALF_HI + CG_ROOT_HALF_LO);
    *rest = ((head * CG_ROOT_HALF_HI - z) + low * CG_ROOT_HALF_HI) + size * CG_ROOT_HALF_LO;
    return z;
}

/* ndtr(x) = erfc(-x / sqrt(2)) / 2, where the rounding of the quotient would cost x^2 digits.
 * Max ULP 0.95. */
CG_INLINE uint64_t CG_NAME(ndtr_unsafe)(double x) { return cg_not_below(x, 37.0); }

CG_INLINE double CG_NAME(ndtr_core)(double x)
{
    double q_lo, rounded, z_rest;
    const double square = x * x;
    const double z = cg_over_root_two(fabs(x), &z_rest);
    const double q = cg_erfc_parts(z, z_rest, 0.5 * square, 0.5 * cg_square_rest(x, square), &q_lo,
                                   &rounded);
    const double base = cg_select(cg_mask_if_negative(x), 0.0, 1.0);
    const double scale = copysign(0.5 * cg_pow2(rounded), -x);
    const double head = base + scale * q;
    const double head_rest = scale * q - (head - base);
    return head + (head_rest + scale * q_lo);
}

CG_INLINE double CG_NAME(ndtr_beyond)(double x)
{
    double q_lo, rounded, z_rest;
    if (!(x < 0.0))
        return x > 0.0 ? 1.0 : x;
    if (x < -38.6)
        return 0.0;
    const double square = x * x;
    const double z = cg_over_root_two(-x, &z_rest);
    const double q = cg_erfc_parts(z, z_rest, 0.5 * square, 0.5 * cg_square_rest(x, square), &q_lo,
                                   &rounded);
    return ((q + q_lo) * cg_pow2(rounded + 64.0)) * 0x1p-65;
}

CG_KERNEL(ndtr)

/* log(ndtr(x)) is log(erfcx(-x / sqrt(2)) / 2) - x^2 / 2, and for x > 0 log(1 - ndtr(-x)).
 * Max ULP 1.3. */
CG_INLINE uint64_t CG_NAME(log_ndtr_unsafe)(double x)
{
    return cg_not_below(x, 1e150) | (cg_not_below(x, 37.0) & ~cg_bits(x));
}

CG_INLINE double CG_NAME(log_ndtr_core)(double x)
{
    double hi, lo, q_lo, z_rest;
    const uint64_t negative = cg_mask_if_negative(x);
    const double square = x * x;
    const double half = 0.5 * square, half_rest = 0.5 * cg_square_rest(x, square);
    const double z = cg_over_root_two(fabs(x), &z_rest);
    const double q = cg_erfcx_parts(z, z_rest, &q_lo);
    const double y = 0.5 * (q + q_lo);
    const double y_rest = (0.5 * q - y) + 0.5 * q_lo;
    const double scale = 0.5 * cg_pow2(cg_exp_reduce(-half, &hi, &lo));
    const double first = 1.0 + hi, tail = cg_exp_tail(hi, lo + half_rest);
    const double power = first + tail;
    const double power_head = cg_head(power);
    const double power_rest = ((first - power_head) + tail) + (hi - (first - 1.0));
    const double p = scale * (q * power_head); /* exact; and the rest of ndtr(-x): */
    const double p_rest = scale * (q * power_rest + q_lo * power);
    const double less = 1.0 - p, less_rest = ((1.0 - less) - p) - p_rest;
    const double above = less + less_rest;
    const double u = cg_select(negative, y, above);
    const double u_rest = cg_select(negative, y_rest, (less - above) + less_rest);
    const double log_u = cg_log_plus(u, u_rest);
    const double sum = log_u - half;
    const double part = sum - log_u;
    const double sum_rest = (log_u - (sum - part)) - (half + part);
    return cg_select(negative, sum + (sum_rest - half_rest), log_u);
}

CG_INLINE double CG_NAME(log_ndtr_beyond)(double x)
{
    return x > 0.0 ? -CG_NAME(ndtr_beyond)(-x) : x < 0.0 ? -(0.5 * x) * x : x;
}

CG_KERNEL(log_ndtr)

/* The derivative of log_ndtr, the normal density over ndtr: sqrt(2 / pi) / erfcx(-x / sqrt(2)).
 * Max ULP 1. */
CG_INLINE uint64_t CG_NAME(inverse_mills_unsafe)(double x) { return CG_NAME(log_ndtr_unsafe)(x); }

CG_INLINE double CG_NAME(inverse_mills_core)(double x)
{
    double rest, z_rest;
    const double square = x * x;
    const double z = cg_over_root_two(fabs(x), &z_rest);
    const double sum = cg_erfcx_pair(z, z_rest, 0.5 * square, 0.5 * cg_square_rest(x, square),
                                     ~cg_mask_if_negative(x), &rest);
    const double den_sum = sum + rest;
    const double den = cg_head(den_sum);
    return cg_quotient(CG_ROOT_TWO_OVER_PI, CG_ROOT_TWO_OVER_PI_LO, den_sum, den,
                       (sum - den) + rest);
}

CG_INLINE double CG_NAME(inverse_mills_beyond)(double x)
{
    const double square = x * x;
    if (!(x > 0.0))
        return -x;
    return CG_ROOT_HALF_OVER_PI *
           cg_exp_minus_far(0.5 * square, 0.5 * cg_square_rest(x, square));
}

CG_KERNEL(inverse_mills)
