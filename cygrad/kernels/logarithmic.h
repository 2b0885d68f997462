/* xlogy, xlog1py, log(x / y), the Kullback-Leibler divergence, logit, and exp(x) / x: a part of
 * transcendental.h. */

/* ----------------------------------------------------------------------------- xlogy, xlog1py */

/* x (hi + lo), the product of two heads exact */
CG_INLINE double cg_product(double x, double hi, double lo)
{
    const double sum = hi + lo, rest = (hi - sum) + lo;
    const double head = cg_head(sum), x_head = cg_head(x);
    return x_head * head + ((x - x_head) * head + x * ((sum - head) + rest));
}

/* x log(y); 0 where x is 0, but for a nan. Max ULP 0.6. */
CG_INLINE double CG_NAME(xlogy_core)(double x, double y)
{
    double lo;
    const double hi = cg_log_parts(y, 0.0, &lo);
    return cg_nan_if(CG_NAME(log_unsafe)(y), cg_product(x, hi, lo) + 0.0);
}

CG_NOINLINE double CG_NAME(xlogy_beyond)(double x, double y)
{
    double lo;
    if (x == 0.0 && y == y)
        return 0.0;
    if (y > 0.0 && y < 1.0 && fabs(x) < (double)INFINITY) {
        const double hi = cg_log_parts(y * 0x1p54, 54.0, &lo);
        return cg_product(x, hi, lo);
    }
    return x * CG_NAME(log_any)(y);
}

CG_KERNEL_2(xlogy)

/* x log(1 + y); 0 where x is 0, but for a nan. log(u + u_rest) = log(u) + u_rest / u. Max ULP
 * 0.6. */
CG_INLINE double CG_NAME(xlog1py_core)(double x, double y)
{
    double lo;
    const double u = 1.0 + y;
    const double y_part = u - 1.0;
    const double u_rest = (1.0 - (u - y_part)) + (y - y_part);
    const double log_u = cg_log_parts(u, 0.0, &lo);
    const double small = u_rest / u;
    const double hi = log_u + small;
    lo += ((log_u - hi) + small) - 0.5 * (small * small);
    return cg_nan_if(CG_NAME(log1p_unsafe)(y), cg_product(x, hi, lo) + 0.0);
}

CG_NOINLINE double CG_NAME(xlog1py_beyond)(double x, double y)
{
    if (x == 0.0 && y == y)
        return 0.0;
    return y >= 0x1p64 ? CG_NAME(xlogy_any)(x, y) : x * CG_NAME(log1p_any)(y);
}

CG_KERNEL_2(xlog1py)

/* ------------------------------------------------------------------------- log(x / y), logit */

/* What the rounded quotient q lacks of x / (y + y_rest), without overflow if all are moderate. */
CG_INLINE double cg_quotient_lack(double q, double x, double y, double y_rest)
{
    const double q_head = cg_head(q), y_head = cg_head(y);
    const double q_low = q - q_head, y_low = y - y_head;
    const double left =
        (((x - q_head * y_head) - q_head * y_low) - q_low * y_head) - q_low * y_low;
    return (left - q * y_rest) / y;
}

/* The sign bit is set unless 2^-450 < x < 2^450. */
CG_INLINE uint64_t cg_not_moderate(double x)
{
    return cg_bits(x) | (cg_bits(x) - cg_bits(0x1p-450)) | cg_not_below(x, 0x1p450);
}

/* log(x / y) with all digits near x = y too, where the quotient's rounding would show.
 * Max ULP 1. */
CG_INLINE double CG_NAME(log_quotient_core)(double x, double y)
{
    const double q = x / y;
    const double value = cg_log_plus(q, cg_quotient_lack(q, x, y, 0.0));
    return cg_nan_if(cg_not_moderate(x) | cg_not_moderate(y), value);
}

/* The power of 2 in x, which is positive and finite, and x without it */
CG_INLINE double cg_taken_apart(double x, double *power)
{
    const double shift = cg_bits(x) < CG_BITS_NORMAL ? 54.0 : 0.0;
    const uint64_t u = cg_bits(shift == 0.0 ? x : x * 0x1p54);
    *power = (double)(int)(u >> 52) - 1023.0 - shift;
    return cg_real((u & CG_MANTISSA) | CG_BITS_ONE);
}

/* What the core computes, log(x / y) and perhaps 1 more, where it gives nan. */
CG_INLINE double cg_log_quotient_far(double x, double y, double (*core)(double, double))
{
    double x_power, y_power;
    if (x != x || y != y || x < 0.0 || y < 0.0 || (x == 0.0 && y == 0.0) ||
        (x == y && x == (double)INFINITY))
        return (double)NAN;
    if (x == 0.0 || y == (double)INFINITY)
        return -(double)INFINITY;
    if (y == 0.0 || x == (double)INFINITY)
        return (double)INFINITY;
    const double x_part = cg_taken_apart(x, &x_power), y_part = cg_taken_apart(y, &y_power);
    const double k = x_power - y_power;
    if (fabs(k) <= 4.0) /* the power's logarithm would cancel */
        return core(x_part * cg_pow2(k + CG_ROUNDER), y_part);
    return k * CG_LN2_HI + (core(x_part, y_part) + k * CG_LN2_LO);
}

CG_NOINLINE double CG_NAME(log_quotient_beyond)(double x, double y)
{
    return cg_log_quotient_far(x, y, CG_NAME(log_quotient_core));
}

CG_KERNEL_2(log_quotient)

/* 1 + log(x / y), with all digits near its zero. Max ULP 1. */
CG_INLINE double CG_NAME(log_e_quotient_core)(double x, double y)
{
    double lo;
    const double q = x / y;
    const double hi = cg_log_pair(q, 0.0, &lo);
    const double sum = 1.0 + hi;
    const double part = sum - 1.0;
    const double sum_rest = (1.0 - (sum - part)) + (hi - part);
    const double value = sum + (sum_rest + (lo + cg_quotient_lack(q, x, y, 0.0) / q));
    return cg_nan_if(cg_not_moderate(x) | cg_not_moderate(y), value);
}

CG_NOINLINE double CG_NAME(log_e_quotient_beyond)(double x, double y)
{
    return cg_log_quotient_far(x, y, CG_NAME(log_e_quotient_core));
}

CG_KERNEL_2(log_e_quotient)

/* x log(x / y) - x + y, given t = log(x / y). Near x = y, with s = (x - y) / (x + y), it is
 * (x - y) s + 2 x s^3 (1/3 + s^2/5 + ...) (Loader, 2000), in which nothing cancels. */
CG_INLINE double cg_divergence(double x, double y, double t)
{
    const double s = (0.5 * x - 0.5 * y) / (0.5 * x + 0.5 * y);
    const double z = s * s;
    double p = 1.0 / 35;
    for (int k = 33; k >= 3; k -= 2)
        p = 1.0 / k + z * p;
    if (x != x || y != y)
        return (double)NAN;
    if (x < 0.0 || y < 0.0 || (x > 0.0 && y == 0.0))
        return (double)INFINITY;
    if (x == 0.0)
        return y;
    return fabs(s) < 0.3 ? (x - y) * s + 2.0 * x * (s * z) * p : (x * t - x) + y;
}

/* logit(x) = log(x / (1 - x)). -inf at 0, inf at 1, nan outside [0, 1]. Max ULP 1. */
CG_INLINE uint64_t CG_NAME(logit_unsafe)(double x)
{
    return CG_NAME(log_unsafe)(x) | cg_not_below(x, 1.0);
}

CG_INLINE double CG_NAME(logit_core)(double x)
{
    const double y = 1.0 - x;
    const double q = x / y;
    return cg_log_plus(q, cg_quotient_lack(q, x, y, (1.0 - y) - x));
}

CG_INLINE double CG_NAME(logit_beyond)(double x)
{
    return x > 1.0 ? (double)NAN : x == 1.0 ? (double)INFINITY : CG_NAME(log_beyond)(x);
}

CG_KERNEL(logit)

/* ---------------------------------------------------------------------------------- exp(x) / x */

/* exp(x) / x, which overflows later than exp(x). Max ULP 1.5. */
CG_INLINE uint64_t CG_NAME(exp_over_unsafe)(double x) { return cg_not_below(x, 700.0); }

CG_INLINE double CG_NAME(exp_over_core)(double x) { return CG_NAME(exp_core)(x) / x; }

CG_INLINE double CG_NAME(exp_over_beyond)(double x)
{
    double hi, lo;
    if (!(x > 0.0 && x < 720.0))
        return x > 0.0 ? (double)INFINITY : cg_exp_scaled(x, 0) / x;
    const double rounded = cg_exp_reduce(x, &hi, &lo);
    const double y = 1.0 + (hi + cg_exp_tail(hi, lo));
    return cg_real(cg_bits(y) + ((cg_bits(rounded) - 32) << 52)) / x * 0x1p32;
}

CG_KERNEL(exp_over)
