# Powers, for the derivatives of other operations.

from cygrad.core.variable cimport Variable

cdef Variable squared(Variable x)
cdef Variable square_root(Variable x)
cdef Variable power(Variable x, double c)
