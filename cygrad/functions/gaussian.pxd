# The bell curves, for the derivatives of erf and its kin.

from cygrad.core.variable cimport Variable

cpdef Variable exp_minus_square(Variable x)             # exp(-x^2)
cpdef Variable exp_minus_half_square(Variable x)        # exp(-x^2 / 2)
