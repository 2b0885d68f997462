/* I_x(a, b), the regularized incomplete beta function: its derivatives by a and b and the
 * density. A body, included once for each instruction set after incomplete_gamma.h.
 *
 * As for the incomplete gamma function: with n = a + b, y = 1 - x and g = x^a y^b / B(a, b), the
 * substitution t / (1 - t) = (x / y) e^-v makes
 *     I_x = g int_0^inf exp(-E(v)) dv,    E = a v + n log(1 - x (1 - e^-v)),
 * with a convex E, E'(0) = a - n x, and a derivative of I_x puts those of log(t^a (1 - t)^b /
 * B(a, b)) into the integral. That is the lower side; the upper one, 1 - I_x(a, b) = I_y(b, a),
 * is the same with a and b, x and y exchanged. dI/da is taken from the side where its integrand
 * has one sign, so nothing cancels; a second derivative from the side whose terms are smaller.
 * Where a < 1 the integral reaches far:
 *     I_x(a, b) = x^a y^b gamma(n) / (gamma(a + 1) gamma(b)) + I_x(a + 1, b),
 * and where b is small, 1 / gamma(b) = b / gamma(b + 1) is differentiated by itself.
 *
 * n x - a = b x - a y, computed once as the sum of two doubles, carries what large parameters
 * need. */

#define cg_point CG_NAME(point)
#define cg_mirror CG_NAME(mirror)
#define cg_beta_weight CG_NAME(beta_weight)
#define cg_beta_power CG_NAME(beta_power)
#define cg_beta_density_slope CG_NAME(beta_density_slope)
#define cg_log_over_beta_mean CG_NAME(log_over_beta_mean)
#define cg_log_over_beta_mean_up CG_NAME(log_over_beta_mean_up)
#define cg_beta_exponent CG_NAME(beta_exponent)
#define cg_beta_width CG_NAME(beta_width)
#define cg_beta_panel CG_NAME(beta_panel)
#define cg_beta_moments CG_NAME(beta_moments)
#define cg_beta_part CG_NAME(beta_part)
#define cg_beta_side CG_NAME(beta_side)
#define cg_beta_slope CG_NAME(beta_slope)
#define cg_beta_second CG_NAME(beta_second)

#ifndef CG_BETA_ONCE
#define CG_BETA_ONCE
/* x and y = 1 - x with what their roundings lost, and d = (a + b) x - a. */
typedef struct {
    double a, b, x, y, x_lo, y_lo, d, d_lo;
} cg_beta_point;

/* By a, b, aa, ab, bb; `size` is the sum of the absolute values of what was added. */
enum { CG_BY_A, CG_BY_B, CG_BY_AA, CG_BY_AB, CG_BY_BB, CG_BYS };

enum { CG_J, CG_JA, CG_JB, CG_JAA, CG_JAB, CG_JBB, CG_JS };
#endif

/* x <= 1/2 */
static cg_beta_point cg_point(double a, double b, double x)
{
    cg_beta_point p = {a, b, x, 1.0 - x, 0.0, 0.0, 0.0, 0.0};
    double lo, rest, other;
    p.y_lo = (1.0 - p.y) - x; /* exact */
    const double bx = cg_two_product(b, x, &lo), ay = cg_two_product(a, p.y, &rest);
    p.d = cg_two_sum(bx, -ay, &other);
    p.d_lo = ((lo - rest) - a * p.y_lo) + other;
    p.d = cg_two_sum(p.d, p.d_lo, &rest);
    p.d_lo = rest;
    return p;
}

CG_INLINE cg_beta_point cg_mirror(cg_beta_point p)
{
    const cg_beta_point q = {p.b, p.a, p.y, p.x, p.y_lo, p.x_lo, -p.d, -p.d_lo};
    return q;
}

/* x^a y^b gamma(a + b) / (gamma(a + up_a) gamma(b + up_b)), each up 0 or 1; 0 < x < 1 */
static double cg_beta_weight(cg_beta_point p, double up_a, double up_b)
{
    double n_lo, rest;
    const double a = p.a, b = p.b, n = cg_two_sum(a, b, &n_lo);
    if (a >= CG_STIRLING && b < CG_STIRLING)
        return cg_beta_weight(cg_mirror(p), up_b, up_a);
    if (b < CG_STIRLING) {
        const double more = a * (p.x_lo / p.x) + b * (p.y_lo / p.y);
        const double power = CG_NAME(pow_any)(p.x, a) * CG_NAME(pow_any)(p.y, b);
        const double gammas = cg_reciprocal_gamma(b + up_b) / cg_reciprocal_gamma(n);
        return (power + power * more) * (cg_reciprocal_gamma(a + up_a) * gammas);
    }
    double e_lo, e = cg_deviance_pair(b, -p.d, -p.d_lo, n * p.y, &e_lo);
    double factor = up_b != 0.0 ? 1.0 / b : 1.0;
    double stirling = cg_stirling_rest(b) - cg_stirling_rest(n);
    if (a < CG_STIRLING) {
        double nx_lo;
        const double nx = cg_two_product(n, p.x, &nx_lo);
        nx_lo += n_lo * p.x + n * p.x_lo;
        factor *= sqrt(b / n) * (1.0 + (a / nx - 1.0) * nx_lo);
        if (nx < 1e-290)
            return CG_NAME(pow_any)(p.x, a) * CG_NAME(pow_any)(n, a) * cg_reciprocal_gamma(a + up_a)
                   * cg_exp_times(e, stirling, factor);
        factor *= cg_gamma_weight(a, nx, up_a);
    } else {
        double more_lo;
        const double more = cg_deviance_pair(a, p.d, p.d_lo, n * p.x, &more_lo);
        e = cg_two_sum(e, more, &rest);
        e_lo += more_lo + rest;
        stirling += cg_stirling_rest(a);
        factor *= CG_ROOT_2PI_INVERSE * (sqrt(a / n) * sqrt(b)) * (up_a != 0.0 ? 1.0 / a : 1.0);
    }
    e = cg_two_sum(e, stirling, &rest);
    return cg_exp_times(e, e_lo + rest, factor);
}

/* log x - digamma(a) + digamma(a + b), where d = (a + b) x - a; b >= 0 */
static double cg_log_over_beta_mean(double a, double b, double x, double y, double d)
{
    double sum = 0.0, m = 0.0;
    for (; a < CG_STIRLING; a += 1.0) {
        sum += b / (a + b) / a;
        m += 1.0;
    }
    const double step = (d - m * y) / a, ratio = x * (1.0 + b / a);
    const double log_ratio = fabs(step) < 0.5 ? CG_NAME(log1p_any)(step)
                             : ratio > 1e-290 ? CG_NAME(log_any)(ratio)
                                              : CG_NAME(log_any)(x) + CG_NAME(log1p_any)(b / a);
    return log_ratio + (cg_digamma_step(a, b) + sum);
}

/* log x - digamma(a + 1) + digamma(a + b): also for a = 0 */
static double cg_log_over_beta_mean_up(double a, double b, double x, double y, double d)
{
    if (b >= 1.0)
        return cg_log_over_beta_mean(a + 1.0, b - 1.0, x, y, d - 1.0);
    return CG_NAME(log_any)(x) + (cg_digamma(a + b) - cg_digamma(a + 1.0));
}

/* x^(a - more_a) y^(b - more_b) / B(a, b), where cg_beta_weight may underflow before; a, b below
 * CG_STIRLING. What the differences round off counts. */
static double cg_beta_power(cg_beta_point p, double less_a, double less_b)
{
    double rest_a, rest_b;
    const double to_a = cg_two_sum(p.a, -less_a, &rest_a), to_b = cg_two_sum(p.b, -less_b, &rest_b);
    double more = to_a * (p.x_lo / p.x) + to_b * (p.y_lo / p.y);
    if (rest_a != 0.0)
        more += rest_a * CG_NAME(log_any)(p.x);
    if (rest_b != 0.0)
        more += rest_b * CG_NAME(log_any)(p.y);
    const double gammas = cg_reciprocal_gamma(p.a)
                          * (cg_reciprocal_gamma(p.b) / cg_reciprocal_gamma(p.a + p.b));
    return (CG_NAME(pow_any)(p.x, to_a) * CG_NAME(pow_any)(p.y, to_b)) * (gammas * (1.0 + more));
}

/* f = x^(a - 1) y^(b - 1) / B(a, b), the density, and its derivatives by x and a; 0 <= x <= 1 */
static double cg_beta_density_slope(int kind, cg_beta_point p)
{
    const double a = p.a, b = p.b, infinity = (double)INFINITY;
    const int direct = a < CG_STIRLING && b < CG_STIRLING;
    if (kind == CG_BETA_DENSITY_X) {
        if (p.y == 0.0)
            return -cg_beta_density_slope(kind, cg_mirror(p));
        if (p.x == 0.0)
            return a > 2.0    ? 0.0
                   : a == 2.0 ? b * (b + 1.0)
                   : a > 1.0  ? infinity
                   : a == 1.0 ? b * (1.0 - b)
                              : -infinity;
        const double factor = (p.x - p.y) - p.d;
        if (factor == 0.0)
            return 0.0;
        return factor * (direct ? cg_beta_power(p, 2.0, 2.0)
                                : cg_beta_weight(p, 0.0, 0.0) / p.x / p.y / p.x / p.y);
    }
    double density;
    if (p.x == 0.0 || p.y == 0.0) {
        const double near = p.x == 0.0 ? a : b, far = p.x == 0.0 ? b : a;
        density = near > 1.0 ? 0.0 : near == 1.0 ? far : far > 0.0 ? infinity : 0.0;
        if (kind == CG_BETA_DENSITY_A && p.x == 0.0)
            return a > 1.0 ? 0.0 : -infinity;
    } else if (kind == CG_BETA_DENSITY_A && a == 0.0) {
        return cg_beta_weight(p, 1.0, 0.0) / p.x / p.y;
    } else {
        density = direct ? cg_beta_power(p, 1.0, 1.0) : cg_beta_weight(p, 0.0, 0.0) / p.x / p.y;
    }
    if (kind == CG_BETA_DENSITY)
        return density;
    return density == 0.0 ? 0.0 : density * cg_log_over_beta_mean(a, b, p.x, p.y, p.d);
}

/* E(v), and its derivative */
static double cg_beta_exponent(cg_beta_point p, double v, double *slope)
{
    const double sign = p.x <= 0.5 ? -1.0 : 1.0, z = p.x <= 0.5 ? p.x : p.y, n = p.a + p.b;
    const double shrink = CG_NAME(exp_any)(-v);
    *slope = p.a - n * (p.x * shrink / (p.y + p.x * shrink));
    if (v <= 0.5) {
        const double rest = cg_exp_rest(sign * v);
        return n * (z * rest - cg_log_rest(z * (sign * v + rest))) - p.d * v;
    }
    if (sign > 0.0 && v > 600.0) {
        const double root = CG_NAME(exp_any)(0.5 * v);
        return n * (CG_NAME(log1p_any)(root * z * root) - z * v) - p.d * v;
    }
    return n * (CG_NAME(log1p_any)(z * CG_NAME(expm1_any)(sign * v)) - z * (sign * v)) - p.d * v;
}

/* A v where E(v) is CG_CUT or a little more: Newton's steps from above. a >= 1 */
static double cg_beta_width(cg_beta_point p)
{
    const double n = p.a + p.b, spread = n * p.x * p.y;
    const double log_y = p.x <= 0.5 ? CG_NAME(log1p_any)(-p.x) : CG_NAME(log_any)(p.y);
    double slope, v = (CG_CUT - n * log_y) / p.a;
    if (p.d < 0.0 && -p.d * v > CG_CUT)
        v = CG_CUT / -p.d;
    if (p.d <= 0.0 && spread > 5.5 * CG_CUT && v > 1.0) /* E'' >= spread / e up to 1 */
        v = 1.0;
    if (p.d <= 0.0 && spread * v * v > 5.5 * CG_CUT && v <= 1.0)
        v = sqrt(5.5 * CG_CUT / spread);
    for (int k = 0; k < 60; k++) {
        const double e = cg_beta_exponent(p, v, &slope);
        if (!(e > 1.4 * CG_CUT) || !(slope > 0.0))
            break;
        v -= (e - CG_CUT) / slope;
    }
    return v;
}

/* Adds what [low, high] contributes to the integrals of exp(-E) times 1, A, B, A^2, A B, B^2, where
 * A = log(t / x), B = log((1 - t) / y). */
static void cg_beta_panel(cg_beta_point p, double low, double high, int second, double *moment)
{
    double v[CG_NODES], l[CG_NODES], e[CG_NODES], la[CG_NODES], lb[CG_NODES], term[CG_NODES];
    const int small = p.x <= 0.5;
    const double sign = small ? -1.0 : 1.0, z = small ? p.x : p.y, n = p.a + p.b, s = -p.d;
    const double width = high - low;
    for (int i = 0; i < CG_NODES; i++)
        v[i] = low + width * cg_gauss_node[i];
    if (high <= 0.5) {
        CG_INDEPENDENT_ITERATIONS
        for (int i = 0; i < CG_NODES; i++) {
            const double rest = cg_exp_rest(sign * v[i]);
            const double u = z * (sign * v[i] + rest), log_rest = cg_log_rest(u);
            l[i] = u - log_rest;
            e[i] = -(s * v[i] + n * (z * rest - log_rest));
        }
    } else {
        for (int i = 0; i < CG_NODES; i++)
            l[i] = sign * v[i];
        if (!small && high > 600.0) {
            for (int i = 0; i < CG_NODES; i++)
                l[i] *= 0.5;
            CG_NAME(exp)(l, l, CG_NODES);
            for (int i = 0; i < CG_NODES; i++)
                l[i] = l[i] * z * l[i] - z;
        } else {
            CG_NAME(expm1)(l, l, CG_NODES);
            for (int i = 0; i < CG_NODES; i++)
                l[i] *= z;
        }
        CG_NAME(log1p)(l, l, CG_NODES);
        for (int i = 0; i < CG_NODES; i++)
            e[i] = -(s * v[i] + n * (l[i] - z * (sign * v[i])));
    }
    CG_NAME(exp)(e, e, CG_NODES);
    for (int i = 0; i < CG_NODES; i++) {
        la[i] = small ? -v[i] - l[i] : -l[i];
        lb[i] = small ? -l[i] : v[i] - l[i];
    }
    moment[CG_J] += width * cg_weighted(e);
    for (int i = 0; i < CG_NODES; i++) {
        la[i] *= e[i];
        term[i] = lb[i] * e[i];
    }
    moment[CG_JA] += width * cg_weighted(la);
    moment[CG_JB] += width * cg_weighted(term);
    if (!second)
        return;
    for (int i = 0; i < CG_NODES; i++)
        term[i] *= lb[i];
    moment[CG_JBB] += width * cg_weighted(term);
    for (int i = 0; i < CG_NODES; i++)
        term[i] = la[i] * lb[i];
    moment[CG_JAB] += width * cg_weighted(term);
    for (int i = 0; i < CG_NODES; i++)
        term[i] = la[i] * (small ? -v[i] - l[i] : -l[i]);
    moment[CG_JAA] += width * cg_weighted(term);
}

/* The integrals over all v; a >= 1. A long way is divided, finely about the place where t leaves 1,
 * within pi of which the integrand has its singularities, and at the beginning. */
static void cg_beta_moments(cg_beta_point p, int second, double *moment)
{
    static const double steps[6] = {3.0, 9.0, 27.0, 81.0, 243.0, 729.0};
    const double width = cg_beta_width(p);
    for (int k = 0; k < CG_JS; k++)
        moment[k] = 0.0;
    if (!(width > 3.5)) {
        cg_beta_panel(p, 0.0, width, second, moment);
        return;
    }
    const double knee = CG_NAME(log_any)(p.x / p.y) - CG_NAME(log_any)(p.a);
    double low = 0.0;
    while (low < width) {
        double high = low < 3.0 ? low + 3.0 : low < 12.0 ? 12.0 : width;
        for (int k = 0; k < 6; k++) {
            if (knee - steps[k] > low + 0.5 && knee - steps[k] < high)
                high = knee - steps[k];
            if (knee + steps[k] > low + 0.5 && knee + steps[k] < high)
                high = knee + steps[k];
        }
        if (high > width - 0.5)
            high = width;
        cg_beta_panel(p, low, high, second, moment);
        low = high;
    }
}

/* Adds scale times the derivatives of W int exp(-E) over W, where W has the logarithmic derivatives
 * ca, cb and the second ones caa, cab, cbb; w is added to by the undifferentiated integral. */
static void cg_beta_part(double scale, double ca, double cb, double caa, double cab, double cbb,
                         const double *j, int second, double *w, double *by, double *size)
{
    *w += scale * j[CG_J];
    by[CG_BY_A] += scale * (ca * j[CG_J] + j[CG_JA]);
    by[CG_BY_B] += scale * (cb * j[CG_J] + j[CG_JB]);
    size[CG_BY_A] += scale * (fabs(ca * j[CG_J]) + fabs(j[CG_JA]));
    size[CG_BY_B] += scale * (fabs(cb * j[CG_J]) + fabs(j[CG_JB]));
    if (!second)
        return;
    by[CG_BY_AA] += scale * ((ca * ca + caa) * j[CG_J] + (2.0 * ca * j[CG_JA] + j[CG_JAA]));
    by[CG_BY_AB] += scale * ((ca * cb + cab) * j[CG_J]
                             + (ca * j[CG_JB] + cb * j[CG_JA] + j[CG_JAB]));
    by[CG_BY_BB] += scale * ((cb * cb + cbb) * j[CG_J] + (2.0 * cb * j[CG_JB] + j[CG_JBB]));
    size[CG_BY_AA] += scale * ((ca * ca + fabs(caa)) * j[CG_J] + 2.0 * fabs(ca * j[CG_JA])
                               + j[CG_JAA]);
    size[CG_BY_AB] += scale * ((fabs(ca * cb) + cab) * j[CG_J] + fabs(ca * j[CG_JB])
                               + fabs(cb * j[CG_JA]) + fabs(j[CG_JAB]));
    size[CG_BY_BB] += scale * ((cb * cb + fabs(cbb)) * j[CG_J] + 2.0 * fabs(cb * j[CG_JB])
                               + j[CG_JBB]);
}

/* The derivatives of I_x by a and b over cg_beta_weight(p, *up_a, *up_b): the lower side. */
static void cg_beta_side(cg_beta_point p, int second, double *up_a, double *up_b, double *by,
                         double *size)
{
    double j[CG_JS], w = 0.0;
    const double a = p.a, b = p.b, n = a + b;
    const int up = second ? b < 1.0 && b < a : b < 1e-290;
    const double tri_b = second && up ? cg_trigamma(b + 1.0) : 0.0;
    double scale = 1.0, caa = 0.0, cab = 0.0, cbb = 0.0;
    *up_a = a < 1.0;
    *up_b = up;
    for (int k = 0; k < CG_BYS; k++)
        by[k] = size[k] = 0.0;
    if (a < 1.0) {
        static const double one[CG_JS] = {1.0};
        const double ca = cg_log_over_beta_mean_up(a, b, p.x, p.y, p.d);
        const double cb = up ? cg_log_over_beta_mean_up(b, a, p.y, p.x, -p.d)
                             : cg_log_over_beta_mean(b, a, p.y, p.x, -p.d);
        if (second) {
            cab = cg_trigamma(n);
            caa = b >= 1.0 ? -cg_trigamma_step(a + 1.0, b - 1.0) : cab - cg_trigamma(a + 1.0);
            cbb = up ? cab - tri_b : -cg_trigamma_step(b, a);
        }
        cg_beta_part(1.0, ca, cb, caa, cab, cbb, one, second, &w, by, size);
        scale = n * p.x;
        p.a += 1.0;
        p.d_lo = 0.0;
        p.d -= p.y;
    }
    cg_beta_moments(p, second, j);
    if (second) {
        cab = cg_trigamma(p.a + b);
        caa = -cg_trigamma_step(p.a, b);
        cbb = up ? -cg_trigamma_step(b + 1.0, p.a - 1.0) : -cg_trigamma_step(b, p.a);
    }
    const double ca = cg_log_over_beta_mean(p.a, b, p.x, p.y, p.d);
    const double cb = up ? cg_log_over_beta_mean_up(b, p.a, p.y, p.x, -p.d)
                         : cg_log_over_beta_mean(b, p.a, p.y, p.x, -p.d);
    cg_beta_part(scale, ca, cb, caa, cab, cbb, j, second, &w, by, size);
    if (up) { /* of b times that */
        by[CG_BY_BB] = 2.0 * by[CG_BY_B] + b * by[CG_BY_BB];
        by[CG_BY_AB] = by[CG_BY_A] + b * by[CG_BY_AB];
        by[CG_BY_AA] *= b;
        by[CG_BY_B] = w + b * by[CG_BY_B];
        by[CG_BY_A] *= b;
        size[CG_BY_BB] = 2.0 * size[CG_BY_B] + b * size[CG_BY_BB];
        size[CG_BY_AB] = size[CG_BY_A] + b * size[CG_BY_AB];
        size[CG_BY_AA] *= b;
    }
}

/* dI/da over a weight */
static double cg_beta_slope(cg_beta_point p, double *up_a, double *up_b)
{
    double by[CG_BYS], size[CG_BYS];
    const double c = p.a < 1.0 ? cg_log_over_beta_mean(p.a + 1.0, p.b, p.x, p.y, p.d - p.y)
                               : cg_log_over_beta_mean(p.a, p.b, p.x, p.y, p.d);
    if (c < 0.0) {
        cg_beta_side(p, 0, up_a, up_b, by, size);
        return by[CG_BY_A];
    }
    cg_beta_side(cg_mirror(p), 0, up_b, up_a, by, size);
    return -by[CG_BY_B];
}

/* A second derivative over a weight, from the side where less cancels */
static double cg_beta_second(cg_beta_point p, int which, double *up_a, double *up_b)
{
    double by[CG_BYS], size[CG_BYS], other[CG_BYS], other_size[CG_BYS], other_a, other_b;
    const int mirrored = which == CG_BY_AA ? CG_BY_BB : CG_BY_AB;
    cg_beta_side(p, 1, up_a, up_b, by, size);
    cg_beta_side(cg_mirror(p), 1, &other_b, &other_a, other, other_size);
    double ratio = 1.0; /* of the other weight to this one */
    if (*up_a != other_a)
        ratio *= *up_a != 0.0 ? p.a : 1.0 / p.a;
    if (*up_b != other_b)
        ratio *= *up_b != 0.0 ? p.b : 1.0 / p.b;
    if (size[which] <= ratio * other_size[mirrored] || !(other_size[mirrored] < (double)INFINITY))
        return by[which];
    *up_a = other_a;
    *up_b = other_b;
    return -other[mirrored];
}

/* out[i] of what `kind` names (incomplete.h) */
static void CG_NAME(betainc)(int kind, const double *as, const double *bs, const double *xs,
                             const double *ys, double *out, ptrdiff_t count)
{
    const int by_b = kind == CG_BETA_DENSITY_B || kind == CG_BETA_LOG_B || kind == CG_BETA_B
                     || kind == CG_BETA_BB || kind == CG_BETA_SLOPE_B || kind == CG_BETA_SLOPE_BB;
    /* By b is by a of the mirror image, whose I is 1 - I, and whose density is the same. */
    const double sign = (by_b && kind >= CG_BETA_A) != (kind >= CG_BETA_SLOPE_A) ? -1.0 : 1.0;
    const int first = kind == CG_BETA_A || kind == CG_BETA_B || kind == CG_BETA_SLOPE_A
                      || kind == CG_BETA_SLOPE_B;
    const int mixed = kind == CG_BETA_AB || kind == CG_BETA_SLOPE_AB;
    for (ptrdiff_t i = 0; i < count; i++) {
        const double a = as[i], b = bs[i], x = xs[i], y = ys[i];
        double up_a, up_b;
        if (!(a >= 0.0 && b >= 0.0 && x >= 0.0 && y >= 0.0 && x <= 1.0 && y <= 1.0 && a <= 1e150 &&
              b <= 1e150) || (a == 0.0 && b == 0.0)) {
            out[i] = (double)NAN;
            continue;
        }
        cg_beta_point p = x <= y ? cg_point(a, b, x) : cg_mirror(cg_point(b, a, y));
        if (by_b)
            p = cg_mirror(p);
        if (kind <= CG_BETA_DENSITY_B) {
            out[i] = cg_beta_density_slope(kind == CG_BETA_DENSITY_B ? CG_BETA_DENSITY_A : kind, p);
        } else if (kind <= CG_BETA_LOG_B) {
            out[i] = cg_log_over_beta_mean(p.a, p.b, p.x, p.y, p.d);
        } else if (x == 0.0 || y == 0.0) {
            out[i] = (x == 0.0 ? a : b) > 0.0 ? 0.0 : (double)NAN;
        } else {
            const double result =
                first ? cg_beta_slope(p, &up_a, &up_b)
                      : cg_beta_second(p, mixed ? CG_BY_AB : CG_BY_AA, &up_a, &up_b);
            if (kind < CG_BETA_SLOPE_A)
                out[i] = result == 0.0 ? 0.0 : sign * (result * cg_beta_weight(p, up_a, up_b));
            else
                out[i] = sign * (p.x * p.y)
                         * (result / (up_a != 0.0 ? p.a : 1.0) / (up_b != 0.0 ? p.b : 1.0));
        }
    }
}
