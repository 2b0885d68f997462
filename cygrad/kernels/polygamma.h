/* polygamma: after transcendental.h, in its manner. A function of two numbers, one element at a
 * time. */
#ifndef CG_POLYGAMMA_ONCE
#define CG_POLYGAMMA_ONCE

/* B_2j / (2j)!, the Bernoulli numbers over factorials */
static const double cg_bernoulli_over_factorial[12] = {
    0x1.5555555555555p-4, -0x1.6c16c16c16c17p-10, 0x1.1566abc011566p-15,
    -0x1.bbd779334ef0bp-21, 0x1.66a8f2bf70ebep-26, -0x1.22805d644267fp-31,
    0x1.d6db2c4e09163p-37, -0x1.7da4e1f79955cp-42, 0x1.355871d652e9ep-47,
    -0x1.f57d968caacf1p-53, 0x1.967e1f09c376fp-58, -0x1.497d9033a2b5dp-63,
};

#endif

#define cg_gamma_over_power CG_NAME(gamma_over_power)
#define cg_small_power CG_NAME(small_power)
#define cg_gamma_zeta CG_NAME(gamma_zeta)

/* u^-n for an integer n */
CG_INLINE double cg_small_power(double u, int n)
{
    double power = 1.0;
    for (double base = u; n > 0; n >>= 1, base *= base)
        if (n & 1)
            power *= base;
    return 1.0 / power;
}

/* gamma(n + 1) u^-power, through the logarithms where a factor may overflow or n is large */
CG_INLINE double cg_gamma_over_power(cg_pair log_factorial, double factorial, double u,
                                     double power)
{
    uint64_t k;
    if (factorial != 0.0)
        return factorial * cg_small_power(u, (int)power);
    const cg_pair log_u = cg_pair_log((cg_pair){u, 0.0});
    const cg_pair e = cg_pair_add(
        log_factorial, cg_pair_negative(cg_pair_mul(log_u, (cg_pair){power, 0.0})));
    if (!(e.hi > -746.0 && e.hi < 711.0))
        return e.hi < 0.0 ? 0.0 : (double)INFINITY;
    const double y = cg_exp_pair(e.hi, e.lo, &k);
    return cg_scaled(y, k, e.hi > 0.0);
}

/* n! zeta(n + 1, x) for an integer n >= 2 and x > 0: terms until x is large enough for the
 * asymptotic series by Euler and Maclaurin, or until no more count. */
CG_NOINLINE double cg_gamma_zeta(double n, double x)
{
    const double s = n + 1.0, enough = 8.0 + 0.8 * s;
    double sum = 0.0, factorial = 0.0;
    cg_pair log_factorial = {0.0, 0.0};
    if (x < 0x1p-1000)
        return (double)INFINITY;
    if (n <= 16.0 && x > 0x1p-40 && x < 0x1p40) {
        factorial = 1.0;
        for (int i = 2; i <= (int)n; i++)
            factorial *= i;
    } else {
        double lo;
        const double hi = cg_lgamma_pair(s, &lo);
        log_factorial = cg_pair_of(hi, lo);
    }
    for (; x < enough; x += 1.0) {
        const double term = cg_gamma_over_power(log_factorial, factorial, x, s);
        sum += term;
        if (term * (1.0 + x / n) <= 0x1p-56 * sum)
            return sum;
    }
    const double inverse = 1.0 / x;
    double step = s * inverse * inverse, tail = 0.5 * inverse + 1.0 / n;
    for (int j = 0; j < 12; j++) {
        tail += cg_bernoulli_over_factorial[j] * step;
        step *= ((s + (2 * j + 1)) * inverse) * ((s + (2 * j + 2)) * inverse);
    }
    return sum + cg_gamma_over_power(log_factorial, factorial, x, n) * tail;
}

/* polygamma(n, x) = (-1)^(n+1) n! zeta(n + 1, x), the n-th derivative of digamma: an error of
 * 1e-14 at most, away from zeros. For x = q - N with 0 < q < 1, zeta(s, x) is zeta(s, q) and,
 * with the sign (-1)^s, the terms in between, zeta(s, 1 - q) - zeta(s, 1 - x). At 0 and negative
 * integers +-inf, of the sign on the right, as scipy has it. nan for an n that is no integer
 * from 0 on. */
CG_NOINLINE double CG_NAME(polygamma)(double n, double x)
{
    uint64_t odd;
    if (n == 0.0)
        return CG_NAME(digamma_any)(x);
    if (n == 1.0)
        return CG_NAME(trigamma_any)(x);
    if (!(n >= 2.0 && n < 0x1p51 && cg_from_integer(n, &odd) == 0.0) || x != x)
        return (double)NAN;
    cg_from_integer(n, &odd);
    const double sign = odd ? 1.0 : -1.0;
    if (x > 0.0)
        return sign * (x < (double)INFINITY ? cg_gamma_zeta(n, x) : 0.0);
    const double a = -x, r = cg_from_integer(a, &odd);
    if (!(a < 0x1p51) || r == 0.0)
        return sign * (double)INFINITY;
    const double q = r < 0.0 ? -r : 1.0 - r, p = r < 0.0 ? 1.0 + r : r; /* p = 1 - q */
    const double between = cg_gamma_zeta(n, p) - cg_gamma_zeta(n, 1.0 + a);
    const double sum = sign * cg_gamma_zeta(n, q) + between;
    return sum == sum ? sum : (p < q ? 1.0 : sign) * (double)INFINITY; /* both are infinite */
}
