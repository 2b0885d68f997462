"""logit, the inverse of the logistic function."""

from cygrad.core.function cimport Function, Op
from cygrad.core.variable cimport Variable
from cygrad.functions.arithmetic cimport multiply, scale, shift
from cygrad.functions.elementwise cimport kernel_op, output_of, unary
from cygrad.functions.operation cimport as_variable
from cygrad.functions.powers cimport squared


# ---- logit: dy/dx = s = 1 / (x (1 - x)), ds/dx = s^2 (2 x - 1) ----------------------------------

cdef Variable vjp_logit_slope(Function f, Variable gy, int i):
    return multiply(gy, multiply(squared(output_of(f)), shift(scale(f.x0, 2.0), -1.0)))

cdef Variable vjp_logit(Function f, Variable gy, int i):
    return multiply(gy, unary(&LOGIT_SLOPE, f.x0))

cdef Op LOGIT_SLOPE = kernel_op(b"logit_slope", "LOGIT_SLOPE", vjp_logit_slope)
cdef Op LOGIT = kernel_op(b"logit", "LOGIT", vjp_logit)


def logit(x):
    """log(x / (1 - x)), elementwise: the inverse of expit.

    inf at 1, -inf at 0, nan outside [0, 1].

    Notes
    -----
    dy/dx = 1 / (x (1 - x)), nan outside [0, 1]. Error at most 1 ULP, near 1/2 too, the same bits on
    every CPU (logarithmic.h).

    Examples
    --------
    >>> import cygrad.special as special
    >>> special.logit([0.5, 0.75])
    variable([0.        , 1.09861229])
    """
    return unary(&LOGIT, as_variable(x, "logit"))
