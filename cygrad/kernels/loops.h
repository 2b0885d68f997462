/* The loops of one instruction set: each line of kernels.def made into a function, and the table
 * of them all. Included by kernels.c once per instruction set, inside a region that lets the
 * compiler use it, with CG_NAME(f) giving that set's name to each function.
 *
 * The expressions are plain IEEE arithmetic, compiled without contraction, so an element's bits
 * depend on nothing but its inputs: not on the set, the length, or the place in the array. */

#include "transcendental.h"
#include "gamma_function.h"
#include "polygamma.h"

#define CG_SIN CG_NAME(sin)
#define CG_COS CG_NAME(cos)
#define CG_TAN CG_NAME(tan)
#define CG_SINH CG_NAME(sinh)
#define CG_COSH CG_NAME(cosh)
#define CG_TANH CG_NAME(tanh)
#define CG_EXP CG_NAME(exp)
#define CG_EXPM1 CG_NAME(expm1)
#define CG_LOG CG_NAME(log)
#define CG_LOG1P CG_NAME(log1p)
#define CG_ARCSIN CG_NAME(arcsin)
#define CG_ARCCOS CG_NAME(arccos)
#define CG_ARCTAN CG_NAME(arctan)
#define CG_ARCSINH CG_NAME(arcsinh)
#define CG_ARCCOSH CG_NAME(arccosh)
#define CG_ARCTANH CG_NAME(arctanh)
#define CG_SIGMOID CG_NAME(sigmoid)
#define CG_EXP_MINUS_SQUARE CG_NAME(exp_minus_square)
#define CG_EXP_MINUS_HALF_SQUARE CG_NAME(exp_minus_half_square)
#define CG_ERF CG_NAME(erf)
#define CG_ERFC CG_NAME(erfc)
#define CG_ERFCX CG_NAME(erfcx)
#define CG_ERFCX1 CG_NAME(erfcx1)
#define CG_ERFCX2 CG_NAME(erfcx2)
#define CG_ERFC_RATIO1 CG_NAME(erfc_ratio1)
#define CG_ERFC_RATIO2 CG_NAME(erfc_ratio2)
#define CG_NDTR CG_NAME(ndtr)
#define CG_LOG_NDTR CG_NAME(log_ndtr)
#define CG_INVERSE_MILLS CG_NAME(inverse_mills)
#define CG_ERFINV CG_NAME(erfinv)
#define CG_ERFCINV CG_NAME(erfcinv)
#define CG_NDTRI CG_NAME(ndtri)
#define CG_ERFCX_ERFINV CG_NAME(erfcx_erfinv)
#define CG_ERFCX_ERFCINV CG_NAME(erfcx_erfcinv)
#define CG_LOGIT CG_NAME(logit)
#define CG_EXP_OVER CG_NAME(exp_over)
#define CG_XLOGY CG_NAME(xlogy)
#define CG_XLOGY_ONE CG_NAME(xlogy_any)
#define CG_XLOG1PY CG_NAME(xlog1py)
#define CG_XLOG1PY_ONE CG_NAME(xlog1py_any)
#define CG_LOG_QUOTIENT CG_NAME(log_quotient)
#define CG_LOG_QUOTIENT_ONE CG_NAME(log_quotient_any)
#define CG_LOG_E_QUOTIENT CG_NAME(log_e_quotient)
#define CG_LOG_E_QUOTIENT_ONE CG_NAME(log_e_quotient_any)
#define CG_CBRT CG_NAME(cbrt)
#define CG_GAMMA CG_NAME(gamma)
#define CG_GAMMALN CG_NAME(gammaln)
#define CG_DIGAMMA CG_NAME(digamma)
#define CG_TRIGAMMA CG_NAME(trigamma)
#define CG_LOG2 CG_NAME(log2)
#define CG_LOG10 CG_NAME(log10)
#define CG_EXP2 CG_NAME(exp2)
#define CG_LOGADDEXP2 CG_NAME(logaddexp2)
#define CG_LOGADDEXP2_ONE CG_NAME(logaddexp2_any)
#define CG_STIRLING CG_NAME(stirling)
#define CG_POW CG_NAME(pow)
#define CG_POW_ONE CG_NAME(pow_any)
#define CG_POW_X CG_NAME(pow_x)
#define CG_POW_X_ONE CG_NAME(pow_x_any)
#define CG_POW_Y CG_NAME(pow_y)
#define CG_POW_Y_ONE CG_NAME(pow_y_any)
#define CG_POW_XX CG_NAME(pow_xx)
#define CG_POW_XX_ONE CG_NAME(pow_xx_any)
#define CG_POW_XY CG_NAME(pow_xy)
#define CG_POW_XY_ONE CG_NAME(pow_xy_any)
#define CG_POW_YY CG_NAME(pow_yy)
#define CG_POW_YY_ONE CG_NAME(pow_yy_any)
#define CG_LOG1P_EXP CG_NAME(log1p_exp)
#define CG_SILU CG_NAME(silu)
#define CG_SILU_SLOPE CG_NAME(silu_slope)
#define CG_GELU_SLOPE CG_NAME(gelu_slope)
#define CG_GELU_EXACT_SLOPE CG_NAME(gelu_exact_slope)

static void CG_NAME(log1p_exp)(const double *x, double *y, ptrdiff_t n)
{
    CG_EXP(x, y, n);
    CG_LOG1P(y, y, n);
}

/* (-1)^n for a small whole number in a double. */
#define CG_ALTERNATE(n) (((int)(n) & 1) ? -1.0 : 1.0)

#define CG_RELU(x) (((x) <= 0) ? 0.0 : (x))
#define CG_STEP(x) (((x) > 0) ? 1.0 : 0.0)

/* The share e^x / (e^x + e^y) = sigmoid(x - y) of two exponentials, and that of powers of 2. The
 * difference is the rounded one and its rest, which the exponential asks for. Equal infinities have
 * the difference 0: they share evenly. */
#define CG_GAP(x, y) (((x) == (y)) ? 0.0 : (x) - (y))
#define CG_GAP_REST(x, y) CG_NAME(gap_rest)(x, y)
#define CG_SHARE(x, y, t) ((t) + (t) * (1.0 - (t)) * CG_GAP_REST(x, y))
#define CG_SHARE2(x, y, t) CG_NAME(share2)(x, y, t)

CG_INLINE double CG_NAME(gap_rest)(double x, double y)
{
    const double gap = x - y, part = gap - x;
    const double rest = (x - (gap - part)) - (y + part);
    return (fabs(gap) < (double)INFINITY) ? rest : 0.0;
}

/* t = 2^-|x - y| */
CG_INLINE double CG_NAME(share2)(double x, double y, double t)
{
    const double rest = 0.6931471805599453 * CG_NAME(gap_rest)(x, y);
    const double e = t + t * ((x < y) ? rest : -rest);
    return ((x < y) ? e : 1.0) / (1.0 + e);
}

#define CG_ROOT_HALF 0.70710678118654752

#include "activations.h"

/* How far x is from the nearer end of [0, end]. */
#define CG_FROM_END(x, end) (((x) < 0.5 * (end)) ? (x) : (end) - (x))

#define CG_LOAD_1 const double x = x0[i]; (void)x;
#define CG_LOAD_2 CG_LOAD_1 const double y = x1[i]; (void)y;
#define CG_LOAD_3 CG_LOAD_2 const double z = x2[i]; (void)z;
#define CG_LOAD_4 CG_LOAD_3 const double w = x3[i]; (void)w;
#define CG_LOAD_5 CG_LOAD_4 const double v = x4[i]; (void)v;

#define CG_GLOAD_1 const double g = x0[i]; (void)g;
#define CG_GLOAD_2 CG_GLOAD_1 const double x = x1[i]; (void)x;
#define CG_GLOAD_3 CG_GLOAD_2 const double y = x2[i]; (void)y;

#define CG_ARGS_1 const double *x0 = in[0];
#define CG_ARGS_2 CG_ARGS_1 const double *x1 = in[1];
#define CG_ARGS_3 CG_ARGS_2 const double *x2 = in[2];
#define CG_ARGS_4 CG_ARGS_3 const double *x3 = in[3];
#define CG_ARGS_5 CG_ARGS_4 const double *x4 = in[4];

/* Inputs may equal the output, element for element, which is all that IVDEP promises. */
#define CG_LOOP(load, statement)                                                                  \
    CG_IVDEP                                                                                      \
    for (ptrdiff_t i = 0; i < n; i++) {                                                           \
        load statement;                                                                           \
    }

#define CG_SIGNATURE(name)                                                                        \
    static void CG_NAME(name)(const double *const *in, double *out, ptrdiff_t n, const double *c)

#define FORWARD(name, nin, expr)                                                                  \
    CG_SIGNATURE(name)                                                                            \
    {                                                                                             \
        CG_ARGS_##nin (void)in; (void)c;                                                          \
        CG_LOOP(CG_LOAD_##nin, out[i] = (expr))                                                   \
    }

#define FUNCTION(name)                                                                            \
    CG_SIGNATURE(name)                                                                            \
    {                                                                                             \
        (void)c;                                                                                  \
        CG_##name(in[0], out, n);                                                                 \
    }

#define GRADIENT(name, nin, expr)                                                                 \
    CG_SIGNATURE(name)                                                                            \
    {                                                                                             \
        CG_ARGS_##nin (void)c;                                                                    \
        CG_LOOP(CG_GLOAD_##nin, out[i] = (expr))                                                  \
    }                                                                                             \
    CG_SIGNATURE(name##_ADD)                                                                      \
    {                                                                                             \
        CG_ARGS_##nin (void)c;                                                                    \
        CG_LOOP(CG_GLOAD_##nin, out[i] += (expr))                                                 \
    }

/* The function's values stay in a tile that fits the first-level cache. */
enum { CG_NAME(TILE) = CG_BLOCK };

#define CG_TILED(nin, function, argument, statement)                                              \
    double tile[CG_NAME(TILE)];                                                                   \
    CG_ARGS_##nin (void)c;                                                                        \
    for (ptrdiff_t start = 0; start < n; start += CG_NAME(TILE)) {                                \
        ptrdiff_t stop = n - start < CG_NAME(TILE) ? n : start + CG_NAME(TILE);                   \
        CG_##function(in[argument] + start, tile, stop - start);                                  \
        CG_IVDEP                                                                                  \
        for (ptrdiff_t i = start; i < stop; i++) {                                                \
            const double t = tile[i - start];                                                     \
            CG_GLOAD_##nin statement;                                                             \
        }                                                                                         \
    }

#define GRADIENT_OF(name, nin, function, argument, expr)                                          \
    CG_SIGNATURE(name)                                                                            \
    {                                                                                             \
        CG_TILED(nin, function, argument, out[i] = (expr))                                        \
    }                                                                                             \
    CG_SIGNATURE(name##_ADD)                                                                      \
    {                                                                                             \
        CG_TILED(nin, function, argument, out[i] += (expr))                                       \
    }

/* The inner expression goes into the tile first. */
#define CG_TILED_AT(load, args, function, inner, statement)                                       \
    double tile[CG_NAME(TILE)];                                                                   \
    args (void)c;                                                                                 \
    for (ptrdiff_t start = 0; start < n; start += CG_NAME(TILE)) {                                \
        ptrdiff_t stop = n - start < CG_NAME(TILE) ? n : start + CG_NAME(TILE);                   \
        CG_IVDEP                                                                                  \
        for (ptrdiff_t i = start; i < stop; i++) {                                                \
            load tile[i - start] = (inner);                                                       \
        }                                                                                         \
        CG_##function(tile, tile, stop - start);                                                  \
        CG_IVDEP                                                                                  \
        for (ptrdiff_t i = start; i < stop; i++) {                                                \
            const double t = tile[i - start];                                                     \
            load statement;                                                                       \
        }                                                                                         \
    }

#define FORWARD_AT(name, nin, function, inner, expr)                                              \
    CG_SIGNATURE(name)                                                                            \
    {                                                                                             \
        CG_TILED_AT(CG_LOAD_##nin, CG_ARGS_##nin, function, inner, out[i] = (expr))               \
    }

#define GRADIENT_AT(name, nin, function, inner, expr)                                             \
    CG_SIGNATURE(name)                                                                            \
    {                                                                                             \
        CG_TILED_AT(CG_GLOAD_##nin, CG_ARGS_##nin, function, inner, out[i] = (expr))              \
    }                                                                                             \
    CG_SIGNATURE(name##_ADD)                                                                      \
    {                                                                                             \
        CG_TILED_AT(CG_GLOAD_##nin, CG_ARGS_##nin, function, inner, out[i] += (expr))             \
    }

/* The same with a function of two arguments, both inner expressions. One element needs no tiles. */
#define CG_TILED_AT2(load, args, function, first, second, statement)                              \
    double a[CG_NAME(TILE)], b[CG_NAME(TILE)], tile[CG_NAME(TILE)];                               \
    args (void)c;                                                                                 \
    if (n == 1) {                                                                                 \
        const ptrdiff_t i = 0;                                                                    \
        load const double t = CG_##function##_ONE(first, second);                                 \
        statement;                                                                                \
        return;                                                                                   \
    }                                                                                             \
    for (ptrdiff_t start = 0; start < n; start += CG_NAME(TILE)) {                                \
        ptrdiff_t stop = n - start < CG_NAME(TILE) ? n : start + CG_NAME(TILE);                   \
        CG_IVDEP                                                                                  \
        for (ptrdiff_t i = start; i < stop; i++) {                                                \
            load a[i - start] = (first);                                                          \
            b[i - start] = (second);                                                              \
        }                                                                                         \
        CG_##function(a, b, tile, stop - start);                                                  \
        CG_IVDEP                                                                                  \
        for (ptrdiff_t i = start; i < stop; i++) {                                                \
            const double t = tile[i - start];                                                     \
            load statement;                                                                       \
        }                                                                                         \
    }

#define FORWARD_AT2(name, nin, function, first, second, expr)                                     \
    CG_SIGNATURE(name)                                                                            \
    {                                                                                             \
        CG_TILED_AT2(CG_LOAD_##nin, CG_ARGS_##nin, function, first, second, out[i] = (expr))      \
    }

#define GRADIENT_AT2(name, nin, function, first, second, expr)                                    \
    CG_SIGNATURE(name)                                                                            \
    {                                                                                             \
        CG_TILED_AT2(CG_GLOAD_##nin, CG_ARGS_##nin, function, first, second, out[i] = (expr))     \
    }                                                                                             \
    CG_SIGNATURE(name##_ADD)                                                                      \
    {                                                                                             \
        CG_TILED_AT2(CG_GLOAD_##nin, CG_ARGS_##nin, function, first, second, out[i] += (expr))    \
    }

/* For some elements, t = exp(inner) is needed. Most blocks of ordinary numbers have none, and then none
 * pays for it; where the plain core serves all that have it, the loop is one. */
#define FORWARD_IF(name, nin, condition, inner, expr, otherwise)                                  \
    CG_SIGNATURE(name)                                                                            \
    {                                                                                             \
        double tile[CG_NAME(TILE)];                                                               \
        CG_ARGS_##nin (void)c;                                                                    \
        for (ptrdiff_t start = 0; start < n; start += CG_NAME(TILE)) {                            \
            ptrdiff_t stop = n - start < CG_NAME(TILE) ? n : start + CG_NAME(TILE);               \
            uint64_t any = 0, unsafe = 0;                                                         \
            for (ptrdiff_t i = start; i < stop; i++) {                                            \
                CG_LOAD_##nin const uint64_t needed = (condition) ? CG_SIGN_BIT : 0;              \
                any |= needed;                                                                    \
                unsafe |= needed & CG_NAME(exp_unsafe)(inner);                                    \
            }                                                                                     \
            if (!any) {                                                                           \
                CG_IVDEP                                                                          \
                for (ptrdiff_t i = start; i < stop; i++) {                                        \
                    CG_LOAD_##nin out[i] = (otherwise);                                           \
                }                                                                                 \
            } else if (!unsafe) {                                                                 \
                CG_IVDEP                                                                          \
                for (ptrdiff_t i = start; i < stop; i++) {                                        \
                    CG_LOAD_##nin const double t = CG_NAME(exp_core)(inner);                      \
                    const double chosen = (expr), other = (otherwise);                            \
                    out[i] = (condition) ? chosen : other;                                        \
                }                                                                                 \
            } else {                                                                              \
                CG_IVDEP                                                                          \
                for (ptrdiff_t i = start; i < stop; i++) {                                        \
                    CG_LOAD_##nin tile[i - start] = (inner);                                      \
                }                                                                                 \
                CG_EXP(tile, tile, stop - start);                                                 \
                CG_IVDEP                                                                          \
                for (ptrdiff_t i = start; i < stop; i++) {                                        \
                    const double t = tile[i - start];                                             \
                    CG_LOAD_##nin const double chosen = (expr), other = (otherwise);              \
                    out[i] = (condition) ? chosen : other;                                        \
                }                                                                                 \
            }                                                                                     \
        }                                                                                         \
    }

#define CG_TIMES_TILED(nin, kernel, statement)                                                    \
    double tile[CG_NAME(TILE)];                                                                   \
    const double *rest[nin];                                                                      \
    for (ptrdiff_t start = 0; start < n; start += CG_NAME(TILE)) {                                \
        ptrdiff_t stop = n - start < CG_NAME(TILE) ? n : start + CG_NAME(TILE);                   \
        for (int k = 1; k < nin; k++)                                                             \
            rest[k] = in[k] + start;                                                              \
        CG_NAME(kernel)(rest + 1, tile, stop - start, c);                                         \
        CG_IVDEP                                                                                  \
        for (ptrdiff_t i = start; i < stop; i++) {                                                \
            const double t = tile[i - start], g = in[0][i];                                       \
            statement;                                                                            \
        }                                                                                         \
    }

#define GRADIENT_BY(name, nin, kernel)                                                            \
    CG_SIGNATURE(name)                                                                            \
    {                                                                                             \
        CG_TIMES_TILED(nin, kernel, out[i] = g * t)                                               \
    }                                                                                             \
    CG_SIGNATURE(name##_ADD)                                                                      \
    {                                                                                             \
        CG_TIMES_TILED(nin, kernel, out[i] += g * t)                                              \
    }

#include "kernels.def"

static const cg_kernel CG_NAME(table)[CG_KERNELS] = {
#define FORWARD(name, nin, expr) CG_NAME(name),
#define FUNCTION(name) CG_NAME(name),
#define GRADIENT(name, nin, expr) CG_NAME(name), CG_NAME(name##_ADD),
#define GRADIENT_OF(name, nin, function, argument, expr) CG_NAME(name), CG_NAME(name##_ADD),
#define GRADIENT_BY(name, nin, kernel) CG_NAME(name), CG_NAME(name##_ADD),
#define FORWARD_AT(name, nin, function, inner, expr) CG_NAME(name),
#define GRADIENT_AT(name, nin, function, inner, expr) CG_NAME(name), CG_NAME(name##_ADD),
#define FORWARD_AT2(name, nin, function, first, second, expr) CG_NAME(name),
#define GRADIENT_AT2(name, nin, function, first, second, expr) CG_NAME(name), CG_NAME(name##_ADD),
#define FORWARD_IF(name, nin, condition, inner, expr, otherwise) CG_NAME(name),
#include "kernels.def"
};

#include "cells.h"
