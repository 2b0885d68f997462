/* What lgamma and its derivatives keep when Stirling's large terms are taken off, and differences of
 * them that do not cancel: a part of transcendental.h.
 *
 * With c = log(2 pi)/2, for x > 0:
 *     lgamma(x) = (x - 1/2) log(x) - x + c + stirling(x),    stirling(x) = 1/(12 x) - 1/(360 x^3) + ...
 *     digamma(x) = log(x) - excess(x),                       excess(x) = 1/(2 x) + 1/(12 x^2) - ...
 * Both, and all that is here, are positive and fall to 0 with alternating derivatives. So values at a
 * small x are made of one at a large x, where the series holds, and of a sum of positive steps: no
 * digit is lost, in any order of derivative. The array function is stirling; the others are functions
 * of numbers. The errors were measured against mpmath. */
#ifndef CG_STIRLING_ONCE
#define CG_STIRLING_ONCE

/* x stirling(x) = num(w) / den(w), w = 1/x^2, x >= 1; interpolated in 1/x, error 2^-57. */
static const double cg_stirling_num[10] = {
    0x1.5555555555555p-4, 0x1.32c3ea9cae5c8p+1, 0x1.8a54d486a1effp+4,
    0x1.d36364a849f53p+6, 0x1.131062935cc17p+8, 0x1.430b691d37058p+8,
    0x1.692d228332640p+7, 0x1.56c8c83509043p+5, 0x1.ac6cf6a48d918p+1,
    0x1.4bb7b5e01f500p-5,
};
static const double cg_stirling_den[10] = {
    0x1.0000000000000p+0, 0x1.ccae68738e135p+4, 0x1.28b2e197ce3e8p+8,
    0x1.60f268dcb8be8p+10, 0x1.a22651e2fc724p+11, 0x1.f10e506010fe6p+11,
    0x1.1c6d6ff207f6ap+11, 0x1.1b606f5395cbap+9, 0x1.8dc70bd731e89p+5,
    0x1.cd5e842a20a90p-1,
};
/* The Bernoulli numbers B_2, B_4, ... */
static const double cg_bernoulli[12] = {
    0x1.5555555555555p-3, -0x1.1111111111111p-5, 0x1.8618618618618p-6,
    -0x1.1111111111111p-5, 0x1.364d9364d9365p-4, -0x1.0330330330330p-2,
    0x1.2aaaaaaaaaaabp+0, -0x1.c5e5e5e5e5e5ep+2, 0x1.b7c4f8f13e3c5p+5,
    -0x1.088fe72cfe72dp+9, 0x1.8301f89467e25p+12, -0x1.523440cc0cc0dp+16,
};
/* 1/3, 1/5, 1/7, ...: artanh(v) = v + v^3 p(v^2). */
static const double cg_artanh_poly[12] = {
    0x1.5555555555555p-2, 0x1.999999999999ap-3, 0x1.2492492492492p-3,
    0x1.c71c71c71c71cp-4, 0x1.745d1745d1746p-4, 0x1.3b13b13b13b14p-4,
    0x1.1111111111111p-4, 0x1.e1e1e1e1e1e1ep-5, 0x1.af286bca1af28p-5,
    0x1.8618618618618p-5, 0x1.642c8590b2164p-5, 0x1.47ae147ae147bp-5,
};

#define CG_LOG_ROOT_2PI 0x1.d67f1c864beb5p-1
#define CG_MOST_STEPS 64 /* the highest order of derivative that the functions below take */

#endif /* CG_STIRLING_ONCE */

#define cg_poly10 CG_NAME(poly10)
#define cg_product_rest CG_NAME(product_rest)
#define cg_artanh_tail CG_NAME(artanh_tail)
#define cg_factorial CG_NAME(factorial)
#define cg_power CG_NAME(power)
#define cg_power_gap CG_NAME(power_gap)
#define cg_series_gap CG_NAME(series_gap)
#define cg_first_large CG_NAME(first_large)
#define cg_deviance_of CG_NAME(deviance_of)

CG_INLINE double cg_poly10(double z, double zz, const double *c)
{
    return cg_poly4(z, zz, c) + (zz * zz) * cg_poly6(z, zz, c + 4);
}

/* ------------------------------------------------------------------------------------- stirling */

/* From x = 1 on the quotient of two polynomials; below, one step of the recurrence,
 * stirling(x) - stirling(x + 1) = (x + 1/2) log(1 + 1/x) - 1, with the logarithm as a sum of two
 * doubles. inf at 0, nan below. Max ULP 1.6. */
CG_INLINE uint64_t CG_NAME(stirling_unsafe)(double x) /* not in [1, inf) */
{
    const uint64_t u = cg_bits(x);
    return u | (u - CG_BITS_ONE) | (u + (CG_SIGN_BIT - CG_BITS_INFINITY));
}

CG_INLINE double CG_NAME(stirling_core)(double x)
{
    const double inverse = 1.0 / x;
    const double w = inverse * inverse;
    const double ww = w * w;
    return inverse * (cg_poly10(w, ww, cg_stirling_num) / cg_poly10(w, ww, cg_stirling_den));
}

CG_NOINLINE double CG_NAME(stirling_beyond)(double x)
{
    double above_rest, below_rest;
    if (!(x > 0.0))
        return x == 0.0 ? (double)INFINITY : (double)NAN;
    if (x == (double)INFINITY)
        return 0.0;
    const double sum = 1.0 + x;
    const double above = cg_log_pair(sum, 0.0, &above_rest);
    const double below = x < 0x1p-1000 ? cg_log_pair(x * 0x1p54, 54.0, &below_rest)
                                       : cg_log_pair(x, 0.0, &below_rest);
    const double hi = above - below; /* log(1 + 1/x) > log(2); the rest of 1 + x adds to it */
    const double lo = ((above - hi) - below) + (above_rest - below_rest)
                      + ((1.0 - sum) + x) / sum;
    const double factor = x + 0.5, head = cg_head(factor), log_head = cg_head(hi);
    const double factor_rest = x - (head - 0.5);
    const double step = (log_head * head - 1.0)
                        + (log_head * factor_rest + ((hi - log_head) + lo) * factor);
    return step + CG_NAME(stirling_core)(sum);
}

CG_KERNEL(stirling)

/* --------------------------------------------------------------------------- deviances, logarithms */

/* (artanh(v) - v) / v^3, |v| <= 1/5 */
CG_INLINE double cg_artanh_tail(double v)
{
    const double z = v * v, zz = z * z;
    return cg_poly12(z, zz, cg_artanh_poly);
}

/* log(x / y), without cancellation where they are close. Max ULP 2. */
CG_NOINLINE double CG_NAME(log_ratio)(double x, double y)
{
    const double q = x / y;
    if (q >= 0.5 && q <= 2.0)
        return CG_NAME(log1p_any)((x - y) / y);
    if (q > 0x1p-1000 && q < 0x1p1000)
        return CG_NAME(log_any)(q);
    return CG_NAME(log_any)(x) - CG_NAME(log_any)(y);
}

/* x log(x / m) + m - x for x, m >= 0, given x - m, which may have more digits than they have. With
 * v = (x - m) / (x + m), log(x / m) = 2 artanh(v) and 2 x v - (x - m) = v (x - m) (Loader 2000). */
CG_NOINLINE double cg_deviance_of(double x, double m, double difference)
{
    const double v = x + m < (double)INFINITY ? difference / (x + m)
                                              : (0.5 * difference) / (0.5 * x + 0.5 * m);
    if (fabs(v) < 0.2)
        return difference * v + (2.0 * x) * ((v * v) * v) * cg_artanh_tail(v);
    if (x == 0.0)
        return m;
    return x * CG_NAME(log_ratio)(x, m) - difference;
}

/* The same of numbers that have no more digits: half the deviance of a Poisson count x of mean m.
 * 0 at x = m, inf where m = 0 < x, nan where one is negative. Relative error 1e-15. */
CG_NOINLINE double CG_NAME(deviance)(double x, double m)
{
    if (!(x >= 0.0 && m >= 0.0))
        return (double)NAN;
    if (x == m)
        return x < (double)INFINITY ? 0.0 : (double)NAN;
    return cg_deviance_of(x, m, x - m);
}

/* log(1 + u) - u. Relative error 1e-15. */
CG_NOINLINE double CG_NAME(log1p_less)(double u)
{
    const double v = u / (2.0 + u);
    if (fabs(v) < 0.2)
        return 2.0 * ((v * v) * v) * cg_artanh_tail(v) - u * v;
    return CG_NAME(log1p_any)(u) - u;
}

/* What the rounded product of x and y lacks. */
CG_INLINE double cg_product_rest(double x, double y, double product)
{
    const double a = cg_head(x), b = cg_head(y), x_rest = x - a, y_rest = y - b;
    return (((a * b - product) + a * y_rest) + b * x_rest) + x_rest * y_rest;
}

/* a (1 - z) - b z, as if rounded once: both products and the sums with all their digits. */
CG_NOINLINE double CG_NAME(balance)(double a, double b, double z)
{
    const double p = a * z, q = b * z;
    const double first = a - p, first_part = first - a;
    const double first_rest = (a - (first - first_part)) - (p + first_part);
    const double sum = first - q, part = sum - first;
    const double rest = (first - (sum - part)) - (q + part);
    const double lost = (first_rest - cg_product_rest(a, z, p)) + (rest - cg_product_rest(b, z, q));
    const double result = sum + lost;
    return result == result ? result : a * (1.0 - z) - b * z;
}

/* What the rounded x - y lacks. */
CG_INLINE double CG_NAME(difference_rest)(double x, double y)
{
    const double difference = x - y, part = difference - x;
    const double rest = (x - (difference - part)) - (y + part);
    return rest - rest == 0.0 ? rest : 0.0;
}

/* What q, the rounded x / y, lacks of it. */
CG_INLINE double CG_NAME(quotient_rest)(double x, double y, double q)
{
    const double product = q * y;
    const double rest = ((x - product) - cg_product_rest(q, y, product)) / y;
    return rest - rest == 0.0 ? rest : 0.0;
}

/* ------------------------------------------------- derivatives of stirling; gaps of polygammas */

CG_INLINE double cg_factorial(int n)
{
    double product = 1.0;
    for (int i = 2; i <= n; i++)
        product *= i;
    return product;
}

CG_INLINE double cg_power(double x, int n)
{
    double product = 1.0;
    for (int i = 0; i < n; i++)
        product *= x;
    return product;
}

/* u^n (1 - r^n), where less = 1 - r with all its digits */
CG_INLINE double cg_power_gap(double u, int n, double r, double less)
{
    double sum = 0.0, product = 1.0;
    for (int i = 0; i < n; i++) {
        sum += product;
        product *= r;
    }
    return cg_power(u, n) * (less * sum);
}

/* The number from which the series below has all its digits in order n. */
CG_INLINE double cg_first_large(int n) { return 16.0 + 2.0 * n; }

/* The sum over k >= 1 of B_2k (2 k + n - 1)! / (2 k)! (a^(-2k-n) - (a + b)^(-2k-n)), where
 * r = a / (a + b), less = b / (a + b), for n >= -1 and a >= cg_first_large(n). Its term k = 1 is
 * some 100 times the next, so alternating signs do no harm. */
CG_NOINLINE double cg_series_gap(int n, double a, double r, double less)
{
    const double u = 1.0 / a, w = u * u, r2 = r * r, less2 = less * (1.0 + r);
    double product = cg_factorial(n + 1) * 0.5 * cg_power(u, n + 2);
    double sum = 0.0, gap = less, power = r; /* 1 - r^m and r^m for m = 2 k + n, from m = 1 on */
    for (int m = 1; m < n + 2; m++) {
        gap += power * less;
        power *= r;
    }
    for (int k = 1; k <= 12; k++) {
        sum += cg_bernoulli[k - 1] * (product * gap);
        product *= w * ((double)(2 * k + n) * (2 * k + n + 1)) / ((2.0 * k + 1.0) * (2.0 * k + 2.0));
        gap += power * less2;
        power *= r2;
    }
    return sum;
}

/* |the n-th derivative of stirling|; its sign is (-1)^n. For x > 0; nan elsewhere. */
CG_NOINLINE double CG_NAME(stirling_order)(int n, double x)
{
    double sum = 0.0;
    if (n == 0)
        return CG_NAME(stirling_any)(x);
    if (!(x > 0.0) || n > CG_MOST_STEPS)
        return x == 0.0 ? (double)INFINITY : (double)NAN;
    for (; x < cg_first_large(n); x += 1.0) {
        const double u = 1.0 / x, v = 1.0 / (x + 1.0);
        if (n == 1) { /* u - log(1 + u) - u v / 2 */
            const double s = 1.0 / (2.0 * x + 1.0), z = s * s;
            sum += s < 0.2 ? 2.0 * (z * s) * (1.0 / (1.0 - z) - cg_artanh_tail(s))
                           : (x + 0.5) * (u * v) - CG_NAME(log1p_any)(u);
        } else {
            /* (n-2)!/2 times the sum over i of (u^i - v^i) (u^(n-i) - v^(n-i)), i = 1 ... n - 1 */
            const double less = v, r = x * v;
            double step = 0.0;
            for (int i = 1; i < n; i++)
                step += cg_power_gap(u, i, r, less) * cg_power_gap(u, n - i, r, less);
            sum += step * (0.5 * cg_factorial(n - 2));
        }
    }
    return sum + cg_series_gap(n - 1, x, 0.0, 1.0);
}

/* |digamma^(n)(a) - digamma^(n)(a + b)| for a, b > 0, b = inf too where n > 0: the sign of the
 * difference is -(-1)^n. With `logarithm` 0, that of digamma - log: of -excess^(n). */
CG_NOINLINE double CG_NAME(digamma_gap)(int n, double a, double b, int logarithm)
{
    const double first = a, far = b == (double)INFINITY;
    double sum = 0.0, less, r, left;
    if (!(a > 0.0 && b >= 0.0) || n > CG_MOST_STEPS)
        return (double)NAN;
    if (b == 0.0)
        return 0.0;
    for (; a < cg_first_large(n); a += 1.0) {
        const double u = 1.0 / a, v = 1.0 / (a + b);
        less = far ? 1.0 : b * v;
        if (n == 0)
            sum += u * less;
        else
            sum += cg_factorial(n) * cg_power_gap(u, n + 1, far ? 0.0 : a * v, less);
    }
    less = far ? 1.0 : b / (a + b);
    r = far ? 0.0 : a / (a + b);
    left = 0.5 * cg_factorial(n) * cg_power_gap(1.0 / a, n + 1, r, less)
           + cg_series_gap(n, a, r, less);
    if (sum == (double)INFINITY)
        return sum;
    if (n == 0) {
        if (logarithm)
            return sum + (CG_NAME(log1p_any)(b / a) + left);
        if (a == first)
            return left;
        /* log(1 + b/a) - log(1 + b/first), of which neither may be small beside the other's error */
        const double ratio = ((a - first) / first) * less;
        return left + (sum - CG_NAME(log1p_any)(ratio));
    }
    if (logarithm)
        return sum + (cg_factorial(n - 1) * cg_power_gap(1.0 / a, n, r, less) + left);
    if (a == first)
        return left;
    const double near_less = far ? 1.0 : b / (first + b), near_r = far ? 0.0 : first / (first + b);
    const double near = cg_power_gap(1.0 / first, n, near_r, near_less);
    return left + (sum - cg_factorial(n - 1) * (near - cg_power_gap(1.0 / a, n, r, less)));
}

/* |the n-th derivative of lgamma(h + 1/2) - lgamma(h) - log(h) / 2|, whose sign is -(-1)^n; for h > 0.
 * By the recurrences of its terms, and the series (2 - 2^(1-2k)) B_2k / (2 k (2 k - 1)) h^(1-2k). */
CG_NOINLINE double CG_NAME(half_step)(int n, double h)
{
    double sum = 0.0, product = 1.0, missing = 0.0, scale = 0.5, term;
    if (!(h > 0.0) || n > CG_MOST_STEPS)
        return (double)NAN;
    for (; h < cg_first_large(n); h += 1.0) {
        const double u = 1.0 / h, v = 1.0 / (h + 1.0), w = 1.0 / (h + 0.5);
        if (n == 0) {
            const double part = 0.25 * w * w; /* a factor 1 - part, and what the product lacks of 1 */
            missing += product * part;
            product *= h * (h + 1.0) * (w * w);
        } else if (n == 1) {
            sum += 0.25 * (u * v * w);
        } else {
            const double middle = cg_power(w, n);
            sum += cg_factorial(n - 1)
                   * (0.5 * ((cg_power(u, n) - middle) - (middle - cg_power(v, n))));
        }
    }
    if (n == 0 && missing > 0.0)
        sum = -0.5 * (missing < 0.5 ? CG_NAME(log1p_any)(-missing) : CG_NAME(log_any)(product));
    term = 0.5 * cg_power(1.0 / h, n + 1) * cg_factorial(n);
    for (int k = 1; k <= 12; k++) {
        sum += (2.0 - scale) * cg_bernoulli[k - 1] * term;
        term *= ((2.0 * k + n) * (2.0 * k + n - 1.0)) / ((2.0 * k + 2.0) * (2.0 * k + 1.0)) / (h * h);
        scale *= 0.25;
    }
    return sum;
}
