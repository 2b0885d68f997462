# Activations for the derivatives of other operations.

from cygrad.core.variable cimport Variable

cdef Variable logistic(Variable x)                      # sigmoid
cdef Variable soft_plus(Variable x)
