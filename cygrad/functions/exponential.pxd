# exp and log for the derivatives of other operations.

from cygrad.core.variable cimport Variable

cdef Variable exponential(Variable x)
cdef Variable logarithm(Variable x)
cdef Variable over_positive(Variable a, Variable b)     # a / b, nan where b < 0
