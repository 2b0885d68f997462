/* erfinv, erfcinv, ndtri, the inverses of erf, erfc, ndtr, and what their derivatives need: a part of
 * transcendental.h.
 *
 * In the tails they are sqrt(-log p) plus a polynomial, p the distance from the end that is near,
 * in which all is well conditioned. So are the derivatives: sqrt(pi)/2 exp(y^2) would magnify the
 * rounding of y, but as p = erfc(y) = exp(-y^2) erfcx(y), it is sqrt(pi)/2 erfcx(y) / p. */

#define CG_HALF_ROOT_PI 0x1.c5bf891b4ef6bp-1
#define CG_HALF_ROOT_PI_LO -0x1.618f13eb7ca89p-55
#define CG_ROOT_HALF_PI 0x1.40d931ff62706p+0 /* sqrt(pi / 2) */
#define CG_ROOT_HALF_PI_LO -0x1.a6a0d6f814637p-54
#define CG_ROOT_TWO_HI 0x1.6a09e6p+0 /* 26 bits */
#define CG_ROOT_TWO_LO 0x1.9fcef32422cbfp-26

/* (r + r_rest) - 3/8 + poly as a sum of two. r - 3/8 is exact near p = 1/2, where the polynomial is
 * small. */
CG_INLINE double cg_erfcinv_sum(double r, double r_rest, double poly, double *rest)
{
    const double most = r - 0.375;
    const double small = (((r - most) - 0.375) + r_rest) + poly;
    const double sum = most + small;
    *rest = (most - sum) + small;
    return sum;
}

/* erfcinv(p) for 2^-53 <= p <= 1/2, as a sum of two */
CG_INLINE double cg_erfcinv_far(double p, double *rest)
{
    double lo;
    const uint64_t shifted = cg_bits(p) + (CG_BITS_ONE - CG_BITS_SQRT_HALF);
    const double k = cg_real((shifted >> 52) | cg_bits(0x1p52)) - (0x1p52 + 1023.0);
    const double f = cg_real((shifted & CG_MANTISSA) + CG_BITS_SQRT_HALF) - 1.0;
    const double hi = cg_log_sum_parts(k, f, f / (2.0 + f), 0.0, &lo);
    const double w = -hi - lo;
    const double r = sqrt(w);
    const double t = (r - 2.0) / (r + 2.0);
    const double tt = t * t;
    const double t4 = tt * tt;
    const double poly = cg_poly12(t, tt, cg_erfcinv_tail) +
                        (t4 * (t4 * t4)) * cg_poly12(t, tt, cg_erfcinv_tail + 12);
    return cg_erfcinv_sum(r, cg_sqrt_rest(w, (-hi - w) - lo, r), poly, rest);
}

/* erfcinv(2^-scale p) for any p <= 1/2 that is normal */
CG_NOINLINE double cg_erfcinv_tiny(double p, double scale, double *rest)
{
    double lo;
    const double hi = cg_log_parts(p, scale, &lo);
    const double w = -hi - lo;
    const double r = sqrt(w);
    const double t = (r - 4.5) / (r + 4.5);
    const double tt = t * t;
    const double t4 = tt * tt;
    const double t12 = t4 * (t4 * t4);
    const double poly = cg_poly12(t, tt, cg_erfcinv_far_tail) +
                        t12 * (cg_poly12(t, tt, cg_erfcinv_far_tail + 12) +
                               t12 * cg_poly12(t, tt, cg_erfcinv_far_tail + 24));
    return cg_erfcinv_sum(r, cg_sqrt_rest(w, (-hi - w) - lo, r), poly, rest);
}

/* (erfinv(z) / z - sqrt(pi)/2) for |z| <= 1/2 */
CG_INLINE double cg_erfinv_near(double z)
{
    const double u = z * z, uu = u * u;
    const double u4 = uu * uu;
    const double high = cg_poly2(u, cg_erfinv_poly + 12) + uu * cg_erfinv_poly[14];
    return u * (cg_poly12(u, uu, cg_erfinv_poly) + (u4 * (u4 * u4)) * high);
}

/* erfinv. nan outside [-1, 1]. Max ULP 1.4. */
CG_INLINE uint64_t CG_NAME(erfinv_unsafe)(double x) { return cg_not_below(x, 1.0); }

CG_INLINE double CG_NAME(erfinv_core)(double x)
{
    double rest;
    const double size = fabs(x);
    const double far = cg_erfcinv_far(1.0 - size, &rest);
    const double near = size * (CG_HALF_ROOT_PI + (CG_HALF_ROOT_PI_LO + cg_erfinv_near(size)));
    return copysign(cg_select(cg_mask_if_negative(0.5 - size), far, near), x);
}

CG_INLINE double CG_NAME(erfinv_beyond)(double x)
{
    return x == 1.0 ? (double)INFINITY : x == -1.0 ? -(double)INFINITY : (double)NAN;
}

CG_KERNEL(erfinv)

/* erfcinv. nan outside [0, 2]. Max ULP 1.4. */
CG_INLINE uint64_t CG_NAME(erfcinv_unsafe)(double x)
{
    return cg_bits(x) | (cg_bits(x) - cg_bits(0x1p-53)) | cg_not_below(x, 2.0);
}

CG_INLINE double CG_NAME(erfcinv_core)(double x)
{
    double rest;
    const double z = 1.0 - x;
    const double size = fabs(z);
    const double far = cg_erfcinv_far(cg_select(cg_mask_if_negative(z), 2.0 - x, x), &rest);
    const double near = size * (CG_HALF_ROOT_PI + (CG_HALF_ROOT_PI_LO + cg_erfinv_near(size)));
    return copysign(cg_select(cg_mask_if_negative(0.5 - size), far, near), z);
}

CG_INLINE double CG_NAME(erfcinv_beyond)(double x)
{
    double rest;
    if (x > 0.0 && x < 1.0)
        return cg_erfcinv_tiny(x * 0x1p54, 54.0, &rest);
    return x == 0.0 ? (double)INFINITY : x == 2.0 ? -(double)INFINITY : (double)NAN;
}

CG_KERNEL(erfcinv)

/* ndtri(p) = -sqrt(2) erfcinv(2 p). nan outside [0, 1]. Max ULP 1.4. */
CG_INLINE uint64_t CG_NAME(ndtri_unsafe)(double p)
{
    return cg_bits(p) | (cg_bits(p) - cg_bits(0x1p-54)) | cg_not_below(p, 1.0);
}

CG_INLINE double CG_NAME(ndtri_core)(double p)
{
    double rest;
    const double z = 2.0 * p - 1.0;
    const double size = fabs(z);
    const double end = cg_select(cg_mask_if_negative(z), p, 1.0 - p);
    const double erfcinv = cg_erfcinv_far(2.0 * end, &rest);
    const double far = cg_times(erfcinv, rest, CG_ROOT_TWO_HI, CG_ROOT_TWO_LO);
    const double more =
        CG_ROOT_HALF_PI_LO + (CG_ROOT_TWO_HI + CG_ROOT_TWO_LO) * cg_erfinv_near(size);
    const double near = size * (CG_ROOT_HALF_PI + more);
    return copysign(cg_select(cg_mask_if_negative(0.5 - size), far, near), z);
}

CG_INLINE double CG_NAME(ndtri_beyond)(double p)
{
    double rest;
    if (p > 0.0 && p < 1.0) {
        const double erfcinv = cg_erfcinv_tiny(p * 0x1p54, 53.0, &rest);
        return -cg_times(erfcinv, rest, CG_ROOT_TWO_HI, CG_ROOT_TWO_LO);
    }
    return p == 0.0 ? -(double)INFINITY : p == 1.0 ? (double)INFINITY : (double)NAN;
}

CG_KERNEL(ndtri)

/* erfcx(erfinv(x)) and erfcx(erfcinv(x)), of the absolute values */
static void CG_NAME(erfcx_erfinv)(const double *x, double *y, ptrdiff_t n)
{
    CG_NAME(erfinv)(x, y, n);
    for (ptrdiff_t i = 0; i < n; i++)
        y[i] = fabs(y[i]);
    CG_NAME(erfcx)(y, y, n);
}

static void CG_NAME(erfcx_erfcinv)(const double *x, double *y, ptrdiff_t n)
{
    CG_NAME(erfcinv)(x, y, n);
    for (ptrdiff_t i = 0; i < n; i++)
        y[i] = fabs(y[i]);
    CG_NAME(erfcx)(y, y, n);
}
