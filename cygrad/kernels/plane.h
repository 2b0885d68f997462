/* hypot, arctan2 and its slope, of the points of a plane: a part of transcendental.h. */

/* ------------------------------------------------------------------------------- hypot, arctan2 */

/* sqrt(x^2 + y^2), with the roundings of the larger square, of the sum and of the root. Numbers far
 * from 1 are scaled. inf if one is infinite, even with a nan. Max ULP 0.82. */
CG_INLINE double CG_NAME(hypot)(double x, double y)
{
    const double infinity = (double)INFINITY;
    const double x_size = fabs(x), y_size = fabs(y);
    const double larger = x_size > y_size ? x_size : y_size; /* a nan goes into either */
    const double smaller = x_size > y_size ? y_size : x_size;
    const double scale = larger > 0x1p500 ? 0x1p-600 : larger < 0x1p-400 ? 0x1p600 : 1.0;
    const double scale_back = larger > 0x1p500 ? 0x1p600 : larger < 0x1p-400 ? 0x1p-600 : 1.0;
    const double a = larger * scale, b = smaller * scale;
    const double aa = a * a, bb = b * b;
    const double w = aa + bb;
    const double w_lo = (bb - (w - aa)) + cg_square_rest(a, aa);
    const double s = sqrt(w);
    const double result = (s + cg_sqrt_rest(w, w_lo, s)) * scale_back;
    return (larger == infinity) | (smaller == infinity) ? infinity : result;
}

/* x / hypot(x, y), the derivative by x; 0 at the origin, where there is none. It has its digits also
 * where hypot(x, y) overflows or is subnormal. Max ULP 2. */
CG_INLINE double CG_NAME(hypot_x)(double x, double y)
{
    const double infinity = (double)INFINITY;
    const double x_size = fabs(x), y_size = fabs(y);
    const double larger = x_size > y_size ? x_size : y_size;
    const double scale = larger > 0x1p1020 ? 0x1p-600 : larger < 0x1p-400 ? 0x1p600 : 1.0;
    const double a = x * scale, b = y * scale;
    const int large = (larger > 0x1p500) & (larger <= 0x1p1020);
    const double c = a * (large ? 0x1p-600 : 1.0), d = b * (large ? 0x1p-600 : 1.0);
    const double length = sqrt(c * c + d * d) * (large ? 0x1p600 : 1.0);
    const double slope = (x == 0.0) & (y == y) ? x : a / length;
    return (x_size == infinity) & (y_size < infinity) ? copysign(1.0, x) : slope;
}

/* arctan2. As arctan, with |y| / |x| for |x|: the numerator and the denominator are |y| and |x|,
 * |y| - |x| and |y| + |x|, or -|x| and |y|. Where x is negative the angle is pi less this. Both are
 * scaled, so that nothing over- or underflows but the quotient itself; infinities are taken for 1
 * and numbers beside them for 0. arctan2(+-0, +0) = +-0, arctan2(+-0, -0) = +-pi. Max ULP 0.88. */
CG_INLINE double CG_NAME(arctan2)(double y, double x)
{
    const double infinity = (double)INFINITY;
    const double y_size = fabs(y), x_size = fabs(x);
    const double largest = y_size > x_size ? y_size : x_size;
    const double scale = largest > 0x1p450 ? 0x1p-100 : largest < 0x1p-450 ? 0x1p1000 : 0x1p500;
    const double y_part = y_size == infinity ? 1.0 : 0.0, x_part = x_size == infinity ? 1.0 : 0.0;
    const double a = y_part + x_part > 0.0 ? y_part : y_size * scale;
    const double b = y_part + x_part > 0.0 ? x_part : x_size * scale;
    const uint64_t middle = cg_mask_if_negative(0.41421356237309503 * b - a);
    const uint64_t large = cg_mask_if_negative(2.414213562373095 * b - a);
    const double minus = a - b, minus_part = minus - a;
    const double plus = a + b, plus_part = plus - a;
    const double minus_rest = (a - (minus - minus_part)) - (b + minus_part);
    const double plus_rest = (a - (plus - plus_part)) + (b - plus_part);
    const double num = cg_select(middle, cg_select(large, -b, minus), a);
    const double num_lo = cg_select(middle, cg_select(large, 0.0, minus_rest), 0.0);
    const double den_any = cg_select(middle, cg_select(large, a, plus), b);
    const double den_full = den_any == 0.0 ? 1.0 : den_any;
    const double den_full_lo = cg_select(middle, cg_select(large, 0.0, plus_rest), 0.0);
    /* t = q + q_lo: the steps of cg_quotient */
    const double inverse = 1.0 / den_full;
    const double t = num * inverse;
    const double q = cg_head(t);
    const double den = cg_head(den_full);
    const double den_lo = (den_full - den) + den_full_lo;
    const double q_lo = (((num - q * den) + num_lo) - q * den_lo) * inverse;
    const double z = t * t;
    const double tail = q_lo + (t * z) * cg_poly12(z, z * z, cg_arctan_poly);
    const uint64_t negative = cg_mask_if_negative(x);
    const double first = cg_select(middle, cg_select(large, 2.0, 1.0), 0.0);
    const double eighths = cg_select(negative, 4.0 - first, first); /* of a turn, pi/4 each */
    const double sign = copysign(1.0, x);
    const double base = eighths * (0.5 * CG_PIO2_HI); /* exact: it ends in three zeros */
    const double head = base + sign * q;
    const double head_rest = sign * q - (head - base);
    const double angle = head + (head_rest + (eighths * (0.5 * CG_PIO2_LO) + sign * tail));
    return (x != x) | (y != y) ? x + y : copysign(angle, y);
}

/* x / (x^2 + y^2), the derivative of arctan2(y, x) by y; 0 at the origin, where there is none, and
 * at infinity. */
CG_INLINE double CG_NAME(arctan2_slope)(double x, double y)
{
    const double h = CG_NAME(hypot)(x, y);
    const int ends = (h == 0.0) | ((h == (double)INFINITY) & (x == x) & (y == y));
    return ends ? 0.0 : x / h / h;
}
