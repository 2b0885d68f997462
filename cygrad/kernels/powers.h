/* cbrt, log2, log10, exp2, logaddexp2, pow: a part of transcendental.h. */

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
