/* The derivatives of pow: a part of transcendental.h.
 *
 * With D(m, n) the m-th by x of the n-th by y,
 *     D(m, n) = x^(y-m) q(y, log x),   q = sum over k of n!/k! t[n-k] log(x)^k,
 * where p(y + h) = (y + h) (y + h - 1) ... (y + h - m + 1) = t[0] + t[1] h + t[2] h^2 + ...
 *
 * The exponent y - m is a sum of two doubles, and q is multiplied with what exp_pair gives before
 * that is scaled: so the digits are kept where y - m is not a double, and where x^(y-m) alone would
 * overflow or underflow. Where x is 0 or infinite the limit is taken, so that no 0 meets an
 * infinity; but all derivatives of 0^y by y are 0 for y >= 0, as those of a constant. */

/* x^(y-m) and log|x| as a sum, on the fast path of pow_core; nan off it. */
CG_INLINE double cg_pow_shifted(double x, double y, double m, double *log_hi, double *log_lo)
{
    double e_lo;
    uint64_t k;
    const double size = fabs(x);
    const double hi = cg_log_pair(size, 0.0, log_lo);
    const double s = y - m, s_part = s - y;
    const double s_lo = (y - (s - s_part)) - (m + s_part);
    const double e = cg_pow_exponent(hi, *log_lo, s, &e_lo);
    const double result = cg_exp_pair(e, e_lo + s_lo * hi, &k);
    const double rounded = y + CG_ROUNDER;
    const uint64_t fraction = cg_bits((rounded - CG_ROUNDER) - y) & ~CG_SIGN_BIT;
    const uint64_t not_integer = (0 - fraction) | cg_not_below(y, 0x1p51);
    const uint64_t sign = cg_bits(x) & (cg_bits(s + CG_ROUNDER) << 63);
    const uint64_t unsafe = CG_NAME(log_unsafe)(size) | cg_not_below(e, 708.0)
                            | (cg_bits(x) & not_integer);
    *log_hi = hi;
    return cg_nan_if(unsafe, cg_real((cg_bits(result) + (k << 52)) ^ sign));
}

/* y 2^k for any k within +-3000 */
CG_INLINE double cg_scaled_far(double y, int k)
{
    const int third = k / 3;
    const double part = cg_real((uint64_t)(third + 1023) << 52);
    return ((y * part) * part) * cg_real((uint64_t)(k - 2 * third + 1023) << 52);
}

#define CG_POW_ORDERS 64

/* D(m, n) for all x and y; nan for n >= CG_POW_ORDERS. */
CG_NOINLINE double CG_NAME(pow_derivative)(double x, double y, double m, double n)
{
    double t[CG_POW_ORDERS] = {1.0}, log_lo, e_lo, q = 0.0, factorials = 1.0;
    const double size = fabs(x), s = y - m, s_part = s - y;
    const double s_lo = (y - (s - s_part)) - (m + s_part);
    const int orders = (int)n, degree = m < n ? (int)m : (int)n;
    const int infinite = fabs(y) == (double)INFINITY;
    const int integer = fabs(y) >= 0x1p53 || (double)(int64_t)y == y;
    const int odd = fabs(s) < 0x1p53 && integer && ((int64_t)s & 1);
    const double sign = odd ? copysign(1.0, x) : 1.0;
    uint64_t k;

    if (n >= CG_POW_ORDERS)
        return (double)NAN;
    for (int i = 0; i < m; i++) {
        for (int j = degree; j > 0; j--)
            t[j] = t[j] * (y - i) + t[j - 1];
        t[0] *= y - i;
    }
    for (int j = 1; j <= degree; j++) { /* t[j] becomes the coefficient of log(x)^(n-j) */
        factorials *= n - j + 1;
        t[j] *= factorials;
    }
    if (orders == 0 && t[0] == 0.0) /* a constant, or y a whole number below m */
        return 0.0;
    if (x != x || y != y)
        return m == 0.0 && x == 1.0 ? 0.0 : (double)NAN;
    if (x < 0.0 && (orders > 0 || !integer))
        return (double)NAN;
    if (size == 1.0) { /* log(x) = 0 */
        if (x < 0.0 && infinite)
            return (double)NAN;
        return orders <= degree ? sign * t[orders] : 0.0;
    }

    const int grows = size > 1.0; /* with s */
    if (size == 0.0 || size == (double)INFINITY || infinite) {
        if (size == 0.0 && m == 0.0 && y >= 0.0)
            return 0.0;
        if (s != 0.0 && (s > 0.0) != grows)
            return 0.0;
        int j = 0; /* the first power of log(x) that is there */
        while (t[j] == 0.0 && j < degree)
            j++;
        q = sign * t[j];
        if (s != 0.0 || orders > j)
            q *= (double)INFINITY;
        return !grows && ((orders - j) & 1) ? -q : q;
    }

    const int subnormal = cg_bits(size) < CG_BITS_NORMAL;
    const double log_hi = subnormal ? cg_log_pair(size * 0x1p54, 54.0, &log_lo)
                                    : cg_log_pair(size, 0.0, &log_lo);
    const double log_x = log_hi + log_lo;
    for (int j = 0; j <= orders; j++)
        q = q * log_x + (j <= degree ? t[j] : 0.0);
    const double e = cg_pow_exponent(log_hi, log_lo, s, &e_lo);
    if (q == 0.0 || e < -1500.0)
        return sign * 0.0;
    if (!(e < 1500.0))
        return sign * q * (double)INFINITY;
    const double result = cg_exp_pair(e, e_lo + s_lo * log_hi, &k);
    const int64_t power = (int64_t)(k & ((UINT64_C(1) << 46) - 1)) - (INT64_C(1) << 45);
    return sign * cg_scaled_far(result * q, (int)power);
}

/* D(m, n) of the lowest orders, vectorized: q from y, hi and lo, where log|x| = hi + lo. Max ULP
 * 1.3 for the first derivatives. */
#define CG_POW_DERIVATIVE(name, m, n, q) \
    CG_INLINE double CG_NAME(name##_core)(double x, double y) \
    { \
        double hi, lo; \
        const double power = cg_pow_shifted(x, y, m, &hi, &lo); \
        return cg_nan_if((n) > 0 ? cg_bits(x) : 0, power * (q)); \
    } \
    CG_INLINE double CG_NAME(name##_beyond)(double x, double y) \
    { \
        return CG_NAME(pow_derivative)(x, y, m, n); \
    } \
    CG_KERNEL_2(name)

CG_POW_DERIVATIVE(pow_x, 1.0, 0.0, y)
CG_POW_DERIVATIVE(pow_y, 0.0, 1.0, hi + lo)
CG_POW_DERIVATIVE(pow_xx, 2.0, 0.0, y * (y - 1.0))
CG_POW_DERIVATIVE(pow_xy, 1.0, 1.0, (1.0 + y * hi) + y * lo)
CG_POW_DERIVATIVE(pow_yy, 0.0, 2.0, (hi + lo) * (hi + lo))
