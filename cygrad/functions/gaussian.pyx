"""exp(-x^2) and exp(-x^2 / 2) with all digits in the tails: for the derivatives of erf and its kin.

exp(-(x * x)) lacks x^2 of its last digits, as x * x is rounded before the exponential magnifies it.
"""

from cygrad.core.function cimport Function, Op
from cygrad.core.variable cimport Variable
from cygrad.functions.arithmetic cimport multiply, negate, scale
from cygrad.functions.elementwise cimport kernel_op, output_of, unary
from cygrad.functions.selection cimport clipped

cdef double FAR = 40.0          # from here on both are 0, and so are all their derivatives


# ---- y = exp(-x^2), dy/dx = -2 x y --------------------------------------------------------------

cdef Variable vjp_exp_minus_square(Function f, Variable gy, int i):
    return multiply(gy, scale(multiply(clipped(f.x0, -FAR, FAR), output_of(f)), -2.0))

cdef Op EXP_MINUS_SQUARE = kernel_op(b"ExpMinusSquare", "EXP_MINUS_SQUARE", vjp_exp_minus_square)


cpdef Variable exp_minus_square(Variable x):
    """exp(-x^2), elementwise; error at most 1 ULP."""
    return unary(&EXP_MINUS_SQUARE, x)


# ---- y = exp(-x^2 / 2), dy/dx = -x y ------------------------------------------------------------

cdef Variable vjp_exp_minus_half_square(Function f, Variable gy, int i):
    return multiply(gy, negate(multiply(clipped(f.x0, -FAR, FAR), output_of(f))))

cdef Op EXP_MINUS_HALF_SQUARE = kernel_op(b"ExpMinusHalfSquare", "EXP_MINUS_HALF_SQUARE",
                                          vjp_exp_minus_half_square)


cpdef Variable exp_minus_half_square(Variable x):
    """exp(-x^2 / 2), elementwise; error at most 1 ULP."""
    return unary(&EXP_MINUS_HALF_SQUARE, x)
