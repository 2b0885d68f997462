# tanh for the derivatives of other operations.

from cygrad.core.variable cimport Variable

cdef Variable hyperbolic_tangent(Variable x)
