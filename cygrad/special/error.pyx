"""erfcx, and the normal distribution's function: ndtr, log_ndtr. Their inverses: quantiles.pyx."""

from cygrad.core.function cimport Function, Op
from cygrad.core.variable cimport Variable, scalar
from cygrad.functions.arithmetic cimport multiply, negate, scale, shift, subtract
from cygrad.functions.comparison cimport below
from cygrad.functions.elementwise cimport kernel_op, output_of, unary, unary_with
from cygrad.functions.gaussian cimport exp_minus_half_square
from cygrad.functions.operation cimport as_variable
from cygrad.functions.selection cimport choose, clipped

cdef double ONE_OVER_ROOT_2PI = 0.3989422804014327
cdef double ROOT_HALF = 0.70710678118654752


# ---- erfcx: y = E_0, dE_n/dx = -2 (n + 1) E_(n+1) -----------------------------------------------

# E_n(x) = exp(x^2) i^n erfc(x), with erfc integrated n times (normal_distribution.h): derivatives
# of all orders are values of one function, and nothing cancels.
cdef Variable vjp_erfcx(Function f, Variable gy, int i):
    return multiply(gy, scale(unary(&ERFCX1, f.x0), -2.0))

cdef Variable vjp_erfcx1(Function f, Variable gy, int i):
    return multiply(gy, scale(unary(&ERFCX2, f.x0), -4.0))

cdef Variable vjp_erfcx2(Function f, Variable gy, int i):
    return multiply(gy, scale(unary_with(&ERFCX_N, f.x0, 3.0, 0.0), -6.0))

cdef Variable vjp_erfcx_n(Function f, Variable gy, int i):
    cdef double n = f.c[0] + 1.0
    return multiply(gy, scale(unary_with(&ERFCX_N, f.x0, n, 0.0), -2.0 * n))

cdef Op ERFCX = kernel_op(b"erfcx", "ERFCX", vjp_erfcx)
cdef Op ERFCX1 = kernel_op(b"erfcx1", "ERFCX1", vjp_erfcx1)
cdef Op ERFCX2 = kernel_op(b"erfcx2", "ERFCX2", vjp_erfcx2)
cdef Op ERFCX_N = kernel_op(b"erfcx_n", "ERFCX_N", vjp_erfcx_n)


def erfcx(x):
    """exp(x^2) erfc(x), elementwise.

    Notes
    -----
    d^n y / dx^n = (-2)^n n! exp(x^2) i^n erfc(x), with the repeated integrals of erfc (DLMF 7.18),
    all of whose digits hold in the tail. Error at most 1 ULP, the same bits on every CPU
    (normal_distribution.h).

    Examples
    --------
    >>> import cygrad.special as special
    >>> special.erfcx([0.0, 10.0])
    variable([1.        , 0.05614099])
    """
    return unary(&ERFCX, as_variable(x, "erfcx"))


# ---- ndtr: y = erfc(-x / sqrt(2)) / 2, dy/dx = exp(-x^2 / 2) / sqrt(2 pi) -----------------------

cdef Variable vjp_ndtr(Function f, Variable gy, int i):
    return multiply(gy, scale(exp_minus_half_square(f.x0), ONE_OVER_ROOT_2PI))

cdef Op NDTR = kernel_op(b"ndtr", "NDTR", vjp_ndtr)


def ndtr(x):
    """The distribution function of the standard normal distribution, elementwise.

    Notes
    -----
    dy/dx = exp(-x^2 / 2) / sqrt(2 pi). Error at most 1 ULP, in the tail too, the same bits on every
    CPU (normal_distribution.h).

    Examples
    --------
    >>> import cygrad.special as special
    >>> special.ndtr([-1.0, 0.0])
    variable([0.15865525, 0.5       ])
    """
    return unary(&NDTR, as_variable(x, "ndtr"))


# ---- log_ndtr: dy/dx = r, the inverse Mills ratio -----------------------------------------------

# R_n = E_n / E_(n-1) for x >= 0; dR_n/dx = 2 R_n (n R_n - (n + 1) R_(n+1))
cdef Variable ratio(Variable x, double n):
    if n == 1.0:
        return unary(&RATIO1, x)
    if n == 2.0:
        return unary(&RATIO2, x)
    return unary_with(&RATIO_N, x, n, 0.0)

cdef Variable ratio_slope(Variable x, Variable y, double n):
    cdef Variable difference = subtract(scale(y, n), scale(ratio(x, n + 1.0), n + 1.0))
    return multiply(scale(y, 2.0), difference)

cdef Variable vjp_ratio1(Function f, Variable gy, int i):
    return multiply(gy, ratio_slope(f.x0, output_of(f), 1.0))

cdef Variable vjp_ratio2(Function f, Variable gy, int i):
    return multiply(gy, ratio_slope(f.x0, output_of(f), 2.0))

cdef Variable vjp_ratio_n(Function f, Variable gy, int i):
    return multiply(gy, ratio_slope(f.x0, output_of(f), f.c[0]))

cdef Op RATIO1 = kernel_op(b"erfc_ratio1", "ERFC_RATIO1", vjp_ratio1)
cdef Op RATIO2 = kernel_op(b"erfc_ratio2", "ERFC_RATIO2", vjp_ratio2)
cdef Op RATIO_N = kernel_op(b"erfc_ratio_n", "ERFC_RATIO_N", vjp_ratio_n)


# dr/dx = -r (x + r), which cancels for x < 0: there, with z = -x / sqrt(2), y is log(E_0(z) / 2)
# - z^2, and dr/dx = 2 R_1 (2 R_2 - R_1) - 1. From x = 38 on r is 0, and its derivatives are.
cdef Variable vjp_inverse_mills(Function f, Variable gy, int i):
    cdef Variable x = f.x0, zero = scalar(0.0)
    cdef Variable negative = below(x, 0.0)
    cdef Variable z = scale(choose(negative, x, zero), -ROOT_HALF)
    cdef Variable r1 = ratio(z, 1.0)
    cdef Variable left = shift(multiply(scale(r1, 2.0), subtract(scale(ratio(z, 2.0), 2.0), r1)),
                               -1.0)
    cdef Variable above = choose(negative, zero, x)
    cdef Variable r = unary(&INVERSE_MILLS, above)
    cdef Variable right = negate(multiply(r, clipped(above, -1.0, 40.0) + r))
    return multiply(gy, choose(negative, left, right))

cdef Variable vjp_log_ndtr(Function f, Variable gy, int i):
    return multiply(gy, unary(&INVERSE_MILLS, f.x0))

cdef Op INVERSE_MILLS = kernel_op(b"inverse_mills", "INVERSE_MILLS", vjp_inverse_mills)
cdef Op LOG_NDTR = kernel_op(b"log_ndtr", "LOG_NDTR", vjp_log_ndtr)


def log_ndtr(x):
    """log(ndtr(x)), elementwise, also far out in the left tail.

    Notes
    -----
    dy/dx is the inverse Mills ratio r(x) = exp(-x^2 / 2) / (sqrt(2 pi) ndtr(x)), computed by
    erfcx, and dr/dx = -r (x + r), computed without its cancellation for x < 0. Error at most 2
    ULP, the same bits on every CPU (normal_distribution.h).

    Examples
    --------
    >>> import cygrad.special as special
    >>> special.log_ndtr([-40.0, 0.0])
    variable([-8.04608442e+02, -6.93147181e-01])
    """
    return unary(&LOG_NDTR, as_variable(x, "log_ndtr"))
