/* exp, expm1, sigmoid, tanh, log, log1p: a part of transcendental.h. */

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
 * = f - f^2/2 + s (f^2/2 + s^2 p(s^2)). k ln 2 + f is summed first, with its rounding kept. A sum of
 * two, the second of which may be a fifth of the first. */
CG_INLINE double cg_log_sum_parts(double k, double f, double s, double small, double *rest)
{
    const double z = s * s;
    const double half_square = 0.5 * f * f;
    const double p = z * cg_poly7(z, z * z, cg_log_poly);
    const double k_ln2 = k * CG_LN2_HI;
    const double head = k_ln2 + f;
    const double head_rest = f - (head - k_ln2);
    const double tail = s * (half_square + p) + (k * CG_LN2_LO + small);
    *rest = head_rest - (half_square - tail);
    return head;
}

CG_INLINE double cg_log_sum(double k, double f, double s, double small)
{
    double rest;
    const double head = cg_log_sum_parts(k, f, s, small, &rest);
    return head + rest;
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
