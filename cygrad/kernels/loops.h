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

/* Of each word that `reads` may be in kernels.def: how many arrays it stands for, and the element
 * of each by its name. */
#define CG_COUNT_X 1
#define CG_COUNT_XC 1
#define CG_COUNT_XCC 1
#define CG_COUNT_XY 2
#define CG_COUNT_XYC 2
#define CG_COUNT_XYCC 2
#define CG_COUNT_XYZ 3
#define CG_COUNT_XYZW 4
#define CG_COUNT_XYZWC 4
#define CG_COUNT_XYZWV 5
#define CG_COUNT_G 1
#define CG_COUNT_GX 2
#define CG_COUNT_GY 2
#define CG_COUNT_GR 2
#define CG_COUNT_GXY 3
#define CG_COUNT_GXR 3
#define CG_COUNT_GYR 3

#define CG_AT(name, k) const double name = in##k[i]; (void)name;
#define CG_LOAD_X CG_AT(x, 0)
#define CG_LOAD_XC CG_LOAD_X
#define CG_LOAD_XCC CG_LOAD_X
#define CG_LOAD_XY CG_LOAD_X CG_AT(y, 1)
#define CG_LOAD_XYC CG_LOAD_XY
#define CG_LOAD_XYCC CG_LOAD_XY
#define CG_LOAD_XYZ CG_LOAD_XY CG_AT(z, 2)
#define CG_LOAD_XYZW CG_LOAD_XYZ CG_AT(w, 3)
#define CG_LOAD_XYZWC CG_LOAD_XYZW
#define CG_LOAD_XYZWV CG_LOAD_XYZW CG_AT(v, 4)
#define CG_LOAD_G CG_AT(g, 0)
#define CG_LOAD_GX CG_LOAD_G CG_AT(x, 1)
#define CG_LOAD_GY CG_LOAD_G CG_AT(y, 1)
#define CG_LOAD_GR CG_LOAD_G CG_AT(r, 1)
#define CG_LOAD_GXY CG_LOAD_GX CG_AT(y, 2)
#define CG_LOAD_GXR CG_LOAD_GX CG_AT(r, 2)
#define CG_LOAD_GYR CG_LOAD_GY CG_AT(r, 2)

#define CG_ARRAYS_1 const double *in0 = in[0];
#define CG_ARRAYS_2 CG_ARRAYS_1 const double *in1 = in[1];
#define CG_ARRAYS_3 CG_ARRAYS_2 const double *in2 = in[2];
#define CG_ARRAYS_4 CG_ARRAYS_3 const double *in3 = in[3];
#define CG_ARRAYS_5 CG_ARRAYS_4 const double *in4 = in[4];
#define CG_ARRAYS(reads) CG_PASTE_ARRAYS(CG_COUNT_##reads)
#define CG_PASTE_ARRAYS(count) CG_ARRAYS_COUNTED(count)
#define CG_ARRAYS_COUNTED(count) CG_ARRAYS_##count

/* Inputs may equal the output, element for element, which is all that IVDEP promises. */
#define CG_LOOP(reads, begin, end, statement)                                                     \
    CG_IVDEP                                                                                      \
    for (ptrdiff_t i = begin; i < end; i++) {                                                     \
        CG_LOAD_##reads statement;                                                                \
    }

#define CG_SIGNATURE(name)                                                                        \
    static void CG_NAME(name)(const double *const *in, double *out, ptrdiff_t n, const double *c)

/* The lines may name kernels that stand further down. */
#define FORWARD(name, reads, expression) CG_SIGNATURE(name);
#include "kernels.def"

/* What a line computes is put into the output in one of two ways: = or +=. */
#define CG_PLAIN(reads, put, expression)                                                          \
    {                                                                                             \
        CG_ARRAYS(reads) (void)c;                                                                 \
        CG_LOOP(reads, 0, n, out[i] put (expression))                                             \
    }

#define FORWARD(name, reads, expression)                                                          \
    CG_SIGNATURE(name) CG_PLAIN(reads, =, expression)

#define ADDING(name, reads, expression)                                                           \
    CG_SIGNATURE(name) CG_PLAIN(reads, +=, expression)

#define GRADIENT(of, by, reads, expression)                                                       \
    CG_SIGNATURE(G_##of##_##by) CG_PLAIN(reads, =, expression)                                    \
    CG_SIGNATURE(G_##of##_##by##_ADD) CG_PLAIN(reads, +=, expression)

#define FUNCTION(name)                                                                            \
    CG_SIGNATURE(name)                                                                            \
    {                                                                                             \
        (void)c;                                                                                  \
        CG_##name(in[0], out, n);                                                                 \
    }

/* A function's values stay in a tile that fits the first-level cache. */
enum { CG_NAME(TILE) = CG_BLOCK };

#define CG_TILES(start, stop)                                                                     \
    for (ptrdiff_t start = 0, stop = n < CG_NAME(TILE) ? n : CG_NAME(TILE); start < n;            \
         start = stop, stop = n - stop < CG_NAME(TILE) ? n : stop + CG_NAME(TILE))

/* Of x itself, the second array of a gradient. */
#define CG_TILED(reads, function, put, expression)                                                \
    {                                                                                             \
        double tile[CG_NAME(TILE)];                                                               \
        CG_ARRAYS(reads) (void)c;                                                                 \
        CG_TILES(start, stop) {                                                                   \
            CG_##function(in1 + start, tile, stop - start);                                       \
            CG_LOOP(reads, start, stop, const double t = tile[i - start];                         \
                    out[i] put (expression))                                                      \
        }                                                                                         \
    }

#define GRADIENT_OF(of, by, reads, function, expression)                                          \
    CG_SIGNATURE(G_##of##_##by) CG_TILED(reads, function, =, expression)                          \
    CG_SIGNATURE(G_##of##_##by##_ADD) CG_TILED(reads, function, +=, expression)

/* The inner expression goes into the tile first. */
#define CG_TILED_AT(reads, function, inner, put, expression)                                      \
    {                                                                                             \
        double tile[CG_NAME(TILE)];                                                               \
        CG_ARRAYS(reads) (void)c;                                                                 \
        CG_TILES(start, stop) {                                                                   \
            CG_LOOP(reads, start, stop, tile[i - start] = (inner))                                \
            CG_##function(tile, tile, stop - start);                                              \
            CG_LOOP(reads, start, stop, const double t = tile[i - start];                         \
                    out[i] put (expression))                                                      \
        }                                                                                         \
    }

#define FORWARD_AT(name, reads, function, inner, expression)                                      \
    CG_SIGNATURE(name) CG_TILED_AT(reads, function, inner, =, expression)

#define GRADIENT_AT(of, by, reads, function, inner, expression)                                   \
    CG_SIGNATURE(G_##of##_##by) CG_TILED_AT(reads, function, inner, =, expression)                \
    CG_SIGNATURE(G_##of##_##by##_ADD) CG_TILED_AT(reads, function, inner, +=, expression)

/* The same with a function of two arguments, both inner expressions. One element needs no tiles. */
#define CG_TILED_AT2(reads, function, first, second, put, expression)                             \
    {                                                                                             \
        double a[CG_NAME(TILE)], b[CG_NAME(TILE)], tile[CG_NAME(TILE)];                           \
        CG_ARRAYS(reads) (void)c;                                                                 \
        if (n == 1) {                                                                             \
            const ptrdiff_t i = 0;                                                                \
            CG_LOAD_##reads const double t = CG_##function##_ONE(first, second);                  \
            out[i] put (expression);                                                              \
            return;                                                                               \
        }                                                                                         \
        CG_TILES(start, stop) {                                                                   \
            CG_LOOP(reads, start, stop, a[i - start] = (first); b[i - start] = (second))          \
            CG_##function(a, b, tile, stop - start);                                              \
            CG_LOOP(reads, start, stop, const double t = tile[i - start];                         \
                    out[i] put (expression))                                                      \
        }                                                                                         \
    }

#define FORWARD_AT2(name, reads, function, first, second, expression)                             \
    CG_SIGNATURE(name) CG_TILED_AT2(reads, function, first, second, =, expression)

#define GRADIENT_AT2(of, by, reads, function, first, second, expression)                          \
    CG_SIGNATURE(G_##of##_##by) CG_TILED_AT2(reads, function, first, second, =, expression)       \
    CG_SIGNATURE(G_##of##_##by##_ADD)                                                             \
    CG_TILED_AT2(reads, function, first, second, +=, expression)

/* For some elements, t = exp(inner) is needed. Most blocks of ordinary numbers have none, and then
 * none pays for it; where the plain core serves all that have it, the loop is one. */
#define FORWARD_IF(name, reads, condition, inner, expression, otherwise)                          \
    CG_SIGNATURE(name)                                                                            \
    {                                                                                             \
        double tile[CG_NAME(TILE)];                                                               \
        CG_ARRAYS(reads) (void)c;                                                                 \
        CG_TILES(start, stop) {                                                                   \
            uint64_t any = 0, unsafe = 0;                                                         \
            for (ptrdiff_t i = start; i < stop; i++) {                                            \
                CG_LOAD_##reads const uint64_t needed = (condition) ? CG_SIGN_BIT : 0;            \
                any |= needed;                                                                    \
                unsafe |= needed & CG_NAME(exp_unsafe)(inner);                                    \
            }                                                                                     \
            if (!any) {                                                                           \
                CG_LOOP(reads, start, stop, out[i] = (otherwise))                                 \
            } else if (!unsafe) {                                                                 \
                CG_LOOP(reads, start, stop, const double t = CG_NAME(exp_core)(inner);            \
                        const double chosen = (expression); const double other = (otherwise);     \
                        out[i] = (condition) ? chosen : other)                                    \
            } else {                                                                              \
                CG_LOOP(reads, start, stop, tile[i - start] = (inner))                            \
                CG_EXP(tile, tile, stop - start);                                                 \
                CG_LOOP(reads, start, stop, const double t = tile[i - start];                     \
                        const double chosen = (expression); const double other = (otherwise);     \
                        out[i] = (condition) ? chosen : other)                                    \
            }                                                                                     \
        }                                                                                         \
    }

/* By a forward kernel, which takes what is read beside g. */
#define CG_TIMES(reads, kernel, put)                                                              \
    {                                                                                             \
        double tile[CG_NAME(TILE)];                                                               \
        const double *rest[CG_COUNT_##reads];                                                     \
        CG_TILES(start, stop) {                                                                   \
            for (int k = 1; k < CG_COUNT_##reads; k++)                                            \
                rest[k - 1] = in[k] + start;                                                      \
            CG_NAME(kernel)(rest, tile, stop - start, c);                                         \
            CG_IVDEP                                                                              \
            for (ptrdiff_t i = start; i < stop; i++)                                              \
                out[i] put in[0][i] * tile[i - start];                                            \
        }                                                                                         \
    }

#define GRADIENT_BY(of, by, reads, kernel)                                                        \
    CG_SIGNATURE(G_##of##_##by) CG_TIMES(reads, kernel, =)                                        \
    CG_SIGNATURE(G_##of##_##by##_ADD) CG_TIMES(reads, kernel, +=)

#include "kernels.def"

static const cg_kernel CG_NAME(table)[CG_KERNELS] = {
#define FORWARD(name, reads, expression) CG_NAME(name),
#define GRADIENT(of, by, reads, expression)                                                       \
    CG_NAME(G_##of##_##by), CG_NAME(G_##of##_##by##_ADD),
#include "kernels.def"
};

/* The kernels that instructions.def fuses: each rounds for itself. */
#define ONE(kernel, ...) CG_OF_##kernel(__VA_ARGS__)
#define CG_OF_ADD(x, y) ((x) + (y))
#define CG_OF_SUB(x, y) ((x) - (y))
#define CG_OF_MUL(x, y) ((x) * (y))
#define CG_OF_NEG(x) (-(x))
#define INSTRUCTION(name, reads, expression)                                                      \
    CG_SIGNATURE(name) CG_PLAIN(reads, =, expression)
#define OF_NUMBERS(name, reads, expression)
#include "instructions.def"
#undef ONE

static const cg_kernel CG_NAME(fused)[] = {
#define INSTRUCTION(name, reads, expression) CG_NAME(name),
#define OF_NUMBERS(name, reads, expression) NULL,
#include "instructions.def"
};

#include "cells.h"
