# softmax over the last axis, for the derivatives of other operations.

from cygrad.core.variable cimport Variable

cdef Variable soft_maximum(Variable x)
