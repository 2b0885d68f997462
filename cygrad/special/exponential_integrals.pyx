"""exp1, expi: exponential integrals."""

from cygrad.core.function cimport Function, Op
from cygrad.core.variable cimport Variable
from cygrad.functions.arithmetic cimport divide, multiply, negate, shift
from cygrad.functions.elementwise cimport kernel_op, output_of, unary

import numpy as np

from cygrad.special.operation import SpecialFunction, scipys


# ---- exp(x) / x, which overflows later than exp(x): dy/dx = y (x - 1) / x -----------------------

cdef Variable vjp_exp_over(Function f, Variable gy, int i):
    return multiply(gy, multiply(output_of(f), divide(shift(f.x0, -1.0), f.x0)))

cdef Op EXP_OVER = kernel_op(b"exp_over", "EXP_OVER", vjp_exp_over)


def expi_slope(y, Variable x):
    return unary(&EXP_OVER, x)


def exp1_slope(y, Variable x):
    return unary(&EXP_OVER, negate(x))


def expi_values(x):
    """scipy's; where its exp(x) would overflow, exp(x) / x (1 + 1/x + 2/x^2 + 6/x^3 + ...)."""
    y = scipys("expi")(x)
    far = np.greater(x, 700.0)
    if not far.any():
        return y
    safe = np.where(far, x, 700.0)
    series = 1.0
    for k in range(8, 0, -1):
        series = 1.0 + k / safe * series
    return np.where(far, unary(&EXP_OVER, Variable(safe)).data * series, y)


_exp1 = SpecialFunction("exp1", None, exp1_slope)
_expi = SpecialFunction("expi", expi_values, expi_slope)


def exp1(x):
    """The integral of e^-t / t from x to infinity, elementwise.

    Raises
    ------
    ImportError
        If scipy is not installed.

    Notes
    -----
    dy/dx = -e^-x / x.

    Examples
    --------
    >>> import cygrad.special as special
    >>> special.exp1([0.5, 1.0])
    variable([0.55977359, 0.21938393])
    """
    return _exp1(x)


def expi(x):
    """The integral of e^t / t from minus infinity to x, elementwise.

    Raises
    ------
    ImportError
        If scipy is not installed.

    Notes
    -----
    dy/dx = e^x / x.

    Examples
    --------
    >>> import cygrad.special as special
    >>> special.expi([0.5, 1.0])
    variable([0.4542199 , 1.89511782])
    """
    return _expi(x)
