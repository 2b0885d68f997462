/* T(x), Student's distribution function with n degrees of freedom: its derivative by n. A body,
 * included once for each instruction set after incomplete_beta.h.
 *
 * With f the density and D = d log f / dn, dT/dn at x = -u is the integral of f D from u on, or
 * that from 0 to u negated. D is positive first and negative from u = 1.55 or so on (n > 20), so
 * that one of the two has one sign; it is computed by a Gauss-Legendre rule. For a small n, T =
 * I_z(n/2, 1/2) / 2, z = n / (n + u^2), of which both derivatives are of the same size. */

#define cg_student_constant CG_NAME(student_constant)
#define cg_student_tilt CG_NAME(student_tilt)
#define cg_student_width CG_NAME(student_width)
#define cg_student_ratio CG_NAME(student_ratio)

#ifndef CG_STUDENT_ONCE
#define CG_STUDENT_ONCE
#define CG_STUDENT_SMALL 20.0
#define CG_STUDENT_TURN 1.5
#endif

/* (digamma((n + 1) / 2) - digamma(n / 2) - 1 / n) / 2 */
static double cg_student_constant(double n)
{
    double z = 0.5 * n, sum = 0.0;
    if (z >= CG_STIRLING)
        return 0.5 * (cg_digamma_step(z, 0.5) - cg_log_rest(0.5 / z));
    for (; z < CG_STIRLING; z += 1.0)
        sum += 0.5 / z / (z + 0.5);
    return 0.5 * ((sum - 1.0 / n) + (CG_NAME(log1p_any)(0.5 / z) + cg_digamma_step(z, 0.5)));
}

/* D at u = sqrt(n w) */
static double cg_student_tilt(double n, double w, double constant)
{
    const double share = w / (1.0 + w);
    if (w < 0.3) /* log(1 + w) - share = w share - (w - log(1 + w)) */
        return constant + 0.5 * (share / n - (w * share - cg_log_rest(w)));
    if (w == (double)INFINITY)
        return -w;
    return constant + 0.5 * (share / n + share - CG_NAME(log1p_any)(w));
}

/* A v where E(v) = (n + 1)/2 log(1 + y (e^2v - 1)) - v is CG_CUT or a little more; E is convex. */
static double cg_student_width(double n, double y)
{
    const double half = 0.5 * (n + 1.0);
    double v = CG_CUT / (2.0 * half * y - 1.0);
    if (v > 40.0)
        v = 40.0;
    for (int k = 0; k < 60; k++) {
        const double grown = CG_NAME(expm1_any)(2.0 * v);
        const double e = half * CG_NAME(log1p_any)(y * grown) - v;
        if (!(e > 1.4 * CG_CUT))
            break;
        v -= (e - CG_CUT) / (2.0 * half * y * (grown + 1.0) / (1.0 + y * grown) - 1.0);
    }
    return v;
}

/* dT/dn over u f(u) at x = -u < 0 */
static double cg_student_ratio(double n, double u)
{
    const double square = u * u, sum = n + square;
    double t[CG_NODES], e[CG_NODES];
    if (n <= CG_STUDENT_SMALL || square == (double)INFINITY) {
        double up_a, up_b;
        const double z = 1.0 / (1.0 + u / n * u), y = 1.0 / (1.0 + n / u / u);
        const cg_beta_point p =
            z <= y ? cg_point(0.5 * n, 0.5, z) : cg_mirror(cg_point(0.5, 0.5 * n, y));
        double by_a = cg_beta_slope(p, &up_a, &up_b);
        by_a /= (up_a != 0.0 ? p.a : 1.0) * (up_b != 0.0 ? p.b : 1.0);
        return 0.5 * (0.5 * by_a + 1.0 / n);
    }
    const double y = square / sum, half = 0.5 * (n + 1.0), constant = cg_student_constant(n);
    if (u < CG_STUDENT_TURN) {
        for (int i = 0; i < CG_NODES; i++) {
            const double s = cg_gauss_node[i];
            t[i] = s * s;
            e[i] = -y * ((1.0 - s) * (1.0 + s));
        }
        CG_NAME(log1p)(e, e, CG_NODES);
        for (int i = 0; i < CG_NODES; i++)
            e[i] *= -half;
        CG_NAME(exp)(e, e, CG_NODES);
        for (int i = 0; i < CG_NODES; i++)
            e[i] *= cg_student_tilt(n, t[i] * (square / n), constant);
        return -cg_weighted(e);
    }
    const double width = cg_student_width(n, y);
    double total = 0.0;
    for (double low = 0.0, high; low < width; low = high) {
        high = width < 3.5 ? width : low + 3.0 < width - 0.5 ? low + 3.0 : width;
        for (int i = 0; i < CG_NODES; i++)
            t[i] = 2.0 * (low + (high - low) * cg_gauss_node[i]);
        CG_NAME(expm1)(t, t, CG_NODES);
        for (int i = 0; i < CG_NODES; i++)
            e[i] = y * t[i];
        CG_NAME(log1p)(e, e, CG_NODES);
        for (int i = 0; i < CG_NODES; i++)
            e[i] = (low + (high - low) * cg_gauss_node[i]) - half * e[i];
        CG_NAME(exp)(e, e, CG_NODES);
        for (int i = 0; i < CG_NODES; i++)
            e[i] *= cg_student_tilt(n, (1.0 + t[i]) * (square / n), constant);
        total += (high - low) * cg_weighted(e);
    }
    return total;
}

/* out[i] of what `kind` names (incomplete.h) */
static void CG_NAME(student)(int kind, const double *ns, const double *xs, double *out,
                             ptrdiff_t count)
{
    for (ptrdiff_t i = 0; i < count; i++) {
        const double n = ns[i], x = xs[i], u = fabs(x), sign = x < 0.0 ? 1.0 : -1.0;
        if (!(n > 0.0 && u == u)) {
            out[i] = (double)NAN;
        } else if (n > 1e150 || u == 0.0) {
            out[i] = kind == CG_STUDENT_LOG_DF && n <= 1e150 ? cg_student_constant(n) : 0.0;
        } else if (kind == CG_STUDENT_LOG_DF) {
            out[i] = cg_student_tilt(n, u / n * u, cg_student_constant(n));
        } else if (u == (double)INFINITY) {
            out[i] = kind == CG_STUDENT_DF ? 0.0 : (double)NAN;
        } else if (kind == CG_STUDENT_SLOPE_DF) {
            out[i] = -sign * u * cg_student_ratio(n, u);
        } else {
            const double z = 1.0 / (1.0 + u / n * u), y = 1.0 / (1.0 + n / u / u);
            const cg_beta_point p =
                z <= y ? cg_point(0.5 * n, 0.5, z) : cg_mirror(cg_point(0.5, 0.5 * n, y));
            out[i] = sign * (cg_student_ratio(n, u) * cg_beta_weight(p, 0.0, 0.0));
        }
    }
}
