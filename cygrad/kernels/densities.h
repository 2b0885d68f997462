/* Log-densities, their slopes, and the beta function: functions of numbers, a part of transcendental.h.
 *
 * What cancels between a density's power, its exponential and its gamma functions is taken out by
 * hand (Loader 2000): the deviance and Stirling's remainders are left, which have all their digits
 * for parameters of any size. Below CG_MODERATE the plain formula is as good, and is exact where a
 * shape is 1. z_rest, where there is one, is what the rounded z lacks of the true one: little beside
 * z, and much beside a small 1 - z.
 *
 * An impossible parameter gives nan, a value out of the support -inf and slopes of 0. */
#ifndef CG_DENSITIES_ONCE
#define CG_DENSITIES_ONCE

/* lgamma(1 + e) = e p(e), |e| <= 1/2; error 2^-54. */
static const double cg_gammaln_poly[28] = {
    -0x1.2788cfc6fb619p-1, 0x1.a51a6625307d3p-1, -0x1.9a4d55beab37cp-2,
    0x1.151322ac7d8e9p-2, -0x1.a8b9c17a91284p-3, 0x1.5b40cb0ff7e2cp-3,
    -0x1.2703a1e53cd44p-3, 0x1.010b36b799ac3p-3, -0x1.c8066cfb76ec6p-4,
    0x1.9a01e02e1bc0ep-4, -0x1.748ca0044fd2dp-4, 0x1.556b3fe9a66f6p-4,
    -0x1.3b14e848a2d53p-4, 0x1.248e72b0a7186p-4, -0x1.118acc50ec441p-4,
    0x1.007509e47a025p-4, -0x1.d8fbcda10e84fp-5, 0x1.be79bd2aebac5p-5,
    -0x1.ea4aa627b4073p-5, 0x1.d2f7f4a6085fbp-5, -0x1.db7126487ed80p-7,
    0x1.b4fc9a43dac9fp-7, -0x1.28eb1f4f52ce4p-3, 0x1.1ef5d11df4a3dp-3,
    0x1.3914b3aa0e424p-3, -0x1.3046d605c1822p-3, -0x1.cc35b376ce280p-3,
    0x1.bdb3d7629dd5ep-3,
};

#define CG_MODERATE 16.0
#define CG_LOG_PI 0x1.250d048e7a1bdp+0
#define CG_ONE_OVER_ROOT_2PI 0x1.9884533d43651p-2

#endif /* CG_DENSITIES_ONCE */

#define cg_lgamma_moderate CG_NAME(lgamma_moderate)
#define cg_remainders CG_NAME(remainders)
#define cg_less_product CG_NAME(less_product)
#define cg_other_side CG_NAME(other_side)
#define cg_log_other_side CG_NAME(log_other_side)
#define cg_two_deviances CG_NAME(two_deviances)
#define cg_count CG_NAME(count)
#define cg_log_of CG_NAME(log_of)
#define cg_square_over CG_NAME(square_over)

/* lgamma(x) for 0 < x < 2^60, relative error 2e-15. */
CG_NOINLINE double cg_lgamma_moderate(double x)
{
    double e = x, before = 0.0;
    if (x >= 3.5)
        return ((x - 0.5) * CG_NAME(log_any)(x) - x) + (CG_LOG_ROOT_2PI + CG_NAME(stirling_any)(x));
    if (x >= 2.5) {
        before = CG_NAME(log_any)(x - 1.0);
        e = x - 1.0;
    }
    if (x < 0.5)
        before = -CG_NAME(log_any)(x);
    else if (e >= 1.5) {
        e -= 2.0;
        before += CG_NAME(log1p_any)(e);
    } else
        e -= 1.0;
    const double z = e * e, zz = z * z, z4 = zz * zz;
    const double *c = cg_gammaln_poly;
    const double high = cg_poly8(e, z, c + 16) + z4 * cg_poly4(e, z, c + 24);
    return before + e * (cg_poly8(e, z, c) + z4 * (cg_poly8(e, z, c + 8) + z4 * high));
}

/* lgamma(a + b) - lgamma(a) - lgamma(b) - ((a + b) log(a + b) - a log(a) - b log(b)) */
CG_NOINLINE double cg_remainders(double a, double b)
{
    const double sum = a + b, low = a < b ? a : b, high = a < b ? b : a;
    const double logarithm = CG_NAME(log_any)(low * (sum < (double)INFINITY ? high / sum : 1.0));
    return (0.5 * logarithm - CG_LOG_ROOT_2PI)
           - (CG_NAME(stirling_any)(low)
              + (CG_NAME(stirling_any)(high) - CG_NAME(stirling_any)(sum)));
}

/* log of the beta function of a, b > 0. Relative error 1e-15, or that of its largest term where it
 * passes through 0. */
CG_NOINLINE double CG_NAME(betaln)(double a, double b)
{
    const double low = a < b ? a : b, high = a < b ? b : a;
    if (!(low >= 0.0 && high >= 0.0))
        return (double)NAN;
    if (low == 0.0)
        return high < (double)INFINITY ? (double)INFINITY : (double)NAN;
    if (high == (double)INFINITY)
        return -(double)INFINITY;
    if (low == 1.0 || high == 1.0)
        return -CG_NAME(log_any)(low == 1.0 ? high : low);
    if (high < CG_MODERATE)
        return (cg_lgamma_moderate(high) - cg_lgamma_moderate(a + b)) + cg_lgamma_moderate(low);
    if (low < CG_MODERATE) /* lgamma(low) less lgamma(high + low) - lgamma(high) */
        return cg_lgamma_moderate(low)
               - (low * CG_NAME(log_any)(high)
                  + (cg_deviance_of(a + b, high, low)
                     - (0.5 * CG_NAME(log1p_any)(low / high)
                        + (CG_NAME(stirling_any)(high) - CG_NAME(stirling_any)(a + b)))));
    return -((low * CG_NAME(log1p_any)(high / low) + high * CG_NAME(log1p_any)(low / high))
             + cg_remainders(low, high));
}

/* 1 - z, and its logarithm, for z in [0, 1]; 0 where the true z is beyond 1 */
CG_INLINE double cg_other_side(double z, double z_rest)
{
    const double other = (1.0 - z) - z_rest;
    return other > 0.0 ? other : 0.0;
}

CG_INLINE double cg_log_other_side(double z, double z_rest)
{
    return z < 0.5 ? CG_NAME(log1p_any)(-z) : CG_NAME(log_any)(cg_other_side(z, z_rest));
}

/* a log(a / ((a + b) z)) + b log(b / ((a + b) (1 - z))) */
CG_NOINLINE double cg_two_deviances(double a, double b, double z, double z_rest)
{
    const double n = a + b;
    const double difference = CG_NAME(balance)(a, b, z) - n * z_rest;
    return cg_deviance_of(a, n * z, difference)
           + cg_deviance_of(b, n * cg_other_side(z, z_rest), -difference);
}

/* 1 for a count, 0 for another number, nan for nan */
CG_INLINE double cg_count(double k)
{
    return k != k ? k : (k >= 0.0 && k < (double)INFINITY && k == floor(k)) ? 1.0 : 0.0;
}

/* -------------------------------------------------------------------------- log-densities at z */

/* k log(mu) - mu - lgamma(k + 1) */
CG_NOINLINE double CG_NAME(poisson)(double k, double mu)
{
    const double possible = cg_count(k);
    if (!(mu >= 0.0) || possible != possible)
        return (double)NAN;
    if (possible == 0.0)
        return -(double)INFINITY;
    if (k == 0.0)
        return -mu;
    if (mu == 0.0 || mu == (double)INFINITY)
        return -(double)INFINITY;
    return -((CG_NAME(deviance)(k, mu) + CG_NAME(stirling_any)(k))
             + (0.5 * CG_NAME(log_any)(k) + CG_LOG_ROOT_2PI));
}

/* (a - 1) log(z) - z - lgamma(a) */
CG_NOINLINE double CG_NAME(gamma_density)(double z, double a, double z_rest)
{
    if (!(a > 0.0) || z != z)
        return (double)NAN;
    if (!(z >= 0.0 && z < (double)INFINITY))
        return -(double)INFINITY;
    if (z == 0.0)
        return a == 1.0 ? 0.0 : a < 1.0 ? (double)INFINITY : -(double)INFINITY;
    if (a < CG_MODERATE)
        return ((a - 1.0) * CG_NAME(log_any)(z) - z) - cg_lgamma_moderate(a);
    const double difference = (a - z) - z_rest;
    return -((cg_deviance_of(a, z, difference) + CG_NAME(stirling_any)(a))
             + (CG_NAME(log_any)(z) - (0.5 * CG_NAME(log_any)(a) - CG_LOG_ROOT_2PI)));
}

/* (a - 1) log(z) + (b - 1) log(1 - z) - betaln(a, b) */
CG_NOINLINE double CG_NAME(beta_density)(double z, double a, double b, double z_rest)
{
    if (!(a > 0.0 && b > 0.0) || z != z)
        return (double)NAN;
    if (!(z >= 0.0 && z <= 1.0))
        return -(double)INFINITY;
    if (z == 0.0 && a != 1.0)
        return a < 1.0 ? (double)INFINITY : -(double)INFINITY;
    if (cg_other_side(z, z_rest) == 0.0 && b != 1.0)
        return b < 1.0 ? (double)INFINITY : -(double)INFINITY;
    const double log_z = a == 1.0 ? 0.0 : CG_NAME(log_any)(z);
    const double log_other = b == 1.0 ? 0.0 : cg_log_other_side(z, z_rest);
    if (a < CG_MODERATE || b < CG_MODERATE)
        return ((a - 1.0) * log_z + (b - 1.0) * log_other) - CG_NAME(betaln)(a, b);
    return (cg_remainders(a, b) - cg_two_deviances(a, b, z, z_rest)) - (log_z + log_other);
}

/* log(n! / (k! (n - k)!)) + k log(p) + (n - k) log(1 - p) */
CG_NOINLINE double CG_NAME(binom)(double k, double n, double p)
{
    const double possible = cg_count(k);
    if (!(p >= 0.0 && p <= 1.0) || cg_count(n) != 1.0 || possible != possible)
        return (double)NAN;
    if (possible == 0.0 || k > n)
        return -(double)INFINITY;
    if (k == 0.0)
        return n == 0.0 ? 0.0 : n * CG_NAME(log1p_any)(-p);
    if (k == n)
        return n * CG_NAME(log_any)(p);
    if (p == 0.0 || p == 1.0)
        return -(double)INFINITY;
    return (cg_remainders(k, n - k) - cg_two_deviances(k, n - k, p, 0.0))
           - CG_NAME(log_any)(k * ((n - k) / n));
}

/* lgamma(n + k) - lgamma(k + 1) - lgamma(n) + n log(p) + k log(1 - p) */
CG_NOINLINE double CG_NAME(nbinom)(double k, double n, double p)
{
    const double possible = cg_count(k);
    if (!(p >= 0.0 && p <= 1.0 && n > 0.0 && n < (double)INFINITY) || possible != possible)
        return (double)NAN;
    if (possible == 0.0)
        return -(double)INFINITY;
    if (k == 0.0)
        return n * CG_NAME(log_any)(p);
    if (p == 0.0 || p == 1.0)
        return -(double)INFINITY;
    return (cg_remainders(n, k) - cg_two_deviances(n, k, p, 0.0)) - CG_NAME(log_any)(k);
}

/* ---------------------------------------------------------------------------------------- slopes */

/* a / z - b / (1 - z), 0 / 0 being 0: by z, of a log(z) + b log(1 - z) */
CG_NOINLINE double CG_NAME(tilt)(double a, double b, double z, double z_rest)
{
    const double other = cg_other_side(z, z_rest);
    if (z != z || a != a || b != b)
        return (double)NAN;
    if (!(z >= 0.0 && z <= 1.0))
        return 0.0;
    if (a == 0.0)
        return b == 0.0 ? 0.0 : -(b / other);
    if (b == 0.0)
        return a / z;
    if (z < 0x1p-900)
        return a / z;
    if (other == 0.0)
        return -(b / other);
    return (CG_NAME(balance)(a, b, z) - (a + b) * z_rest) / ((z + z_rest) * other);
}

/* log(z) + digamma(a + b) - digamma(a): by a, of a log(z) - betaln(a, b) */
CG_NOINLINE double CG_NAME(lean)(double a, double b, double z, double z_rest)
{
    const double m = (a + b) * z;
    const double difference = CG_NAME(balance)(a, b, z) - (a + b) * z_rest;
    if (z != z || !(a > 0.0))
        return (double)NAN;
    if (!(z >= 0.0 && z <= 1.0))
        return 0.0;
    if (m < (double)INFINITY && fabs(difference) < 0.5 * m)
        return CG_NAME(digamma_gap)(0, a, b, 0) - CG_NAME(log1p_any)(difference / m);
    if (a < CG_MODERATE)
        return CG_NAME(log_any)(z) + CG_NAME(digamma_gap)(0, a, b, 1);
    return CG_NAME(digamma_gap)(0, a, b, 0) + CG_NAME(log_ratio)(z * (1.0 + b / a), 1.0);
}

/* log(1 - z) + digamma(a + b) - digamma(b) */
CG_NOINLINE double CG_NAME(lean_back)(double a, double b, double z, double z_rest)
{
    const double m = (a + b) * cg_other_side(z, z_rest);
    const double difference = (a + b) * z_rest - CG_NAME(balance)(a, b, z);
    if (z != z || !(b > 0.0))
        return (double)NAN;
    if (!(z >= 0.0 && z <= 1.0))
        return 0.0;
    if (m < (double)INFINITY && fabs(difference) < 0.5 * m)
        return CG_NAME(digamma_gap)(0, b, a, 0) - CG_NAME(log1p_any)(difference / m);
    return cg_log_other_side(z, z_rest) + CG_NAME(digamma_gap)(0, b, a, 1);
}

/* (a - 1) / z - 1: by z, of gamma_density */
CG_NOINLINE double CG_NAME(gamma_tilt)(double z, double a, double z_rest)
{
    if (z != z || !(a > 0.0))
        return (double)NAN;
    if (!(z >= 0.0 && z < (double)INFINITY))
        return 0.0;
    if (a == 1.0)
        return -1.0;
    return z < 0x1p-900 ? (a - 1.0) / z : (((a - 1.0) - z) - z_rest) / z;
}

/* log(z) - digamma(a): by a, of gamma_density */
CG_NOINLINE double CG_NAME(gamma_lean)(double z, double a, double z_rest)
{
    const double excess = CG_NAME(digamma_gap)(0, a, (double)INFINITY, 0);
    if (z != z || !(a > 0.0))
        return (double)NAN;
    if (!(z >= 0.0 && z < (double)INFINITY))
        return 0.0;
    const double difference = (a - z) - z_rest;
    if (fabs(difference) < 0.5 * z)
        return excess - CG_NAME(log1p_any)(difference / z);
    return CG_NAME(log_ratio)(z, a) + excess;
}

/* ---------------------------------------------------------------------------------- Dirichlet's */

/* a - n x, as if rounded once */
CG_INLINE double cg_less_product(double a, double n, double x)
{
    const double product = n * x, first = a - product;
    return first + (CG_NAME(difference_rest)(a, product) - cg_product_rest(n, x, product));
}

/* lgamma(n), less n log(n) - n where n is not moderate */
CG_NOINLINE double CG_NAME(dirichlet_whole)(double n)
{
    if (n > 0.0 && n < CG_MODERATE)
        return cg_lgamma_moderate(n);
    return (CG_LOG_ROOT_2PI - 0.5 * CG_NAME(log_any)(n)) + CG_NAME(stirling_any)(n);
}

/* Of a proportion x with parameter a, where all parameters add up to n + n_rest:
 * (a - 1) log(x) - lgamma(a) + a log(n) - n x. The density's logarithm is the sum of these, plus
 * lgamma(n) - n log(n) + n sum(x). For a moderate n the terms with n log(n) and n x are left out of
 * both, in which dirichlet_factor is 0 in place of n. */
CG_NOINLINE double CG_NAME(dirichlet)(double x, double a, double n, double n_rest)
{
    if (!(a > 0.0) || !(x >= 0.0) || n != n)
        return (double)NAN;
    if (a == 1.0)
        return n < CG_MODERATE ? 0.0 : CG_NAME(log_any)(n) - n * x;
    if (x == 0.0)
        return a < 1.0 ? (double)INFINITY : -(double)INFINITY;
    if (n < CG_MODERATE)
        return (a - 1.0) * CG_NAME(log_any)(x) - cg_lgamma_moderate(a);
    if (a < CG_MODERATE)
        return (((a - 1.0) * CG_NAME(log_any)(x) + a * CG_NAME(log_any)(n)) - n * x)
               - cg_lgamma_moderate(a);
    const double product = n * x, difference = cg_less_product(a, n, x) - n_rest * x;
    const double deviance = cg_deviance_of(a, product, difference);
    return -((deviance + CG_NAME(stirling_any)(a))
             + (CG_NAME(log_any)(x) - (0.5 * CG_NAME(log_any)(a) - CG_LOG_ROOT_2PI)));
}

CG_INLINE double CG_NAME(dirichlet_factor)(double n) { return n < CG_MODERATE ? 0.0 : n; }

/* (a - 1) / x - dirichlet_factor(n) */
CG_NOINLINE double CG_NAME(dirichlet_tilt)(double x, double a, double n, double n_rest)
{
    if (a == 1.0)
        return -CG_NAME(dirichlet_factor)(n);
    if (n < CG_MODERATE)
        return (a - 1.0) / x;
    return x < 0x1p-900 ? (a - 1.0) / x
                        : ((cg_less_product(a, n, x) - 1.0) - n_rest * x) / x;
}

/* log(x) + log(n) - digamma(a) */
CG_NOINLINE double CG_NAME(dirichlet_lean)(double x, double a, double n, double n_rest)
{
    const double product = n * x;
    const double excess = CG_NAME(digamma_gap)(0, a, (double)INFINITY, 0);
    const double difference = cg_less_product(a, n, x) - n_rest * x;
    if (fabs(difference) < 0.5 * product)
        return excess - CG_NAME(log1p_any)(difference / product);
    return CG_NAME(log_ratio)(product, a) + excess;
}

/* ------------------------------------------------------------------------- of z^2 / n, Student's t */

/* z^2 / n, or its root if that is beyond 2^500 or below 2^-500 */
CG_INLINE double cg_square_over(double z, double n, int *is_root)
{
    const double square = z * z / n;
    const double root = fabs(z) / sqrt(n);
    *is_root = !(root < 0x1p500 && root > 0x1p-500);
    return *is_root ? root : (fabs(z) < 0x1p500 && fabs(z) > 0x1p-500) ? square : root * root;
}

/* log(1 + z^2 / n) */
CG_NOINLINE double CG_NAME(log1p_square)(double z, double n)
{
    int is_root;
    const double w = cg_square_over(z, n, &is_root);
    if (!is_root)
        return CG_NAME(log1p_any)(w);
    return w > 1.0 ? 2.0 * CG_NAME(log_any)(w) : w * w;
}

/* log(1 + w) - w / (1 + w), w = z^2 / n */
CG_NOINLINE double CG_NAME(log1p_square_less)(double z, double n)
{
    int is_root;
    const double w = cg_square_over(z, n, &is_root);
    if (is_root)
        return w > 1.0 ? 2.0 * CG_NAME(log_any)(w) - 1.0 : w != w ? w : 0.0;
    return w < 1.0 ? -CG_NAME(log1p_less)(-(w / (1.0 + w))) : CG_NAME(log1p_any)(w) - w / (1.0 + w);
}

/* z / (n + z^2) */
CG_INLINE double CG_NAME(pull)(double z, double n)
{
    return fabs(z) < 0x1p500 ? z / (n + z * z) : 1.0 / (z + n / z);
}

/* (n + 1)/2 log(1 + z^2 / n), z^2 / 2 for n = inf; and its slope by z */
CG_NOINLINE double CG_NAME(t_tail)(double z, double n)
{
    if (!(n > 0.0))
        return (double)NAN;
    if (n == (double)INFINITY)
        return 0.5 * z * z;
    return (0.5 * n + 0.5) * CG_NAME(log1p_square)(z, n);
}

CG_NOINLINE double CG_NAME(t_slope)(double z, double n)
{
    if (!(n > 0.0))
        return (double)NAN;
    if (n == (double)INFINITY)
        return fabs(z) < (double)INFINITY ? z : 0.0;
    return n < 0x1p500 ? (n + 1.0) * CG_NAME(pull)(z, n) : z / (1.0 + (z / n) * z);
}

/* ------------------------------------------------------------ log-densities of (x - loc) / scale */

/* z = (x - loc) / scale, and what its roundings lost */
CG_INLINE double CG_NAME(standardized)(double x, double loc, double scale, double *rest)
{
    const double shift = x - loc, z = shift / scale;
    const double lost = CG_NAME(quotient_rest)(shift, scale, z);
    *rest = loc == 0.0 ? lost : lost + CG_NAME(difference_rest)(x, loc) / scale;
    return z;
}

CG_NOINLINE double CG_NAME(gamma_scaled)(double x, double loc, double scale, double a)
{
    double rest;
    const double z = CG_NAME(standardized)(x, loc, scale, &rest);
    return CG_NAME(gamma_density)(z, a, rest) - CG_NAME(log_any)(scale);
}

CG_NOINLINE double CG_NAME(beta_scaled)(double x, double loc, double scale, double a, double b)
{
    double rest;
    const double z = CG_NAME(standardized)(x, loc, scale, &rest);
    return CG_NAME(beta_density)(z, a, b, rest) - CG_NAME(log_any)(scale);
}

/* -log(z)^2 / (2 s^2) - log(s z scale) - log(2 pi) / 2 */
CG_NOINLINE double CG_NAME(lognormal_scaled)(double x, double loc, double scale, double s)
{
    const double shift = x - loc;
    if (shift <= 0.0 && scale > 0.0 && s > 0.0)
        return -(double)INFINITY;
    const double log_z = CG_NAME(log_ratio)(shift, scale), ratio = log_z / s;
    if (fabs(log_z) == (double)INFINITY)
        return -(double)INFINITY + 0.0 * s;
    return -0.5 * (ratio * ratio)
           - ((CG_NAME(log_any)(shift) + CG_NAME(log_any)(s)) + CG_LOG_ROOT_2PI);
}

/* log of a positive number */
CG_NOINLINE cg_pair cg_log_of(double x)
{
    double lo;
    const int tiny = x < 0x1p-1000;
    const double hi = cg_log_pair(tiny ? x * 0x1p54 : x, tiny ? 54.0 : 0.0, &lo);
    return cg_pair_of(hi, lo);
}

/* exp(lognormal_scaled) / (x - loc)^(n - 1), its exponent in pairs. Max ULP 2. */
CG_NOINLINE double CG_NAME(lognormal_power)(double x, double loc, double scale, double s, double n)
{
    uint64_t k;
    double rest;
    const double shift = x - loc, z = CG_NAME(standardized)(x, loc, scale, &rest);
    if (!(scale > 0.0 && s > 0.0) || shift != shift)
        return (double)NAN;
    if (!(shift > 0.0 && shift < (double)INFINITY && scale < (double)INFINITY && s < (double)INFINITY))
        return 0.0;
    const cg_pair log_shift = cg_log_of(shift);
    cg_pair log_z = log_shift;
    if (z > 0x1p-1000 && z < 0x1p1000) {
        log_z = cg_log_of(z);
        log_z = cg_pair_add(log_z, (cg_pair){rest / z, 0.0});
    } else
        log_z = cg_pair_add(log_z, cg_pair_negative(cg_log_of(scale)));
    if (!(fabs(log_z.hi / s) < 1e3))
        return 0.0;
    const cg_pair ratio = log_z.hi == 0.0 ? log_z : cg_pair_div(log_z, (cg_pair){s, 0.0});
    cg_pair sum = cg_pair_mul(cg_pair_mul(ratio, ratio), (cg_pair){-0.5, 0.0});
    sum = cg_pair_add(sum, cg_pair_mul(log_shift, (cg_pair){-n, 0.0}));
    sum = cg_pair_add(sum, cg_pair_negative(cg_log_of(s)));
    if (!(sum.hi < 750.0))
        return (double)INFINITY;
    if (!(sum.hi > -750.0))         /* below, cg_scaled has no exponent for it */
        return 0.0;
    const double y = cg_exp_pair(sum.hi, sum.lo, &k) * CG_ONE_OVER_ROOT_2PI;
    return cg_scaled(y, k, sum.hi > 0.0);
}
