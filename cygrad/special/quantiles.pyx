"""erfinv, erfcinv, ndtri: the inverses of erf, erfc and ndtr."""

from cygrad.core.function cimport Function, Op
from cygrad.core.variable cimport Variable
from cygrad.functions.arithmetic cimport multiply, scale
from cygrad.functions.elementwise cimport kernel_op, output_of, unary
from cygrad.functions.operation cimport as_variable
from cygrad.functions.powers cimport squared

# The slopes are exp(y^2) times a constant, but computed from x as well: exp(y^2) would magnify the
# rounding of y (normal_quantiles.h).


# ---- erfinv: dy/dx = s = sqrt(pi)/2 exp(y^2), ds/dx = 2 y s^2 -----------------------------------

cdef Variable vjp_erfinv_slope(Function f, Variable gy, int i):
    return multiply(gy, scale(multiply(unary(&ERFINV, f.x0), squared(output_of(f))), 2.0))

cdef Variable vjp_erfinv(Function f, Variable gy, int i):
    return multiply(gy, unary(&ERFINV_SLOPE, f.x0))

cdef Op ERFINV_SLOPE = kernel_op(b"erfinv_slope", "ERFINV_SLOPE", vjp_erfinv_slope)
cdef Op ERFINV = kernel_op(b"erfinv", "ERFINV", vjp_erfinv)


def erfinv(x):
    """The inverse of erf, elementwise: infinite at -1 and 1, nan outside.

    Notes
    -----
    dy/dx = sqrt(pi)/2 exp(y^2). Error at most 2 ULP, the same bits on every CPU
    (normal_quantiles.h).

    Examples
    --------
    >>> import cygrad.special as special
    >>> special.erfinv([0.0, 0.5])
    variable([0.        , 0.47693628])
    """
    return unary(&ERFINV, as_variable(x, "erfinv"))


# ---- erfcinv: dy/dx = s = -sqrt(pi)/2 exp(y^2), ds/dx = 2 y s^2 ---------------------------------

cdef Variable vjp_erfcinv_slope(Function f, Variable gy, int i):
    return multiply(gy, scale(multiply(unary(&ERFCINV, f.x0), squared(output_of(f))), 2.0))

cdef Variable vjp_erfcinv(Function f, Variable gy, int i):
    return multiply(gy, unary(&ERFCINV_SLOPE, f.x0))

cdef Op ERFCINV_SLOPE = kernel_op(b"erfcinv_slope", "ERFCINV_SLOPE", vjp_erfcinv_slope)
cdef Op ERFCINV = kernel_op(b"erfcinv", "ERFCINV", vjp_erfcinv)


def erfcinv(x):
    """The inverse of erfc, elementwise: infinite at 0 and 2, nan outside.

    Notes
    -----
    dy/dx = -sqrt(pi)/2 exp(y^2). Error at most 2 ULP, the same bits on every CPU
    (normal_quantiles.h).

    Examples
    --------
    >>> import cygrad.special as special
    >>> special.erfcinv([0.5, 1.0])
    variable([0.47693628, 0.        ])
    """
    return unary(&ERFCINV, as_variable(x, "erfcinv"))


# ---- ndtri: dy/dx = s = sqrt(2 pi) exp(y^2 / 2), ds/dx = y s^2 ----------------------------------

cdef Variable vjp_ndtri_slope(Function f, Variable gy, int i):
    return multiply(gy, multiply(unary(&NDTRI, f.x0), squared(output_of(f))))

cdef Variable vjp_ndtri(Function f, Variable gy, int i):
    return multiply(gy, unary(&NDTRI_SLOPE, f.x0))

cdef Op NDTRI_SLOPE = kernel_op(b"ndtri_slope", "NDTRI_SLOPE", vjp_ndtri_slope)
cdef Op NDTRI = kernel_op(b"ndtri", "NDTRI", vjp_ndtri)


def ndtri(x):
    """The inverse of ndtr, elementwise: infinite at 0 and 1, nan outside.

    Notes
    -----
    dy/dx = sqrt(2 pi) exp(y^2 / 2). Error at most 2 ULP, the same bits on every CPU
    (normal_quantiles.h).

    Examples
    --------
    >>> import cygrad.special as special
    >>> special.ndtri([0.5, 0.975])
    variable([0.        , 1.95996398])
    """
    return unary(&NDTRI, as_variable(x, "ndtri"))
