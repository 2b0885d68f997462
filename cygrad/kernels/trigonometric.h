/* sin, cos, tan, arctan, arcsin, arccos: a part of transcendental.h. */

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

/* Both, with one reduction: the steps of cg_trig_wave, of which sin and cos take one half each. */
CG_INLINE double CG_NAME(sincos_core)(double x, double *cosine)
{
    double hi, lo;
    const uint64_t n = cg_trig_reduce(fabs(x), &hi, &lo);
    const uint64_t odd = 0 - (n & 1);
    const double z = hi * hi;
    const double zz = z * z;
    const double half_square = 0.5 * z;
    const double cos_head = 1.0 - half_square;
    const double cos_rest = ((1.0 - cos_head) - half_square) - hi * lo;
    const double even = hi + (lo * cos_head + (z * hi) * cg_poly6(z, zz, cg_sin_poly));
    const double other = cos_head + (cos_rest + (z * z) * cg_poly6(z, zz, cg_cos_poly));
    const uint64_t sign = (n & 2) << 62, next = ((n + 1) & 2) << 62;
    *cosine = cg_real(cg_bits(cg_select(odd, even, other)) ^ next);
    return cg_real(cg_bits(cg_select(odd, other, even)) ^ sign ^ (cg_bits(x) & CG_SIGN_BIT));
}

CG_NOINLINE void CG_NAME(sincos_rows)(const double *x, double *sine, double *cosine, ptrdiff_t n)
{
    const ptrdiff_t whole = n & -CG_ROW;
    CG_INDEPENDENT_ITERATIONS
    for (ptrdiff_t i = 0; i < whole; i++) {
        double c;
        sine[i] = CG_NAME(sincos_core)(x[i], &c);
        cosine[i] = c;
    }
}

/* Of an array of at most CG_BLOCK elements, neither beside it nor one in the other. */
static void CG_NAME(sincos_block)(const double *x, double *sine, double *cosine, ptrdiff_t n)
{
    const ptrdiff_t whole = n & -CG_ROW;
    uint64_t unsafe = 0;
    for (ptrdiff_t i = 0; i < n; i++)
        unsafe |= CG_NAME(sin_unsafe)(x[i]);
    if (unsafe & CG_SIGN_BIT) {
        CG_NAME(sin)(x, sine, n);
        CG_NAME(cos)(x, cosine, n);
        return;
    }
    if (whole > 0)
        CG_NAME(sincos_rows)(x, sine, cosine, whole);
    for (ptrdiff_t i = whole; i < n; i++) {
        sine[i] = CG_NAME(sin_any)(x[i]);
        cosine[i] = CG_NAME(cos_any)(x[i]);
    }
}

/* The same where n is 0: hi is |x| and lo is 0, so that nobody waits for the reduction. What small
 * angles there are come in long runs, and the branch is foreseen. */
CG_INLINE double CG_NAME(sincos_near)(double x, double *cosine)
{
    const double size = fabs(x);
    const double z = size * size;
    const double zz = z * z;
    const double half_square = 0.5 * z;
    const double cos_head = 1.0 - half_square;
    const double sine = size + (z * size) * cg_poly6(z, zz, cg_sin_poly);
    *cosine = cos_head + (((1.0 - cos_head) - half_square) + zz * cg_poly6(z, zz, cg_cos_poly));
    return cg_real(cg_bits(sine) ^ (cg_bits(x) & CG_SIGN_BIT));
}

CG_INLINE int CG_NAME(is_near)(double x)
{
    return cg_bits(fabs(x) * CG_TWO_OVER_PI + CG_ROUNDER) == cg_bits(CG_ROUNDER);
}

CG_INLINE double CG_NAME(sincos)(double x, double *cosine)
{
    if (CG_NAME(is_near)(x))
        return CG_NAME(sincos_near)(x, cosine);
    if (CG_NAME(sin_unsafe)(x) & CG_SIGN_BIT) {
        *cosine = CG_NAME(cos_any)(x);
        return CG_NAME(sin_any)(x);
    }
    return CG_NAME(sincos_core)(x, cosine);
}

/* One of them. */
CG_INLINE double CG_NAME(sine)(double x)
{
    double cosine;
    return CG_NAME(is_near)(x) ? CG_NAME(sincos_near)(x, &cosine) : CG_NAME(sin_any)(x);
}

CG_INLINE double CG_NAME(cosine)(double x)
{
    double cosine;
    if (!CG_NAME(is_near)(x))
        return CG_NAME(cos_any)(x);
    CG_NAME(sincos_near)(x, &cosine);
    return cosine;
}

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
