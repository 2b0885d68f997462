/* exp(-x^2), exp(-x^2 / 2), erf, erfc: a part of transcendental.h. */

/* ------------------------------------------------------------------- exp(-x^2) and exp(-x^2 / 2) */

/* exp(-(square + rest)) for 0 <= square < 708 and a rest below its last digit */
CG_INLINE double cg_exp_minus(double square, double rest)
{
    double hi, lo;
    const double rounded = cg_exp_reduce(-square, &hi, &lo);
    const double y = 1.0 + (hi + cg_exp_tail(hi, lo + rest));
    return cg_real(cg_bits(y) + (cg_bits(rounded) << 52));
}

/* The same for any square, with gradual underflow. */
CG_NOINLINE double cg_exp_minus_far(double square, double rest)
{
    double hi, lo;
    if (!(square < 746.0))
        return square > 0.0 ? 0.0 : square; /* nan stays */
    const double rounded = cg_exp_reduce(-square, &hi, &lo);
    const double y = 1.0 + (hi + cg_exp_tail(hi, lo + rest));
    return cg_real(cg_bits(y) + ((cg_bits(rounded) + 64) << 52)) * 0x1p-64;
}

/* exp(-x^2): the exponent is x^2 and what that loses, or the tail would lack x^2 of its digits.
 * Max ULP 0.82. */
CG_INLINE uint64_t CG_NAME(exp_minus_square_unsafe)(double x) { return cg_not_below(x, 26.5); }

CG_INLINE double CG_NAME(exp_minus_square_core)(double x)
{
    const double square = x * x;
    return cg_exp_minus(square, cg_square_rest(x, square));
}

CG_INLINE double CG_NAME(exp_minus_square_beyond)(double x)
{
    const double square = x * x;
    return cg_exp_minus_far(square, cg_square_rest(x, square));
}

CG_KERNEL(exp_minus_square)

/* exp(-x^2 / 2). Max ULP 0.82. */
CG_INLINE uint64_t CG_NAME(exp_minus_half_square_unsafe)(double x)
{
    return cg_not_below(x, 37.5);
}

CG_INLINE double CG_NAME(exp_minus_half_square_core)(double x)
{
    const double square = x * x;
    return cg_exp_minus(0.5 * square, 0.5 * cg_square_rest(x, square));
}

CG_INLINE double CG_NAME(exp_minus_half_square_beyond)(double x)
{
    const double square = x * x;
    return cg_exp_minus_far(0.5 * square, 0.5 * cg_square_rest(x, square));
}

CG_KERNEL(exp_minus_half_square)

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

/* erfc(x + x_rest) = 2^k (q + q_lo) for 0 <= x < 27.3; k + CG_ROUNDER goes to *rounded. The square
 * is given, with what it lacks of (x + x_rest)^2. With
 * exp(-x^2) = 2^k (1 + hi + e) it is (1 + hi + e) (linear + p) / (1 + 17/16 x), where p is the
 * polynomial and linear = 99/128 - 13/64 t has 26 bits: t is cut to 2^-18, and what is left of it
 * joins p, as does the error of t where p is steep, near x = 0. Sums of two doubles keep what the
 * leading terms lose; |p| < 1/32. */
CG_INLINE double cg_erfc_parts(double x, double x_rest, double square, double square_rest,
                               double *q_lo, double *rounded)
{
    double hi, lo;
    *rounded = cg_exp_reduce(-square, &hi, &lo);
    const double e = cg_exp_tail(hi, lo + square_rest);
    const double t = (x - 3.25) / (x + 3.25);
    const double t_head = (t + 0x1.8p34) - 0x1.8p34;
    const double x_head = cg_head(x), x_low = (x - x_head) + x_rest;
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
    const double square = x * x;
    const double q =
        cg_erfc_parts(fabs(x), 0.0, square, cg_square_rest(x, square), &q_lo, &rounded);
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
    const double square = x * x;
    const double q = cg_erfc_parts(x, 0.0, square, cg_square_rest(x, square), &q_lo, &rounded);
    return ((q + q_lo) * cg_pow2(rounded + 64.0)) * 0x1p-64;
}

CG_KERNEL(erfc)
