/* Sums of two doubles, and longer polynomials: a part of transcendental.h. */
#ifndef CG_PAIRS_ONCE
#define CG_PAIRS_ONCE

typedef struct {
    double hi, lo; /* lo is no more than a rounding error of hi */
} cg_pair;

#endif

#define cg_two_sum CG_NAME(two_sum)
#define cg_two_product CG_NAME(two_product)
#define cg_poly16 CG_NAME(poly16)
#define cg_poly20 CG_NAME(poly20)
#define cg_poly24 CG_NAME(poly24)
#define cg_reciprocal CG_NAME(reciprocal_pair)
#define cg_pair_of CG_NAME(pair_of)
#define cg_pair_add CG_NAME(pair_add)
#define cg_pair_mul CG_NAME(pair_mul)
#define cg_pair_div CG_NAME(pair_div)
#define cg_pair_negative CG_NAME(pair_negative)
#define cg_pair_log CG_NAME(pair_log)

/* a + b, and what the sum loses */
CG_INLINE double cg_two_sum(double a, double b, double *rest)
{
    const double sum = a + b;
    const double b_part = sum - a;
    *rest = (a - (sum - b_part)) + (b - b_part);
    return sum;
}

/* a b, and what the product loses */
CG_INLINE double cg_two_product(double a, double b, double *rest)
{
    const double product = a * b;
    const double a_head = cg_head(a), a_low = a - a_head;
    const double b_head = cg_head(b), b_low = b - b_head;
    *rest = ((a_head * b_head - product) + (a_head * b_low + a_low * b_head)) + a_low * b_low;
    return product;
}

CG_INLINE double cg_poly16(double z, double zz, const double *c)
{
    const double z4 = zz * zz;
    return cg_poly8(z, zz, c) + (z4 * z4) * cg_poly8(z, zz, c + 8);
}
CG_INLINE double cg_poly20(double z, double zz, const double *c)
{
    const double z4 = zz * zz;
    return cg_poly8(z, zz, c) + (z4 * z4) * cg_poly12(z, zz, c + 8);
}
CG_INLINE double cg_poly24(double z, double zz, const double *c)
{
    const double z8 = (zz * zz) * (zz * zz);
    return cg_poly8(z, zz, c) + z8 * (cg_poly8(z, zz, c + 8) + z8 * cg_poly8(z, zz, c + 16));
}

/* 1 / x = q + q_lo, q of 26 bits */
CG_INLINE double cg_reciprocal(double x, double *q_lo)
{
    const double inverse = 1.0 / x;
    const double q = cg_head(inverse), x_head = cg_head(x);
    *q_lo = ((1.0 - q * x_head) - q * (x - x_head)) * inverse;
    return q;
}

/* hi + lo, where hi is the larger; of the functions of pairs below the relative errors are near
 * 2^-100. */
CG_INLINE cg_pair cg_pair_of(double hi, double lo)
{
    const double sum = hi + lo;
    return (cg_pair){sum, (hi - sum) + lo};
}
CG_INLINE cg_pair cg_pair_add(cg_pair a, cg_pair b)
{
    double rest, rest_lo;
    const double sum = cg_two_sum(a.hi, b.hi, &rest);
    const double sum_lo = cg_two_sum(a.lo, b.lo, &rest_lo);
    const cg_pair whole = cg_pair_of(sum, rest + sum_lo);
    return cg_pair_of(whole.hi, whole.lo + rest_lo);
}
CG_INLINE cg_pair cg_pair_mul(cg_pair a, cg_pair b)
{
    double rest;
    const double product = cg_two_product(a.hi, b.hi, &rest);
    return cg_pair_of(product, rest + (a.hi * b.lo + a.lo * b.hi));
}
CG_INLINE cg_pair cg_pair_div(cg_pair a, cg_pair b)
{
    double rest;
    const double inverse = 1.0 / b.hi;
    const double q = a.hi * inverse;
    const double back = cg_two_product(q, b.hi, &rest);
    return cg_pair_of(q, ((((a.hi - back) - rest) + a.lo) - q * b.lo) * inverse);
}
CG_INLINE cg_pair cg_pair_negative(cg_pair a) { return (cg_pair){-a.hi, -a.lo}; }

/* log of a pair, relative error 2^-68 */
CG_INLINE cg_pair cg_pair_log(cg_pair a)
{
    double lo;
    const double hi = cg_log_pair(a.hi, 0.0, &lo);
    return cg_pair_of(hi, lo + a.lo / a.hi);
}
