# The sign, for the derivatives of other operations.

from cygrad.core.variable cimport Variable

cdef Variable sign_of(Variable x)
