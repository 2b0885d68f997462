/* sinh, cosh, arcsinh, arccosh, arctanh: a part of transcendental.h. */

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

/* ------------------------------------------------------------------- arcsinh, arccosh, arctanh */

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
