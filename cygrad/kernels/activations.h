/* silu, and the derivatives of silu and gelu with all their digits: a part of loops.h.
 *
 * Each function is x P, where P rises from 0 to 1, so its derivative has a zero at a negative x, where
 * the sum P + x P' cancels. Near there it is a polynomial in the distance from the zero, which is a
 * sum of two doubles. As in transcendental.h the bits of an element depend on it alone; a block far
 * from the zero does not compute the polynomial. y may be x. */
#ifndef CG_ACTIVATIONS_ONCE
#define CG_ACTIVATIONS_ONCE

#define CG_SILU_TURN -0x1.474973c84120bp+0
#define CG_SILU_TURN_LO -0x1.f8d74bc9ac154p-54
static const double cg_silu_turn[] = {
    0x1.be1410460527fp-3, 0x1.2c563458cc0adp-3, 0x1.353eb573ca457p-6,
    -0x1.f2d0e32bc2994p-7, -0x1.b0f82c498fd4ap-8, 0x1.098e92b8f0568p-13,
    0x1.a2a7caf0f50abp-11, 0x1.8574d136e4ef6p-13, -0x1.57238de3f0935p-15,
    -0x1.f2d89785badfep-16, -0x1.8af3d8ac974a6p-19, 0x1.3ae11932517a5p-19,
    0x1.cda10847150c3p-21, -0x1.06ba0588e7197p-25, -0x1.8900c9b85da4bp-24,
    -0x1.37ed37f65f56fp-26,
};

#define CG_GELU_TURN -0x1.81429f9e97e4dp-1
#define CG_GELU_TURN_LO 0x1.4f523ed77dbdcp-55
static const double cg_gelu_turn[] = {
    0x1.b8bacd2c96b91p-2, 0x1.8cd1a2b2fff33p-2, -0x1.029615edb077bp-6,
    -0x1.d2b77346470abp-4, -0x1.104a83edc0b97p-6, 0x1.427996dc2490cp-6,
    0x1.58c9ed70ebbb8p-8, -0x1.3d8d6416db432p-9, -0x1.e63f28b400a25p-11,
    0x1.14bf88fb249aap-12, 0x1.04932282b73fcp-13, -0x1.253b68d632923p-15,
    -0x1.0b6f2908d60fap-16, 0x1.8cf4a8b8da521p-18, 0x1.3887e2ce7e5e4p-19,
    -0x1.006185ffc7043p-20,
};

#define CG_GELU_EXACT_TURN -0x1.80ead197f00b4p-1
#define CG_GELU_EXACT_TURN_LO 0x1.13e74c58cada8p-56
static const double cg_gelu_exact_turn[] = {
    0x1.b9d98fa5a3215p-2, 0x1.8d9a941de3ac5p-2, -0x1.2a2ef9bb865d8p-6,
    -0x1.d2fa4c17c7e85p-4, -0x1.e4088244f5ef2p-7, 0x1.3e346def42148p-6,
    0x1.297b9d6e9cd66p-8, -0x1.258a6d857e0a8p-9, -0x1.8680f61cb4b77p-11,
    0x1.86c863e547970p-13, 0x1.696077fa4b8b4p-14, -0x1.784af7718d8bdp-17,
    -0x1.03d88acc7b112p-17, 0x1.d0f2ac986f3cbp-22, 0x1.27a55f122b941p-21,
    -0x1.44d3e091aadc4p-29,
};

#endif /* CG_ACTIVATIONS_ONCE */

/* P(r) = c[0] + ... + c[15] r^15 */
CG_INLINE double CG_NAME(turn_poly)(double r, const double *c)
{
    const double rr = r * r, r4 = rr * rr;
    const double low = cg_poly4(r, rr, c) + r4 * cg_poly4(r, rr, c + 4);
    return low + (r4 * r4) * (cg_poly4(r, rr, c + 8) + r4 * cg_poly4(r, rr, c + 12));
}

/* Within `radius` of the zero the slope is r P(r), r = x - zero. */
#define CG_TURNS(turn, radius) (fabs(x[i] - turn) < radius)
#define CG_TURN(turn, turn_lo, radius, table)                                                       \
    if (any) {                                                                                    \
        CG_IVDEP                                                                                  \
        for (ptrdiff_t i = 0; i < size; i++) {                                                \
            const double r = (x[i] - turn) - turn_lo;                                             \
            const double near = r * CG_NAME(turn_poly)(r, table);                                 \
            y[i] = CG_TURNS(turn, radius) ? near : y[i];                                                  \
        }                                                                                         \
    }

/* The derivative of x s(v), s the logistic function: s(v) + x v' s'(v), where size + size_lo = |x v'|
 * and t = exp(-|v|), or its root where that would be subnormal, which is `far`. */
#define CG_FAR 700.0
CG_INLINE double CG_NAME(gate_slope)(double x, double size, double size_lo, double t, int far)
{
    const double d = 1.0 + t, d_lo = (1.0 - d) + t;
    const double square = d * d + (d + d) * d_lo;
    const double right = (1.0 + t * (1.0 + size)) / square;
    const double left =
        far ? t * (t * (1.0 - size)) : t * (((1.0 - size) + t) - size_lo) / square;
    const double end = (x < 0) ? 0.0 : 1.0; /* where t is 0, size may be infinite */
    return (t == 0) ? end : (x < 0) ? left : right;
}

static void CG_NAME(silu_slope)(const double *given, double *y, ptrdiff_t n)
{
    double x[CG_BLOCK], tile[CG_BLOCK];
    for (ptrdiff_t size; n > 0; n -= size, given += size, y += size) {
        uint64_t any = 0;
        size = n < CG_BLOCK ? n : CG_BLOCK;
        memcpy(x, given, (size_t)size * sizeof *x);
        CG_IVDEP
        for (ptrdiff_t i = 0; i < size; i++) {
            tile[i] = (fabs(x[i]) > CG_FAR) ? -0.5 * fabs(x[i]) : -fabs(x[i]);
            any |= CG_TURNS(CG_SILU_TURN, 0.25) ? 1 : 0;
        }
        CG_EXP(tile, tile, size);
        CG_IVDEP
        for (ptrdiff_t i = 0; i < size; i++)
            y[i] = CG_NAME(gate_slope)(x[i], fabs(x[i]), 0.0, tile[i], fabs(x[i]) > CG_FAR);
        CG_TURN(CG_SILU_TURN, CG_SILU_TURN_LO, 0.25, cg_silu_turn)
    }
}

/* x s(x). Where s(x) is subnormal, (x exp(x/2)) exp(x/2). */
static void CG_NAME(silu)(const double *given, double *y, ptrdiff_t n)
{
    double x[CG_BLOCK], tile[CG_BLOCK];
    for (ptrdiff_t size; n > 0; n -= size, given += size, y += size) {
        uint64_t any = 0;
        size = n < CG_BLOCK ? n : CG_BLOCK;
        memcpy(x, given, (size_t)size * sizeof *x);
        for (ptrdiff_t i = 0; i < size; i++)
            any |= (x[i] < -CG_FAR) ? 1 : 0;
        CG_SIGMOID(x, tile, size);
        CG_IVDEP
        for (ptrdiff_t i = 0; i < size; i++)
            y[i] = x[i] * tile[i];
        if (!any)
            continue;
        CG_IVDEP
        for (ptrdiff_t i = 0; i < size; i++)
            tile[i] = 0.5 * x[i];
        CG_EXP(tile, tile, size);
        CG_IVDEP
        for (ptrdiff_t i = 0; i < size; i++) {
            const double t = tile[i];
            const double far = (t == 0) ? -0.0 : (x[i] * t) * t; /* x may be -inf */
            y[i] = (x[i] < -CG_FAR) ? far : y[i];
        }
    }
}

/* (1 + tanh u) / 2 is s(v), v = 2 u = a x + b x^3 with a = 2 sqrt(2/pi), b = 0.044715 a, which loses
 * nothing. v saturates long before |x| = 50; cut there, it never overflows. */
#define CG_GELU_A 0x1.9884533d43651p+0
#define CG_GELU_A_LO -0x1.cbc0d30ebfd15p-54
#define CG_GELU_B 0x1.2444f2a4d8b4bp-4
#define CG_GELU_B_HI 0x1.2444f28000000p-4 /* 26 bits */
#define CG_GELU_B_LO 0x1.26c5a57a4def1p-31
#define CG_GELU_CUT(x) (((x) > 50.0) ? 50.0 : ((x) < -50.0) ? -50.0 : (x))
#define CG_GELU_INNER(x)                                                                          \
    (CG_GELU_CUT(x) * (CG_GELU_A + CG_GELU_CUT(x) * CG_GELU_CUT(x) * CG_GELU_B))

/* v as a sum of two doubles, which the exponential's error asks for. */
CG_INLINE double CG_NAME(gelu_inner)(double x, double *v_lo)
{
    const double square = x * x, head = cg_head(square);
    const double left = (square - head) + cg_square_rest(x, square);
    const double p = head * CG_GELU_B_HI;
    const double p_lo = head * CG_GELU_B_LO + left * CG_GELU_B;
    const double w = CG_GELU_A + p, w_part = w - CG_GELU_A;
    const double w_lo = ((CG_GELU_A - (w - w_part)) + (p - w_part)) + (p_lo + CG_GELU_A_LO);
    const double v = x * w;
    const double x_head = cg_head(x), x_left = x - x_head, w_head = cg_head(w), w_left = w - w_head;
    *v_lo = ((((x_head * w_head - v) + x_head * w_left) + x_left * w_head) + x_left * w_left) +
            x * w_lo;
    return v;
}

static void CG_NAME(gelu_slope)(const double *given, double *y, ptrdiff_t n)
{
    double x[CG_BLOCK], tile[CG_BLOCK];
    for (ptrdiff_t size; n > 0; n -= size, given += size, y += size) {
        uint64_t any = 0;
        size = n < CG_BLOCK ? n : CG_BLOCK;
        memcpy(x, given, (size_t)size * sizeof *x);
        CG_IVDEP
        for (ptrdiff_t i = 0; i < size; i++) {
            const double v = fabs(CG_GELU_INNER(x[i]));
            tile[i] = (v > CG_FAR) ? -0.5 * v : -v;
            any |= CG_TURNS(CG_GELU_TURN, 0.25) ? 1 : 0;
        }
        CG_EXP(tile, tile, size);
        CG_IVDEP
        for (ptrdiff_t i = 0; i < size; i++) {
            const double cut = CG_GELU_CUT(x[i]), rough = CG_GELU_INNER(x[i]);
            double rest;
            const double v = CG_NAME(gelu_inner)(cut, &rest);
            const int far = fabs(rough) > CG_FAR;
            /* |v| + rest is |rough| + left */
            const double left = (fabs(v) - fabs(rough)) + ((x[i] < 0) ? -rest : rest);
            const double t = tile[i] - tile[i] * (far ? 0.5 * left : left);
            /* |x| v' = |x| (a + 3 b x^2), with the roundings of the last two operations */
            const double size = fabs(cut), p = 3.0 * CG_GELU_B * (cut * cut);
            const double w = CG_GELU_A + p, w_part = w - CG_GELU_A;
            const double w_lo = (CG_GELU_A - (w - w_part)) + (p - w_part);
            const double step = size * w, head = cg_head(size), w_head = cg_head(w);
            const double step_lo = ((head * w_head - step) + head * (w - w_head)) +
                                   ((size - head) * w + size * w_lo);
            y[i] = CG_NAME(gate_slope)(x[i], step, step_lo, t, far);
        }
        CG_TURN(CG_GELU_TURN, CG_GELU_TURN_LO, 0.25, cg_gelu_turn)
    }
}

/* P(x) + x p(x), P the standard normal distribution's function and p its density: with Mills' ratio
 * R(x) = (1 - P(x)) / p(x) it is s = p(x) (R(-x) + x) for negative x, and 1 - s(-x) for others. Below
 * -37, where p is subnormal, u (u (x + (1 - z + 3 z^2 - 15 z^3 ...) / |x|)) / sqrt(2 pi),
 * u = exp(-(x/2)^2) and z = 1 / x^2. */
static void CG_NAME(gelu_exact_slope)(const double *given, double *y, ptrdiff_t n)
{
    double x[CG_BLOCK], ratio[CG_BLOCK], bell[CG_BLOCK];
    for (ptrdiff_t size; n > 0; n -= size, given += size, y += size) {
        uint64_t any = 0, far = 0;
        size = n < CG_BLOCK ? n : CG_BLOCK;
        memcpy(x, given, (size_t)size * sizeof *x);
        CG_IVDEP
        for (ptrdiff_t i = 0; i < size; i++) {
            ratio[i] = fabs(x[i]) * CG_ROOT_HALF;
            bell[i] = x[i];
            any |= CG_TURNS(CG_GELU_EXACT_TURN, 0.375) ? 1 : 0;
            far |= (x[i] < -37.0) ? 1 : 0;
        }
        CG_ERFCX(ratio, ratio, size);
        CG_EXP_MINUS_HALF_SQUARE(bell, bell, size);
        CG_IVDEP
        for (ptrdiff_t i = 0; i < size; i++) {
            const double distance = fabs(x[i]) > 100.0 ? 100.0 : fabs(x[i]);
            const double sum = 1.2533141373155003 * ratio[i] - distance;
            const double s = (bell[i] * 0.3989422804014327) * sum;
            y[i] = (x[i] < 0) ? s : 1.0 - s;
        }
        if (far) {
            CG_IVDEP
            for (ptrdiff_t i = 0; i < size; i++)
                bell[i] = (x[i] < -100.0) ? -50.0 : 0.5 * x[i];
            CG_EXP_MINUS_SQUARE(bell, bell, size);
            CG_IVDEP
            for (ptrdiff_t i = 0; i < size; i++) {
                const double u = bell[i], cut = (x[i] < -100.0) ? -100.0 : x[i];
                const double z = 1.0 / (cut * cut);
                const double tail = 1.0 - 5.0 * z * (1.0 - 7.0 * z * (1.0 - 9.0 * z));
                const double sum = cut * (1.0 - z * (1.0 - z * (1.0 - 3.0 * z * tail)));
                const double value = u * (u * (sum * 0.3989422804014327));
                y[i] = (x[i] < -37.0) ? value : y[i];
            }
        }
        CG_TURN(CG_GELU_EXACT_TURN, CG_GELU_EXACT_TURN_LO, 0.375, cg_gelu_exact_turn)
    }
}
