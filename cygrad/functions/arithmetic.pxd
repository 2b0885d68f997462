# Arithmetic for the derivatives of other operations.

from cygrad.core.variable cimport Variable

cdef Variable plus(Variable a, Variable b)
cdef Variable subtract(Variable a, Variable b)
cdef Variable multiply(Variable a, Variable b)
cdef Variable divide(Variable a, Variable b)
cdef Variable negate(Variable x)
cdef Variable absolute(Variable x)
cdef Variable sign_of(Variable x)
cdef Variable shift(Variable x, double c)               # x + c
cdef Variable subtract_from(double c, Variable x)       # c - x
cdef Variable scale(Variable x, double c)               # c x
cdef Variable divide_by(Variable x, double c)           # x / c
