/* What the derivatives of the incomplete gamma and beta functions share: sums of two doubles,
 * the remainders of Stirling's series, differences of digammas, and the quadrature rule. A body,
 * included once for each instruction set after transcendental.h. */

#define cg_weighted CG_NAME(weighted)
#define cg_series8 CG_NAME(series8)
#define cg_reciprocal_gamma CG_NAME(reciprocal_gamma)
#define cg_stirling_rest CG_NAME(stirling_rest)
#define cg_log_less_digamma CG_NAME(log_less_digamma)
#define cg_digamma CG_NAME(digamma)
#define cg_trigamma CG_NAME(trigamma)
#define cg_digamma_step CG_NAME(digamma_step)
#define cg_trigamma_step CG_NAME(trigamma_step)
#define cg_deviance_pair CG_NAME(deviance_pair)
#define cg_exp_rest CG_NAME(exp_rest)
#define cg_log_rest CG_NAME(log_rest)
#define cg_exp_times CG_NAME(exp_times)

#ifndef CG_INCOMPLETE_ONCE
#define CG_INCOMPLETE_ONCE
#define CG_NODES 40
#define CG_CUT 44.0        /* e^-44 is less than a quarter of an ULP of 1, by 400 */
#define CG_STIRLING 10.0   /* from here on the eight terms of Stirling's series have all digits */
#define CG_ROOT_2PI_INVERSE 0.3989422804014327
#endif

/* The sum of weight[i] f[i] over the nodes, in one order on every instruction set. */
static double cg_weighted(const double *f)
{
    double lane[8] = {0.0};
    for (int i = 0; i < CG_NODES; i += 8)
        for (int k = 0; k < 8; k++)
            lane[k] += cg_gauss_weight[i + k] * f[i + k];
    for (int k = 0; k < 4; k++)
        lane[k] += lane[k + 4];
    return (lane[0] + lane[1]) + (lane[2] + lane[3]);
}

CG_INLINE double cg_series8(double z, const double *c)
{
    double sum = c[7];
    for (int k = 6; k >= 0; k--)
        sum = c[k] + z * sum;
    return sum;
}

/* 1 / gamma(z), 0 <= z <= 21: by its power series about 1, and gamma(z + 1) = z gamma(z). */
static double cg_reciprocal_gamma(double z)
{
    double factor = 1.0, sum = cg_rgamma_poly[22];
    while (z > 1.5) {
        z -= 1.0;
        factor *= z;
    }
    const double u = z < 0.5 ? z : z - 1.0;
    for (int k = 21; k >= 0; k--)
        sum = cg_rgamma_poly[k] + u * sum;
    return z < 0.5 ? z * sum : sum / factor;
}

/* log gamma(z) - ((z - 1/2) log z - z + log(2 pi) / 2), z >= CG_STIRLING */
static double cg_stirling_rest(double z)
{
    const double inverse = 1.0 / z;
    return inverse * cg_series8(inverse * inverse, cg_stirling_poly);
}

/* log z - digamma(z), z >= CG_STIRLING */
static double cg_log_less_digamma(double z)
{
    const double inverse = 1.0 / z, square = inverse * inverse;
    return 0.5 * inverse + square * cg_series8(square, cg_digamma_poly);
}

/* digamma(z), z > 0 */
static double cg_digamma(double z)
{
    double sum = 0.0;
    for (; z < CG_STIRLING; z += 1.0)
        sum += 1.0 / z;
    return (CG_NAME(log_any)(z) - cg_log_less_digamma(z)) - sum;
}

static double cg_trigamma(double z)
{
    double sum = 0.0;
    for (; z < CG_STIRLING; z += 1.0)
        sum += 1.0 / (z * z);
    const double inverse = 1.0 / z, square = inverse * inverse;
    const double rest = (inverse * square) * cg_series8(square, cg_trigamma_poly);
    return sum + (inverse + (0.5 * square + rest));
}

/* digamma(z + h) - digamma(z) - log(1 + h / z) for z >= CG_STIRLING, h >= 0, to full relative
 * accuracy: the difference of each term of Stirling's series, divided by h. */
static double cg_digamma_step(double z, double h)
{
    const double w = z + h, p = 1.0 / (z * z), q = 1.0 / (w * w);
    double power = 1.0, divided = 1.0; /* (p^k - q^k) / (p - q) */
    double sum = cg_digamma_poly[0];
    for (int k = 1; k < 8; k++) {
        power *= q;
        divided = p * divided + power;
        sum += cg_digamma_poly[k] * divided;
    }
    return (h / z / w) * (0.5 + (1.0 / z + 1.0 / w) * sum);
}

/* trigamma(z) - trigamma(z + h), z > 0, h >= 0, to full relative accuracy. */
static double cg_trigamma_step(double z, double h)
{
    double low = 0.0;
    for (; z < CG_STIRLING; z += 1.0)
        low += (h / (z + h) / z) * (1.0 / z + 1.0 / (z + h));
    const double w = z + h, u = 1.0 / z, v = 1.0 / w, p = u * u, q = v * v;
    double power = 1.0, divided = 0.0, sum = 0.0; /* (u^(2k+3) - v^(2k+3)) / (u - v) */
    double p_power = p;
    for (int k = 0; k < 8; k++) {
        divided = p * divided + power; /* (p^(k+1) - q^(k+1)) / (p - q) */
        power *= q;
        sum += cg_trigamma_poly[k] * (p_power + v * (u + v) * divided);
        p_power *= p;
    }
    return low + (h / z / w) * (1.0 + (0.5 * (u + v) + sum));
}

/* a (m - log(1 + m)) with m = (d + d_lo) / a, as a sum of two doubles; a >= CG_STIRLING. It is what
 * Loader calls the deviance. `shifted` is a + d >= 0, which counts where this cancels. */
static double cg_deviance_pair(double a, double d, double d_lo, double shifted, double *lo)
{
    double e, e_lo, rest;
    const double m = d / a;
    if (fabs(m) < 0x1p-7) { /* d^2 / (2 a), and what is small beside it */
        double sum = cg_deviance_poly[8];
        const double square = cg_two_product(d, d, &rest);
        const double twice = 2.0 * a;
        e = square / twice;
        const double product = cg_two_product(e, twice, &e_lo);
        e_lo = (((square - product) - e_lo) + (rest + 2.0 * d * d_lo)) / twice;
        for (int k = 7; k >= 0; k--)
            sum = cg_deviance_poly[k] + m * sum;
        e_lo += e * (m * sum);
    } else {
        double log_lo, l_lo, m_lo, ratio_lo;
        const double product = cg_two_product(m, a, &m_lo);
        m_lo = (((d - product) - m_lo) + d_lo) / a;
        double ratio = cg_two_sum(1.0, m, &ratio_lo);
        ratio_lo += m_lo;
        if (ratio < 0x1p-30) {
            ratio = shifted / a;
            const double back = cg_two_product(ratio, a, &rest);
            ratio_lo = ((shifted - back) - rest) / a;
            if (!(ratio > 1e-290))
                return *lo = 0.0, 6000.0; /* beyond: exp(-6000) is 0 */
        }
        double l = cg_log_pair(ratio, 0.0, &log_lo);
        l = cg_two_sum(l, log_lo + ratio_lo / ratio, &l_lo);
        const double al = cg_two_product(a, l, &rest);
        e = cg_two_sum(d, -al, &e_lo);
        e_lo += (d_lo - rest) - a * l_lo;
    }
    return cg_two_sum(e, e_lo, lo);
}

/* exp(v) - 1 - v, |v| <= 1/2 */
CG_INLINE double cg_exp_rest(double v)
{
    double sum = cg_exp_rest_poly[14];
    for (int k = 13; k >= 0; k--)
        sum = cg_exp_rest_poly[k] + v * sum;
    return (v * v) * sum;
}

/* u - log(1 + u), -0.21 <= u <= 0.34: with r = u / (2 + u), log(1 + u) = 2 arctanh(r). */
CG_INLINE double cg_log_rest(double u)
{
    const double r = u / (2.0 + u), z = r * r;
    double sum = cg_log_rest_poly[9];
    for (int k = 8; k >= 0; k--)
        sum = cg_log_rest_poly[k] + z * sum;
    return r * (u - 2.0 * (z * sum));
}

/* exp(-(e + e_lo)) times a factor that may be large where the exponential underflows. */
static double cg_exp_times(double e, double e_lo, double factor)
{
    if (!(e < 1500.0))
        return e == e ? 0.0 * factor : e;
    factor *= 1.0 - e_lo;
    if (e < 690.0)
        return CG_NAME(exp_any)(-e) * factor;
    const double root = CG_NAME(exp_any)(-0.5 * e);
    return (root * factor) * root;
}
