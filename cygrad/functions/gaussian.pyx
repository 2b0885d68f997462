"""exp(-x^2) and exp(-x^2 / 2) with all digits in the tails: for the derivatives of erf and its kin.

exp(-(x * x)) lacks x^2 of its last digits, as x * x is rounded before the exponential magnifies it.
"""

from cygrad.core.function cimport Function, Op, READS_X0, READS_Y
from cygrad.core.variable cimport Variable
from cygrad.functions.arithmetic cimport multiply, negate, scale
from cygrad.functions.elementwise cimport output_of, unary, unary_op
from cygrad.functions.selection cimport clipped
from cygrad.kernels.elementwise cimport (
    K_EXP_MINUS_HALF_SQUARE, K_EXP_MINUS_SQUARE, K_G_EXP_MINUS_HALF_SQUARE, K_G_EXP_MINUS_SQUARE,
)

cdef double FAR = 40.0          # from here on both are 0, and so are all their derivatives


# ---- y = exp(-x^2), dy/dx = -2 x y --------------------------------------------------------------

cdef Variable vjp_exp_minus_square(Function f, Variable gy, int i):
    return multiply(gy, scale(multiply(clipped(f.x0, -FAR, FAR), output_of(f)), -2.0))

cdef Op EXP_MINUS_SQUARE = unary_op(b"ExpMinusSquare", K_EXP_MINUS_SQUARE, vjp_exp_minus_square,
                                    K_G_EXP_MINUS_SQUARE, READS_X0 | READS_Y)


cpdef Variable exp_minus_square(Variable x):
    """exp(-x^2), elementwise; error at most 1 ULP."""
    return unary(&EXP_MINUS_SQUARE, x)


# ---- y = exp(-x^2 / 2), dy/dx = -x y ------------------------------------------------------------

cdef Variable vjp_exp_minus_half_square(Function f, Variable gy, int i):
    return multiply(gy, negate(multiply(clipped(f.x0, -FAR, FAR), output_of(f))))

cdef Op EXP_MINUS_HALF_SQUARE = unary_op(b"ExpMinusHalfSquare", K_EXP_MINUS_HALF_SQUARE,
                                         vjp_exp_minus_half_square, K_G_EXP_MINUS_HALF_SQUARE,
                                         READS_X0 | READS_Y)


cpdef Variable exp_minus_half_square(Variable x):
    """exp(-x^2 / 2), elementwise; error at most 1 ULP."""
    return unary(&EXP_MINUS_HALF_SQUARE, x)
