/* P(a, x), the regularized incomplete gamma function: its derivatives by a and the density. A
 * body, included once for each instruction set after incomplete_parts.h.
 *
 * With g = x^a e^-x / gamma(a) and c = log x - digamma(a), the substitution t = x e^(-+v) makes
 *     dP/da = g int_0^inf (c - v) exp(-E(v)) dv,      E = (a - x) v + x (e^-v - 1 + v)
 *           = -g int_0^inf (c + v) exp(-E(v)) dv,     E = (x - a) v + x (e^v - 1 - v).
 * Left of x = exp(digamma(a)) the first integrand is negative everywhere, right of it the second
 * is positive: whichever is taken cancels nowhere. E is convex and 0 at 0, so that a
 * Gauss-Legendre rule on [0, V], E(V) about 44, has all digits for every a and x > 1/2. The
 * second derivative has (c -+ v)^2 - trigamma(a) for the factor. Where x is small the power
 * series of P is differentiated:
 *     P = x^a e^-x / gamma(a + 1) sum of x^n / ((a + 1) ... (a + n)),
 * and for small a the factor 1 / gamma(a) = a / gamma(a + 1) is differentiated by itself, as
 * digamma and trigamma would cancel. */

#define cg_gamma_weight CG_NAME(gamma_weight)
#define cg_gamma_power CG_NAME(gamma_power)
#define cg_gamma_density_slope CG_NAME(gamma_density_slope)
#define cg_log_over_mean CG_NAME(log_over_mean)
#define cg_gamma_series CG_NAME(gamma_series)
#define cg_gamma_moments CG_NAME(gamma_moments)
#define cg_gamma_slopes CG_NAME(gamma_slopes)

#ifndef CG_GAMMA_ONCE
#define CG_GAMMA_ONCE
#define CG_FAR 1500.0  /* e^-x is 0 there, and so is x^20 e^-x */
#define CG_DIRECT 20.0 /* below, x^a e^-x / gamma(a) is computed as it stands */
#endif

/* x^a e^-x / gamma(a + up), up 0 or 1; x > 0 and finite */
static double cg_gamma_weight(double a, double x, double up)
{
    double e_lo, d_lo, rest;
    if (a < CG_DIRECT && x > CG_FAR)
        return 0.0; /* where x^a may overflow */
    if (a < CG_DIRECT)
        return cg_exp_times(x, 0.0, CG_NAME(pow_any)(x, a) * cg_reciprocal_gamma(a + up));
    const double d = cg_two_sum(x, -a, &d_lo);
    double e = cg_deviance_pair(a, d, d_lo, x, &e_lo);
    e = cg_two_sum(e, cg_stirling_rest(a), &rest);
    const double factor = CG_ROOT_2PI_INVERSE * (up != 0.0 ? 1.0 / sqrt(a) : sqrt(a));
    return cg_exp_times(e, e_lo + rest, factor);
}

/* log x - digamma(a) */
static double cg_log_over_mean(double a, double x)
{
    double sum = 0.0;
    if (!(a >= 0.0 && x >= 0.0))
        return (double)NAN;
    for (; a < CG_STIRLING; a += 1.0)
        sum += 1.0 / a;
    const double m = (x - a) / a, ratio = x / a;
    if (a == (double)INFINITY || ratio == 0.0)
        return CG_NAME(log_any)(x) - CG_NAME(log_any)(a);
    const double log_ratio = fabs(m) < 0.5 ? CG_NAME(log1p_any)(m)
                             : ratio > 1e-290 ? CG_NAME(log_any)(ratio)
                                              : CG_NAME(log_any)(x) - CG_NAME(log_any)(a);
    return log_ratio + (cg_log_less_digamma(a) + sum);
}

/* x^(a - less) e^-x / gamma(a), less 1 or 2; x > 0 and finite. What a - less rounds off counts. */
static double cg_gamma_power(double a, double x, double less)
{
    double rest;
    if (a >= CG_DIRECT)
        return less == 1.0 ? cg_gamma_weight(a, x, 0.0) / x : cg_gamma_weight(a, x, 0.0) / x / x;
    if (x > CG_FAR)
        return 0.0;
    const double exponent = cg_two_sum(a, -less, &rest);
    double power = CG_NAME(pow_any)(x, exponent);
    if (rest != 0.0)
        power *= 1.0 + rest * CG_NAME(log_any)(x);
    return cg_exp_times(x, 0.0, power * cg_reciprocal_gamma(a));
}

/* f = x^(a - 1) e^-x / gamma(a), the density, and its derivatives */
static double cg_gamma_density_slope(int kind, double a, double x)
{
    const double infinity = (double)INFINITY;
    double rest;
    if (!(a >= 0.0 && x >= 0.0) || (a == 0.0 && x == 0.0) || (a == infinity && x == a))
        return (double)NAN;
    if (a == infinity || x == infinity)
        return 0.0;
    if (x == 0.0 && kind == CG_GAMMA_DENSITY_X)
        return a > 2.0 ? 0.0 : a == 2.0 ? 1.0 : a > 1.0 ? infinity : a == 1.0 ? -1.0 : -infinity;
    if (x == 0.0)
        return a > 1.0 ? 0.0 : kind == CG_GAMMA_DENSITY_A ? -infinity : a == 1.0 ? 1.0 : infinity;
    if (kind == CG_GAMMA_DENSITY_X) {
        const double d = cg_two_sum(a, -x, &rest);
        const double factor = (d - 1.0) + rest;
        return factor * (x < 1.0 ? cg_gamma_power(a, x, 2.0) : cg_gamma_power(a, x, 1.0) / x);
    }
    if (kind == CG_GAMMA_DENSITY)
        return cg_gamma_power(a, x, 1.0);
    if (a == 0.0)
        return cg_exp_times(x, 0.0, 1.0 / x);
    const double density = cg_gamma_power(a, x, 1.0);
    return density == 0.0 ? 0.0 : density * cg_log_over_mean(a, x);
}

/* The derivatives of P over x^a e^-x / gamma(a + 1); x <= 1, k = log x - digamma(a + 1) <= 0 */
static void cg_gamma_series(double a, double x, double k, double *first, double *second)
{
    double term = 1.0, h = 0.0, h2 = 0.0, s = 1.0, s_a = 0.0, s_aa = 0.0;
    for (double n = a + 1.0; term > 1e-18 * s; n += 1.0) {
        const double inverse = 1.0 / n;
        term *= x * inverse;
        h += inverse;
        h2 += inverse * inverse;
        s += term;
        s_a -= term * h;
        s_aa += term * (h * h + h2);
    }
    *first = k * s + s_a;
    *second = (k * k - cg_trigamma(a + 1.0)) * s + (2.0 * k * s_a + s_aa);
}

/* The integrals of v^k exp(-E(v)), k = 0, 1, 2; x > 1/2 */
static void cg_gamma_moments(double a, double x, int upper, double *moment)
{
    double v[CG_NODES], e[CG_NODES];
    const double s = upper ? x - a : a - x, ratio = CG_CUT / x;
    double width, other;
    if (upper) {
        width = sqrt(2.0 * ratio);
        other = CG_NAME(log_any)(5.5 + ratio);
    } else {
        width = 0.5 * (ratio + sqrt(ratio * (ratio + 8.0)));
        other = (CG_CUT + x) / a;
    }
    width = other < width ? other : width;
    if (s * width > CG_CUT)
        width = CG_CUT / s;
    for (int i = 0; i < CG_NODES; i++)
        v[i] = width * cg_gauss_node[i];
    if (width <= 0.5) {
        const double sign = upper ? 1.0 : -1.0;
        CG_INDEPENDENT_ITERATIONS
        for (int i = 0; i < CG_NODES; i++)
            e[i] = -(s * v[i] + x * cg_exp_rest(sign * v[i]));
    } else if (upper) {
        CG_NAME(expm1)(v, e, CG_NODES);
        for (int i = 0; i < CG_NODES; i++)
            e[i] = -(s * v[i] + x * (e[i] - v[i]));
    } else {
        for (int i = 0; i < CG_NODES; i++)
            e[i] = -v[i];
        CG_NAME(expm1)(e, e, CG_NODES);
        for (int i = 0; i < CG_NODES; i++)
            e[i] = -(s * v[i] + x * (e[i] + v[i]));
    }
    CG_NAME(exp)(e, e, CG_NODES);
    for (int k = 0; k < 3; k++) {
        moment[k] = width * cg_weighted(e);
        for (int i = 0; i < CG_NODES; i++)
            e[i] *= v[i];
    }
}

/* dP/da and d2P/da2 over a weight, which is x^a e^-x / gamma(a + *up). */
static void cg_gamma_slopes(double a, double x, double *first, double *second, double *up)
{
    double j[3];
    *up = a < 1.0;
    if (x <= 1.0) {
        const double k = CG_NAME(log_any)(x) - cg_digamma(a + 1.0);
        if (k <= 0.0) {
            cg_gamma_series(a, x, k, first, second);
            *up = 1.0;
            return;
        }
    }
    const double c = cg_log_over_mean(a + (a < 1.0), x);
    const int upper = a < 1.0 || c > 0.0;
    cg_gamma_moments(a, x, upper, j);
    if (!upper) {
        *first = c * j[0] - j[1];
        *second = (c * c - cg_trigamma(a)) * j[0] - (2.0 * c * j[1] - j[2]);
    } else if (a < 1.0) {
        const double slope = c * j[0] + j[1];
        *first = -(j[0] + a * slope);
        *second = -(2.0 * slope + a * ((c * c - cg_trigamma(a + 1.0)) * j[0]
                                       + (2.0 * c * j[1] + j[2])));
    } else {
        *first = -(c * j[0] + j[1]);
        *second = -((c * c - cg_trigamma(a)) * j[0] + (2.0 * c * j[1] + j[2]));
    }
}

/* y[i] of what `kind` names (incomplete.h) */
static void CG_NAME(gammainc)(int kind, const double *as, const double *xs, double *y, ptrdiff_t n)
{
    for (ptrdiff_t i = 0; i < n; i++) {
        const double a = as[i], x = xs[i];
        double first, second, up;
        if (kind <= CG_GAMMA_DENSITY_A) {
            y[i] = cg_gamma_density_slope(kind, a, x);
        } else if (kind == CG_GAMMA_LOG) {
            y[i] = cg_log_over_mean(a, x);
        } else if (!(a >= 0.0 && x >= 0.0) || (a == 0.0 && x == 0.0) ||
                   (a == (double)INFINITY && x == a)) {
            y[i] = (double)NAN;
        } else if (x == 0.0 || x == (double)INFINITY || a == (double)INFINITY) {
            const int slope = kind >= CG_GAMMA_SLOPE_A;
            y[i] = slope && x != 0.0 ? (double)NAN : 0.0;
        } else if (a > 1e150) {
            y[i] = fabs(x - a) > 1e-50 * a ? 0.0 : (double)NAN;
        } else {
            cg_gamma_slopes(a, x, &first, &second, &up);
            const double result =
                kind == CG_GAMMA_A || kind == CG_GAMMA_SLOPE_A ? first : second;
            if (kind == CG_GAMMA_A || kind == CG_GAMMA_AA)
                y[i] = result == 0.0 ? 0.0 : result * cg_gamma_weight(a, x, up);
            else
                y[i] = -x * (up != 0.0 ? result / a : result);
        }
    }
}
