# exp and log for the derivatives of other operations.

from cygrad.core.variable cimport Variable

cdef Variable exponential(Variable x)
cdef Variable logarithm(Variable x)
